"""js-ipfs as a daemon: another program than Kubo with the same RPC, installed by `make test-ipfs`."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "ipfs"
MODULES = Path(os.environ.get("GRADBOND_IPFS_MODULES", FOLDER / "node_modules"))
PROGRAM = MODULES / ".bin" / "jsipfs"
ADDRESS = os.environ.get("GRADBOND_IPFS_API")
"""Of a daemon of the user's own, which is used instead."""

needed = pytest.mark.skipif(
    not ADDRESS and not PROGRAM.exists(),
    reason="no IPFS daemon: `make test-ipfs` installs one, GRADBOND_IPFS_API names one that runs",
)
START_SECONDS = 120


@dataclass(frozen=True)
class Daemon:
    """Where one listens, as multiaddrs; a daemon of the user's own has no gateway here."""

    rpc: str
    gateway: str | None = None


@contextmanager
def running(folder: Path) -> Iterator[Daemon]:
    """Start a daemon that knows no peers, with its repository in a folder, and stop it in the end."""
    repository = folder / "repository"
    environment = {
        **os.environ,
        "HOME": str(folder),
        "IPFS_PATH": str(repository),
        "NODE_OPTIONS": f"--require {FOLDER / 'with_resolvers.cjs'}",
    }
    subprocess.run(
        [PROGRAM, "init", "--profile", "test", "--empty-repo"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=START_SECONDS,
    )
    config = json.loads((repository / "config").read_text())
    anywhere = "/ip4/127.0.0.1/tcp/0"
    config["Addresses"] = {"Swarm": [], "Delegates": [], "API": anywhere, "Gateway": anywhere}
    config["Bootstrap"] = []
    (repository / "config").write_text(json.dumps(config))
    log = folder / "daemon.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [PROGRAM, "daemon", "--offline"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _listening(process, log)
    finally:
        process.terminate()
        process.wait(30)


def _listening(process: subprocess.Popen[bytes], log: Path) -> Daemon:
    until = time.monotonic() + START_SECONDS
    while "Daemon is ready" not in log.read_text():
        assert process.poll() is None and time.monotonic() < until, log.read_text()
        time.sleep(0.2)
    places = {}
    for line in log.read_text().splitlines():
        what, found, where = line.partition(" listening on ")
        if found:
            places[what.split()[0]] = where.strip()
    return Daemon(rpc=places["HTTP"], gateway=places["Gateway"])
