"""How hard a task's proof of work is, and how that follows the wanted rate (``sealing/ProofOfWork.sol``)."""

from __future__ import annotations

from typing import Final

BITS: Final = 216
"""Bits of a work and of a target."""

EASIEST: Final = (1 << BITS) - 1
HARDEST: Final = 1 << (BITS - 64)
FIRST_HASHES_PER_SECOND: Final = 1 << 16
"""What a first target takes a sealer to hash; one core of a laptop does about 10^5 a second in Python."""

LEAST_SLOT: Final = 4
"""A slot is at least as many times as long as the wanted seconds."""

_LONGEST: Final = 5


def first_target(rate: int) -> int:
    """The target of a task's first proposal.

    Args:
        rate: wanted seconds from the freeze of a set to its proposal, from 1.

    >>> (1 << 216) // first_target(2)
    131072
    """
    return (1 << BITS) // (rate * FIRST_HASHES_PER_SECOND)


def relaxed(target: int, missed: int) -> int:
    """A target after so many slots without a proposal: doubled for each, at most ``EASIEST``."""
    return min(EASIEST, target << min(missed, BITS))


def adjusted(target: int, elapsed: int, rate: int) -> int:
    """The target after a proposal within the first slot.

    target * (3 * rate + min(elapsed, 5 * rate)) / (4 * rate), so between three quarters and the double; the mean of
    the factor is one where the mean of the times is the wanted one.

    Args:
        target: in force.
        elapsed: seconds from the freeze of the set, or the last rejection, to the proposal.
        rate: wanted seconds.

    >>> [adjusted(1 << 200, seconds, 10) * 100 >> 200 for seconds in (0, 10, 50, 90)]
    [75, 100, 200, 200]
    """
    factor = 3 * rate + min(elapsed, _LONGEST * rate)
    return min(EASIEST, max(HARDEST, target * factor // (4 * rate)))


def next_target(target: int, *, elapsed: int, rate: int, slot_seconds: int, worked: bool) -> int:
    """The target after any proposal.

    Args:
        target: before any time-out.
        elapsed: seconds from the freeze of the set, or the last rejection, to the proposal.
        rate: wanted seconds.
        slot_seconds: of the task; after as many without a proposal the target doubles.
        worked: whether the proposal showed work; one in an open slot never makes the next target harder.
    """
    missed = elapsed // slot_seconds
    return adjusted(target, elapsed, rate) if worked and not missed else relaxed(target, missed)
