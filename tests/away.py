"""A folder that is gone for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def away(folder: Path) -> Iterator[None]:
    """A folder that is not there, as when what it lies on is not mounted."""
    elsewhere = folder.with_name("away")
    folder.rename(elsewhere)
    folder.write_text("nothing is mounted here")
    try:
        yield
    finally:
        folder.unlink()
        elsewhere.rename(folder)
