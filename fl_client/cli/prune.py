"""`fl prune`: take out of a store what nobody needs any more."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from fl_client.errors import ConfigError
from fl_client.types import Address

if TYPE_CHECKING:
    from fl_client.chain import Connection
    from fl_client.rounds import Retention
    from fl_client.storage import ContentId
    from fl_client.storage.ipfs import IpfsStore

_FAR = 2**63
"""A time after every retention, seconds."""


def prune(
    subject: Annotated[
        Path, typer.Argument(help="The --out folder of a run, or a store's folder.", metavar="OUT_OR_STORE")
    ],
    task: Annotated[
        list[str] | None,
        typer.Option(
            help="Address of a task whose contents may go; may be given several times. All by default."
        ),
    ] = None,
    rpc_url: Annotated[str | None, typer.Option(help="Node to read from, when a store is given.")] = None,
    deployment: Annotated[Path | None, typer.Option(help="Deployment file, when a store is given.")] = None,
    ipfs: Annotated[
        list[str] | None,
        typer.Option(help="RPC address of an IPFS daemon that may let go of it too.", metavar="URL"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and leave it.")] = False,
    all_unknown: Annotated[
        bool, typer.Option("--all-unknown", help="Also delete whatever no task of the deployment names.")
    ] = False,
    ignore_retention: Annotated[
        bool, typer.Option("--ignore-retention", help="As if the retention time of ended tasks were over.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")
    ] = False,
) -> None:
    """Delete what no open round, no challenge and no retention period needs. Safe to interrupt and run again.

    Example: fl prune runs/demo --dry-run
    """
    from fl_client.storage import LocalStore, prune_store

    daemons = _daemons(subject, ipfs or [])
    chosen = {address.lower() for address in task or ()}
    if (subject / "chain").is_dir() and (subject / "store").is_dir():
        plan = _plan_run(subject, chosen, ignore_retention)
    else:
        plan = _plan_live(subject, chosen, rpc_url, deployment, ignore_retention)
    if daemons is not None and not dry_run:
        # First: a daemon that is gone ends the command before anything is deleted.
        _unpin(daemons, plan.finished)
    done = [
        prune_store(
            LocalStore(cut.folder),
            needed=cut.needed,
            finished=cut.finished,
            all_unknown=all_unknown,
            dry_run=dry_run,
        )
        for cut in plan.cuts
    ]
    if as_json:
        report = {
            "dry_run": dry_run,
            "freed_bytes": sum(one.freed_bytes for one in done),
            "stores": [one.to_json() for one in done],
            "unpinned": sorted(content.cid for content in plan.finished) if ipfs else [],
        }
        typer.echo(json.dumps(report, sort_keys=True))
        return
    console = Console(highlight=False)
    verb = "would free" if dry_run else "freed"
    for one in done:
        console.print(
            f"{one.store}: {verb} {one.freed_bytes:,} bytes in {one.freed_blocks} blocks; kept {one.kept_bytes:,} "
            f"in {one.kept_blocks}; {one.unknown_bytes:,} in {one.unknown_blocks} of unknown purpose left alone",
            soft_wrap=True,
        )
    if ipfs:
        verb = "would let go" if dry_run else "let go"
        console.print(f"IPFS: {verb} of {len(plan.finished)} contents")


def _daemons(folder: Path, addresses: list[str]) -> IpfsStore | None:
    """The daemons that shall let go too; None where no address is given. Nothing is sent yet.

    Raises:
        ConfigError: an address is none.
    """
    from fl_client.storage import StoreSettings, open_store
    from fl_client.storage.layered import LayeredStore

    if not addresses:
        return None
    settings = StoreSettings(folder=folder, ipfs=tuple(addresses))
    if not folder.is_dir():
        raise _no_folder(folder)
    store = open_store(settings)
    assert isinstance(store, LayeredStore)  # there is at least one endpoint
    return store.remote


def _unpin(daemons: IpfsStore, contents: Iterable[ContentId]) -> None:
    """Let every daemon drop what is over; its next garbage collection frees the bytes.

    Raises:
        StorageError: a daemon could not be told; running the command again goes on.
    """
    try:
        for content in sorted(contents, key=lambda one: one.cid):
            daemons.unpin(content)
    finally:
        daemons.close()


@dataclass(frozen=True, slots=True)
class Cut:
    """What a store may lose: whatever is finished and not needed."""

    folder: Path
    needed: frozenset[ContentId]
    finished: frozenset[ContentId]


@dataclass(frozen=True, slots=True)
class Plan:
    """The stores to prune, and what is over for everybody."""

    cuts: tuple[Cut, ...]
    finished: frozenset[ContentId]


def _plan_run(out: Path, chosen: set[str], ignore_retention: bool) -> Plan:
    """The public store of a run, and everybody's outbox."""
    from fl_client.chain import import_chain

    connection = import_chain(out / "chain")
    # A chain in files stands still: what has passed since they were written has passed on it too.
    passed = max(time.time() - (out / "chain" / "blocks.rlp").stat().st_mtime, 0)
    now = _FAR if ignore_retention else connection.now() + int(passed)
    found = _retentions(connection, None, chosen, now)
    needed, finished = _merged(found)
    revealed: frozenset[ContentId] = frozenset().union(*(one.revealed for one in found))
    # What a closed round made public lies in the public store too; what was never revealed is its owner's alone.
    outboxes = [Cut(folder, frozenset(), revealed) for folder in sorted(out.glob("state/*/outbox"))]
    cuts = (Cut(out / "store", needed, finished), *outboxes)
    return Plan(cuts, finished)


