"""`fl deploy` and `fl fund`: the contracts, and ether and coins for accounts of a development chain."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Final

import typer

from fl_client.chain import Account, Connection, Journal, Sender, TransactionSender, UnlockedSender
from fl_client.chain.contracts import ONE_COIN, Deployment, FactoryBounds, deploy
from fl_client.cli.session import check_writable, open_account, parse_address
from fl_client.cli.settings import Settings, require
from fl_client.errors import ChainError, ConfigError
from fl_client.types import Address

BOUNDS: Final = {"production": FactoryBounds, "devnet": FactoryBounds.devnet}
ONE_ETHER: Final = 10**18


def deploy_to(connection: Connection, account: Account | None, bounds: str, out: Path) -> Deployment:
    """Deploy as an account, or as the node's first unlocked one, and write the file.

    Raises:
        ConfigError: bounds that do not exist, or a file that cannot be written.
        ChainError: the node is gone, or there is too little ether.
    """
    if bounds not in BOUNDS:
        raise ConfigError(f"bounds are {bounds!r}: give {' or '.join(BOUNDS)}")
    check_writable(out, "the deployment file")
    if account is None:
        deployment = deploy(UnlockedSender(connection), connection, bounds=BOUNDS[bounds]())
    else:
        # A deployment that breaks off is begun anew: nothing of it needs to be kept.
        with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
            sender = TransactionSender(connection, account, journal)
            deployment = deploy(sender, connection, bounds=BOUNDS[bounds]())
    deployment.write(out)
    return deployment


def show_deployment(deployment: Deployment, out: Path, *, as_json: bool) -> None:
    """Print a deployment's addresses and where its file is."""
    if as_json:
        typer.echo(json.dumps({"file": str(out), **asdict(deployment)}, sort_keys=True))
        return
    for name, value in asdict(deployment).items():
        typer.echo(f"{name:<19} {value}")
    typer.echo(f"written to {out}")


def deploy_contracts(
    settings: Settings, *, unlocked: bool, out: Path | None, bounds: str, as_json: bool
) -> None:
    """Deploy as the settings' account, or as a development node's first one."""
    if unlocked == (settings.keystore is not None):
        raise ConfigError("who deploys? give --keystore, or --unlocked on a development node")
    account = None if unlocked else open_account(settings)
    target = out or settings.deployment or Path("deployment.json")
    deployment = deploy_to(Connection.open(require(settings.rpc_url, "rpc_url")), account, bounds, target)
    show_deployment(deployment, target, as_json=as_json)


def fund_accounts(settings: Settings, accounts: list[str], *, ether: int, coins: int, as_json: bool) -> None:
    """Give each account ether, and coins if a deployment file is given.

    Raises:
        ConfigError, ChainError: impossible amounts or accounts, or too little to give.
    """
    if ether < 0 or coins < 0:
        raise ConfigError("--ether and --coins are whole numbers from 0")
    chosen = [parse_address(text, "an account") for text in accounts]
    deployment = None if settings.deployment is None else Deployment.read(settings.deployment)
    url = require(settings.rpc_url, "rpc_url")
    connection = Connection.open(url, chain_id=None if deployment is None else deployment.chain_id)
    bank = UnlockedSender(connection)
    holder = None if settings.keystore is None else open_account(settings)
    with tempfile.TemporaryDirectory() as folder, Journal(folder) as journal:
        sender = bank if holder is None else TransactionSender(connection, holder, journal)
        for account in chosen:
            if ether:
                bank.give(account, ether * ONE_ETHER)
            given = 0 if deployment is None else coins
            if deployment is not None and coins:
                give_coins(connection, sender, deployment, account, coins)
            said = {"account": account, "coins": given, "ether": ether}
            typer.echo(json.dumps(said) if as_json else f"{account}: {ether} ether, {given} coins")


def give_coins(
    connection: Connection, sender: Sender, deployment: Deployment, to: Address, coins: int
) -> None:
    """Send coins, after a look at what there is.

    Raises:
        ChainError: the sender has fewer.
    """
    coin = connection.contract("DeepCoin", deployment.coin)
    held = connection.call(coin.functions.balanceOf(sender.address))
    if held < coins * ONE_COIN:
        raise ChainError(
            f"{sender.address} has {held // ONE_COIN} coins, {coins} are to be given: whoever deployed has them all, "
            "name its keystore"
        )
    sender.send(coin.functions.transfer(to, coins * ONE_COIN))
