"""The tree over the chunks of a statement: ciphertexts, shares or openings, one root for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from fl_client.encoding.vector import depth_of
from fl_client.errors import EncodingError

__all__ = ["ChunkTree", "depth_of", "leaf_of", "root_from", "update_leaf_of"]

UPDATE_LEAF_PREFIX: Final = b"\x10"
LEAF_PREFIX: Final = b"\x11"
NODE_PREFIX: Final = b"\x12"
HASH_BYTES: Final = 32
PADDING: Final = bytes(HASH_BYTES)
"""The leaf of every place beyond the last chunk; no known bytes hash to it."""


def leaf_of(chunk: bytes) -> bytes:
    """The leaf of a chunk of a sum, of shares or of a result: sha256(0x11, chunk)."""
    return sha256(LEAF_PREFIX + chunk).digest()


def update_leaf_of(ciphertext: bytes, proof: bytes) -> bytes:
    """The leaf of an encrypted update's chunk: sha256(0x10, sha256(ciphertext), sha256(proof)).

    Two hashes, so that whoever shows a sum's inputs sends 32 bytes for each proof instead of the proof.
    """
    return sha256(UPDATE_LEAF_PREFIX + sha256(ciphertext).digest() + sha256(proof).digest()).digest()


def root_from(leaf: bytes, index: int, path: Sequence[bytes], count: int) -> bytes:
    """The root that a leaf and its siblings lead to.

    Where padding lies beside the path, nothing else may be there: right chunks beside arbitrary padding would have a
    root that nobody finds who has the chunks.

    Args:
        leaf: 32 bytes.
        index: place of the chunk, 0 to count - 1.
        path: the siblings of 32 bytes, lowest first, exactly ``depth_of(count)`` of them.
        count: chunks of the statement, 1 or more.

    Raises:
        EncodingError: there is no such place, or the path is not one of a tree of so many chunks.
    """
    if not 0 <= index < count:
        raise EncodingError(f"chunk {index} was shown; the statement has {count} chunks")
    if len(path) != depth_of(count) or any(len(one) != HASH_BYTES for one in (leaf, *path)):
        raise EncodingError(
            f"a path among {count} chunks is {depth_of(count)} hashes of 32 bytes; {len(path)} came"
        )
    node, padding = leaf, PADDING
    for level, sibling in enumerate(path):
        if (index >> level ^ 1) << level >= count and sibling != padding:
            raise EncodingError(f"a path among {count} chunks has padding at level {level}; other bytes came")
        node = _above(sibling, node) if index >> level & 1 else _above(node, sibling)
        padding = _above(padding, padding)
    return node


class ChunkTree:
    """All nodes over a statement's leaves, filled up to a power of two with zero leaves.

    Args:
        leaves: hashes of 32 bytes, 1 or more.

    Raises:
        EncodingError: no leaves, or one that is no hash.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        if not leaves or any(len(leaf) != HASH_BYTES for leaf in leaves):
            raise EncodingError("a tree of chunks has one leaf of 32 bytes or more")
        self._levels, self._padding = [list(leaves)], [PADDING]
        for _ in range(depth_of(len(leaves))):
            below, padding = self._levels[-1], self._padding[-1]
            if len(below) % 2:
                below = [*below, padding]
            self._levels.append(
                [_above(left, right) for left, right in zip(below[::2], below[1::2], strict=True)]
            )
            self._padding.append(_above(padding, padding))

    @property
    def count(self) -> int:
        """Chunks of the statement."""
        return len(self._levels[0])

    @property
    def depth(self) -> int:
        """Levels above the leaves: ceil(log2(count))."""
        return len(self._levels) - 1

    @property
    def root(self) -> bytes:
        """32 bytes that stand for the whole statement."""
        return self._levels[-1][0]

    def path(self, index: int) -> list[bytes]:
        """The siblings on the way from leaf ``index`` to the root, lowest first.

        Raises:
            EncodingError: there is no such chunk.
        """
        if not 0 <= index < self.count:
            raise EncodingError(
                f"a path for chunk {index} was asked for; the statement has {self.count} chunks"
            )
        return [self._node(level, (index >> level) ^ 1) for level in range(self.depth)]

    def _node(self, level: int, index: int) -> bytes:
        nodes = self._levels[level]
        return nodes[index] if index < len(nodes) else self._padding[level]


def _above(left: bytes, right: bytes) -> bytes:
    return sha256(NODE_PREFIX + left + right).digest()
