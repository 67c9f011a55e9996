"""`fl receipt`: that an update was counted, or why it was not; and the check of what somebody else was given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from fl_client.cli.options import CHAIN, AsJson, Settings, takes
from fl_client.errors import ConfigError
from fl_client.reporting import print_fact

_COIN: Final = 10**18
_SHOWN: Final = frozenset(
    {
        *("ReviewConcluded", "RoundFrozen", "RoundVoided", "RoundFinalized", "TaskEnded"),
        *("SetFrozen", "SumFixed", "TurnVoid", "RoundFinal", "EncryptedTaskEnded"),
    }
)


@takes(*CHAIN)
def receipt(
    settings: Settings,
    *,
    subject: Annotated[
        str | None,
        typer.Argument(
            help="The --out folder of a run, a task's address, or its task file.", metavar="OUT_OR_TASK"
        ),
    ] = None,
    trainer: Annotated[str | None, typer.Option(help="Whose update.", metavar="ADDRESS")] = None,
    number: Annotated[
        int | None, typer.Option("--round", help="In which round, from 1.", metavar="N")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(help="Check this receipt against the chain.", metavar="FILE")
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="Which task, where a folder's chain holds several.", metavar="ADDRESS")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove from the chain's records alone that an update was counted with its weight, or say why it was not.

    With --json it holds every record with block, transaction and log index, and all that hashes are made of; --check
    looks each of them up on a chain of your own choice and draws the conclusion again. Exit code of a check: 0 it
    holds, 1 it does not.

    Example: fl receipt runs/demo --trainer 0x... --round 4 --json > receipt.json

    Example: fl receipt task.json --check receipt.json --rpc-url http://127.0.0.1:8545 --deployment deployment.json
    """
    if check is not None:
        if trainer is not None or number is not None:
            raise ConfigError(
                "--check takes trainer and round from the receipt: leave --trainer and --round out"
            )
        _check(settings, subject, task, check, as_json=as_json)
    elif trainer is None or number is None:
        raise ConfigError("of which update? give --trainer and --round, or --check with a receipt")
    else:
        _give(settings, subject, task, trainer, number, as_json=as_json)


def _give(
    settings: Settings, subject: str | None, task: str | None, trainer: str, number: int, *, as_json: bool
) -> None:
    # Web3 takes seconds to import: only this command pays for it.
    from fl_client.cli.session import open_records, parse_address
    from fl_client.records.receipt_check import any_receipt_of

    account = parse_address(trainer, "--trainer")
    found = any_receipt_of(open_records(settings, subject, task), account, number)
    if as_json:
        typer.echo(json.dumps(found, sort_keys=True))
    else:
        _show(Console(highlight=False), found)


def _check(settings: Settings, subject: str | None, task: str | None, file: Path, *, as_json: bool) -> None:
    from fl_client.cli.session import open_records
    from fl_client.records.receipt_check import check_receipt, read_receipt

    given = read_receipt(file)
    check_receipt(open_records(settings, subject, task, otherwise=given["task"]), given)
    count = len(given["records"])
    if as_json:
        typer.echo(
            json.dumps({"passed": True, "records": count, "verdict": given["verdict"]}, sort_keys=True)
        )
        return
    console = Console(highlight=False)
    _show(console, given)
    print_fact(console, "check", f"holds: all {count} records are on the chain, and they say this")


def _show(console: Console, found: dict[str, Any]) -> None:
    print_fact(console, "verdict", found["verdict"])
    print_fact(console, "why", found["why"])
    if found["samples"] is not None:
        print_fact(console, "samples", f"{found['samples']} of {found['total_samples']}")
    if found["share"] is not None:
        print_fact(console, "share", f"{100 * float(found['share']):.2f} % of what the round combined")
    earned = {name: int(amount) for name, amount in found["earned"].items()}
    parts = ", ".join(
        f"{name.replace('_', ' ')} {amount / _COIN:g}"
        for name, amount in earned.items()
        if amount and name != "total"
    )
    print_fact(console, "earned", f"{earned['total'] / _COIN:g} coins" + (f" ({parts})" if parts else ""))
    for cut in found["lost"]:
        taken = int(cut["taken"]) / _COIN
        print_fact(console, "lost", f"{taken:g} coins ({cut['evidence']}) in {cut['transaction']}")
    if found.get("commitment") is not None:
        print_fact(console, "committed", found["commitment"]["digest"])
    for cited in found["records"]:
        own = found["trainer"] in cited["args"].values()
        if own or cited["event"] in _SHOWN:
            where = f"block {cited['block']}, log {cited['log_index']}, {cited['transaction']}"
            print_fact(console, cited["event"], where)
    print_fact(console, "as of", f"block {found['as_of']['block']}, {found['as_of']['hash']}")
