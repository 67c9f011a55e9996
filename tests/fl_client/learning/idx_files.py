"""Small files in the shape of Fashion-MNIST's, for tests that have not the data set itself."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILES = {"train": 60, "t10k": 30}


def idx_bytes(values: NDArray[np.uint8], lengths: tuple[int, ...] | None = None, kind: int = 8) -> bytes:
    """An IDX file; `lengths` and `kind` may lie."""
    lengths = values.shape if lengths is None else lengths
    return struct.pack(f">BBBB{len(lengths)}I", 0, 0, kind, len(lengths), *lengths) + values.tobytes()


def write_data_set(folder: Path, *, zipped: bool = False) -> Path:
    """Four files of random images; every kind of clothing lights up a row of its own."""
    random = np.random.default_rng(0)
    for part, count in FILES.items():
        labels = (np.arange(count) % 10).astype(np.uint8)
        images = random.integers(0, 100, (count, 28, 28), dtype=np.uint8)
        images[np.arange(count), 2 * labels] = 255
        for name, values in (("labels-idx1", labels), ("images-idx3", images)):
            data = idx_bytes(values)
            path = folder / f"{part}-{name}-ubyte"
            if zipped:
                path.with_name(path.name + ".gz").write_bytes(gzip.compress(data))
            else:
                path.write_bytes(data)
    return folder
