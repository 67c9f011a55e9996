"""`fl audit`: check a whole task from its chain and its store alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from fl_client.errors import ConfigError
from fl_client.reporting import print_fact, print_verdict
from fl_client.types import Address

if TYPE_CHECKING:
    from fl_client.audit import AuditResult


def audit(
    subject: Annotated[
        str, typer.Argument(help="The --out folder of a run, or a task's address.", metavar="OUT_OR_TASK")
    ],
    head: Annotated[str | None, typer.Option(help="Hash that the chain's latest block must have.")] = None,
    rpc_url: Annotated[
        str | None, typer.Option(help="Node to read from, when a task's address is given.")
    ] = None,
    deployment: Annotated[
        Path | None, typer.Option(help="Deployment file, when a task's address is given.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="Folder of the content store, when an address is given.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")
    ] = False,
) -> None:
    """Recompute every round, reward and slash of a task. Exit code 0 agrees, 1 differs, 2 cannot be checked.

    Example: fl audit runs/demo --head 0x...
    """
    # A chain in this process takes seconds to import: only this command pays for it.
    from fl_client.audit import audit_folder

    if subject.startswith("0x") and len(subject) == 42:
        result = _audit_live(subject, rpc_url, deployment, store)
    else:
        result = audit_folder(subject, head=None if head is None else _hash(head))
    if as_json:
        typer.echo(json.dumps(result.to_json(), sort_keys=True))
    else:
        console = Console(highlight=False)
        print_fact(console, "chain head", result.head)
        if result.model_root is not None:
            print_fact(console, "model root", result.model_root)
        print_verdict(console, result.to_json())
    sys.stdout.flush()
    raise typer.Exit(result.exit_code)


def _audit_live(
    subject: str, rpc_url: str | None, deployment: Path | None, store: Path | None
) -> AuditResult:
    if rpc_url is None or deployment is None or store is None:
        raise ConfigError("a task's address needs --rpc-url, --deployment and --store")
    from fl_client.audit import audit_task
    from fl_client.chain import Connection
    from fl_client.chain.contracts import Deployment, TaskContract
    from fl_client.storage import LocalStore

    connection = Connection.open(rpc_url)
    contracts = Deployment.read(deployment)
    contracts.check(connection)
    return audit_task(TaskContract(connection, contracts, Address(subject)), LocalStore(store))


def _hash(text: str) -> bytes:
    try:
        found = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        found = b""
    if len(found) != 32:
        raise ConfigError(f"--head is {text!r}: give a block hash of 64 hexadecimal digits")
    return found
