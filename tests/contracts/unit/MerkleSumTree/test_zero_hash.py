"""The table of zero subtrees is what hashing zeros gives."""

from __future__ import annotations

from typing import Any

from fl_client.encoding import zero_nodes as client_zero_nodes
from tests.contracts.openings import MAX_DEPTH, zero_nodes


def test_table_is_derived_again(harness: Any) -> None:
    nodes = zero_nodes(MAX_DEPTH + 1)
    assert bytes(harness.zeroHashes()) == b"".join(hash_ for hash_, _ in nodes)


def test_each_level_has_its_own_entry(harness: Any) -> None:
    for level, (hash_, _) in enumerate(zero_nodes(MAX_DEPTH + 1)):
        assert bytes(harness.zeroHash(level)) == hash_


def test_the_client_has_the_same_table(harness: Any) -> None:
    for level, node in enumerate(client_zero_nodes(MAX_DEPTH)):
        assert bytes(harness.zeroHash(level)) == node.hash
        assert node.sum == 0
