"""Leaves and inner nodes of the Merkle-sum tree, and the chunks that leaves are made of.

leaf hash = sha256(0x00 | chunk), node hash = sha256(0x01 | left hash | left sum | right hash | right sum),
with sums of squares as 16 bytes, big-endian.
SHA-256 because it is a precompile on chain and several times faster than Keccak in Python.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fl_client.encoding.fixed_point import LIMIT
from fl_client.encoding.leaf_sums import SUM_BOUND, SUM_BYTES
from fl_client.encoding.vector import CHUNK_BYTES, CHUNK_COORDINATES, VectorFormat, chunks_of
from fl_client.errors import EncodingError

HASH_BYTES: Final = 32
NODE_BYTES: Final = HASH_BYTES + SUM_BYTES
"""A node as its parent hashes it: the hash, then the sum."""

LEAF_PREFIX: Final = 0
NODE_PREFIX: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node of the tree.

    Args:
        hash: 32 bytes.
        sum: sum of the squares of all coordinates below, 0 to 2^128 - 1.

    Raises:
        EncodingError: the hash has another length, or the sum is outside.
    """

    hash: bytes
    sum: int

    def __post_init__(self) -> None:
        if len(self.hash) != HASH_BYTES:
            raise EncodingError(f"a node's hash has {len(self.hash)} bytes; it must have {HASH_BYTES}")
        if not 0 <= self.sum < SUM_BOUND:
            raise EncodingError(f"a node's sum is {self.sum}; it must be 0 to 2^128 - 1")

    def __bytes__(self) -> bytes:
        return self.hash + self.sum.to_bytes(SUM_BYTES, "big")


def leaf_node(chunk: bytes, claimed_sum: int | None = None) -> Node:
    """Return the leaf of one chunk.

    Args:
        chunk: 256 bytes, 64 big-endian int32 coordinates.
        claimed_sum: the sum that the vector's author wrote; without it, the true sum of squares.

    Raises:
        EncodingError: the chunk is not 256 bytes long.

    >>> leaf_node((3).to_bytes(4, "big") + bytes(252)).sum
    9
    """
    if len(chunk) != CHUNK_BYTES:
        raise EncodingError(f"a chunk has {len(chunk)} bytes; it must have {CHUNK_BYTES}")
    digest = hashlib.sha256(bytes([LEAF_PREFIX]) + chunk).digest()
    if claimed_sum is None:
        claimed_sum = sum(value * value for value in np.frombuffer(chunk, dtype=">i4").tolist())
    return Node(hash=digest, sum=claimed_sum)


def parent_node(left: Node, right: Node) -> Node:
    """Return the node above two others; their sums are added and must stay below 2^128.

    Raises:
        EncodingError: the sum would reach 2^128.
    """
    digest = hashlib.sha256(bytes([NODE_PREFIX]) + bytes(left) + bytes(right)).digest()
    return Node(hash=digest, sum=left.sum + right.sum)


@cache
def zero_nodes(depth: int) -> tuple[Node, ...]:
    """Return Z[0] to Z[depth]: the roots of the trees over 1, 2, 4, ... zero chunks."""
    nodes = [leaf_node(bytes(CHUNK_BYTES))]
    for _ in range(depth):
        nodes.append(parent_node(nodes[-1], nodes[-1]))
    return tuple(nodes)


def chunk_bytes(vector: NDArray[np.int32], index: int) -> bytes:
    """Return the 256 bytes of chunk ``index``, filled up with zeros beyond the last coordinate.

    Args:
        vector: int32 (d,).
        index: 0 to ceil(d / 64) - 1.

    Raises:
        EncodingError: there is no such chunk.
    """
    if not 0 <= index < chunks_of(vector.size):
        raise EncodingError(f"chunk {index} was asked for; the vector has {chunks_of(vector.size)} chunks")
    first = index * CHUNK_COORDINATES
    return vector[first : first + CHUNK_COORDINATES].astype(">i4").tobytes().ljust(CHUNK_BYTES, b"\0")


def check_chunk(form: VectorFormat, index: int, chunk: bytes) -> None:
    """Refuse chunk bytes that no vector of this format has at this place.

    Args:
        form: format of the committed vector.
        index: the chunk's place.
        chunk: its bytes, as somebody sent them.

    Raises:
        EncodingError: no such place, wrong length, a coordinate of -2^31, or one beyond d that is not zero.
    """
    if not 0 <= index < form.chunks:
        raise EncodingError(f"chunk {index} was shown; the vector has {form.chunks} chunks")
    if len(chunk) != CHUNK_BYTES:
        raise EncodingError(f"chunk {index} has {len(chunk)} bytes; it must have {CHUNK_BYTES}")
    values = np.frombuffer(chunk, dtype=">i4")
    if int(values.min()) < -LIMIT:
        raise EncodingError(f"chunk {index} holds -2^31, which is not a value of the lattice")
    if values[form.dimension - index * CHUNK_COORDINATES :].any():
        raise EncodingError(
            f"chunk {index} holds coordinates beyond dimension {form.dimension}; they must be 0"
        )
