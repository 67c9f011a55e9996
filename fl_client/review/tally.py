"""What a committee's scores decide, in the integers of ``contracts/libraries/ScoreTally.sol`` and ``ReviewBoard.sol``.

A row holds one judge's scores, uint16, one for each reveal of the round in their order; ``UNAVAILABLE`` is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fl_client.chain.contracts import Payment

UNAVAILABLE: Final = 65_535
"""In place of a score: the judge could not fetch the update."""

BPS: Final = 10_000


def median_score(rows: Sequence[Sequence[int]], place: int) -> int:
    """The median of one update's scores; of an even count the mean of the two in the middle, rounded down.

    Args:
        rows: of every judge.
        place: of the update, from 0.

    Returns:
        uint16; ``UNAVAILABLE`` unless more than half of the judges have a score.

    >>> median_score([[10], [40], [21], [UNAVAILABLE]], 0), median_score([[10], [UNAVAILABLE]], 0)
    (21, 65535)
    """
    given = sorted(row[place] for row in rows if row[place] != UNAVAILABLE)
    if 2 * len(given) <= len(rows):
        return UNAVAILABLE
    return (given[(len(given) - 1) // 2] + given[len(given) // 2]) // 2


def medians(rows: Sequence[Sequence[int]], updates: int) -> tuple[int, ...]:
    """The median of every update's scores, uint16 (updates,)."""
    return tuple(median_score(rows, place) for place in range(updates))


def is_near(row: Sequence[int], middles: Sequence[int], tolerance: int) -> bool:
    """Whether a judge is paid: its scores lie within ``tolerance`` of the medians on average.

    Averaged over the scores that it gave, which are at least one and at least half of those that have a median.

    >>> is_near([10, 20], [12, 24], 3), is_near([10, UNAVAILABLE], [UNAVAILABLE, 24], 65_534)
    (True, False)
    """
    known = [(score, middle) for score, middle in zip(row, middles, strict=True) if middle != UNAVAILABLE]
    distances = [abs(score - middle) for score, middle in known if score != UNAVAILABLE]
    enough = len(distances) > 0 and 2 * len(distances) >= len(known)
    return enough and sum(distances) <= tolerance * len(distances)


def honest_mask(rows: Sequence[Sequence[int]], middles: Sequence[int], tolerance: int) -> int:
    """Which judges are paid, a bit each."""
    return sum(1 << place for place, row in enumerate(rows) if is_near(row, middles, tolerance))


def kept_mask(middles: Sequence[int], floor: int, accepted: int) -> int:
    """Which updates the review accepts, a bit each.

    Args:
        middles: of every update, as ``medians`` gives them.
        floor: the least median of an accepted update.
        accepted: what the attestations accept, a bit each.

    >>> kept_mask([100, 99, UNAVAILABLE, 200], 100, 0b0111)
    1
    """
    worthy = sum(1 << place for place, middle in enumerate(middles) if floor <= middle != UNAVAILABLE)
    return worthy & accepted


def shares(
    middles: Sequence[int],
    weights: Sequence[int],
    kept: int,
    *,
    payment: Payment,
    floor: int,
    full: int,
    max_samples: int,
) -> tuple[int, ...]:
    """What each update earns of the whole reward, in Bps, rounded down; 0 where it is not kept.

    Args:
        middles: the medians.
        weights: sample counts as accepted, at most ``max_samples``.
        kept: as ``kept_mask`` gives it.
        payment: what an accepted update is paid by.
        floor: the median that earns nothing, where scores pay.
        full: the median from which on the whole reward is earned; above ``floor``.
        max_samples: the count that earns the whole reward, where samples pay.

    >>> shares([150, 90], [5, 9], 0b01, payment=Payment.SCORE, floor=100, full=300, max_samples=10)
    (2500, 0)
    """

    def share(middle: int, weight: int) -> int:
        if payment is Payment.EQUAL:
            return BPS
        if payment is Payment.SAMPLES:
            return weight * BPS // max_samples
        return min(BPS, (middle - floor) * BPS // (full - floor))

    return tuple(
        share(middle, weight) if kept >> place & 1 else 0
        for place, (middle, weight) in enumerate(zip(middles, weights, strict=True))
    )
