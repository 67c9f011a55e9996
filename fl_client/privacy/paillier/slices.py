"""Work on thousands of chunks, cut into slices that several cores can take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

Job = TypeVar("Job")
Done = TypeVar("Done")

SLICE_CHUNKS: Final = 32
"""Of a slice, where a chunk takes a long power or several: under a second of one core."""


class Mapper(Protocol):
    """Runs a top-level function over jobs; the results come in the order of the jobs."""

    def __call__(self, function: Callable[[Job], Done], jobs: Sequence[Job], /) -> Iterable[Done]:
        """What ``map`` does, with jobs and results that can go to another process."""
        ...  # pragma: no cover


def in_turn(function: Callable[[Job], Done], jobs: Sequence[Job], /) -> Iterator[Done]:
    """One job after the other, here."""
    return map(function, jobs)


def cut(items: Sequence[Job], size: int = SLICE_CHUNKS) -> list[Sequence[Job]]:
    """Neighbours together, ``size`` at most in a slice."""
    return [items[at : at + size] for at in range(0, len(items), size)]
