"""What the commands open from the settings: chain, task, account, store, journal."""

from __future__ import annotations

import functools
import getpass
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from eth_utils.address import is_address, is_checksum_address, to_checksum_address

from fl_client.chain import (
    Account,
    Connection,
    load_keystore,
    password_from_environment,
    password_from_file,
)
from fl_client.chain.contracts import Deployment, TaskContract
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.chain.contracts.tasks import AnyTask, bind_task
from fl_client.cli.settings import PASSWORD_VARIABLE, Settings, require
from fl_client.errors import ConfigError
from fl_client.storage import ContentStore, StoreSettings, open_store
from fl_client.types import Address


def open_chain(settings: Settings) -> tuple[Connection, Deployment]:
    """Connect to the node, and make sure that the deployment is this version's own contracts.

    Raises:
        ConfigError: node or deployment file is not given, or is no such thing.
        ChainError: nobody answers, another chain, or other contracts.
    """
    url, file = require(settings.rpc_url, "rpc_url"), require(settings.deployment, "deployment")
    deployment = Deployment.read(file)
    connection = Connection.open(url, chain_id=deployment.chain_id)
    deployment.check(connection)
    return connection, deployment


def open_task(settings: Settings, *, instead: str) -> TaskContract:
    """The plain task that is given.

    Args:
        instead: what to use for an encrypted one, and why.

    Raises:
        ConfigError, ChainError: as above, no task, or an encrypted one.
    """
    return require_plain(open_any_task(settings), instead)


def require_plain(contract: AnyTask, instead: str) -> TaskContract:
    """The same task, which must be a plain one.

    Raises:
        ConfigError: it is an encrypted one.
    """
    if isinstance(contract, EncryptedContract):
        raise ConfigError(f"{contract.address} is an encrypted task: {instead}")
    return contract


def open_any_task(settings: Settings) -> AnyTask:
    """The task that is given, of either kind.

    Raises:
        ConfigError, ChainError: as above, or no task.
    """
    address = task_address(require(settings.task, "task"))
    return bind_task(*open_chain(settings), address)


def open_records(
    settings: Settings, subject: str | None, task: str | None, *, otherwise: str | None = None
) -> AnyTask:
    """A task whose records on the chain are enough: no store is needed, nor an account.

    Args:
        settings: with an address or a task file: the node and the deployment file.
        subject: the folder of a run, an address or a task file.
        task: given by --task: which one, where a folder's chain holds several; or the address of one on a node.
        otherwise: the task that is meant where neither says.

    Raises:
        ConfigError, ChainError: as above, or no such task.
    """
    where = subject or task or otherwise or settings.task
    if where is None:
        raise ConfigError("of which task? give the folder of a run, a task's address, or its task file")
    if Path(where).is_dir():
        # A chain in this process takes seconds to import: whoever asks a node does not pay for it.
        from fl_client.records.subject import task_in

        chosen = task or otherwise
        return task_in(Path(where), None if chosen is None else parse_address(chosen, "--task"))[0]
    if subject is not None and task is not None:
        raise ConfigError(
            f"--task chooses a task of a run's folder, and {subject} is none: leave one of them out"
        )
    return open_any_task(replace(settings, task=where))


def open_account(settings: Settings, password: Callable[[], str] | None = None) -> Account:
    """Decrypt the key.

    Args:
        password: where it comes from; None: as the settings say.

    Raises:
        ConfigError: no keystore, or the wrong password.
    """
    return load_keystore(require(settings.keystore, "keystore"), password or password_source(settings))


def remembered(password: Callable[[], str]) -> Callable[[], str]:
    """The same, asked once: a party's secrets are encrypted by its keystore's password."""
    return functools.cache(password)


def password_source(settings: Settings, *, twice: bool = False) -> Callable[[], str]:
    """Where the password comes from: the file, the environment, or whoever sits at the terminal."""
    if settings.password_file is not None:
        return password_from_file(settings.password_file)
    if PASSWORD_VARIABLE in os.environ:
        return password_from_environment(PASSWORD_VARIABLE)
    return lambda: _ask(twice=twice)


def _ask(*, twice: bool) -> str:
    if not sys.stdin.isatty():
        raise ConfigError(
            f"no password: give --password-file, set {PASSWORD_VARIABLE}, or run this at a terminal to be asked"
        )
    found = getpass.getpass("Password: ")
    if twice and getpass.getpass("Once more: ") != found:
        raise ConfigError("the two passwords differ: try again")
    return found


def open_content(settings: Settings) -> ContentStore:
    """The content store: a folder, in front of IPFS where daemons or gateways are given.

    Raises:
        ConfigError: no folder is given, or an address is none.
    """
    return open_store(
        StoreSettings(
            folder=require(settings.store, "store"),
            ipfs=settings.ipfs,
            gateways=settings.gateways,
            timeout_seconds=min(settings.store_timeout, 30.0),
            transfer_seconds=settings.store_timeout,
        )
    )


def state_folder(settings: Settings, account: Address) -> Path:
    """Where an account keeps what must not be lost."""
    return settings.state or Path("state") / account.lower()


def task_address(text: str) -> Address:
    """An address, or the one in a task file.

    Raises:
        ConfigError: neither.
    """
    if text.startswith("0x"):
        return parse_address(text, "the task")
    try:
        return parse_address(
            str(json.loads(Path(text).read_text(encoding="utf-8"))["task"]), f"the task in {text}"
        )
    except OSError as problem:
        raise ConfigError(f"cannot read the task file {text}: {problem.strerror}") from problem
    except (ValueError, KeyError, TypeError) as problem:
        if isinstance(problem, ConfigError):
            raise
        raise ConfigError(
            f"{text} is no task file: give what `fl task create` wrote, or an address"
        ) from problem


def parse_address(text: str, what: str) -> Address:
    """Read an address.

    Raises:
        ConfigError: it is none, or its mixed case is not its checksum.
    """
    digits = text.removeprefix("0x")
    mixed = digits not in (digits.lower(), digits.upper())
    if not is_address(text) or (mixed and not is_checksum_address(text)):
        raise ConfigError(
            f"{what} is {text!r}: give an address of 0x and 40 hexadecimal digits, case as it is shown"
        )
    return Address(to_checksum_address(text))


def check_writable(path: Path, option: str) -> None:
    """Make sure that a file can be written, before anything costs money.

    Raises:
        ConfigError: it cannot.
    """
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as problem:
        raise ConfigError(f"cannot write {option} {path}: {problem.strerror}") from problem
