"""The bytes that an asset is: one file, or the files of a folder, cut into blocks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fl_client.errors import ConfigError

SECTOR_BYTES: Final = 31
"""So that a sector is a number below the order of the group, and no two sectors are the same number."""

SECTORS: Final = 32
"""Of a block: more make proofs longer and commitments fewer."""

BLOCK_BYTES: Final = SECTORS * SECTOR_BYTES
MOST_BYTES: Final = 2**34


def block_count(size: int) -> int:
    """Blocks of so many bytes; the last one is filled up with zeros.

    >>> block_count(1), block_count(992), block_count(993)
    (1, 1, 2)
    """
    return -(-size // BLOCK_BYTES)


class AssetData:
    """Bytes on a disk, read where they are asked for; a folder's files stand one after the other, by their paths."""

    def __init__(self, path: Path) -> None:
        """Look at the sizes; nothing is read yet.

        Args:
            path: a file, or a folder whose regular files all belong to the asset.

        Raises:
            ConfigError: no such file or folder, nothing in it, or more than 2^34 bytes.
        """
        self._path = path
        try:
            if path.is_dir():
                files = [one for one in path.rglob("*") if one.is_file()]
                files.sort(key=lambda one: one.relative_to(path).as_posix().encode())
            else:
                files = [path]
            self._files = [(one, one.stat().st_size) for one in files]
        except OSError as problem:
            raise ConfigError(f"cannot read the data {path}: {problem.strerror}") from problem
        self._starts = [0]
        for _, length in self._files:
            self._starts.append(self._starts[-1] + length)
        if not 0 < self.size <= MOST_BYTES:
            raise ConfigError(f"the data {path} has {self.size} bytes: give 1 to {MOST_BYTES}")

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return self._starts[-1]

    def block(self, index: int) -> bytes:
        """One block.

        Args:
            index: from 0 to below ``block_count(size)``.

        Raises:
            ConfigError: a file is gone, or shorter than it was.
        """
        first = index * BLOCK_BYTES
        return self._read(first, min(BLOCK_BYTES, self.size - first)).ljust(BLOCK_BYTES, b"\0")

    def blocks(self) -> Iterator[bytes]:
        """All blocks in order."""
        return (self.block(index) for index in range(block_count(self.size)))

    def _read(self, offset: int, length: int) -> bytes:
        parts: list[bytes] = []
        while length:
            place = bisect_right(self._starts, offset) - 1
            path, inside = self._files[place][0], offset - self._starts[place]
            wanted = min(length, self._files[place][1] - inside)
            try:
                with path.open("rb") as file:
                    file.seek(inside)
                    part = file.read(wanted)
            except OSError as problem:
                raise ConfigError(f"cannot read the data {path}: {problem.strerror}") from problem
            if len(part) != wanted:
                raise ConfigError(f"the data {path} became shorter while it was read: try again")
            parts.append(part)
            offset, length = offset + wanted, length - wanted
        return b"".join(parts)
