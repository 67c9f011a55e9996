"""A Merkle tree over the commitments of all blocks, and one proof for many of them.

Leaf = sha256(0x00, index (8 bytes), commitment); node = sha256(0x01, left, right); leaves beyond the last are zero.
The proof of some leaves is the nodes that they do not give themselves, from the leaves up, from left to right: their
number follows from the positions, so that one proof has exactly one form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final

from fl_client.errors import CryptoError

NODE_BYTES: Final = 32


def leaf_of(index: int, commitment: bytes) -> bytes:
    """The leaf of a block's commitment, bound to its place."""
    return sha256(b"\x00" + index.to_bytes(8, "big") + commitment).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over all leaves, one or more."""
    return _levels(leaves)[-1][:NODE_BYTES]


def open_leaves(leaves: Sequence[bytes], positions: Iterable[int]) -> bytes:
    """The nodes that prove the leaves at these positions.

    Args:
        leaves: all of them.
        positions: ascending, each once.

    Returns:
        32 bytes a node.
    """
    found, wanted = bytearray(), list(positions)
    for level in _levels(leaves)[:-1]:
        known = set(wanted)
        for place in wanted:
            beside = place ^ 1
            if beside not in known:
                found += level[beside * NODE_BYTES : (beside + 1) * NODE_BYTES]
        wanted = sorted({place >> 1 for place in wanted})
    return bytes(found)


def root_from(count: int, leaves: Mapping[int, bytes], nodes: bytes) -> bytes:
    """The root that some leaves and the nodes beside them give.

    Args:
        count: leaves of the whole tree.
        leaves: by position, each below ``count``.
        nodes: as ``open_leaves`` returns them.

    Raises:
        CryptoError: nodes are missing, or left over.
    """
    level, taken = dict(leaves), 0
    for _ in range(depth_of(count)):
        above: dict[int, bytes] = {}
        for place in sorted(level):
            if place >> 1 in above:
                continue
            beside = level.get(place ^ 1)
            if beside is None:
                beside, taken = nodes[taken : taken + NODE_BYTES], taken + NODE_BYTES
                if len(beside) != NODE_BYTES:
                    raise CryptoError("nodes of the tree are missing in the proof")
            pair = (beside, level[place]) if place & 1 else (level[place], beside)
            above[place >> 1] = _node(*pair)
        level = above
    if taken != len(nodes):
        raise CryptoError("nodes of the tree are left over in the proof")
    return level[0]


def depth_of(count: int) -> int:
    """Levels between the leaves and the root.

    >>> [depth_of(count) for count in (1, 2, 3, 4, 5)]
    [0, 1, 2, 2, 3]
    """
    return (count - 1).bit_length()


def _levels(leaves: Sequence[bytes]) -> list[bytes]:
    depth = depth_of(len(leaves))
    levels = [b"".join(leaves).ljust(NODE_BYTES << depth, b"\0")]
    for _ in range(depth):
        below = levels[-1]
        pairs = range(0, len(below), 2 * NODE_BYTES)
        levels.append(b"".join(_node(below[at : at + 32], below[at + 32 : at + 64]) for at in pairs))
    return levels


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
