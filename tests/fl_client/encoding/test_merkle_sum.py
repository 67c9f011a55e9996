"""The tree's nodes are those of the plain definition."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_client.encoding import (
    LIMIT,
    SUM_BOUND,
    MerkleSumTree,
    Node,
    chunk_bytes,
    leaf_node,
    merkle_sum,
    parent_node,
    zero_nodes,
)
from fl_client.errors import EncodingError
from tests.parity import reference

values_of_any_size = st.lists(st.integers(-LIMIT, LIMIT), min_size=1, max_size=600)
chunks_edges = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 33]


def lattice(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def pairs(nodes: tuple[Node, ...]) -> list[tuple[bytes, int]]:
    return [(node.hash, node.sum) for node in nodes]


def all_levels(tree: MerkleSumTree) -> list[list[tuple[bytes, int]]]:
    return [pairs(tree.level(level)) for level in range(tree.depth + 1)]


@settings(max_examples=40, deadline=None)
@given(values=values_of_any_size)
def test_every_node_is_that_of_the_definition(values: list[int]) -> None:
    assert all_levels(MerkleSumTree.build(lattice(values))) == reference.levels(values)


@pytest.mark.parametrize("chunks", chunks_edges)
@pytest.mark.parametrize("rest", [1, 63, 64])
def test_every_node_is_that_of_the_definition_at_the_edges(chunks: int, rest: int) -> None:
    values = [(-1) ** i * i for i in range(64 * (chunks - 1) + rest)]
    assert all_levels(MerkleSumTree.build(lattice(values))) == reference.levels(values)


def test_big_vector_has_the_root_of_the_definition() -> None:
    vector = np.random.default_rng(7).integers(-LIMIT, LIMIT, 300_001, endpoint=True).astype(np.int32)
    tree = MerkleSumTree.build(vector)
    assert (tree.root.hash, tree.root.sum) == reference.levels(vector.tolist())[-1][0]


@pytest.mark.parametrize("value", [LIMIT, -LIMIT, 1, 0])
def test_sum_of_equal_coordinates_is_exact(value: int) -> None:
    assert MerkleSumTree.build(np.full(1000, value, dtype=np.int32)).root.sum == 1000 * value * value


@pytest.mark.parametrize("chunks", chunks_edges)
def test_path_is_that_of_the_definition(chunks: int) -> None:
    values = list(range(64 * chunks))
    tree, plain = MerkleSumTree.build(lattice(values)), reference.levels(values)
    for index in range(chunks):
        assert pairs(tree.path(index)) == reference.path(plain, index)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    claims=st.lists(st.integers(0, SUM_BOUND // 4), min_size=3, max_size=3),
)
def test_tree_of_claimed_sums_is_that_of_the_definition(seed: int, claims: list[int]) -> None:
    values = np.random.default_rng(seed).integers(-9, 9, 150).tolist()
    tree = MerkleSumTree.build(lattice(values), sums=claims)
    assert all_levels(tree) == reference.levels(values, claims)


def test_true_sums_claimed_give_the_honest_tree() -> None:
    values = lattice(list(range(200)))
    honest = MerkleSumTree.build(values)
    claims = [node.sum for node in honest.nodes(0, 0, honest.chunks)]
    assert MerkleSumTree.build(values, sums=claims).root == honest.root


def test_only_nodes_above_coordinates_are_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    zero_nodes(6)
    hashed = 0

    def counting(data: bytes) -> object:
        nonlocal hashed
        hashed += 1
        return hashlib.sha256(data)

    monkeypatch.setattr(merkle_sum, "hashlib", SimpleNamespace(sha256=counting))
    MerkleSumTree.build(np.ones(33 * 64, dtype=np.int32))
    assert hashed == 33 + 17 + 9 + 5 + 3 + 2 + 1


@pytest.mark.parametrize("depth", [0, 1, 5])
def test_zero_nodes_are_the_roots_of_zero_chunks(depth: int) -> None:
    expected = [level[0] for level in reference.levels([0] * 64 * 2**depth)]
    assert pairs(zero_nodes(depth)) == expected


def test_some_nodes_of_a_level() -> None:
    tree = MerkleSumTree.build(np.ones(300, dtype=np.int32))  # 5 chunks, 8 leaves
    assert tree.nodes(1, 1, 3) == tree.level(1)[1:]
    assert tree.nodes(0, 6, 2) == (zero_nodes(3)[0],) * 2


@pytest.mark.parametrize(
    ("level", "first", "count"), [(-1, 0, 1), (4, 0, 1), (0, -1, 1), (0, 0, 9), (1, 4, 1), (0, 3, -1)]
)
def test_nodes_that_are_not_there_are_refused(level: int, first: int, count: int) -> None:
    tree = MerkleSumTree.build(np.ones(300, dtype=np.int32))
    with pytest.raises(EncodingError, match="asked for"):
        tree.nodes(level, first, count)


@pytest.mark.parametrize("level", [-1, 4])
def test_level_that_is_not_there_is_refused(level: int) -> None:
    with pytest.raises(EncodingError, match=f"level {level} was asked for"):
        MerkleSumTree.build(np.ones(300, dtype=np.int32)).level(level)


@pytest.mark.parametrize("index", [-1, 5, 8])
def test_path_of_a_chunk_that_is_not_there_is_refused(index: int) -> None:
    with pytest.raises(EncodingError, match="5 chunks"):
        MerkleSumTree.build(np.ones(300, dtype=np.int32)).path(index)


def test_smallest_int32_is_refused() -> None:
    with pytest.raises(EncodingError, match="-2147483648"):
        MerkleSumTree.build(lattice([1, -(2**31)]))


def test_empty_vector_is_refused() -> None:
    with pytest.raises(EncodingError, match="0 coordinates"):
        MerkleSumTree.build(lattice([]))


def test_strided_vector_has_the_root_of_its_copy() -> None:
    wide = np.arange(400, dtype=np.int32)
    assert MerkleSumTree.build(wide[::2]).root == MerkleSumTree.build(wide[::2].copy()).root


def test_building_leaves_the_vector_alone() -> None:
    vector = np.arange(100, dtype=np.int32)
    vector.flags.writeable = False
    MerkleSumTree.build(vector)
    assert vector.tolist() == list(range(100))


@settings(max_examples=40, deadline=None)
@given(values=values_of_any_size)
def test_chunk_bytes_are_those_of_the_definition(values: list[int]) -> None:
    parts = reference.chunks(values)
    assert [chunk_bytes(lattice(values), index) for index in range(len(parts))] == parts


@pytest.mark.parametrize("index", [-1, 2])
def test_chunk_that_is_not_there_is_refused(index: int) -> None:
    with pytest.raises(EncodingError, match="2 chunks"):
        chunk_bytes(np.zeros(65, dtype=np.int32), index)


def test_leaf_has_the_true_sum_unless_one_is_claimed() -> None:
    chunk = chunk_bytes(lattice([-LIMIT] * 64), 0)
    assert leaf_node(chunk).sum == 64 * LIMIT**2
    assert leaf_node(chunk, claimed_sum=1) == Node(hash=leaf_node(chunk).hash, sum=1)


def test_leaf_of_a_short_chunk_is_refused() -> None:
    with pytest.raises(EncodingError, match="255 bytes"):
        leaf_node(bytes(255))


def test_node_whose_sum_would_wrap_is_refused() -> None:
    half = Node(hash=bytes(32), sum=SUM_BOUND // 2)
    with pytest.raises(EncodingError, match="sum"):
        parent_node(half, half)


@pytest.mark.parametrize("total", [-1, SUM_BOUND])
def test_node_with_a_sum_outside_its_bytes_is_refused(total: int) -> None:
    with pytest.raises(EncodingError, match=f"sum is {total}"):
        Node(hash=bytes(32), sum=total)


def test_node_with_a_short_hash_is_refused() -> None:
    with pytest.raises(EncodingError, match="31 bytes"):
        Node(hash=bytes(31), sum=0)
