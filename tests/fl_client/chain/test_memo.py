"""Bytes that an account sends to itself."""

from __future__ import annotations

import pytest

from fl_client.chain import Memo, read_memo
from fl_client.errors import ChainError
from fl_client.types import Bytes32

from .conftest import World

DIGEST = bytes(range(32))


def test_what_was_sent_is_read_with_its_block(world: World) -> None:
    receipt = world.sender.send(Memo(world.connection, world.sender.address, DIGEST))
    found = read_memo(world.connection, receipt.hash)
    assert (found.account, found.data, found.block) == (world.sender.address, DIGEST, receipt.block)
    assert found.stamp == world.connection.now() and receipt.logs == ()


def test_one_that_has_a_name_is_sent_once(world: World) -> None:
    first, second = (
        world.sender.send(Memo(world.connection, world.sender.address, DIGEST), intent="post")
        for _ in range(2)
    )
    assert first == second and world.connection.block_number() == first.block


def test_a_call_of_a_contract_is_no_memo(world: World) -> None:
    receipt = world.sender.send(world.ledger.functions.store(7, bytes(32)))
    with pytest.raises(ChainError, match="it is no memo"):
        read_memo(world.connection, receipt.hash)


def test_a_transaction_that_the_chain_has_not_is_named(world: World) -> None:
    with pytest.raises(ChainError, match="no mined transaction 0x1111"):
        read_memo(world.connection, Bytes32(b"\x11" * 32))


def test_one_that_is_too_long_is_refused(world: World) -> None:
    with pytest.raises(ChainError, match="a memo of 1025 bytes: at most 1024"):
        Memo(world.connection, world.sender.address, bytes(1_025))
