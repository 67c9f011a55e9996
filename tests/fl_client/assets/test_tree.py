"""One proof for many leaves: exactly one, and for those leaves alone."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fl_client.assets.tree import NODE_BYTES, leaf_of, open_leaves, root_from, root_of
from fl_client.errors import CryptoError

LEAVES = [leaf_of(index, bytes([index]) * 33) for index in range(13)]


@given(st.integers(1, 40), st.data())
def test_any_leaves_give_the_root_with_their_nodes(count: int, data: st.DataObject) -> None:
    leaves = [leaf_of(index, b"%d" % index) for index in range(count)]
    asked = sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1)))
    nodes = open_leaves(leaves, asked)
    assert root_from(count, {place: leaves[place] for place in asked}, nodes) == root_of(leaves)


def test_the_root_of_three_is_the_formula_written_out() -> None:
    a, b, c = LEAVES[:3]
    left = sha256(b"\x01" + a + b).digest()
    right = sha256(b"\x01" + c + bytes(32)).digest()
    assert root_of([a, b, c]) == sha256(b"\x01" + left + right).digest()


def test_all_leaves_need_only_the_padding() -> None:
    assert open_leaves(LEAVES[:8], range(8)) == b""


def test_a_leaf_in_anothers_place_gives_another_root() -> None:
    nodes = open_leaves(LEAVES, [2, 9])
    assert root_from(13, {2: LEAVES[9], 9: LEAVES[2]}, nodes) != root_of(LEAVES)


def test_a_commitment_in_anothers_place_is_another_leaf() -> None:
    assert leaf_of(1, bytes(33)) != leaf_of(2, bytes(33))


@pytest.mark.parametrize("place", range(3))
def test_a_changed_node_gives_another_root(place: int) -> None:
    nodes = bytearray(open_leaves(LEAVES, [2, 9]))
    nodes[place * NODE_BYTES] ^= 1
    assert root_from(13, {2: LEAVES[2], 9: LEAVES[9]}, bytes(nodes)) != root_of(LEAVES)


@pytest.mark.parametrize(("change", "words"), [(-1, "missing"), (-32, "missing"), (32, "left over")])
def test_another_number_of_nodes_is_refused(change: int, words: str) -> None:
    nodes = open_leaves(LEAVES, [2, 9])
    nodes = nodes[:change] if change < 0 else nodes + bytes(change)
    with pytest.raises(CryptoError, match=words):
        root_from(13, {2: LEAVES[2], 9: LEAVES[9]}, nodes)
