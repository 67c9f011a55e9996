"""A path shows one chunk of the committed vector, and every known way to cheat with one is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_client.encoding import (
    LIMIT,
    SUM_BOUND,
    MerkleSumTree,
    Node,
    VectorFormat,
    VectorKind,
    check_chunk,
    check_path,
    chunk_bytes,
    leaf_node,
    parent_node,
    verify_path,
    zero_nodes,
)
from fl_client.errors import EncodingError
from tests.parity import reference


def form_of(dimension: int) -> VectorFormat:
    return VectorFormat(dimension=dimension, kind=VectorKind.UPDATE)


def ones(dimension: int) -> np.ndarray:
    return np.ones(dimension, dtype=np.int32)


def leaf_of(value: int) -> Node:
    return leaf_node(chunk_bytes(np.full(64, value, dtype=np.int32), 0))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), dimension=st.integers(1, 1500))
def test_honest_path_passes(data: st.DataObject, dimension: int) -> None:
    seed = data.draw(st.integers(0, 2**32 - 1))
    vector = np.random.default_rng(seed).integers(-LIMIT, LIMIT, dimension).astype(np.int32)
    tree, form = MerkleSumTree.build(vector), form_of(dimension)
    index = data.draw(st.integers(0, form.chunks - 1))
    check_path(form, index, leaf_node(chunk_bytes(vector, index)), tree.path(index), tree.root)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), dimension=st.integers(65, 1500))
def test_path_does_not_show_its_leaf_at_another_place(data: st.DataObject, dimension: int) -> None:
    vector = np.arange(dimension, dtype=np.int32)
    tree, form = MerkleSumTree.build(vector), form_of(dimension)
    index = data.draw(st.integers(0, form.chunks - 1))
    other = data.draw(st.integers(-8, 40).filter(lambda place: place != index))
    leaf = leaf_node(chunk_bytes(vector, index))
    assert not verify_path(form, other, leaf, tree.path(index), tree.root)


def test_liars_path_passes_with_the_claimed_sum_only() -> None:
    vector, form = ones(130), form_of(130)
    tree = MerkleSumTree.build(vector, sums=[64, 5, 2])
    chunk = chunk_bytes(vector, 1)
    assert verify_path(form, 1, leaf_node(chunk, claimed_sum=5), tree.path(1), tree.root)
    assert not verify_path(form, 1, leaf_node(chunk), tree.path(1), tree.root)


# --- depth: two leaves answered every index of a big vector -----------------------------------------


@pytest.mark.parametrize("index", [0, 1, 2, 777, 15_624])
def test_two_leaves_do_not_answer_for_a_big_vector(index: int) -> None:
    leaves = (leaf_of(1), leaf_of(2))
    root = parent_node(*leaves)
    with pytest.raises(EncodingError, match="1 entries; a vector of this size has 14"):
        check_path(form_of(1_000_000), index, leaves[index % 2], (leaves[1 - index % 2],), root)


def test_path_of_a_taller_tree_is_refused() -> None:
    tree = MerkleSumTree.build(ones(128))
    zero = zero_nodes(1)[1]
    taller = parent_node(tree.root, zero)
    with pytest.raises(EncodingError, match="2 entries"):
        check_path(form_of(128), 0, tree.level(0)[0], (*tree.path(0), zero), taller)


def test_root_is_not_its_own_leaf() -> None:
    tree = MerkleSumTree.build(ones(128))
    assert not verify_path(form_of(128), 0, tree.root, (), tree.root)


# --- index ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [3, 4, 7, -1])
def test_place_without_a_chunk_is_refused(index: int) -> None:
    plain = reference.levels([1] * 150)  # 3 chunks, 4 leaves
    path = tuple(Node(hash=hash_, sum=total) for hash_, total in reference.path(plain, index % 4))
    hash_, total = plain[0][index % 4]
    root = MerkleSumTree.build(ones(150)).root
    with pytest.raises(EncodingError, match=f"chunk {index}; the vector has 3"):
        check_path(form_of(150), index, Node(hash=hash_, sum=total), path, root)


# --- padding: one vector has one commitment ---------------------------------------------------------


@pytest.mark.parametrize(("dimension", "filled", "index"), [(150, 192, 2), (300, 320, 4), (300, 384, 4)])
def test_padding_that_hides_coordinates_is_refused(dimension: int, filled: int, index: int) -> None:
    """The author commits to more leaves than its dimension says; below, the tree is consistent."""
    hidden = MerkleSumTree.build(ones(filled + 64))
    assert hidden.depth == form_of(dimension).depth
    with pytest.raises(EncodingError, match="padding"):
        check_path(form_of(dimension), index, hidden.level(0)[index], hidden.path(index), hidden.root)


def test_padding_with_a_claimed_sum_is_refused() -> None:
    leaves = [leaf_of(1)] * 3 + [Node(hash=zero_nodes(0)[0].hash, sum=9)]
    pair = parent_node(leaves[0], leaves[1])
    root = parent_node(pair, parent_node(leaves[2], leaves[3]))
    with pytest.raises(EncodingError, match="level 0 lies in the padding"):
        check_path(form_of(150), 2, leaves[2], (leaves[3], pair), root)


def test_altered_node_wholly_in_the_padding_is_refused_above_the_leaves() -> None:
    tree = MerkleSumTree.build(ones(300))  # 5 chunks: leaves 6 and 7 have a parent in the padding
    path = list(tree.path(4))
    path[1] = Node(hash=bytes(32), sum=0)
    node = parent_node(tree.level(0)[4], path[0])
    root = parent_node(path[2], parent_node(node, path[1]))
    with pytest.raises(EncodingError, match="level 1 lies in the padding"):
        check_path(form_of(300), 4, tree.level(0)[4], path, root)


@pytest.mark.parametrize("place", [0, 1, 50])
def test_last_chunk_with_coordinates_beyond_the_dimension_is_refused(place: int) -> None:
    chunk = bytearray(chunk_bytes(ones(70), 1))
    chunk[4 * 6 + 4 * place + 3] = 1
    with pytest.raises(EncodingError, match="beyond dimension 70"):
        check_chunk(form_of(70), 1, bytes(chunk))


@pytest.mark.parametrize("index", [0, 1, 2])
def test_true_chunks_pass(index: int) -> None:
    vector = ones(150) * np.int32(-LIMIT)
    check_chunk(form_of(150), index, chunk_bytes(vector, index))


def test_chunk_with_the_smallest_int32_is_refused() -> None:
    with pytest.raises(EncodingError, match=r"-2\^31"):
        check_chunk(form_of(64), 0, b"\x80".ljust(256, b"\0"))


@pytest.mark.parametrize(("index", "length"), [(0, 255), (0, 257), (1, 256), (-1, 256)])
def test_chunk_of_another_length_or_place_is_refused(index: int, length: int) -> None:
    with pytest.raises(EncodingError, match="bytes|the vector has 1 chunks"):
        check_chunk(form_of(64), index, bytes(length))


# --- sums: a wrapped sum hid a huge norm ------------------------------------------------------------


def wrapped() -> tuple[Node, Node, Node]:
    """A big leaf, the sibling that wraps it, and a root whose sum is 1."""
    big = leaf_node(chunk_bytes(ones(64), 0), claimed_sum=10**30)
    sibling = leaf_node(chunk_bytes(ones(64), 0), claimed_sum=SUM_BOUND - 10**30 + 1)
    hash_, total = reference.node((big.hash, big.sum), (sibling.hash, sibling.sum))
    return big, sibling, Node(hash=hash_, sum=total % SUM_BOUND)


@pytest.mark.parametrize("index", [0, 1])
def test_wrapped_sum_is_refused(index: int) -> None:
    big, sibling, root = wrapped()
    assert root.sum == 1
    leaf, other = (big, sibling) if index == 0 else (sibling, big)
    with pytest.raises(EncodingError, match="above the root's 1"):
        check_path(form_of(128), index, leaf, (other,), root)


def test_root_that_claims_a_smaller_sum_is_refused() -> None:
    tree = MerkleSumTree.build(ones(200))
    smaller = Node(hash=tree.root.hash, sum=tree.root.sum - 1)
    with pytest.raises(EncodingError, match="sum at level 2 is 200, above the root's 199"):
        check_path(form_of(200), 0, tree.level(0)[0], tree.path(0), smaller)


def test_root_that_claims_a_greater_sum_is_refused() -> None:
    tree = MerkleSumTree.build(ones(200))
    greater = Node(hash=tree.root.hash, sum=tree.root.sum + 1)
    with pytest.raises(EncodingError, match="ends in sum 200, the root's is 201"):
        check_path(form_of(200), 0, tree.level(0)[0], tree.path(0), greater)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("what", ["hash", "sum"])
def test_altered_sibling_is_refused(level: int, what: str) -> None:
    tree = MerkleSumTree.build(ones(512))
    path = list(tree.path(3))
    node = path[level]
    altered = bytes([node.hash[0] ^ 1]) + node.hash[1:]
    path[level] = (
        Node(hash=altered, sum=node.sum) if what == "hash" else Node(hash=node.hash, sum=node.sum - 1)
    )
    with pytest.raises(EncodingError, match="ends in hash"):
        check_path(form_of(512), 3, tree.level(0)[3], path, tree.root)


def test_altered_coordinate_is_refused() -> None:
    vector = ones(200)
    tree = MerkleSumTree.build(vector)
    vector[70] = -1  # the sum stays
    assert not verify_path(form_of(200), 1, leaf_node(chunk_bytes(vector, 1)), tree.path(1), tree.root)


def test_swapped_siblings_are_refused() -> None:
    tree = MerkleSumTree.build(np.arange(256, dtype=np.int32))
    path = tree.path(0)
    assert not verify_path(form_of(256), 0, tree.level(0)[0], path[::-1], tree.root)