def _plan_live(
    folder: Path, chosen: set[str], rpc_url: str | None, deployment: Path | None, ignore_retention: bool
) -> Plan:
    """One store, with the tasks of a node's factory."""
    if rpc_url is None or deployment is None:
        raise ConfigError(
            f"{folder} is not the --out folder of a run: a store needs --rpc-url and --deployment"
        )
    if not folder.is_dir():
        raise _no_folder(folder)
    from fl_client.chain import Connection
    from fl_client.chain.contracts import Deployment

    connection = Connection.open(rpc_url)
    contracts = Deployment.read(deployment)
    contracts.check(connection)
    found = _retentions(connection, contracts.factory, chosen, _FAR if ignore_retention else connection.now())
    needed, finished = _merged(found)
    return Plan((Cut(folder, needed, finished),), finished)


def _no_folder(folder: Path) -> ConfigError:
    return ConfigError(f"there is no folder {folder}: give a run's --out folder or a store")


def _retentions(
    connection: Connection, factory: Address | None, chosen: set[str], now: int
) -> list[Retention]:
    """What each task says of its contents; those of tasks that were not chosen are all needed."""
    from fl_client.chain.contracts import find_factories

    readers = [
        (made_by, task, read)
        for kind, read in (("TaskCreated", _of_plain), ("EncryptedTaskCreated", _of_encrypted))
        for made_by, task, _ in find_factories(connection, kind)
        if factory in (None, made_by)
    ]
    unknown = chosen - {task.lower() for _, task, _ in readers}
    if unknown:
        raise ConfigError(f"--task {min(unknown)} is no task of this chain's factory: check the address")
    if not readers:
        raise ConfigError("the chain holds no task: nothing tells what the store is for")
    return [
        read(connection, made_by, task, now if not chosen or task.lower() in chosen else None)
        for made_by, task, read in readers
    ]


def _of_plain(connection: Connection, factory: Address, task: Address, now: int | None) -> Retention:
    """What a plain task says; without a time everything is needed."""
    from fl_client.chain.contracts import Deployment, TaskContract
    from fl_client.rounds import Retention, TaskWatch, everything, retention_of

    deployment = Deployment.of_factory(connection, factory)
    watch = TaskWatch(TaskContract(connection, deployment, task), start_block=0)
    watch.refresh()
    if now is None:
        return Retention(needed=everything(watch), finished=frozenset(), revealed=frozenset())
    return retention_of(watch, now)


def _of_encrypted(connection: Connection, factory: Address, task: Address, now: int | None) -> Retention:
    """The same of an encrypted task."""
    from fl_client.chain.contracts import Deployment
    from fl_client.chain.contracts.encrypted import EncryptedContract
    from fl_client.rounds import Retention
    from fl_client.rounds.encrypted_retention import encrypted_retention_of, everything_encrypted
    from fl_client.rounds.encrypted_watch import EncryptedWatch

    deployment = Deployment.of_factory(connection, factory)
    watch = EncryptedWatch(EncryptedContract(connection, deployment, task), start_block=0)
    watch.refresh()
    if now is None:
        return Retention(needed=everything_encrypted(watch), finished=frozenset(), revealed=frozenset())
    return encrypted_retention_of(watch, now)


def _merged(found: Iterable[Retention]) -> tuple[frozenset[ContentId], frozenset[ContentId]]:
    needed: frozenset[ContentId] = frozenset().union(*(one.needed for one in found))
    return needed, frozenset().union(*(one.finished for one in found)) - needed
