"""`fl devnet`: a chain that outlives the process that runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from fl_client.chain import Connection, UnlockedSender
from fl_client.errors import ChainError
from fl_client.types import Address
from tests.scripts.nodes import ENVIRONMENT, fl, free_port, node, run_fl

SOMEBODY = Address("0x00000000000000000000000000000000DeaDBeef")


class Devnet:
    """A running `fl devnet`."""

    def __init__(self, folder: Path, port: int) -> None:
        command = fl("devnet", "--port", port, "--state", folder, "--json")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, start_new_session=True
        )
        assert self.process.stdout
        self.facts = json.loads(self.process.stdout.readline())
        self.connection = Connection.open(self.facts["rpc_url"])

    def balance(self) -> int:
        return int(self.connection.web3.eth.get_balance(SOMEBODY))  # type: ignore[arg-type]

    def end(self, how: signal.Signals) -> None:
        os.killpg(self.process.pid, how)
        self.process.wait(20)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_chain_goes_on_after_its_process_was_ended(tmp_path: Path, how: signal.Signals) -> None:
    port = free_port()
    first = Devnet(tmp_path, port)
    try:
        UnlockedSender(first.connection).give(SOMEBODY, 7)
        height = first.connection.block_number()
        if how is signal.SIGKILL:
            time.sleep(5)  # longer than the interval in which it writes its state
    finally:
        first.end(how)
    second = Devnet(tmp_path, port)
    try:
        assert (second.balance(), second.connection.block_number()) == (7, height)
    finally:
        second.end(signal.SIGINT)


def test_no_node_is_left_behind_when_it_alone_is_terminated(tmp_path: Path) -> None:
    devnet = Devnet(tmp_path, free_port())
    devnet.process.terminate()
    devnet.process.wait(20)
    with pytest.raises(ChainError):
        Connection.open(devnet.facts["rpc_url"])


def test_it_says_where_it_is_and_who_has_ether(tmp_path: Path) -> None:
    devnet = Devnet(tmp_path, free_port())
    try:
        assert devnet.facts["chain_id"] == 31337 and len(devnet.facts["accounts"]) == 20
    finally:
        devnet.end(signal.SIGINT)


def test_an_occupied_port_is_refused(tmp_path: Path) -> None:
    with node("anvil") as url:
        done = run_fl("devnet", "--port", url.rsplit(":", 1)[1], "--state", tmp_path)
    assert done.returncode == 3 and "a node answers" in done.stderr and done.stderr.count("\n") == 1


def test_without_anvil_it_says_how_to_get_one(tmp_path: Path) -> None:
    environment = ENVIRONMENT | {"PATH": str(tmp_path)}
    done = subprocess.run(
        fl("devnet", "--state", tmp_path),
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3 and "anvil is not installed: `npm install" in done.stderr
