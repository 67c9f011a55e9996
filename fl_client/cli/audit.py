"""`fl audit`: check a whole task from its chain and its store alone; once, or for as long as it runs."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

from fl_client.audit import AuditResult, audit_encrypted_task, audit_folder, audit_task
from fl_client.chain.contracts import Phase
from fl_client.chain.contracts.encrypted import EncryptedContract, EncryptedPhase
from fl_client.chain.contracts.tasks import AnyTask
from fl_client.cli.session import open_any_task, open_content
from fl_client.cli.settings import Settings
from fl_client.errors import ConfigError
from fl_client.reporting import print_fact, print_verdict
from fl_client.storage import ContentStore


def audit(settings: Settings, subject: str | None, head: str | None, *, as_json: bool) -> NoReturn:
    """Audit the folder of a run, or a task on a node; ends with the verdict's exit code.

    Raises:
        ConfigError: no such subject, or no hash.
    """
    chosen = _chosen(settings, subject)
    wanted = None if head is None else _hash(head)
    if Path(chosen).is_dir():
        _conclude(audit_folder(chosen, head=wanted), as_json=as_json)
    settings = replace(settings, task=chosen)
    _conclude(_audited(open_any_task(settings), open_content(settings), head=wanted), as_json=as_json)


def challenge(
    settings: Settings, subject: str | None, *, watch: bool, until_ended: bool, as_json: bool
) -> None:
    """Run the auditor's role: whatever is wrong goes to court.

    Raises:
        ConfigError: not a task on a node, or --watch is missing.
    """
    from fl_client.cli import encrypted
    from fl_client.cli.participate import auditor, take_part

    if not watch:
        raise ConfigError("--challenge goes with --watch")
    settings = replace(settings, task=_on_node(settings, subject))
    take_part(settings, auditor, of_encrypted=encrypted.auditor, until_ended=until_ended, as_json=as_json)


def watch(settings: Settings, subject: str | None, *, as_json: bool) -> NoReturn:
    """Print a verdict after each final round; end with the first that is not well, or when the task has ended."""
    settings = replace(settings, task=_on_node(settings, subject))
    contract, store = open_any_task(settings), open_content(settings)
    checked = 0
    while True:
        final, has_ended = _progress(contract)
        if has_ended:
            _conclude(_audited(contract, store), as_json=as_json)
        if final > checked:
            checked = final
            result = _audited(contract, store)
            if not result.passed:
                _conclude(result, as_json=as_json)
            _show(result, as_json=as_json)
        time.sleep(settings.poll)


def _progress(contract: AnyTask) -> tuple[int, bool]:
    """Rounds that are final, and whether the task has ended."""
    with contract.held():
        if isinstance(contract, EncryptedContract):
            state = contract.state()
            return state.round - 1, state.phase is EncryptedPhase.ENDED
        return contract.clock().round - 1, contract.phase()[0] is Phase.ENDED


def _audited(contract: AnyTask, store: ContentStore, *, head: bytes | None = None) -> AuditResult:
    if isinstance(contract, EncryptedContract):
        return audit_encrypted_task(contract, store, head=head)
    return audit_task(contract, store, head=head)


def _chosen(settings: Settings, subject: str | None) -> str:
    chosen = subject or settings.task
    if chosen is None:
        raise ConfigError(
            "what is to be audited? give the folder of a run, a task's address, or its task file"
        )
    return chosen


def _on_node(settings: Settings, subject: str | None) -> str:
    chosen = _chosen(settings, subject)
    if Path(chosen).is_dir():
        raise ConfigError(f"{chosen} is a run that is over: --watch takes a task on a node")
    return chosen


def _conclude(result: AuditResult, *, as_json: bool) -> NoReturn:
    _show(result, as_json=as_json)
    raise typer.Exit(result.exit_code)


def _show(result: AuditResult, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result.to_json(), sort_keys=True))
    else:
        console = Console(highlight=False)
        if result.head != "0x":  # that is what a chain has which could not be read
            print_fact(console, "chain head", result.head)
        if result.model_root is not None:
            print_fact(console, "model root", result.model_root)
        if result.last_block is not None:
            print_fact(console, "last block", result.last_block)
        print_verdict(console, result.to_json())
    sys.stdout.flush()


def _hash(text: str) -> bytes:
    try:
        found = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        found = b""
    if len(found) != 32:
        raise ConfigError(f"--head is {text!r}: give a block hash of 64 hexadecimal digits")
    return found
