"""Disputes about an entry of a table: which entry is wrong, how it is split, and the chunk that proves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from fl_client.aggregation.weigh import Needs
from fl_client.disputes.dissection import levels_below
from fl_client.disputes.evidence import opening_of
from fl_client.encoding import MerkleSumTree
from fl_client.encoding.leaf_sums import LeafSums, in_chunks
from fl_client.errors import DisputeError
from fl_client.rounds import ENTRY_BYTES, DueTable, FetchedVector, PostedTable, Vector, pair_count
from fl_client.types import Address, Bytes32

_WORD: Final = np.uint64(32)
_LOW: Final = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFlaw:
    """What is wrong with the table that a proposal stands on.

    Attributes:
        posted: the table; None where there is none for the proposal's set.
        pair: the first wrong entry, by the places of its updates; None where the table has not the right length.
    """

    posted: PostedTable | None
    pair: tuple[int, int] | None


def table_flaw(
    mine: Callable[[], bytes],
    theirs: PostedTable | None,
    *,
    due: DueTable,
    needs: Needs,
    count: int,
) -> TableFlaw | None:
    """Compare the table that stands behind a proposal with the right one.

    That one is missing, or of another length, is seen from the chain alone: whatever bytes are withheld.

    Args:
        mine: computes the right one; may raise where bytes are withheld.
        theirs: the latest that the proposer had posted.
        due: what it must be for, and its length.
        needs: what the rule reads.
        count: n, the number of updates.

    Returns:
        What is wrong; None where nothing is.
    """
    if not due.length:
        return None
    posted = due.standing(theirs)
    if posted is None or len(posted.data) != due.length:
        return TableFlaw(posted=posted, pair=None)
    place = first_wrong_entry(mine(), posted.data)
    return None if place is None else TableFlaw(posted=posted, pair=pair_of(place, needs, count))


def first_wrong_entry(mine: bytes, theirs: bytes) -> int | None:
    """The first place where two tables of one length differ; None where they are equal.

    >>> first_wrong_entry(bytes(47) + b"x", bytes(48))
    2
    """
    for start in range(0, len(mine), ENTRY_BYTES):
        if mine[start : start + ENTRY_BYTES] != theirs[start : start + ENTRY_BYTES]:
            return start // ENTRY_BYTES
    return None


def pair_of(place: int, needs: Needs, count: int) -> tuple[int, int]:
    """Of which two updates an entry is; ``count`` stands for the trusted vector.

    Args:
        place: of the entry, from 0.
        needs: of the rule that reads the table.
        count: n, the number of updates.

    >>> [pair_of(place, Needs.DISTANCES | Needs.TRUST, 3) for place in range(6)]
    [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]
    >>> pair_of(1, Needs.TRUST, 3)
    (1, 3)
    """
    pairs = pair_count(needs, count)
    if place >= pairs:
        return place - pairs, count
    one = 0
    while place >= count - 1 - one:
        place -= count - 1 - one
        one += 1
    return one, one + 1 + place


def chunk_distances(one: Vector, other: Vector) -> LeafSums:
    """The exact sum of squared differences of each chunk of 64 coordinates.

    Args:
        one, other: int32 (d,), each coordinate within +-(2^31 - 1).

    >>> chunk_distances(np.full(65, 2**31 - 1, np.int32), np.full(65, 1 - 2**31, np.int32))[0] == 64 * (2**32 - 2)**2
    True
    """
    gap = np.abs(in_chunks(one).astype(np.int64) - in_chunks(other)).astype(np.uint64)
    squares = gap * gap  # below 2^64
    high = (squares >> _WORD).sum(axis=1, dtype=np.uint64)  # below 2^38
    low = (squares & _LOW).sum(axis=1, dtype=np.uint64)  # below 2^38
    high += low >> _WORD
    words = np.stack([high >> _WORD, (high << _WORD) | (low & _LOW)], axis=1)
    return LeafSums(words)


def answer_sums(distances: LeafSums, level: int, position: int) -> tuple[int, ...]:
    """Split the distance over a range of chunks into those over the ranges eight levels below.

    Args:
        distances: one a chunk.
        level: of the range: it has 2^level chunks.
        position: its place among those of its level.

    Returns:
        From left to right; ranges that lie wholly beyond the vector are left out.
    """
    below = levels_below(level)
    width = 1 << level - below
    first = (position << below) * width
    last = min(first + (width << below), len(distances))
    return tuple(distances[start : min(start + width, last)].total for start in range(first, last, width))


def pack_sums(sums: Sequence[int]) -> bytes:
    """Write sums as they are posted, 16 bytes each."""
    return b"".join(one.to_bytes(ENTRY_BYTES, "big") for one in sums)


def wrong_sum(mine: Sequence[int], posted: bytes) -> int:
    """The first of the sealer's sums that is another than it should be.

    Raises:
        DisputeError: none is: the challenge was wrong.
    """
    place = first_wrong_entry(pack_sums(mine), posted)
    if place is None:
        raise DisputeError("every sum that the sealer posted equals the recomputed one: nothing to challenge")
    return place


def table_opening(
    challenger: Address, task: Address, round_: int, pair: tuple[int, int], salt: Bytes32
) -> Bytes32:
    """The hash that is put on chain a block before an entry is disputed (``DisputeCourt.tableOpening``)."""
    types = ["string", "address", "address", "uint24", "uint8", "uint8", "bytes32"]
    return Bytes32(keccak(abi_encode(types, ["table", challenger, task, round_, *pair, salt])))


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEvidence:
    """One chunk, opened in both vectors of a disputed entry."""

    entries: tuple[tuple[Address, int, Bytes32], ...]
    one_opening: bytes = field(repr=False)
    other_opening: bytes = field(repr=False)

    def to_tuple(self) -> tuple[Any, ...]:
        """The proof as the contract takes it (``EntryProof``)."""
        return (list(self.entries), self.one_opening, self.other_opening)


def entry_evidence(
    chunk: int,
    one: FetchedVector,
    other: FetchedVector,
    entries: Sequence[tuple[Address, int, Bytes32]],
) -> EntryEvidence:
    """Build the proof that two vectors differ over one chunk by another sum than claimed.

    Args:
        chunk: its index.
        one, other: the two vectors, with the trees that they were committed to by.
        entries: trainer, weight and commitment of each accepted update.
    """

    def opened(vector: FetchedVector) -> bytes:
        tree = MerkleSumTree.build(vector.vector, vector.sums)
        return opening_of(vector.vector, tree, chunk, vector.sums[chunk])

    return EntryEvidence(entries=tuple(entries), one_opening=opened(one), other_opening=opened(other))
