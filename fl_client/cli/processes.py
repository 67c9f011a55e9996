"""Processes of a federation on this machine: a node, and one `fl` for each participant."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fl_client.chain import Connection, create_keystore
from fl_client.cli.devnet import CHAIN_ID, anvil_options, find_anvil
from fl_client.errors import ChainError
from fl_client.types import Address

_FAST_SCRYPT: Final = 2  # the keys of a demonstration guard nothing
START_SECONDS: Final = 120.0
"""For a process to begin its work, on a busy machine."""


@dataclass(slots=True)
class Process:
    """One participant: its process, its last words, and how it ended."""

    name: str
    role: str
    address: Address
    handle: subprocess.Popen[str]
    log: Path
    read: int = 0
    said: list[dict[str, Any]] = field(default_factory=list)

    def follow(self) -> None:
        """Read what it has written since the last time."""
        with self.log.open(encoding="utf-8") as file:
            file.seek(self.read)
            for line in file:
                if not line.endswith("\n"):
                    break  # still being written
                self.read += len(line.encode())
                with contextlib.suppress(ValueError):
                    self.said.append(json.loads(line))

    @property
    def deeds(self) -> list[str]:
        """What it did, in order."""
        return [entry["deed"] for entry in self.said if "deed" in entry]


def command_line(*arguments: object) -> list[str]:
    """Of `fl` with this interpreter."""
    return [sys.executable, "-m", "fl_client.cli.app", *map(str, arguments)]


def bare_environment() -> dict[str, str]:
    """Ours without settings of the user's own, and one thread a process: there are more of them than cores."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FL_")}
    return kept | {"OMP_NUM_THREADS": "1"}


def ran(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A command that has ended."""
    return subprocess.run(
        command_line(*arguments, "--json"),
        capture_output=True,
        text=True,
        env=bare_environment(),
        check=False,
    )


def new_keys(folder: Path, names: Iterable[str]) -> dict[str, Address]:
    """Make a keystore for each name in a folder of their own, beside the password of all; gives the addresses."""
    folder.mkdir(mode=0o700)
    password = secrets.token_hex(16)
    handle = os.open(folder / "password", os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(password + "\n")
    return {
        name: create_keystore(folder / f"{name}.json", lambda: password, work=_FAST_SCRYPT).address
        for name in names
    }


@contextlib.contextmanager
def anvil(out: Path) -> Iterator[str]:
    """A node that keeps its chain in a folder; gives its URL.

    Raises:
        ChainError: it does not answer.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    command = [*find_anvil(), *anvil_options(port, 10, out / "chain", 0)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                Connection.open(url, chain_id=CHAIN_ID)
                break
            except ChainError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()
