"""Every chunk leads to its root, and at its own place only (INV-CHUNK-1, INV-CHUNK-2)."""

from __future__ import annotations

from typing import Any

import pytest
from brownie.exceptions import VirtualMachineError

from tests.contracts import paillier_reference as paillier
from tests.contracts.federation import reverts

LEAVES = [paillier.leaf_of(bytes([at])) for at in range(5)]
ROOT = paillier.root_of(LEAVES)


@pytest.mark.parametrize(
    ("chunks", "depth"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (2603, 12), (2**32 - 1, 32)]
)
def test_the_depth_follows_from_the_number(harness: Any, chunks: int, depth: int) -> None:
    assert harness.chunkDepthOf(chunks) == depth


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_every_chunk_leads_to_the_root(harness: Any, count: int) -> None:
    leaves = LEAVES[:count]
    for at, leaf in enumerate(leaves):
        path = paillier.path_of(leaves, at)
        assert bytes(harness.rootFrom(leaf, at, path, count)) == paillier.root_of(leaves)


def test_a_chunk_leads_to_the_root_nowhere_else(harness: Any) -> None:
    path = paillier.path_of(LEAVES, 2)
    found = [bytes(harness.rootFrom(LEAVES[2], at, path, 5)) == ROOT for at in range(4)]
    assert found == [False, False, True, False]
    with reverts("ChunkTreePadding", 0, "0x" + LEAVES[3].hex(), "0x" + "00" * 32):
        harness.rootFrom(LEAVES[2], 4, path, 5)


def test_an_inner_node_is_no_leaf(harness: Any) -> None:
    node, path = paillier.node_of(LEAVES[0], LEAVES[1]), paillier.path_of(LEAVES, 0)[1:]
    assert paillier.climb(node, 0, path) == ROOT
    with reverts("ChunkTreePathLength", 2, 3):
        harness.rootFrom(node, 0, path, 5)


@pytest.mark.parametrize("length", [0, 2, 4])
def test_a_path_of_another_length_reverts(harness: Any, length: int) -> None:
    with reverts("ChunkTreePathLength", length, 3):
        harness.rootFrom(LEAVES[0], 0, [bytes(32)] * length, 5)


@pytest.mark.parametrize("index", [5, 8, 2**256 - 1])
def test_a_chunk_beyond_the_last_reverts(harness: Any, index: int) -> None:
    with reverts("ChunkTreeIndexOutOfRange", index, 5):
        harness.rootFrom(bytes(32), index, [bytes(32)] * 3, 5)


# What lies beside a path and is of padding alone: level, and node at that level.
BESIDE = [(5, 4, 0), (5, 4, 1), (6, 5, 1), (6, 4, 1), (3, 2, 0)]


@pytest.mark.parametrize(("count", "index", "level"), BESIDE)
def test_anything_but_padding_beside_a_path_reverts(harness: Any, count: int, index: int, level: int) -> None:
    """Or else chunks that are all right would lead to a root that nobody else finds."""
    leaves = [paillier.leaf_of(bytes([at])) for at in range(count)]
    path = paillier.path_of(leaves, index)
    padding, path[level] = path[level], bytes([7] * 32)
    with reverts("ChunkTreePadding", level, "0x" + "07" * 32, "0x" + padding.hex()):
        harness.rootFrom(leaves[index], index, path, count)


@pytest.mark.parametrize("count", range(1, 17))
def test_the_path_of_the_last_chunk_has_all_the_padding_there_is(harness: Any, count: int) -> None:
    """Chunks and padding alone make a root for which the last chunk can be shown."""
    leaves = [paillier.leaf_of(bytes([at])) for at in range(count)]
    path = paillier.path_of(leaves, count - 1)
    held = 0
    for level in range(len(path)):
        other = [*path[:level], bytes([7] * 32), *path[level + 1 :]]
        held += is_refused(harness, leaves[-1], count - 1, other, count) << level
    assert held == (1 << len(path)) - count


def is_refused(harness: Any, leaf: bytes, index: int, path: list[bytes], count: int) -> bool:
    """Whether a path has something else where padding belongs."""
    try:
        harness.rootFrom(leaf, index, path, count)
    except VirtualMachineError as refused:
        assert "ChunkTreePadding" in str(refused)
        return True
    return False


def test_leaves_of_both_kinds(harness: Any) -> None:
    ciphertext, proof = b"a ciphertext", b"its proof"
    proof_hash = paillier.sha256(proof).digest()
    assert bytes(harness.updateLeafOf(ciphertext, proof_hash)) == paillier.update_leaf_of(ciphertext, proof)
    assert bytes(harness.leafOf(ciphertext)) == paillier.leaf_of(ciphertext)
