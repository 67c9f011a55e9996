"""Climbing from any node of a tree along its siblings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.federation import reverts
from tests.contracts.openings import MAX_SUM, NODE_BYTES, Vector, packed

VECTOR = Vector(tuple(5 * i - 900 for i in range(64 * 11)))
"""Eleven chunks: 16 leaves, five of them padding."""


def siblings(level: int, place: int, top: int) -> bytes:
    levels = VECTOR.levels
    return packed(levels[height][(place >> (height - level)) ^ 1] for height in range(level, top))


@pytest.mark.parametrize(("level", "place"), [(0, 10), (1, 0), (1, 5), (2, 1), (3, 1), (4, 0)])
def test_a_node_climbs_to_the_root(harness: Any, level: int, place: int) -> None:
    hash_, total = VECTOR.levels[level][place]
    result = harness.climb(hash_, total, siblings(level, place, 4), place, level, VECTOR.chunks)
    assert (bytes(result[0]), result[1]) == VECTOR.root


def test_a_node_climbs_part_of_the_way(harness: Any) -> None:
    hash_, total = VECTOR.levels[0][9]
    result = harness.climb(hash_, total, siblings(0, 9, 2), 9, 0, VECTOR.chunks)
    assert (bytes(result[0]), result[1]) == VECTOR.levels[2][2]


def test_no_siblings_leave_the_node_as_it_is(harness: Any) -> None:
    assert list(harness.climb(b"\x07" * 32, 7, b"", 3, 2, 99)) == ["0x" + "07" * 32, 7]


def test_left_and_right_are_not_the_same(harness: Any) -> None:
    hash_, total = VECTOR.levels[0][8]
    result = harness.climb(hash_, total, siblings(0, 8, 4), 9, 0, VECTOR.chunks)
    assert bytes(result[0]) != VECTOR.root[0]


def test_padding_above_the_leaves_is_checked(harness: Any) -> None:
    """Node 5 of level 1 covers chunk 10 and one zero chunk; its sibling at level 2 up covers none."""
    hash_, total = VECTOR.levels[1][5]
    path = bytearray(siblings(1, 5, 4))
    path[NODE_BYTES] ^= 1
    with reverts("MerkleSumTreePaddingAltered", 2):
        harness.climb(hash_, total, bytes(path), 5, 1, VECTOR.chunks)


def test_a_sum_beyond_128_bits_names_its_level(harness: Any) -> None:
    with reverts("MerkleSumTreeSumOverflow", 3):
        harness.climb(b"\x01" * 32, MAX_SUM, packed([(b"\x02" * 32, 1)]), 0, 3, 2**20)
