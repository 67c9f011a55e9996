"""IDX files (MNIST's format), plain or gzipped, of which nothing is trusted.

Two zero bytes, one for the type (8: unsigned bytes), one for the number of axes, each axis's length as
uint32, big-endian, then the values. Source: http://yann.lecun.com/exdb/mnist/
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final, cast

import numpy as np
from numpy.typing import NDArray

from fl_client.errors import LearningError

_UNSIGNED_BYTE: Final = 8
_GZIP: Final = b"\x1f\x8b"


def read_idx(path: Path, *, most: int, row: Sequence[int] = ()) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes; its header is held against the limits before anything else is read.

    Args:
        path: the file, gzipped or not.
        most: rows that are accepted at most.
        row: the shape that each row must have, () for a file of labels.

    Returns:
        uint8 (n, *row), 1 <= n <= `most`.

    Raises:
        LearningError: not such a file, too many rows, another shape, or its length is not what its header says.
    """
    try:
        with _opened(path) as file:
            rows = _read_header(file, path, most, row)
            size = rows * math.prod(row)
            # One byte more than is due, so that a longer file shows; what expands beyond that is never unpacked.
            data = file.read(size + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as problem:
        raise LearningError(f"{path} is a broken gzip file ({problem}): get it again") from problem
    except OSError as problem:
        raise LearningError(f"cannot read {path}: {problem.strerror or problem}") from problem
    if len(data) != size:
        found = "more" if len(data) > size else str(len(data))
        raise LearningError(f"{path} announces {size} bytes of values and holds {found}: get it again")
    return np.frombuffer(data, dtype=np.uint8).reshape(rows, *row)  # (rows, *row)


def _opened(path: Path) -> IO[bytes]:
    if not path.is_file():
        raise LearningError(f"{path} is no file: give IDX files")
    with path.open("rb") as file:
        zipped = file.read(len(_GZIP)) == _GZIP
    return cast(IO[bytes], gzip.open(path, "rb")) if zipped else path.open("rb")


def _read_header(file: IO[bytes], path: Path, most: int, row: Sequence[int]) -> int:
    """Return the number of rows, once the header is what it must be."""
    wanted = bytes((0, 0, _UNSIGNED_BYTE, 1 + len(row)))
    magic = file.read(len(wanted))
    if magic != wanted:
        raise LearningError(
            f"{path} begins with {magic.hex() or 'nothing'}: an IDX file of {1 + len(row)}-axis unsigned bytes"
            f" begins with {wanted.hex()}"
        )
    lengths = file.read(4 * (1 + len(row)))
    if len(lengths) != 4 * (1 + len(row)):
        raise LearningError(f"{path} ends within its header: get it again")
    rows, *shape = struct.unpack(f">{1 + len(row)}I", lengths)
    if shape != list(row):
        raise LearningError(f"{path} has rows of {_times(shape)}: only {_times(row)} serves here")
    if not 1 <= rows <= most:
        raise LearningError(f"{path} announces {rows} rows: 1 to {most} serve here")
    return int(rows)


def _times(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape)) or "one value"
