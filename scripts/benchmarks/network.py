"""Processes of their own on a node: what they cost beside the run in one process, and how fast they come back."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from fl_client.chain.contracts import Phase, Role, TaskContract
from fl_client.cli.network import Network, NetworkPlan
from fl_client.types import Address

from .table import Row, mark

TRAINERS, ROUNDS, SEED = 5, 5, 0
IDLE_SECONDS = 40.0
IMPORTS = (
    "import fl_client.cli.app, fl_client.cli.participate, fl_client.cli.learner, fl_client.learning.trainer"
)
NOTES = """Notes:

- The node is an anvil that mines each transaction at once; both runs have the same seed, data and rule.
- Import time is that of the packages which a trainer loads, measured alone.
- An idle trainer waits for the others with the default `--poll`: one question a poll, whatever the number of blocks,
  and a full look every half minute.
"""


def network() -> Iterator[Row]:
    """Seven processes against one; a trainer that died; `fl status`; a role that waits."""
    yield from _ratio()
    with tempfile.TemporaryDirectory() as folder:
        yield from _restart(NetworkPlan(out=Path(folder) / "run", trainers=3, rounds=2, seed=SEED))
    yield from _idle(0.0, "no blocks")
    yield from _idle(2.0, "a block every 2 s")


def _fl(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "fl_client.cli.app", *map(str, arguments)]


def _ratio() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        common = ["--participants", TRAINERS, "--rounds", ROUNDS, "--seed", SEED, "--honest", "--json"]
        began = time.perf_counter()
        done = subprocess.run(
            _fl("demo", *common, "--out", f"{folder}/one"), capture_output=True, text=True, check=True
        )
        alone = time.perf_counter() - began
        plan = NetworkPlan(out=Path(folder) / "many", trainers=TRAINERS, rounds=ROUNDS, seed=SEED)
        began = time.perf_counter()
        with Network(plan) as found:
            found.wait(600)
            together = time.perf_counter() - began
            same = "0x" + found.contract.base_model().hex() == json.loads(done.stdout)["model_root"]
    what = f"{TRAINERS + 2} processes on anvil / one process, {ROUNDS} rounds"
    yield (f"{what}: model bits", "the same" if same else "others", "the same", mark(same))
    ratio = together / alone
    yield (
        f"{what}: wall time with starting",
        f"{ratio:.2f} ({together:.0f} s / {alone:.0f} s)",
        "<= 3",
        mark(ratio <= 3),
    )


def _restart(plan: NetworkPlan) -> Iterator[Row]:
    imports = min(_seconds([sys.executable, "-c", IMPORTS]) for _ in range(3))
    with Network(plan) as found:
        victim, contract = found.processes[0], found.contract
        while not contract.stake(victim.address, Role.TRAINER)[0]:  # until it has joined
            time.sleep(0.02)
        victim.handle.kill()
        victim.handle.wait()
        while contract.phase()[0] is not Phase.COMMIT:
            time.sleep(0.05)
        began, sent = time.perf_counter(), _sent(contract, victim.address)
        found.processes[0] = found.start(victim.name, victim.address)
        while _sent(contract, victim.address) == sent:
            time.sleep(0.005)
        back = time.perf_counter() - began
        beside = _cold_status(found)
        found.wait(600)
        cold = _cold_status(found)
    after = back - imports
    yield (
        "from a killed trainer's start to its next transaction, less imports (s)",
        f"{after:.2f} ({back:.2f} - {imports:.2f})",
        "< 3",
        mark(after < 3),
    )
    yield ("`fl status`, cold, beside a node (s)", f"{cold:.2f}", "< 2", mark(cold < 2))
    yield ("`fl status`, cold, beside a node and five processes at work (s)", f"{beside:.2f}", "", "")


def _cold_status(found: Network) -> float:
    """Seconds of the command from its start to its end, the least of three."""
    out = found.plan.out
    command = _fl(
        "status", out / "task.json", "--rpc-url", found.url, "--deployment", out / "deployment.json"
    )
    return min(_seconds(command) for _ in range(3))


def _sent(contract: TaskContract, account: Address) -> int:
    return contract.connection.web3.eth.get_transaction_count(account)  # type: ignore[arg-type]


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def _idle(block_seconds: float, name: str) -> Iterator[Row]:
    """A trainer that has joined a task which never fills up."""
    with tempfile.TemporaryDirectory() as folder:
        plan = NetworkPlan(out=Path(folder) / "run", trainers=3, rounds=1, seed=SEED, phase_seconds=3_600)
        with Network(plan) as found, counting(found.url) as proxy:
            one = found.processes[0]
            for process in found.processes:
                process.handle.kill()
                process.handle.wait()
            found.url, found.plan = proxy.url, replace(plan, poll=2.0)
            one = found.start(one.name, one.address)
            found.processes.append(one)
            while "joined" not in one.deeds and one.handle.poll() is None:
                one.follow()
                time.sleep(0.2)
            if block_seconds:
                requests.post(
                    proxy.target, json=_call("evm_setIntervalMining", int(block_seconds)), timeout=10
                )
            time.sleep(10)
            began, cpu, asked = time.monotonic(), _cpu(one.handle.pid), proxy.count
            time.sleep(IDLE_SECONDS)
            seconds = time.monotonic() - began
            share = (_cpu(one.handle.pid) - cpu) / seconds
            rate = (proxy.count - asked) / seconds
    yield (f"idle trainer, {name}: share of a core", f"{share:.2%}", "< 1 %", mark(share < 0.01))
    yield (f"idle trainer, {name}: requests a second", f"{rate:.2f}", "< 1", mark(rate < 1))


def _call(method: str, *parameters: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Counter(ThreadingHTTPServer):
    """Hands each request on to a node, and counts."""

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        self.target, self.count = target, 0
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counter

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = json.loads(body)
        self.server.count += len(asked) if isinstance(asked, list) else 1
        answer = requests.post(
            self.server.target, data=body, headers={"Content-Type": "application/json"}, timeout=60
        ).content
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def counting(target: str) -> Iterator[Counter]:
    """A counter in front of a node."""
    server = Counter(target)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
