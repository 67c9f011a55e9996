"""Every update as it is, weighed by the reputation of its trainer."""

from __future__ import annotations

from dataclasses import dataclass

from fl_client.aggregation.weigh.rule import (
    MOST_UPDATES,
    Needs,
    RoundFigures,
    Weighing,
    as_they_are,
    check_count,
)


@dataclass(frozen=True, slots=True)
class Reputation:
    """Rows: the updates. Weights: the trainers' committed reputations, 0 for who has none.

    It is as good as what the reputations say; if all are 0 the model does not change. Any number of updates, up to 128.

    >>> Reputation().weigh(RoundFigures(samples=(600, 200), reputations=(3, 7))).weights
    (3, 7)
    """

    @property
    def name(self) -> str:
        """As a user writes it."""
        return "reputation"

    @property
    def argument(self) -> int:
        """It takes none."""
        return 0

    @property
    def needs(self) -> Needs:
        """The reputations."""
        return Needs.REPUTATIONS

    def check(self, trainers: int) -> None:
        """See ``WeighingRule.check``."""
        check_count(self.name, trainers, MOST_UPDATES)

    def weigh(self, figures: RoundFigures) -> Weighing:
        """See ``WeighingRule.weigh``."""
        return as_they_are(figures.reputations)
