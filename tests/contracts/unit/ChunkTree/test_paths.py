"""Every chunk leads to its root, and at its own place only (INV-CHUNK-1)."""

from __future__ import annotations

from typing import Any

import pytest

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
    found = [bytes(harness.rootFrom(LEAVES[2], at, path, 5)) == ROOT for at in range(5)]
    assert found == [False, False, True, False, False]


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


def test_leaves_of_both_kinds(harness: Any) -> None:
    ciphertext, proof = b"a ciphertext", b"its proof"
    proof_hash = paillier.sha256(proof).digest()
    assert bytes(harness.updateLeafOf(ciphertext, proof_hash)) == paillier.update_leaf_of(ciphertext, proof)
    assert bytes(harness.leafOf(ciphertext)) == paillier.leaf_of(ciphertext)
