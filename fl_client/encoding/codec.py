"""The canonical bytes of a vector: header, claimed leaf sums, coordinates, and nothing else.

Header, 16 bytes, big-endian: magic "GRDB", uint16 version, uint8 kind, uint8 fraction bits, uint32
dimension, 4 zero bytes. Then one 16-byte leaf sum a chunk, then d int32 coordinates. The leaf sums travel
along so that a lie in them can be shown with one chunk and its path.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fl_client.encoding.fixed_point import check_lattice
from fl_client.encoding.leaf_sums import (
    SUM_BYTES,
    LeafSums,
    check_total,
    claimed_words,
    in_chunks,
    square_sums,
    words_from_bytes,
    words_to_bytes,
)
from fl_client.encoding.vector import (
    ENCODING_VERSION,
    MAX_DIMENSION,
    VectorFormat,
    VectorKind,
)
from fl_client.errors import EncodingError

MAGIC: Final = b"GRDB"
_HEADER: Final = struct.Struct(">4sHBBI4s")
HEADER_BYTES: Final = _HEADER.size


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DecodedVector:
    """A vector as its author published it; it is trusted only after its commitment was recomputed.

    Args:
        vector: int32 (d,), native byte order, read-only.
        form: its format.
        sums: the claimed sum of squares of each chunk, which may be a lie.
    """

    vector: NDArray[np.int32] = field(repr=False)
    form: VectorFormat
    sums: LeafSums = field(repr=False)


def encoded_size(form: VectorFormat) -> int:
    """Return how many bytes a vector of this format has: 16 + 16 a chunk + 4 a coordinate.

    >>> encoded_size(VectorFormat(dimension=65, kind=VectorKind.MODEL))
    308
    """
    return HEADER_BYTES + SUM_BYTES * form.chunks + 4 * form.dimension


def encode(vector: NDArray[np.int32], form: VectorFormat, sums: Sequence[int] | None = None) -> bytes:
    """Write the canonical bytes of a vector.

    Args:
        vector: int32 (d,), each within +-(2^31 - 1).
        form: its format.
        sums: leaf sums to claim in place of the true ones, one a chunk.

    Returns:
        ``encoded_size(form)`` bytes.

    Raises:
        EncodingError: the vector does not fit the format, or the sums cannot stand in a tree.
    """
    check_fits(vector, form)
    words = square_sums(in_chunks(vector)) if sums is None else claimed_words(sums, chunks=form.chunks)
    header = _HEADER.pack(MAGIC, ENCODING_VERSION, form.kind, form.fraction_bits, form.dimension, bytes(4))
    return b"".join((header, words_to_bytes(words).data, vector.astype(">i4").data))


def decode(data: bytes | bytearray | memoryview, expected: VectorFormat | None = None) -> DecodedVector:
    """Read the canonical bytes of a vector, of which nothing is trusted.

    Args:
        data: the bytes.
        expected: the format that the task asks for; without it any valid format is taken.

    Raises:
        EncodingError: a length, magic, version, kind, format or value that is not allowed. All but the
            values are checked before memory is taken.
    """
    form = _read_header(data)
    if expected is not None and form != expected:
        raise EncodingError(f"the file holds {_shown(form)}; the task asks for {_shown(expected)}")
    if len(data) != encoded_size(form):
        raise EncodingError(f"the file has {len(data)} bytes; {_shown(form)} has {encoded_size(form)}")
    body = HEADER_BYTES + SUM_BYTES * form.chunks
    sums = LeafSums(words_from_bytes(bytes(data[HEADER_BYTES:body])))
    check_total(sums.total)
    vector = np.frombuffer(data, dtype=">i4", offset=body).astype(np.int32)
    check_lattice(vector, "decoded vector")
    vector.flags.writeable = False
    return DecodedVector(vector=vector, form=form, sums=sums)


def wrong_sums(decoded: DecodedVector) -> tuple[int, ...]:
    """Return the chunks whose claimed sum is not the sum of their squares, lowest first."""
    return decoded.sums.differences(LeafSums(square_sums(in_chunks(decoded.vector))))


def check_fits(vector: NDArray[np.int32], form: VectorFormat) -> None:
    """Refuse a vector that is no lattice vector or has not the format's dimension.

    Raises:
        EncodingError: it does not fit.
    """
    check_lattice(vector)
    if vector.size != form.dimension:
        raise EncodingError(f"the vector has {vector.size} coordinates; its format says {form.dimension}")


def _read_header(data: bytes | bytearray | memoryview) -> VectorFormat:
    if len(data) < HEADER_BYTES:
        raise EncodingError(
            f"the file has {len(data)} bytes; a vector has at least a {HEADER_BYTES}-byte header"
        )
    magic, version, kind, fraction_bits, dimension, reserved = _HEADER.unpack(data[:HEADER_BYTES])
    if magic != MAGIC:
        raise EncodingError(f"the file begins with {magic!r}; a vector begins with {MAGIC!r}")
    if version != ENCODING_VERSION:
        raise EncodingError(f"the file has encoding version {version}; this client reads {ENCODING_VERSION}")
    if kind not in tuple(VectorKind):
        raise EncodingError(f"the file has vector kind {kind}; 1 is a model, 2 an update")
    if reserved != bytes(4):
        raise EncodingError(f"the header ends in {reserved.hex()}; its last 4 bytes must be zero")
    if not 1 <= dimension <= MAX_DIMENSION:
        raise EncodingError(f"the file says dimension {dimension}; 1 to {MAX_DIMENSION} is allowed")
    return VectorFormat(dimension=dimension, fraction_bits=fraction_bits, kind=VectorKind(kind))


def _shown(form: VectorFormat) -> str:
    kind = "a model" if form.kind is VectorKind.MODEL else "an update"
    return f"{kind} of {form.dimension} coordinates with {form.fraction_bits} fraction bits"
