"""Squared lengths and pairwise squared distances of lattice vectors, exact and fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fl_client.aggregation.weigh.rule import RoundFigures
from fl_client.encoding import check_lattice
from fl_client.errors import EncodingError

_BLOCK: Final = 1 << 14
"""Coordinates multiplied at a time."""

_PLAIN_LIMIT: Final = 1 << 19
"""Up to this magnitude 2^14 products add up to at most 2^52: a float64 holds every partial sum exactly."""

_HALF_BITS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceTable:
    """What is posted for rules that read distances, and how it is ordered.

    Attributes:
        distances: n (n - 1) / 2 exact squared distances: (0, 1), (0, 2), ..., (1, 2), ...; empty if not asked for.
        norms: n exact squared lengths.
        trust_norm: of the trusted vector; 0 without one.
        trust_distances: n, to the trusted vector; empty without one.
    """

    distances: tuple[int, ...]
    norms: tuple[int, ...]
    trust_norm: int = 0
    trust_distances: tuple[int, ...] = ()

    def with_norms(self, norms: Sequence[int]) -> DistanceTable:
        """Return the same with the lengths that the chain has on record."""
        return replace(self, norms=tuple(int(norm) for norm in norms))

    def figures(self, samples: tuple[int, ...], reputations: tuple[int, ...] = ()) -> RoundFigures:
        """Return all that a rule sees."""
        return RoundFigures(
            samples=samples,
            norms=self.norms,
            distances=self.distances,
            reputations=reputations,
            trust_norm=self.trust_norm,
            trust_distances=self.trust_distances,
        )


def measure(
    updates: NDArray[np.int32], trust: NDArray[np.int32] | None = None, *, distances: bool = True
) -> DistanceTable:
    """Return the table of a round's updates.

    Args:
        updates: int32 (n, d), each coordinate within +-(2^31 - 1).
        trust: int32 (d,), the trusted vector, if there is one.
        distances: whether those between updates are wanted.

    Raises:
        EncodingError: shapes, dtypes or values that are no lattice vectors.

    >>> table = measure(np.array([[3, 4], [0, 0], [-3, 4]], dtype=np.int32), np.array([6, 8], dtype=np.int32))
    >>> table.distances, table.norms, table.trust_norm, table.trust_distances
    ((25, 36, 25), (25, 0, 25), 100, (25, 100, 97))
    """
    if updates.ndim != 2:
        raise EncodingError(f"the updates have shape {updates.shape}; give (n, d)")
    vectors = list(updates)
    if trust is not None:
        if trust.shape != updates.shape[1:]:
            raise EncodingError(
                f"the trusted vector has shape {trust.shape}; the updates ask for {updates.shape[1:]}"
            )
        vectors.append(trust)
    for index, vector in enumerate(vectors):
        check_lattice(vector, f"update {index}" if index < len(updates) else "trusted vector")
    count = len(updates)
    if not distances and trust is None:
        return DistanceTable(distances=(), norms=tuple(gram_matrix([vector])[0][0] for vector in vectors))
    gram = gram_matrix(vectors)
    between = [[gram[i][i] + gram[j][j] - 2 * gram[i][j] for j in range(len(gram))] for i in range(len(gram))]
    return DistanceTable(
        distances=tuple(between[i][j] for i in range(count) for j in range(i + 1, count))
        if distances
        else (),
        norms=tuple(gram[i][i] for i in range(count)),
        trust_norm=gram[count][count] if trust is not None else 0,
        trust_distances=tuple(between[count][:count]) if trust is not None else (),
    )


def gram_matrix(vectors: list[NDArray[np.int32]]) -> list[list[int]]:
    """Return all inner products, exactly.

    Blocks of 2^14 coordinates are multiplied as float64 matrices, which is where processors are fastest. Small values
    are multiplied as they are; others are first split into x = high * 2^16 + low with both halves within +-2^15. In
    either case every product is an integer and every sum of products at most 2^52, so whatever order the
    multiplication adds in, nothing is rounded. Blocks are added up in Python's integers.

    >>> gram_matrix([np.full(3, 2**31 - 1, dtype=np.int32)]) == [[3 * (2**31 - 1) ** 2]]
    True
    """
    count = len(vectors)
    total = [[0] * count for _ in range(count)]
    for start in range(0, vectors[0].size if vectors else 0, _BLOCK):
        block = np.array([vector[start : start + _BLOCK] for vector in vectors])  # int32 (n, b)
        for parts, shift in _products(block):
            for i in range(count):
                for j in range(count):
                    total[i][j] += int(parts[i, j]) << shift
    return total


def _products(block: NDArray[np.int32]) -> list[tuple[NDArray[np.float64], int]]:
    """Return float64 (n, n) parts of a block's inner products, each with the power of two that it counts for."""
    if max(int(block.max()), -int(block.min())) <= _PLAIN_LIMIT:
        plain = block.astype(np.float64)
        return [(plain @ plain.T, 0)]
    # Rounded to the nearer multiple of 2^16: both halves are within +-2^15.
    high_part = (block.astype(np.int64) + (1 << _HALF_BITS - 1)) >> _HALF_BITS
    low = (block - (high_part << _HALF_BITS)).astype(np.float64)
    high = high_part.astype(np.float64)
    cross = high @ low.T
    return [(high @ high.T, 2 * _HALF_BITS), (cross + cross.T, _HALF_BITS), (low @ low.T, 0)]
