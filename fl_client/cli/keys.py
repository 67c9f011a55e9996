"""`fl keys`: make, list and import encrypted keys; a key itself is never an argument and never shown."""

from __future__ import annotations

import getpass
import json
import re
import sys
from pathlib import Path

import typer

from fl_client.chain import create_keystore, import_keystore, keystore_address
from fl_client.cli.session import password_source
from fl_client.cli.settings import Settings
from fl_client.errors import ConfigError


def make(settings: Settings, name: str, *, as_json: bool) -> None:
    """Make a key, and print its address.

    Raises:
        ConfigError: such a key exists, the name is none, or the password is empty.
    """
    path = _path(settings, name)
    account = create_keystore(path, password_source(settings, twice=True))
    _tell(path, account.address, as_json=as_json)


def take_in(settings: Settings, name: str, key_file: Path | None, *, as_json: bool) -> None:
    """Encrypt a private key from a file or from the terminal, and print its address.

    Raises:
        ConfigError: as above, or no private key.
    """
    path = _path(settings, name)
    account = import_keystore(path, _private_key(key_file), password_source(settings, twice=True))
    _tell(path, account.address, as_json=as_json)


def show(settings: Settings, *, as_json: bool) -> None:
    """Print the names and addresses of the folder's keys; nothing is decrypted."""
    found = [(path, keystore_address(path)) for path in sorted(settings.keys.glob("*.json"))]
    if as_json:
        rows = [{"address": address, "file": str(path), "name": path.stem} for path, address in found]
        typer.echo(json.dumps(rows, sort_keys=True))
        return
    if not found:
        typer.echo(f"no keys in {settings.keys}; make one: fl keys new NAME")
    for path, address in found:
        typer.echo(f"{path.stem:<20} {address or 'no keystore'}")


def _path(settings: Settings, name: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", name):
        raise ConfigError(f"{name!r} is no name: give letters, digits, - _ and ., at most 64")
    try:
        settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise ConfigError(f"cannot make the folder {settings.keys}: {problem.strerror}") from problem
    path = settings.keys / f"{name}.json"
    if path.exists():
        raise ConfigError(f"{path} exists already: a keystore is never overwritten")
    return path


def _private_key(file: Path | None) -> bytes:
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8")
        except OSError as problem:
            raise ConfigError(f"cannot read the key file {file}: {problem.strerror}") from problem
    elif sys.stdin.isatty():
        text = getpass.getpass("Private key (hex): ")
    else:
        raise ConfigError("no private key: give --key-file, or run this at a terminal to be asked")
    try:
        return bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        # No cause is kept: its message would show what was read.
        raise ConfigError("that is no private key: give 64 hexadecimal digits") from None


def _tell(path: Path, address: str, *, as_json: bool) -> None:
    typer.echo(json.dumps({"address": address, "file": str(path)}, sort_keys=True) if as_json else address)
