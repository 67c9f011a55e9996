"""The Merkle-sum tree over a vector's chunks: one vector has one root, and a path shows one chunk.

The tree is filled up to a power of two with zero chunks, whose subtrees come from a table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from fl_client.encoding.fixed_point import check_lattice
from fl_client.encoding.leaf_sums import (
    LeafSums,
    add_pairs,
    claimed_words,
    in_chunks,
    square_sums,
    words_from_bytes,
    words_to_bytes,
)
from fl_client.encoding.merkle_node import (
    HASH_BYTES,
    LEAF_PREFIX,
    NODE_BYTES,
    NODE_PREFIX,
    Node,
    parent_node,
    zero_nodes,
)
from fl_client.encoding.vector import (
    CHUNK_BYTES,
    VectorFormat,
    check_dimension,
    chunks_of,
    depth_of,
)
from fl_client.errors import EncodingError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MerkleSumTree:
    """All nodes of a vector's tree, except those that lie wholly in the padding.

    Args:
        chunks: number of leaves that hold coordinates.
        levels: for each level from the leaves up, the nodes as uint8 (n, 48): hash, then sum.
    """

    chunks: int
    levels: tuple[NDArray[np.uint8], ...] = field(repr=False)

    @classmethod
    def build(cls, vector: NDArray[np.int32], sums: Sequence[int] | None = None) -> Self:
        """Hash a vector.

        Args:
            vector: int32 (d,), each within +-(2^31 - 1).
            sums: claimed sums, one a chunk, in place of the true ones: the tree that a liar committed to.

        Raises:
            EncodingError: the vector is no lattice vector, or the claimed sums cannot stand in a tree.

        >>> MerkleSumTree.build(np.array([3, 4], dtype=np.int32)).root.sum
        25
        """
        check_lattice(vector)
        check_dimension(vector.size)
        chunks = chunks_of(vector.size)
        padded = in_chunks(vector)
        words = square_sums(padded) if sums is None else claimed_words(sums, chunks=chunks)
        rows = np.empty((chunks, 1 + CHUNK_BYTES), dtype=np.uint8)
        rows[:, 0] = LEAF_PREFIX
        rows[:, 1:] = padded.astype(">i4").view(np.uint8)  # (chunks, 256)
        levels = [_level(rows, words)]
        zeros = zero_nodes(depth_of(chunks))
        for zero in zeros[:-1]:
            below = levels[-1]
            if len(below) % 2:
                # The sibling lies wholly in the padding: it is taken from the table, not hashed again.
                below = np.concatenate([below, np.frombuffer(bytes(zero), dtype=np.uint8)[None]])
                words = np.concatenate([words, np.zeros((1, 2), dtype=np.uint64)])
            rows = np.empty((len(below) // 2, 1 + 2 * NODE_BYTES), dtype=np.uint8)
            rows[:, 0] = NODE_PREFIX
            rows[:, 1:] = below.reshape(-1, 2 * NODE_BYTES)
            words = add_pairs(words)
            levels.append(_level(rows, words))
        return cls(chunks=chunks, levels=tuple(levels))

    @property
    def depth(self) -> int:
        """Levels above the leaves."""
        return len(self.levels) - 1

    @property
    def root(self) -> Node:
        """The top node: its hash and sum stand for the whole vector."""
        return self._node(self.depth, 0)

    @property
    def leaf_sums(self) -> LeafSums:
        """The sum of each chunk, as the tree claims it."""
        return LeafSums(words_from_bytes(self.levels[0][: self.chunks, HASH_BYTES:].tobytes()))

    def path(self, index: int) -> tuple[Node, ...]:
        """Return the siblings on the way from leaf ``index`` to the root, lowest first.

        Raises:
            EncodingError: there is no such chunk.
        """
        if not 0 <= index < self.chunks:
            raise EncodingError(
                f"a path for chunk {index} was asked for; the vector has {self.chunks} chunks"
            )
        return tuple(self._node(level, (index >> level) ^ 1) for level in range(self.depth))

    def level(self, level: int) -> tuple[Node, ...]:
        """Return every node ``level`` levels above the leaves, those in the padding included.

        Raises:
            EncodingError: the tree has no such level.
        """
        return self.nodes(level, 0, 1 << max(self.depth - level, 0))

    def nodes(self, level: int, first: int, count: int) -> tuple[Node, ...]:
        """Return ``count`` nodes of one level from place ``first`` on, padding included.

        Args:
            level: levels above the leaves, 0 to ``depth``.
            first: place of the first node, from 0.
            count: how many, not beyond the 2^(depth - level) that the level has.

        Raises:
            EncodingError: the tree has no such nodes.
        """
        if not 0 <= level <= self.depth:
            raise EncodingError(f"level {level} was asked for; the tree has levels 0 to {self.depth}")
        width = 1 << (self.depth - level)
        if first < 0 or count < 0 or first + count > width:
            raise EncodingError(
                f"nodes {first} to {first + count - 1} were asked for; level {level} has {width} nodes"
            )
        return tuple(self._node(level, place) for place in range(first, first + count))

    def _node(self, level: int, place: int) -> Node:
        rows = self.levels[level]
        if place >= len(rows):
            return zero_nodes(self.depth)[level]
        data = rows[place].tobytes()
        return Node(hash=data[:HASH_BYTES], sum=int.from_bytes(data[HASH_BYTES:], "big"))


def check_path(form: VectorFormat, index: int, leaf: Node, path: Sequence[Node], root: Node) -> None:
    """Refuse a path that does not show ``leaf`` to be leaf ``index`` under ``root``.

    Args:
        form: format of the committed vector.
        index: place of the leaf, below ``form.chunks``.
        leaf: the leaf, e.g. from ``leaf_node``.
        path: the siblings, lowest first, exactly ``form.depth`` of them.
        root: the committed root.

    Raises:
        EncodingError: the first check that fails, by name.

    Source: protocol.md section 2.
    """
    if not 0 <= index < form.chunks:
        raise EncodingError(f"the path is for chunk {index}; the vector has {form.chunks} chunks")
    if len(path) != form.depth:
        raise EncodingError(f"the path has {len(path)} entries; a vector of this size has {form.depth}")
    zeros = zero_nodes(form.depth)
    node = leaf
    for level, sibling in enumerate(path):
        place = index >> level
        if (place ^ 1) << level >= form.chunks and sibling != zeros[level]:
            raise EncodingError(f"the sibling at level {level} lies in the padding but is not the zero node")
        if node.sum + sibling.sum > root.sum:
            raise EncodingError(
                f"the sum at level {level + 1} is {node.sum + sibling.sum}, above the root's {root.sum}"
            )
        node = parent_node(sibling, node) if place & 1 else parent_node(node, sibling)
    if node.hash != root.hash:
        raise EncodingError(f"the path ends in hash {node.hash.hex()}, the root is {root.hash.hex()}")
    if node.sum != root.sum:
        raise EncodingError(f"the path ends in sum {node.sum}, the root's is {root.sum}")


def verify_path(form: VectorFormat, index: int, leaf: Node, path: Sequence[Node], root: Node) -> bool:
    """Say whether ``check_path`` passes."""
    try:
        check_path(form, index, leaf, path, root)
    except EncodingError:
        return False
    return True


def _level(rows: NDArray[np.uint8], words: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Hash each row, uint8 (n, width), and put its sum after it: uint8 (n, 48)."""
    width = rows.shape[1]
    view = rows.data.cast("B")
    sha256 = hashlib.sha256
    digests = b"".join([sha256(view[at : at + width]).digest() for at in range(0, len(view), width)])
    nodes = np.empty((len(rows), NODE_BYTES), dtype=np.uint8)
    nodes[:, :HASH_BYTES] = np.frombuffer(digests, dtype=np.uint8).reshape(-1, HASH_BYTES)
    nodes[:, HASH_BYTES:] = words_to_bytes(words)
    nodes.flags.writeable = False
    return nodes
