"""Events once each, in order, from wherever the cursor was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fl_client.chain import Connection, EventCursor, EventDecoder, LogEntry, Node, demo_account
from fl_client.chain.node import NodeRefused
from fl_client.errors import ChainError
from fl_client.types import Address
from tests.fl_client.chain.conftest import LEDGER, World


class Narrow:
    """The chain's own node, refusing wide ranges of logs as public nodes do."""

    def __init__(self, node: Node, widest: int) -> None:
        self._node = node
        self._widest = widest
        self.asked: list[tuple[int, int]] = []
        self.gas_limit_hint = node.gas_limit_hint

    def wait_until(self, timestamp: int, *, timeout_seconds: float) -> None:
        self._node.wait_until(timestamp, timeout_seconds=timeout_seconds)

    def nudge(self) -> None:
        self._node.nudge()

    def logs(self, addresses: Sequence[Address], first: int, last: int | None) -> tuple[LogEntry, ...]:
        assert last is not None  # a cursor names its ranges
        self.asked.append((first, last))
        if last - first + 1 > self._widest:
            raise NodeRefused("query returned more than 10000 results")
        return self._node.logs(addresses, first, last)


def store(world: World, *keys: int) -> None:
    for key in keys:
        world.sender.send(world.ledger.functions.store(key, key.to_bytes(32, "big")))


def keys_of(cursor: EventCursor) -> list[int]:
    return [event.args["key"] for event in cursor.poll()]


def test_event_has_every_field(world: World) -> None:
    receipt = world.sender.send(world.ledger.functions.store(7, b"\x07" * 32))
    (event,) = EventCursor(world.connection, [world.address], [LEDGER], 0).poll()
    assert event.name == "Stored" and event.address == world.address
    assert event.args == {"who": world.sender.address, "key": 7, "value": b"\x07" * 32}
    assert (event.block, event.transaction_hash, event.log_index) == (receipt.block, receipt.hash, 0)


def test_receipts_logs_decode_to_the_same_events(world: World) -> None:
    receipt = world.sender.send(world.ledger.functions.store(7, b"\x07" * 32))
    polled = EventCursor(world.connection, [world.address], [LEDGER], 0).poll()
    assert EventDecoder([LEDGER]).decode(receipt.logs) == polled


def test_each_event_comes_once_and_in_order(world: World) -> None:
    cursor = EventCursor(world.connection, [world.address], [LEDGER], 0)
    store(world, 9, 7)
    assert keys_of(cursor) == [9, 7]
    store(world, 8)
    assert keys_of(cursor) == [8]
    assert keys_of(cursor) == []


def test_cursor_stops_where_it_is_told_to(world: World) -> None:
    cursor = EventCursor(world.connection, [world.address], [LEDGER], 0)
    store(world, 7, 8)
    before = world.connection.block_number() - 1
    assert [event.args["key"] for event in cursor.poll(before)] == [7]
    assert keys_of(cursor) == [8]


def test_cursor_goes_on_after_a_restart(world: World) -> None:
    cursor = EventCursor(world.connection, [world.address], [LEDGER], 0)
    store(world, 7)
    cursor.poll()
    kept = cursor.to_json()
    store(world, 8)
    resumed = EventCursor(world.connection, [world.address], [LEDGER], 0)
    resumed.resume(kept)
    assert keys_of(resumed) == [8]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"nextBlock": "x", "lastHash": null}'])
def test_state_that_is_none_is_refused(world: World, text: str) -> None:
    with pytest.raises(ChainError, match="cursor"):
        EventCursor(world.connection, [world.address], [LEDGER], 0).resume(text)


def test_other_addresses_are_left_out(world: World) -> None:
    store(world, 7)
    assert EventCursor(world.connection, [demo_account(9, 9).address], [LEDGER], 0).poll() == ()


def test_unknown_events_are_left_out(world: World) -> None:
    store(world, 7)
    assert EventCursor(world.connection, [world.address], [], 0).poll() == ()


def test_refused_range_is_halved(world: World) -> None:
    store(world, 7, 8, 9, 10, 11, 12)
    node = Narrow(world.connection.node, widest=2)
    narrow = Connection(world.connection.web3, node, chain_id=world.connection.chain_id, url="narrow")
    assert keys_of(EventCursor(narrow, [world.address], [LEDGER], 0)) == [7, 8, 9, 10, 11, 12]
    assert node.asked[0] == (0, 7) and node.asked[-1][0] - node.asked[-1][1] in (-1, 0)


def test_node_that_refuses_one_block_is_named(world: World) -> None:
    node = Narrow(world.connection.node, widest=0)
    narrow = Connection(world.connection.web3, node, chain_id=world.connection.chain_id, url="narrow")
    with pytest.raises(ChainError, match="narrow refuses the logs of block 0"):
        EventCursor(narrow, [world.address], [LEDGER], 0).poll()


def test_replaced_history_is_reported(world: World) -> None:
    cursor = EventCursor(world.connection, [world.address], [LEDGER], 0)
    store(world, 7)
    cursor.poll()
    other = Connection.embedded(seed=4, accounts=1)
    for _ in range(5):
        other.wait_until(other.now() + 1)
    moved = EventCursor(other, [world.address], [LEDGER], 0)
    moved.resume(cursor.to_json())
    with pytest.raises(ChainError, match="was replaced after it was read"):
        moved.poll()


def test_confirmations_leave_the_latest_blocks_for_later(world: World) -> None:
    cursor = EventCursor(world.connection, [world.address], [LEDGER], 0, confirmations=1)
    store(world, 7, 8)
    assert keys_of(cursor) == [7]


def test_log_that_only_looks_like_the_event_is_refused(world: World) -> None:
    receipt = world.sender.send(world.ledger.functions.store(7, b"\x07" * 32))
    with pytest.raises(ChainError, match="is no Stored event"):
        EventDecoder([LEDGER]).decode([replace(receipt.logs[0], data=b"short")])
