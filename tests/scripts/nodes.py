"""Local nodes and scripts as processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fl_client.chain import Account, Connection, create_keystore
from fl_client.errors import ChainError

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password for tests"
_PLACES = (Path(sys.prefix) / "bin", ROOT / "node_modules" / ".bin")
ENVIRONMENT = os.environ | {"PATH": os.pathsep.join([*map(str, _PLACES), os.environ.get("PATH", "")])}
_START_SECONDS = 60

NODES = {
    "anvil": ["--hardfork", "prague", "--chain-id", "31337", "--silent", "--port"],
    "osaka": ["--hardfork", "osaka", "--chain-id", "31337", "--gas-limit", "30000000", "--silent", "--port"],
    "ganache": [
        *("--chain.hardfork", "shanghai", "--chain.chainId", "1337", "--miner.blockGasLimit", "30000000"),
        *("--logging.quiet", "--server.port"),
    ],
}
TOOLS = {"osaka": "anvil"}


def tool(name: str) -> str:
    """Where `make setup` put a tool; it is an error, not a skip, when it is not there."""
    found = shutil.which(name, path=ENVIRONMENT["PATH"])
    assert found, f"{name} is not installed: run make setup"
    return found


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def node(kind: str, port: int | None = None) -> Iterator[str]:
    """Run a local node that mines on demand; gives its URL."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [tool(TOOLS.get(kind, kind)), *NODES[kind], str(port)],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                Connection.open(url)
                break
            except ChainError:
                assert process.poll() is None, f"{kind} ended with {process.returncode}"
                assert time.monotonic() < deadline, f"{kind} did not answer within {_START_SECONDS} s"
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def script(name: str, *arguments: object) -> list[str]:
    """The command line of a script."""
    return [sys.executable, str(ROOT / "scripts" / f"{name}.py"), *map(str, arguments)]


def fl(*arguments: object) -> list[str]:
    """The command line of `fl`."""
    return [sys.executable, "-m", "fl_client.cli.app", *map(str, arguments)]


def run_fl(*arguments: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a command of `fl` to its end."""
    return subprocess.run(
        fl(*arguments), capture_output=True, text=True, timeout=timeout, env=ENVIRONMENT, check=False
    )


def succeed(*arguments: object) -> list[dict[str, Any]]:
    """Run a command of `fl` that must end well; gives the JSON objects that it printed."""
    done = run_fl(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def new_account(folder: Path, name: str) -> Account:
    """A fresh key in a keystore that opens fast, beside the common password file."""
    (folder / "password").write_text(PASSWORD + "\n")
    return create_keystore(folder / f"{name}.json", lambda: PASSWORD, work=2)


def key_options(folder: Path, name: str) -> list[object]:
    """How a script is told of such an account."""
    return ["--keystore", folder / f"{name}.json", "--password-file", folder / "password"]
