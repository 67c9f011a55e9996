"""One TOML file, overridden by environment variables, overridden by options.

    [chain]
    rpc_url = "http://127.0.0.1:8545"
    deployment = "deployment.json"
    [account]
    keystore = "keys/alice.json"
    password_file = "/run/secrets/alice"
    [store]
    folder = "store"
    ipfs = ["http://127.0.0.1:5001"]

Paths in the file are relative to the file. The environment variable of ``rpc_url`` is ``FL_RPC_URL``, and so on.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from fl_client.errors import ConfigError

CONFIG_FILE: Final = "gradbond.toml"
CONFIG_VARIABLE: Final = "FL_CONFIG"
PASSWORD_VARIABLE: Final = "FL_PASSWORD"

Value = TypeVar("Value")


def _of(table: str, kind: type, default: Any = None) -> Any:
    """A setting: its table in the file, what one of its values is, and what it is when nobody says."""
    return field(default=default, metadata={"table": table, "kind": kind})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the commands need to know; ``None`` where nobody said.

    Attributes:
        rpc_url: node to talk to.
        deployment: deployment file.
        confirmations: blocks on top of a transaction before it counts; None: 0 on a development chain, 2 elsewhere.
        task: a task's address, or its task file.
        keystore: encrypted key of the account.
        password_file: file whose first line is the password.
        keys: folder for keystores made by ``fl keys``.
        store: folder of the content store, which is also the cache before IPFS.
        ipfs: RPC addresses of IPFS daemons, tried in order.
        gateways: IPFS gateways that are only read from.
        store_timeout: seconds for one transfer.
        state: folder of the journal and the outbox; one account of one task each.
        poll: seconds between two looks at the chain.
        patience: seconds for which a silent node or store is borne.
        definition: a trainer's task: a name, module:Class or file.py:Class.
        data: folder of the task's data, where it reads one.
        share: a trainer's part of the data, K/N.
        partition: how the data is shared out among the trainers.
        seed: of the partition, and of what learning draws.
        device: auto, cpu, cuda or cuda:N.
    """

    rpc_url: str | None = _of("chain", str)
    deployment: Path | None = _of("chain", Path)
    confirmations: int | None = _of("chain", int)
    task: str | None = _of("task", str)
    definition: str = _of("task", str, "digits")
    data: Path | None = _of("task", Path)
    keystore: Path | None = _of("account", Path)
    password_file: Path | None = _of("account", Path)
    keys: Path = _of("account", Path, Path("keys"))
    store: Path | None = _of("store", Path)
    ipfs: tuple[str, ...] = _of("store", tuple, ())
    gateways: tuple[str, ...] = _of("store", tuple, ())
    store_timeout: float = _of("store", float, 60.0)
    state: Path | None = _of("role", Path)
    poll: float = _of("role", float, 2.0)
    patience: float = _of("role", float, 86_400.0)
    share: str = _of("role", str, "1/1")
    partition: str = _of("role", str, "iid")
    seed: int = _of("role", int, 0)
    device: str = _of("role", str, "cpu")

    def __post_init__(self) -> None:
        for name, least, most in (
            ("poll", 0.05, 3_600),
            ("patience", 0, 86_400),
            ("store_timeout", 0.1, 86_400),
            ("confirmations", 0, 1_000),
            ("seed", 0, 2**32 - 1),
        ):
            value = getattr(self, name)
            if value is not None and not least <= value <= most:  # also false for nan
                raise ConfigError(f"{name.replace('_', '-')} is {value}: give {least} to {most}")


def load_settings(config: Path | None = None, **options: Any) -> Settings:
    """Read the file and the environment; options that are not None come last.

    Args:
        config: the file; without it the one that FL_CONFIG names, or gradbond.toml in the working directory if
            there is one.
        options: by the names of ``Settings``.

    Raises:
        ConfigError: no such file, no TOML, a setting that does not exist or has an impossible value.
    """
    named = config or (Path(found) if (found := os.environ.get(CONFIG_VARIABLE)) else None)
    path = named or Path(CONFIG_FILE)
    values = _from_file(path) if named is not None or path.exists() else {}
    values |= _from_environment(os.environ)
    values |= {name: value for name, value in options.items() if value is not None}
    return replace(Settings(), **values)


def require(value: Value | None, name: str) -> Value:
    """A setting that a command cannot do without.

    Raises:
        ConfigError: nobody gave it.
    """
    if value is None:
        table = _FIELDS[name].metadata["table"]
        raise ConfigError(
            f"--{name.replace('_', '-')} is missing: give it, set {_variable(name)}, or write {name} under "
            f"[{table}] in {CONFIG_FILE}"
        )
    return value


_FIELDS: Final = {entry.name: entry for entry in fields(Settings)}


def _variable(name: str) -> str:
    return f"FL_{name.upper()}"


def _from_file(path: Path) -> dict[str, Any]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigError(f"cannot read the settings {path}: {problem.strerror}") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise ConfigError(f"{path} is no TOML file: {problem}") from problem
    known = {(entry.metadata["table"], name) for name, entry in _FIELDS.items()}
    found: dict[str, Any] = {}
    for table, entries in tables.items():
        if not isinstance(entries, dict):
            raise ConfigError(f"{path}: {table} stands outside of a table: {_meant(table, known)}")
        for name, value in entries.items():
            if (table, name) not in known:
                raise ConfigError(f"{path}: [{table}] {name} is no setting: {_meant(name, known)}")
            found[name] = _converted(name, value, f"{path}: [{table}] {name}", path.parent)
    return found


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _FIELDS:
        text = environment.get(_variable(name))
        if text is not None:
            value: Any = [part for part in text.split(",") if part] if _kind(name) is tuple else text
            found[name] = _converted(name, value, _variable(name), Path())
    return found


def _converted(name: str, value: Any, where: str, folder: Path) -> Any:
    """A value of a file or of the environment as its setting has it."""
    kind = _kind(name)
    try:
        if isinstance(value, bool):
            raise ValueError
        if kind is tuple:
            if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
                raise ValueError
            return tuple(value)
        if kind in (str, Path):
            if not isinstance(value, str) or not value:
                raise ValueError
            # A task may be an address or a file.
            is_path = kind is Path or (name == "task" and not value.startswith("0x"))
            is_path = is_path or (name == "definition" and ".py:" in value)
            return kind(folder / Path(value).expanduser()) if is_path else value
        if kind is int and isinstance(value, float):
            raise ValueError
        return kind(value)
    except (ValueError, TypeError):
        wanted = {
            tuple: "a list of strings",
            str: "a string",
            Path: "a path",
            int: "a whole number",
            float: "a number",
        }
        raise ConfigError(f"{where} is {value!r}: give {wanted[kind]}") from None


def _kind(name: str) -> Any:
    return _FIELDS[name].metadata["kind"]


def _meant(name: str, known: set[tuple[str, str]]) -> str:
    names = {entry: table for table, entry in known}
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"is [{names[close[0]]}] {close[0]} meant?"
    return "settings are " + ", ".join(f"[{table}] {entry}" for table, entry in sorted(known))
