"""`fl devnet`, `deploy`, `fund`, `doctor` as the parser sees them (``commands`` says why they import where they do)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fl_client.cli.options import ACCOUNT, CHAIN, STORE, AsJson, Settings, takes


def devnet(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8545,
    accounts: Annotated[int, typer.Option(help="Accounts with ether whose keys the node holds.")] = 20,
    state: Annotated[Path, typer.Option(help="Folder that keeps the chain.", metavar="FOLDER")] = Path(
        "devnet"
    ),
    block_time: Annotated[
        float, typer.Option(help="Seconds between blocks; 0: one for each transaction.", metavar="SECONDS")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Run a local chain (anvil) until interrupted; started again with the same folder, it goes on.

    Everybody on this machine may use its accounts: it is for tests and demonstrations.

    Example: fl devnet --port 8545 --state devnet
    """
    from fl_client.cli.devnet import run_devnet

    run_devnet(port, accounts, state, block_time, as_json=as_json)


@takes("rpc_url", "deployment", *ACCOUNT)
def deploy(
    settings: Settings,
    *,
    unlocked: Annotated[
        bool,
        typer.Option("--unlocked", help="Send from a development node's first account, without a keystore."),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Deployment file to write; --deployment by default.", metavar="FILE")
    ] = None,
    bounds: Annotated[str, typer.Option(help="What tasks may ask for: production or devnet.")] = "production",
    as_json: AsJson = False,
) -> None:
    """Deploy the contracts, and write the file that every participant is given.

    Nobody owns them afterwards. The account that deploys gets all coins.

    Example: fl deploy --rpc-url http://127.0.0.1:8545 --unlocked --bounds devnet
    """
    from fl_client.cli.deploy import deploy_contracts

    deploy_contracts(settings, unlocked=unlocked, out=out, bounds=bounds, as_json=as_json)


@takes("rpc_url", "deployment", *ACCOUNT)
def fund(
    settings: Settings,
    *,
    accounts: Annotated[list[str], typer.Argument(help="Who gets it.", metavar="ADDRESS...")],
    ether: Annotated[int, typer.Option(help="Whole ether to each.")] = 10,
    coins: Annotated[int, typer.Option(help="Whole coins to each; 0 without a deployment file.")] = 500,
    as_json: AsJson = False,
) -> None:
    """Give ether and coins to accounts of a development chain.

    Ether comes from the node's first unlocked account, and so do the coins if that account deployed the contracts;
    otherwise name the keystore of the account that did.

    Example: fl fund --rpc-url http://127.0.0.1:8545 --deployment deployment.json 0x7099...79C8
    """
    from fl_client.cli.deploy import fund_accounts

    fund_accounts(settings, accounts, ether=ether, coins=coins, as_json=as_json)


@takes("task", *CHAIN, *ACCOUNT, *STORE, "state")
def doctor(settings: Settings, *, as_json: AsJson = False) -> None:
    """Check versions, node, contracts, account, balances, store, clock and task. Exit code 1 when something is wrong.

    Example: fl doctor task.json --keystore keys/alice.json --store store
    """
    from fl_client.cli.doctor import show_findings

    show_findings(settings, as_json=as_json)
