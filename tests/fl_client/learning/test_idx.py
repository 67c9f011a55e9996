"""IDX files: what is right is read, and whatever is broken or hostile is named before memory is taken."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from fl_client.errors import LearningError
from fl_client.learning.tasks.idx import read_idx

from .idx_files import idx_bytes

IMAGES = np.arange(5 * 6, dtype=np.uint8).reshape(5, 2, 3)
GOOD = idx_bytes(IMAGES)


def read(path: Path, data: bytes) -> np.ndarray:
    path.write_bytes(data)
    return read_idx(path, most=9, row=(2, 3))


@pytest.mark.parametrize("data", [GOOD, gzip.compress(GOOD)], ids=["plain", "gzip"])
def test_values_are_read(tmp_path: Path, data: bytes) -> None:
    assert np.array_equal(read(tmp_path / "images", data), IMAGES)


def test_labels_are_read(tmp_path: Path) -> None:
    path = tmp_path / "labels"
    path.write_bytes(idx_bytes(np.array([3, 1, 2], dtype=np.uint8)))
    assert read_idx(path, most=3).tolist() == [3, 1, 2]


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "begins with nothing"),
        (b"\0\0\x08", "begins with 000008"),
        (b"\x89PNG" + GOOD[4:], "begins with 89504e47"),
        (idx_bytes(IMAGES, kind=13), "begins with 00000d03"),
        (idx_bytes(IMAGES.reshape(5, 6)), "begins with 00000802"),
        (GOOD[:10], "ends within its header"),
        (GOOD[:-1], "announces 30 bytes of values and holds 29"),
        (GOOD[:16], "announces 30 bytes of values and holds 0"),
        (GOOD + b"\0", "announces 30 bytes of values and holds more"),
        (idx_bytes(IMAGES, (4, 2, 3)), "announces 24 bytes of values and holds more"),
        (idx_bytes(IMAGES, (6, 2, 3)), "announces 36 bytes of values and holds 30"),
        (idx_bytes(IMAGES, (5, 3, 2)), "has rows of 3 x 2: only 2 x 3 serves"),
        (idx_bytes(IMAGES, (0, 2, 3)), "announces 0 rows: 1 to 9"),
        (idx_bytes(IMAGES, (10, 2, 3)), "announces 10 rows: 1 to 9"),
        (idx_bytes(IMAGES, (2**32 - 1, 2, 3)), "announces 4294967295 rows: 1 to 9"),
        (idx_bytes(IMAGES, (5, 2**32 - 1, 2**32 - 1)), "has rows of 4294967295 x 4294967295"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(
    tmp_path: Path, data: bytes, told: str, zipped: bool
) -> None:
    path = tmp_path / "images"
    with pytest.raises(LearningError) as refusal:
        read(path, gzip.compress(data) if zipped else data)
    assert told in str(refusal.value) and str(path) in str(refusal.value) and "\n" not in str(refusal.value)


@pytest.mark.parametrize("cut", [3, 12, 20, -9, -4])
def test_a_truncated_gzip_file_is_named(tmp_path: Path, cut: int) -> None:
    with pytest.raises(LearningError, match="images is a broken gzip file"):
        read(tmp_path / "images", gzip.compress(GOOD)[:cut])


def test_a_gzip_file_with_other_bytes_than_were_zipped_is_named(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(GOOD))
    data[-6] ^= 1  # in the checksum
    with pytest.raises(LearningError, match="images is a broken gzip file"):
        read(tmp_path / "images", bytes(data))


@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gzip"])
def test_a_file_far_longer_than_it_says_takes_no_memory(tmp_path: Path, zipped: bool) -> None:
    path, more = tmp_path / "images", 64 << 20
    with gzip.open(path, "wb") if zipped else path.open("wb") as file:
        file.write(GOOD + bytes(more))
    tracemalloc.start()
    with pytest.raises(LearningError, match="holds more"):
        read_idx(path, most=9, row=(2, 3))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < more / 32


@pytest.mark.parametrize("make", [lambda path: path.mkdir(), os.mkfifo, lambda path: None])
def test_what_is_no_file_is_refused(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "images")
    with pytest.raises(LearningError, match="images is no file"):
        read_idx(tmp_path / "images", most=9)
