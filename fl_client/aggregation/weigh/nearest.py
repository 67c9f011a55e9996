"""Who is near to whom, by the table of distances: what Krum and mixing share."""

from __future__ import annotations

from collections.abc import Sequence

from fl_client.aggregation.weigh.rule import RoundFigures


def far_ones(figures: RoundFigures, index: int, count: int) -> list[int]:
    """Return the ``count`` updates that are farthest from update ``index``, the farthest first.

    Of two at one distance the one with the higher index is farther; the update itself is never among them.

    >>> far_ones(RoundFigures(samples=(1, 1, 1), distances=(5, 5, 0)), 0, 1)
    [2]
    """
    others = (i for i in range(figures.count) if i != index)
    return sorted(others, key=lambda i: (figures.between(index, i), i), reverse=True)[:count]


def krum_scores(figures: RoundFigures, tolerated: int) -> list[int]:
    """Return for each of n updates the sum of squared distances to its n - f - 2 nearest others.

    Args:
        figures: with distances.
        tolerated: f, 0 to n - 2; below two updates every score is 0.

    >>> krum_scores(RoundFigures(samples=(1,) * 4, distances=(1, 4, 100, 1, 81, 64)), 0)
    [5, 2, 5, 145]
    """
    scores = []
    for index in range(figures.count):
        total = sum(figures.between(index, i) for i in range(figures.count))
        scores.append(total - sum(figures.between(index, i) for i in far_ones(figures, index, tolerated + 1)))
    return scores


def lowest(scores: Sequence[int], count: int) -> list[int]:
    """Return where the ``count`` lowest scores are, in ascending order of the places; ties go to the lower place.

    >>> lowest([5, 2, 5, 145], 2)
    [0, 1]
    """
    return sorted(sorted(range(len(scores)), key=lambda i: (scores[i], i))[:count])
