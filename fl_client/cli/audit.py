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
from fl_client.cli.session import open_content, open_encrypted_task, open_task
from fl_client.cli.settings import Settings
from fl_client.errors import ConfigError
from fl_client.reporting import print_fact, print_verdict


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
    content = open_content(settings)
    if (encrypted := open_encrypted_task(settings)) is not None:
        _conclude(audit_encrypted_task(encrypted, content, head=wanted), as_json=as_json)
    _conclude(audit_task(open_task(settings), content, head=wanted), as_json=as_json)


def challenge(
    settings: Settings, subject: str | None, *, watch: bool, until_ended: bool, as_json: bool
) -> None:
    """Run the auditor's role: whatever is wrong goes to court.

    Raises:
        ConfigError: not a task on a node, or --watch is missing.
    """
    from fl_client.cli.participate import auditor, take_part

    if not watch:
        raise ConfigError("--challenge goes with --watch")
    settings = replace(settings, task=_on_node(settings, subject))
    take_part(settings, auditor, until_ended=until_ended, as_json=as_json)


def watch(settings: Settings, subject: str | None, *, as_json: bool) -> NoReturn:
    """Print a verdict after each final round; end with the first that is not well, or when the task has ended."""
    settings = replace(settings, task=_on_node(settings, subject))
    contract, store = open_task(settings), open_content(settings)
    checked = 0
    while True:
        with contract.held():
            phase, _ = contract.phase()
            final = contract.clock().round - 1
        if phase is Phase.ENDED:
            _conclude(audit_task(contract, store), as_json=as_json)
        if final > checked:
            checked = final
            result = audit_task(contract, store)
            if not result.passed:
                _conclude(result, as_json=as_json)
            _show(result, as_json=as_json)
        time.sleep(settings.poll)


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
