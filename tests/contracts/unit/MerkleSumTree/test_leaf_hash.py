"""Leaves and nodes are hashed as the specification says, each in a domain of its own."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.contracts.openings import LIMIT, MAX_SUM, chunk_of, opening
from tests.parity import reference

LEFT, RIGHT = (b"\x11" * 32, 2**100 + 3), (b"\x22" * 32, 5)


def test_leaf_is_sha256_of_zero_and_chunk(harness: Any) -> None:
    chunk = chunk_of(range(-32, 32))
    assert bytes(harness.leafHash(chunk)) == hashlib.sha256(b"\0" + chunk).digest()


def test_node_is_sha256_of_one_hashes_and_sums(harness: Any) -> None:
    assert bytes(harness.nodeHash(*LEFT, *RIGHT)) == reference.node(LEFT, RIGHT)[0]


def test_node_takes_the_largest_sums(harness: Any) -> None:
    left, right = (b"\xff" * 32, MAX_SUM), (b"\xee" * 32, MAX_SUM)
    data = b"\1" + left[0] + b"\xff" * 16 + right[0] + b"\xff" * 16
    assert bytes(harness.nodeHash(*left, *right)) == hashlib.sha256(data).digest()


def test_order_of_children_matters(harness: Any) -> None:
    assert harness.nodeHash(*LEFT, *RIGHT) != harness.nodeHash(*RIGHT, *LEFT)


def test_sums_are_part_of_the_hash(harness: Any) -> None:
    assert harness.nodeHash(*LEFT, *RIGHT) != harness.nodeHash(LEFT[0], LEFT[1] + 1, *RIGHT)


def test_a_leaf_never_hashes_like_a_node(harness: Any) -> None:
    """The same 96 bytes after another first byte."""
    data = LEFT[0] + LEFT[1].to_bytes(16, "big") + RIGHT[0] + RIGHT[1].to_bytes(16, "big")
    assert harness.nodeHash(*LEFT, *RIGHT) != harness.leafHash(data)


@pytest.mark.parametrize("value", [0, 1, -1, LIMIT, -LIMIT, -(2**31)])
def test_coordinates_are_signed_and_big_endian(harness: Any, value: int) -> None:
    chunk = chunk_of([7] * 63 + [value])
    assert harness.coordinateOf(chunk, 63) == value
    assert harness.coordinateOf(chunk, 0) == 7


def test_the_chunk_lies_after_the_sum(harness: Any) -> None:
    chunk = chunk_of(range(64))
    assert bytes(harness.chunkOf(opening(1, chunk, [LEFT, RIGHT]))) == chunk
