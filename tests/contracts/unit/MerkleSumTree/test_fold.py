"""Folding a row of nodes to their common ancestor."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.federation import reverts
from tests.contracts.openings import MAX_SUM, NODE_BYTES, Vector, packed, zero_nodes

VECTOR = Vector(tuple(7 * i - 2_000 for i in range(64 * 11)))
"""Eleven chunks: 16 leaves, five of them padding."""

ROWS = [(0, 0, 4), (0, 4, 2), (0, 8, 3), (1, 4, 2), (2, 0, 1), (3, 0, 1), (2, 3, 0)]


@pytest.mark.parametrize(("level", "first", "rise"), ROWS)
def test_a_row_folds_to_its_ancestor(harness: Any, level: int, first: int, rise: int) -> None:
    row = VECTOR.levels[level][first : first + 2**rise]
    result = harness.fold(packed(row), first, level, VECTOR.chunks)
    assert (bytes(result[0]), result[1]) == VECTOR.levels[level + rise][first >> rise]


def test_a_whole_row_of_256_folds(harness: Any) -> None:
    vector = Vector(tuple(range(64 * 256)))
    result = harness.fold(packed(vector.levels[0]), 0, 0, 256)
    assert (bytes(result[0]), result[1]) == vector.root


@pytest.mark.parametrize("byte", [0, 31, 32, 47])
def test_a_padding_node_in_the_row_must_be_the_zero_node(harness: Any, byte: int) -> None:
    row = bytearray(packed(VECTOR.levels[0]))
    row[12 * NODE_BYTES + byte] ^= 1
    with reverts("MerkleSumTreePaddingAltered", 0):
        harness.fold(bytes(row), 0, 0, VECTOR.chunks)


def test_padding_is_told_by_the_place_of_the_row(harness: Any) -> None:
    row = packed([zero_nodes(1)[0], (b"\x01" * 32, 0)])
    harness.fold(row, 8, 0, VECTOR.chunks)
    with reverts("MerkleSumTreePaddingAltered", 0):
        harness.fold(row, 12, 0, VECTOR.chunks)


def test_a_sum_beyond_128_bits_reverts_at_its_level(harness: Any) -> None:
    half = MAX_SUM // 2
    row = packed([(b"\x01" * 32, half), (b"\x02" * 32, half), (b"\x03" * 32, 1), (b"\x04" * 32, 1)])
    with reverts("MerkleSumTreeSumOverflow", 6):
        harness.fold(row, 0, 5, 2**20)


def test_sums_may_reach_128_bits(harness: Any) -> None:
    row = packed([(b"\x01" * 32, MAX_SUM - 3), (b"\x02" * 32, 3)])
    assert harness.fold(row, 0, 5, 2**20)[1] == MAX_SUM
