"""The tree over chunks is that of the plain definition, and a path shows one chunk at one place."""

from __future__ import annotations

from hashlib import sha256

import pytest

from fl_client.encoding.chunk_tree import ChunkTree, depth_of, leaf_of, root_from, update_leaf_of
from fl_client.errors import EncodingError

COUNTS = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 97]


def leaves(count: int) -> list[bytes]:
    return [leaf_of(index.to_bytes(8, "big")) for index in range(count)]


def defined_root(nodes: list[bytes]) -> bytes:
    while len(nodes) & (len(nodes) - 1):
        nodes = [*nodes, bytes(32)]
    while len(nodes) > 1:
        nodes = [sha256(b"\x12" + nodes[i] + nodes[i + 1]).digest() for i in range(0, len(nodes), 2)]
    return nodes[0]


@pytest.mark.parametrize("count", COUNTS)
def test_the_root_is_that_of_the_definition(count: int) -> None:
    assert ChunkTree(leaves(count)).root == defined_root(leaves(count))


@pytest.mark.parametrize("count", COUNTS)
def test_every_path_leads_to_the_root(count: int) -> None:
    tree = ChunkTree(leaves(count))
    for index, leaf in enumerate(leaves(count)):
        path = tree.path(index)
        assert len(path) == tree.depth == depth_of(count)
        assert root_from(leaf, index, path, count) == tree.root


def test_a_leaf_is_the_hash_of_its_prefix_and_bytes() -> None:
    assert leaf_of(b"share") == sha256(b"\x11share").digest()


def test_an_update_leaf_is_the_hash_of_two_hashes() -> None:
    inner = sha256(b"ciphertext").digest() + sha256(b"proof").digest()
    assert update_leaf_of(b"ciphertext", b"proof") == sha256(b"\x10" + inner).digest()


def test_the_border_between_ciphertext_and_proof_is_part_of_the_leaf() -> None:
    assert update_leaf_of(b"ab", b"c") != update_leaf_of(b"a", b"bc")


def test_a_path_is_worth_nothing_at_another_place() -> None:
    tree = ChunkTree(leaves(6))
    for index in (0, 1, 3):
        assert root_from(leaves(6)[2], index, tree.path(2), 6) != tree.root
    for index in (4, 5):
        with pytest.raises(EncodingError, match="has padding at level 1"):
            root_from(leaves(6)[2], index, tree.path(2), 6)


def test_padding_is_at_no_place() -> None:
    tree = ChunkTree(leaves(3))
    path = [leaves(3)[2], tree.path(2)[1]]
    with pytest.raises(EncodingError, match="chunk 3 was shown; the statement has 3 chunks"):
        root_from(bytes(32), 3, path, 3)


@pytest.mark.parametrize(("count", "index", "level"), [(5, 4, 0), (5, 4, 1), (6, 5, 1), (6, 4, 1), (3, 2, 0)])
def test_anything_but_padding_beside_a_path_is_refused(count: int, index: int, level: int) -> None:
    """Or else chunks that are all right would lead to a root that nobody else finds."""
    path = ChunkTree(leaves(count)).path(index)
    path[level] = bytes([7]) * 32
    with pytest.raises(EncodingError, match=f"has padding at level {level}; other bytes came"):
        root_from(leaves(count)[index], index, path, count)


@pytest.mark.parametrize("length", [0, 1, 2, 4, 5])
def test_a_path_of_another_length_is_refused(length: int) -> None:
    path = (ChunkTree(leaves(5)).path(1) + [bytes(32)] * 2)[:length]
    with pytest.raises(EncodingError, match=f"is 3 hashes of 32 bytes; {length} came"):
        root_from(leaves(5)[1], 1, path, 5)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_sibling_that_is_no_hash_is_refused(length: int) -> None:
    with pytest.raises(EncodingError, match="hashes of 32 bytes"):
        root_from(leaves(2)[0], 0, [bytes(length)], 2)


@pytest.mark.parametrize("index", [-1, 5])
def test_no_path_leads_to_a_chunk_that_is_not_there(index: int) -> None:
    with pytest.raises(EncodingError, match=f"chunk {index} was asked for; the statement has 5 chunks"):
        ChunkTree(leaves(5)).path(index)


@pytest.mark.parametrize("bad", [[], [bytes(31)], [bytes(32), b""]], ids=["none", "short", "empty"])
def test_a_tree_of_no_hashes_is_refused(bad: list[bytes]) -> None:
    with pytest.raises(EncodingError, match="one leaf of 32 bytes or more"):
        ChunkTree(bad)
