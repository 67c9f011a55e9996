"""What the scripts share: options for nodes and keys, and errors that end in one line."""

from __future__ import annotations

import argparse
import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from eth_utils.address import is_address, is_checksum_address, to_checksum_address

from fl_client.chain import Account, load_keystore, password_from_file
from fl_client.errors import ConfigError, GradbondError
from fl_client.types import Address


class ScriptParser(argparse.ArgumentParser):
    """A parser whose errors are ours: one line, and the exit code of a wrong argument."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments."""
        raise ConfigError(f"{message}; --help lists the options")


def add_node_options(parser: argparse.ArgumentParser, *, deployment: bool = True) -> None:
    """Add where the chain is, and what every script takes."""
    parser.add_argument("--rpc-url", required=True, metavar="URL", help="node to talk to")
    if deployment:
        parser.add_argument("--deployment", required=True, type=Path, metavar="FILE", help="deployment file")
    parser.add_argument("--json", action="store_true", help="JSON on standard output, one object a line")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")


def add_key_options(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add where the key is; a key itself is never an argument."""
    parser.add_argument("--keystore", required=required, type=Path, metavar="FILE", help="encrypted key")
    parser.add_argument(
        "--password-file", required=required, type=Path, metavar="FILE", help="its password, on the first line"
    )


def load_account(keystore: Path | None, password_file: Path | None) -> Account | None:
    """Open a keystore; ``None`` where none is named.

    Raises:
        ConfigError: one of the two files is missing or wrong.
    """
    if keystore is None and password_file is None:
        return None
    if keystore is None or password_file is None:
        raise ConfigError("--keystore and --password-file go together: give both")
    return load_keystore(keystore, password_from_file(password_file))


def parse_address(text: str, what: str) -> Address:
    """Read an address.

    Raises:
        ConfigError: it is none, or its mixed case is not its checksum.
    """
    digits = text.removeprefix("0x")
    mixed = digits not in (digits.lower(), digits.upper())
    if not is_address(text) or (mixed and not is_checksum_address(text)):
        raise ConfigError(f"{what} is {text!r}: give an address of 0x and 40 hexadecimal digits, case as it is shown")
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


def run(name: str, call: Callable[[], object]) -> NoReturn:
    """Run a script; no error that a user can cause shows a traceback without --debug."""
    code, text = 0, ""
    try:
        call()
    except GradbondError as problem:
        code, text = problem.exit_code, str(problem)
    except KeyboardInterrupt:
        code, text = 130, "interrupted: the state folder keeps what was begun"
    except BrokenPipeError:
        pass
    except Exception as problem:  # a defect of ours, still said in one line
        code = 70
        text = f"unexpected {type(problem).__name__}: {problem}; run again with --debug and report it"
    if code:
        if "--debug" in sys.argv:
            traceback.print_exc()
        line = " ".join(text.split())
        if "--json" in sys.argv:
            print(json.dumps({"error": line, "exit_code": code}))
        print(f"{name}: {line}", file=sys.stderr)
    sys.exit(code)
