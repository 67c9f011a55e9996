"""Exact sums of squares, one a chunk, and their 16-byte form."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from fl_client.encoding.vector import CHUNK_COORDINATES, chunks_of
from fl_client.errors import EncodingError

SUM_BYTES: Final = 16
"""Bytes of a sum of squares, big-endian."""

SUM_BOUND: Final = 1 << (8 * SUM_BYTES)
"""Every sum in a tree is below this: a sum that wrapped could hide any norm."""

_INT64_SAFE: Final = isqrt((2**63 - 1) // CHUNK_COORDINATES)
"""Largest magnitude of which 64 squares always fit in an int64."""

_WORD: Final = np.uint64(32)
_LOW: Final = np.uint64(0xFFFFFFFF)


def in_chunks(vector: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return int32 (d,) as int32 (chunks, 64), filled up with zeros where that is due."""
    chunks = chunks_of(vector.size)
    if vector.size == chunks * CHUNK_COORDINATES:
        return vector.reshape(chunks, CHUNK_COORDINATES)
    padded = np.zeros((chunks, CHUNK_COORDINATES), dtype=np.int32)
    padded.reshape(-1)[: vector.size] = vector
    return padded


def square_sums(chunks: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Return the exact sum of squares of each chunk as two 64-bit words.

    Args:
        chunks: int32 (chunks, 64), each within +-(2^31 - 1).

    Returns:
        uint64 (chunks, 2), high word first: 64 squares of 62 bits need 68 bits.

    >>> square_sums(np.full((1, 64), 2**31 - 1, dtype=np.int32)).tolist() == [[15, 2**64 - 2**38 + 64]]
    True
    """
    words = np.zeros((len(chunks), 2), dtype=np.uint64)
    if max(-int(chunks.min()), int(chunks.max())) <= _INT64_SAFE:
        wide = chunks.astype(np.int64)
        words[:, 1] = np.einsum("ij,ij->i", wide, wide)
        return words
    squares = np.square(chunks, dtype=np.int64).astype(np.uint64)
    high = (squares >> _WORD).sum(axis=1, dtype=np.uint64)  # below 2^36
    low = (squares & _LOW).sum(axis=1, dtype=np.uint64)  # below 2^38
    high += low >> _WORD
    words[:, 0] = high >> _WORD
    words[:, 1] = (high << _WORD) | (low & _LOW)
    return words


def words_from_bytes(data: bytes) -> NDArray[np.uint64]:
    """Read big-endian 16-byte sums into uint64 (n, 2), high word first."""
    return np.frombuffer(data, dtype=">u8").reshape(-1, 2).astype(np.uint64)


def words_to_bytes(words: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Write uint64 (n, 2) as big-endian sums, uint8 (n, 16)."""
    return words.astype(">u8").view(np.uint8).reshape(-1, SUM_BYTES)


class LeafSums(Sequence[int]):
    """Leaf sums as they are written: a sequence of integers that are made only where one is asked for.

    >>> sums = LeafSums(np.array([[0, 9], [1, 0]], dtype=np.uint64))
    >>> sums[0], sums[1] == 2**64, sums == (9, 2**64), sums.total == 2**64 + 9
    (9, True, True, True)
    """

    def __init__(self, words: NDArray[np.uint64]) -> None:
        """Wrap uint64 (n, 2), high word first."""
        self.words = words

    def __len__(self) -> int:
        return len(self.words)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> LeafSums: ...
    def __getitem__(self, index: int | slice) -> int | LeafSums:
        if isinstance(index, slice):
            return LeafSums(self.words[index])
        high, low = self.words[index].tolist()
        return int(high) << 64 | int(low)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LeafSums):
            return np.array_equal(self.words, other.words)
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as of any mutable sequence

    def __repr__(self) -> str:
        return f"LeafSums({len(self)} sums, total {self.total})"

    @property
    def total(self) -> int:
        """All of them added up, exactly."""
        halves = np.stack([self.words >> _WORD, self.words & _LOW]).sum(axis=1, dtype=np.uint64)  # (2, 2)
        (upper_high, upper_low), (lower_high, lower_low) = halves.tolist()
        return int((upper_high << 32) + lower_high << 64) + int((upper_low << 32) + lower_low)

    def differences(self, other: LeafSums) -> tuple[int, ...]:
        """Return where two sequences of one length differ, lowest first."""
        return tuple(np.flatnonzero((self.words != other.words).any(axis=1)).tolist())


def claimed_words(sums: Sequence[int], *, chunks: int) -> NDArray[np.uint64]:
    """Check claimed leaf sums and return them as words.

    Args:
        sums: one integer a chunk, 0 to 2^128 - 1, all together below 2^128.
        chunks: how many are due.

    Returns:
        uint64 (chunks, 2), high word first.

    Raises:
        EncodingError: a wrong number of sums, or sums that no tree can carry.
    """
    if len(sums) != chunks:
        raise EncodingError(f"{len(sums)} leaf sums were given for {chunks} chunks; give one a chunk")
    if isinstance(sums, LeafSums):
        check_total(sums.total)
        return sums.words
    for index, value in enumerate(sums):
        if not 0 <= value < SUM_BOUND:
            raise EncodingError(f"the leaf sum of chunk {index} is {value}; give 0 to 2^128 - 1")
    check_total(sum(sums))
    return words_from_bytes(b"".join([int(value).to_bytes(SUM_BYTES, "big") for value in sums]))


def check_total(total: int) -> None:
    """Refuse leaf sums that add up to more than a root can say.

    Raises:
        EncodingError: they do.
    """
    if total >= SUM_BOUND:
        raise EncodingError(f"the leaf sums add up to {total}, not below 2^128: such a vector has no root")


def add_pairs(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Add neighbours: uint64 (2n, 2) becomes uint64 (n, 2). The caller knows that the total fits."""
    left, right = words[0::2], words[1::2]
    result = left + right
    result[:, 0] += result[:, 1] < left[:, 1]  # the low word wrapped: carry
    return result
