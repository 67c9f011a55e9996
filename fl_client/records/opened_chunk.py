"""One chunk as it stands in a dispute's evidence."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from fl_client.encoding import CHUNK_BYTES, CHUNK_COORDINATES, LIMIT

# An opening: the claimed sum of squares, 64 coordinates of 4 bytes, then the siblings up to the root.
_SUM_BYTES: Final = 16


def opened(opening: bytes) -> tuple[int, np.ndarray[Any, np.dtype[np.int32]]]:
    """The claimed sum of squares and the coordinates, int32 (64,), of an opened chunk."""
    claimed = int.from_bytes(opening[:_SUM_BYTES], "big")
    coordinates = np.frombuffer(opening[_SUM_BYTES : _SUM_BYTES + CHUNK_BYTES], dtype=">i4")
    return claimed, coordinates.astype(np.int32)


def is_canonical(chunk: np.ndarray[Any, Any], coordinate: int, dimension: int) -> bool:
    """Whether a chunk, int32 (64,), can stand where a coordinate is (``MerkleSumTree.inspect``)."""
    filled = dimension - coordinate // CHUNK_COORDINATES * CHUNK_COORDINATES
    return bool(np.all(chunk >= -LIMIT)) and not np.any(chunk[filled:])


def squares(vector: np.ndarray[Any, Any]) -> int:
    """The sum of squares, exact."""
    return sum(int(value) ** 2 for value in vector)
