"""Keeping a development chain's clock going, and leaving every other chain alone."""

from __future__ import annotations

import time
from typing import Any

import pytest

from fl_client.chain import Connection, rpc
from fl_client.errors import ChainError
from tests.fl_client.chain.conftest import World
from tests.fl_client.chain.test_connection import node


class Idle(dict[str, Any]):
    """Answers of a node with one block; counts how often it was asked to mine."""

    def __init__(self, *, stamp: float, mines: bool = True) -> None:
        block = {"number": "0x3", "timestamp": hex(int(stamp))}
        super().__init__({"eth_chainId": {"result": "0x5"}, "eth_getBlockByNumber": {"result": block}})
        self.asked, self.mines = 0, mines

    def get(self, key: str, default: Any = None) -> Any:
        if key != "evm_mine":
            return super().get(key, default)
        self.asked += 1
        return {"result": "0x0"} if self.mines else default


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc, "IDLE_SECONDS", 0.0)


def nudged(answers: Idle, times: int) -> int:
    """How often the node was asked to mine."""
    with node(answers) as url:
        connection = Connection.open(url)
        for _ in range(times):
            connection.nudge()
    return answers.asked


def test_block_that_is_seen_for_the_first_time_is_given_a_while() -> None:
    assert nudged(Idle(stamp=time.time() - 9), 1) == 0


def test_chain_that_idles_is_asked_for_a_block() -> None:
    assert nudged(Idle(stamp=time.time() - 9), 2) == 1


def test_chain_ahead_of_this_clock_is_given_longer() -> None:
    assert nudged(Idle(stamp=time.time() + 9), 2) == 0


def test_node_that_cannot_mine_is_asked_once_only() -> None:
    assert nudged(Idle(stamp=time.time() - 9, mines=False), 5) == 1


def test_node_that_is_gone_is_named() -> None:
    with node(Idle(stamp=0)) as url:
        connection = Connection.open(url)
    with pytest.raises(ChainError, match="did not answer"):
        connection.nudge()


def test_chain_in_this_process_is_left_alone(world: World) -> None:
    height = world.connection.block_number()
    world.connection.nudge()
    assert world.connection.block_number() == height
