"""What a vector is: its dimension, its fixed-point format, and which of the two kinds it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from fl_client.errors import EncodingError

ENCODING_VERSION: Final = 1
"""Bumped whenever the bytes of a file, a leaf, a node or a commitment change."""

CHUNK_COORDINATES: Final = 64
"""Coordinates in one leaf of the tree."""

CHUNK_BYTES: Final = 4 * CHUNK_COORDINATES
"""Bytes of one leaf: big-endian int32 coordinates, the last chunk filled up with zeros."""

MAX_DIMENSION: Final = CHUNK_COORDINATES * 2**20
"""Most coordinates a vector may have: 2^20 chunks, a 268 MB file, a path of 20 siblings."""

MAX_FRACTION_BITS: Final = 30
"""Most binary places: with 31 the range +-(2^31 - 1) would not reach 1."""

DEFAULT_FRACTION_BITS: Final = 20
"""Range +-2048, step about one millionth."""


class VectorKind(IntEnum):
    """What the coordinates of a vector mean; the number goes on chain."""

    MODEL = 1
    """The global model itself."""

    UPDATE = 2
    """A trained model minus the model that the training began with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorFormat:
    """How many coordinates a vector has and how they are read.

    Args:
        dimension: number of coordinates d, 1 to ``MAX_DIMENSION``.
        fraction_bits: binary places of the fixed-point lattice, 0 to ``MAX_FRACTION_BITS``.
        kind: model or update.

    Raises:
        EncodingError: a value is outside its range.

    Source: protocol.md sections 1 and 2.

    >>> form = VectorFormat(dimension=300, kind=VectorKind.UPDATE)
    >>> form.chunks, form.depth
    (5, 3)
    """

    dimension: int
    fraction_bits: int = DEFAULT_FRACTION_BITS
    kind: VectorKind

    def __post_init__(self) -> None:
        check_dimension(self.dimension)
        check_fraction_bits(self.fraction_bits)
        if not isinstance(self.kind, VectorKind):
            raise EncodingError(f"kind is {self.kind!r}; pass VectorKind.MODEL or VectorKind.UPDATE")

    @property
    def chunks(self) -> int:
        """Number of leaves that hold coordinates: ceil(dimension / 64)."""
        return chunks_of(self.dimension)

    @property
    def depth(self) -> int:
        """Levels above the leaves: ceil(log2(chunks)), 0 for one chunk."""
        return depth_of(self.chunks)


def chunks_of(dimension: int) -> int:
    """Return the number of chunks of a vector with ``dimension`` coordinates.

    >>> chunks_of(64), chunks_of(65)
    (1, 2)
    """
    return -(-dimension // CHUNK_COORDINATES)


def depth_of(chunks: int) -> int:
    """Return the depth of the tree over ``chunks`` leaves, at least 1 of them.

    >>> [depth_of(chunks) for chunks in (1, 2, 3, 4, 5)]
    [0, 1, 2, 2, 3]
    """
    return (chunks - 1).bit_length()


def check_dimension(dimension: int) -> None:
    """Refuse a dimension outside 1 to ``MAX_DIMENSION``.

    Raises:
        EncodingError: it is outside, or no integer.
    """
    if isinstance(dimension, bool) or not isinstance(dimension, int) or not 1 <= dimension <= MAX_DIMENSION:
        raise EncodingError(
            f"a vector has {dimension!r} coordinates; use a model with 1 to {MAX_DIMENSION} of them"
        )


def check_fraction_bits(fraction_bits: int) -> None:
    """Refuse binary places outside 0 to ``MAX_FRACTION_BITS``.

    Raises:
        EncodingError: they are outside, or no integer.
    """
    whole = isinstance(fraction_bits, int) and not isinstance(fraction_bits, bool)
    if not whole or not 0 <= fraction_bits <= MAX_FRACTION_BITS:
        raise EncodingError(f"fraction_bits is {fraction_bits!r}; choose 0 to {MAX_FRACTION_BITS}")
