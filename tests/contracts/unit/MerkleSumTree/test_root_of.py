"""An opening leads to its vector's root, and no altered one does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.federation import reverts
from tests.contracts.openings import (
    CHUNK_BYTES,
    MAX_SUM,
    NODE_BYTES,
    SUM_BYTES,
    Vector,
    chunk_of,
    opening,
    packed,
    zero_nodes,
)
from tests.parity import reference

FIVE_CHUNKS = Vector(tuple(3 * i - 400 for i in range(300)))
"""Leaves 5, 6 and 7 of its eight lie in the padding."""

SIBLINGS = SUM_BYTES + CHUNK_BYTES


def shown(root: tuple[Any, int]) -> reference.Node:
    return bytes(root[0]), root[1]


def replaced(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


@pytest.mark.parametrize("dimension", [1, 63, 64, 65, 128, 129, 300, 512])
def test_every_chunk_leads_to_the_root(harness: Any, dimension: int) -> None:
    vector = Vector(tuple((-1) ** i * (i + 1) for i in range(dimension)))
    for index in range(vector.chunks):
        assert shown(harness.rootOf(vector.opening(index), index, dimension)) == vector.root


def test_a_chunk_leads_to_the_root_nowhere_else(harness: Any) -> None:
    vector = FIVE_CHUNKS
    elsewhere = harness.rootOf(vector.opening(2), 3, vector.dimension)
    assert shown(elsewhere) != vector.root


def test_the_claimed_sum_of_a_leaf_is_part_of_the_root(harness: Any) -> None:
    vector = FIVE_CHUNKS
    lie = replaced(vector.opening(0), 0, (7).to_bytes(SUM_BYTES, "big"))
    hash_, total = shown(harness.rootOf(lie, 0, vector.dimension))
    assert hash_ != vector.root[0]
    assert total == vector.root[1] - vector.levels[0][0][1] + 7


def test_a_path_that_is_too_short_reverts(harness: Any) -> None:
    vector = FIVE_CHUNKS
    given = vector.opening(0)[:-NODE_BYTES]
    with reverts("MerkleSumTreeOpeningLength", len(given), len(given) + NODE_BYTES):
        harness.rootOf(given, 0, vector.dimension)


def test_a_path_that_is_too_long_reverts(harness: Any) -> None:
    vector = FIVE_CHUNKS
    given = vector.opening(0) + packed(zero_nodes(1))
    with reverts("MerkleSumTreeOpeningLength", len(given), len(given) - NODE_BYTES):
        harness.rootOf(given, 0, vector.dimension)


def test_an_inner_node_does_not_pass_for_a_leaf(harness: Any) -> None:
    """The upper half of a tree of eight is a tree of four: the depth is what keeps them apart."""
    vector = Vector(tuple(range(512)))
    upper = vector.levels[1]
    given = opening(upper[0][1], bytes(CHUNK_BYTES), [upper[1], vector.levels[2][1]])
    with reverts("MerkleSumTreeOpeningLength", len(given), len(given) + NODE_BYTES):
        harness.rootOf(given, 0, vector.dimension)


@pytest.mark.parametrize("missing", [1, 47, 256])
def test_an_opening_of_part_of_a_node_reverts(harness: Any, missing: int) -> None:
    vector = FIVE_CHUNKS
    given = vector.opening(0)
    with reverts("MerkleSumTreeOpeningLength", len(given) - missing, len(given)):
        harness.rootOf(given[:-missing], 0, vector.dimension)


def test_an_empty_opening_reverts(harness: Any) -> None:
    with reverts("MerkleSumTreeOpeningLength", 0, SIBLINGS):
        harness.rootOf(b"", 0, 1)


@pytest.mark.parametrize("index", [5, 7, 8, 2**255])
def test_an_index_beyond_the_chunks_reverts(harness: Any, index: int) -> None:
    """Leaf 5 exists in the filled-up tree, but it is no chunk of the vector."""
    vector = FIVE_CHUNKS
    levels = vector.levels
    place = index if index < 8 else 0
    given = opening(0, bytes(CHUNK_BYTES), reference.path(levels, place))
    with reverts("MerkleSumTreeIndexOutOfRange", index, 5):
        harness.rootOf(given, index, vector.dimension)


def test_one_chunk_has_index_zero_only(harness: Any) -> None:
    vector = Vector((1, 2, 3))
    with reverts("MerkleSumTreeIndexOutOfRange", 1, 1):
        harness.rootOf(vector.opening(0), 1, 3)


@pytest.mark.parametrize(("index", "level"), [(4, 0), (4, 1)])
def test_a_hash_in_the_padding_must_be_the_zero_node(harness: Any, index: int, level: int) -> None:
    vector = FIVE_CHUNKS
    given = replaced(vector.opening(index), SIBLINGS + level * NODE_BYTES, b"\x01")
    with reverts("MerkleSumTreePaddingAltered", level):
        harness.rootOf(given, index, vector.dimension)


@pytest.mark.parametrize(("index", "level"), [(4, 0), (4, 1)])
def test_a_sum_in_the_padding_must_be_zero(harness: Any, index: int, level: int) -> None:
    vector = FIVE_CHUNKS
    last = SIBLINGS + level * NODE_BYTES + NODE_BYTES - 1
    with reverts("MerkleSumTreePaddingAltered", level):
        harness.rootOf(replaced(vector.opening(index), last, b"\x01"), index, vector.dimension)


def test_a_zero_node_of_another_level_is_no_padding(harness: Any) -> None:
    vector = FIVE_CHUNKS
    swapped = packed([zero_nodes(2)[1]])
    with reverts("MerkleSumTreePaddingAltered", 0):
        harness.rootOf(replaced(vector.opening(4), SIBLINGS, swapped), 4, vector.dimension)


def test_a_sibling_that_covers_one_real_chunk_is_no_padding(harness: Any) -> None:
    """Of chunks 0 to 3 the sibling at level 2 holds chunk 4 and three zero chunks: it may be anything."""
    vector = FIVE_CHUNKS
    given = replaced(vector.opening(0), SIBLINGS + 2 * NODE_BYTES, b"\x01")
    hash_, total = shown(harness.rootOf(given, 0, vector.dimension))
    assert hash_ != vector.root[0]
    assert total == vector.root[1]


def test_a_sum_beyond_128_bits_reverts(harness: Any) -> None:
    chunk = chunk_of([1])
    sibling = (b"\x11" * 32, MAX_SUM)
    with reverts("MerkleSumTreeSumOverflow", 0):
        harness.rootOf(opening(1, chunk, [sibling]), 0, 65)


def test_a_sum_of_128_bits_is_allowed(harness: Any) -> None:
    sibling = (b"\x11" * 32, MAX_SUM - 1)
    _, total = harness.rootOf(opening(1, chunk_of([1]), [sibling]), 0, 65)
    assert total == MAX_SUM


def test_a_wrapped_sum_does_not_hide_a_norm(harness: Any) -> None:
    """2^128 - 5 and 9 would wrap to 4."""
    nodes = [(b"\x11" * 32, 0), (b"\x22" * 32, MAX_SUM - 4)]
    with reverts("MerkleSumTreeSumOverflow", 1):
        harness.rootOf(opening(9, chunk_of([3]), nodes), 0, 256)


def test_the_deepest_tree_opens(harness: Any) -> None:
    """A vector of 2^20 chunks, all zero but the first."""
    zeros = zero_nodes(21)
    leaf = reference.leaf(chunk_of([5]))
    root = leaf
    for zero in zeros[:20]:
        root = reference.node(root, zero)
    given = opening(25, chunk_of([5]), zeros[:20])
    assert shown(harness.rootOf(given, 0, 64 << 20)) == root
