"""`fl status`: where a task stands, and an account in it."""

from __future__ import annotations

import json
import time
from datetime import datetime

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fl_client.chain.contracts import ONE_COIN, TaskContract
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.cli.session import open_any_task, parse_address
from fl_client.cli.settings import Settings
from fl_client.rounds import AccountStatus, TaskStatus, read_status
from fl_client.rounds.encrypted_status import EncryptedStatus, PartyStatus, read_encrypted_status
from fl_client.types import Address


def show_status(settings: Settings, account: str | None, *, watch: bool, as_json: bool) -> None:
    """Print a task's status, and an account's; once, or at every block until the task has ended."""
    chosen = None if account is None else parse_address(account, "--account")
    contract = open_any_task(settings)
    found = _read(contract, chosen)
    if as_json:
        typer.echo(json.dumps(found.to_json(), sort_keys=True))
        while watch and found.phase != "ended":
            time.sleep(settings.poll)
            if contract.connection.block_number() != found.block:
                found = _read(contract, chosen)
                typer.echo(json.dumps(found.to_json(), sort_keys=True))
        return
    if not watch:
        Console(highlight=False).print(_shown(found))
        return
    with Live(_shown(found), refresh_per_second=2) as live:
        while found.phase != "ended":
            time.sleep(settings.poll)
            if contract.connection.block_number() != found.block:
                found = _read(contract, chosen)
            live.update(_shown(found))


def _read(
    contract: TaskContract | EncryptedContract, account: Address | None
) -> TaskStatus | EncryptedStatus:
    if isinstance(contract, EncryptedContract):
        return read_encrypted_status(contract, account)
    return read_status(contract, account)


def _shown(found: TaskStatus | EncryptedStatus) -> Group:
    if isinstance(found, EncryptedStatus):
        return _encrypted(found)
    table = Table.grid(padding=(0, 2))
    table.add_row("task", found.task)
    attempt = f", attempt {found.attempt + 1}" if found.attempt else ""
    table.add_row("round", f"{found.round} of {found.rounds}{attempt}")
    table.add_row("rule", found.rule)
    table.add_row("phase", found.phase + (", a dispute is open" if found.disputed else ""))
    _add_deadline(table, found)
    table.add_row("trainers", f"{found.trainers} of {found.places} places")
    if found.phase in ("commit", "reveal", "attest"):
        table.add_row("this turn", f"{found.revealed} revealed, {found.pending} committed and not revealed")
    if found.accepted:
        table.add_row("accepted", f"{found.accepted} updates")
    table.add_row("sealers", "\n".join(found.sealers) or "none yet")
    table.add_row("base model", found.base_model)
    table.add_row("block", f"{found.block}")
    parts: list[Table | Text] = [table]
    if found.account is not None:
        parts += [Text(), _account(found.account, found.now)]
    return Group(*parts)


def _encrypted(found: EncryptedStatus) -> Group:
    table = Table.grid(padding=(0, 2))
    table.add_row("task", f"{found.task}, encrypted")
    table.add_row("dealer", f"{found.dealer}, trusted for secrecy alone")
    table.add_row("round", f"{found.round} of {found.rounds}, turn {found.turn}")
    table.add_row("phase", found.phase + (f", a {found.question} is asked for" if found.question else ""))
    _add_deadline(table, found)
    table.add_row("parties", f"{found.parties} of {found.places} places, {found.threshold} open a sum")
    if found.due:
        table.add_row("this phase", f"{found.done} of {found.due} are done")
    if found.accepted:
        dealt = f", in {found.groups} groups" if found.groups > 1 else ""
        table.add_row("accepted", f"{found.accepted} updates{dealt}")
    if found.voids:
        table.add_row("void turns", f"{found.voids} in a row")
    table.add_row("base model", found.base_model)
    table.add_row("block", f"{found.block}")
    parts: list[Table | Text] = [table]
    if (account := found.account) is not None:
        own = Table.grid(padding=(0, 2))
        own.add_row("account", account.address)
        owes = (", suspended" if account.suspended else "") + (", due now" if account.owes else "")
        own.add_row("as party", "no" if account.place is None else f"place {account.place}{owes}")
        _add_money(own, account, found.now)
        parts += [Text(), own]
    return Group(*parts)


def _add_deadline(table: Table, found: TaskStatus | EncryptedStatus) -> None:
    if found.deadline:
        left = found.deadline - int(max(found.now, time.time()))
        when = datetime.fromtimestamp(found.deadline).astimezone()
        table.add_row("until", f"{when:%Y-%m-%d %H:%M:%S} ({_spelt(left)})")


def _account(account: AccountStatus, now: int) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row("account", account.address)
    table.add_row("as trainer", account.trainer or "no")
    table.add_row("as sealer", "no" if account.seat is None else f"seat {account.seat}")
    if account.board_seat is not None:
        table.add_row("as validator", f"seat {account.board_seat} of the review board")
    _add_money(table, account, now)
    return table


def _add_money(table: Table, account: AccountStatus | PartyStatus, now: int) -> None:
    for stake in account.stakes:
        free = "bound" if not stake.releasable_at else f"free {_spelt(stake.releasable_at - now)}"
        table.add_row(f"{stake.role} stake", f"{stake.amount / ONE_COIN:g} coins, {free}")
    table.add_row(
        "to claim", f"{account.claimable / ONE_COIN:g} coins of {account.earned / ONE_COIN:g} earned"
    )
    table.add_row("balance", f"{account.balance / ONE_COIN:g} coins")


def _spelt(seconds: int) -> str:
    """Seconds from now, e.g. ``in 1 h 02 min``."""
    if seconds <= 0:
        return "now" if seconds == 0 else "passed"
    if seconds < 120:
        return f"in {seconds} s"
    if seconds < 7_200:
        return f"in {seconds // 60} min"
    return f"in {seconds // 3_600} h {seconds % 3_600 // 60:02} min"
