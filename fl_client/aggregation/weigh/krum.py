"""Krum: the one update that is nearest to its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from fl_client.aggregation.weigh.nearest import krum_scores, lowest
from fl_client.aggregation.weigh.rule import (
    MOST_TABLE_UPDATES,
    Needs,
    RoundFigures,
    Weighing,
    check_count,
    chosen,
)
from fl_client.aggregation.weigh.tolerance import DEFAULT_TOLERANCE, Tolerance


def krum_tolerated(tolerance: Tolerance, count: int) -> int:
    """Return f of ``count`` updates: what is wanted, at most what n > 2 f + 2 allows, at least 0.

    >>> krum_tolerated(Tolerance(4), 8)
    2
    """
    return tolerance.among(count, (count - 3) // 2)


@dataclass(frozen=True, slots=True)
class Krum:
    """One row: the update i with the least score s(i) = sum of |x_i - x_j|^2 over its n - f - 2 nearest others j.

    Ties go to the lower index. Bears f bad updates of n > 2 f + 2, up to 32: refused when a task is planned for fewer.
    If fewer are there in a round, f is what they allow; of one or two updates the first is taken.

    byzfl counts one neighbour more: its ``Krum(f + 1)`` is the paper's, and this, ``Krum(f)``.

    Source: Blanchard, El Mhamdi, Guerraoui and Stainer, "Machine Learning with Adversaries: Byzantine Tolerant
    Gradient Descent" (NIPS 2017), section 4.

    Five updates of one coordinate, 0, 1, 2, 3 and 100, and f = 1: two neighbours each count. The scores are 5, 2, 2,
    5 and 19,013, and the second update is taken.

    >>> table = (1, 4, 9, 10_000, 1, 4, 9_801, 1, 9_604, 9_409)
    >>> Krum(Tolerance(1)).weigh(RoundFigures(samples=(7,) * 5, distances=table)).coefficients
    ((0, 1, 0, 0, 0),)
    """

    tolerance: Tolerance = DEFAULT_TOLERANCE

    @property
    def name(self) -> str:
        """As a user writes it."""
        return f"krum{self.tolerance.suffix}"

    @property
    def argument(self) -> int:
        """The tolerance."""
        return self.tolerance.word

    @property
    def needs(self) -> Needs:
        """The distances."""
        return Needs.DISTANCES

    def check(self, trainers: int) -> None:
        """See ``WeighingRule.check``."""
        check_count(self.name, trainers, MOST_TABLE_UPDATES)
        bad = 1 if self.tolerance.share else self.tolerance.value
        self.tolerance.check(self.name, trainers, 2 * bad + 3, "n > 2 F + 2")

    def weigh(self, figures: RoundFigures) -> Weighing:
        """See ``WeighingRule.weigh``."""
        scores = krum_scores(figures, krum_tolerated(self.tolerance, figures.count))
        return chosen(lowest(scores, 1), figures.count)
