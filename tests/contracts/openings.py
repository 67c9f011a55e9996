"""Bytes of the Merkle-sum tree as the contracts take them, from the plain reference implementation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.parity import reference

LIMIT = 2**31 - 1
CHUNK = 64
CHUNK_BYTES = 256
SUM_BYTES = 16
NODE_BYTES = 48
MAX_SUM = 2**128 - 1
MAX_DEPTH = 20

ZERO_CHUNK = bytes(CHUNK_BYTES)


def packed(nodes: Iterable[reference.Node]) -> bytes:
    """Return nodes one after the other: hash, then the sum in 16 bytes."""
    return b"".join(hash_ + total.to_bytes(SUM_BYTES, "big") for hash_, total in nodes)


def chunk_of(values: Sequence[int]) -> bytes:
    """Return one chunk of big-endian int32, -2^31 and whatever else included."""
    return b"".join(value.to_bytes(4, "big", signed=True) for value in values).ljust(CHUNK_BYTES, b"\0")


def opening(total: int, chunk: bytes, siblings: Iterable[reference.Node]) -> bytes:
    """Return what opens a chunk: claimed sum, chunk, siblings from the leaf up."""
    return total.to_bytes(SUM_BYTES, "big") + chunk + packed(siblings)


def zero_nodes(count: int) -> list[reference.Node]:
    """Return the zero nodes of the lowest levels, hashed again."""
    nodes = [reference.leaf(ZERO_CHUNK)]
    while len(nodes) < count:
        nodes.append(reference.node(nodes[-1], nodes[-1]))
    return nodes


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector with its whole tree.

    Args:
        values: d coordinates; nothing is checked, so that they may be wrong.
        sums: claimed leaf sums in place of the true ones.
    """

    values: tuple[int, ...]
    sums: tuple[int, ...] | None = None

    @property
    def dimension(self) -> int:
        """Number of coordinates."""
        return len(self.values)

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.dimension // CHUNK)

    @property
    def levels(self) -> list[list[reference.Node]]:
        """Every node, leaves first."""
        return reference.levels(self.values, self.sums)

    @property
    def depth(self) -> int:
        """Levels above the leaves."""
        return len(self.levels) - 1

    @property
    def root(self) -> reference.Node:
        """The top node."""
        return self.levels[-1][0]

    def opening(self, index: int) -> bytes:
        """Return what opens one chunk."""
        levels = self.levels
        chunk = reference.chunks(self.values)[index]
        return opening(levels[0][index][1], chunk, reference.path(levels, index))

    def commitment(self, kind: int, fraction_bits: int = 20) -> bytes:
        """Return the commitment to the vector."""
        return reference.commitment(self.root, self.dimension, kind, fraction_bits)
