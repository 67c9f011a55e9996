"""Every update as it is, weighed by the reputation of its trainer."""

from __future__ import annotations

from dataclasses import dataclass

from fl_client.aggregation.weigh.rule import Needs, RoundFigures, Weighing, WithoutArgument, as_they_are


@dataclass(frozen=True, slots=True)
class Reputation(WithoutArgument):
    """Rows: the updates. Weights: the trainers' committed reputations, 0 for who has none.

    It is as good as what the reputations say; if all are 0 the model does not change. Any number of updates, up to 128.

    >>> Reputation().weigh(RoundFigures(samples=(600, 200), reputations=(3, 7))).weights
    (3, 7)
    """

    name = "reputation"
    needs = Needs.REPUTATIONS

    def weigh(self, figures: RoundFigures) -> Weighing:
        """See ``WeighingRule.weigh``."""
        return as_they_are(figures.reputations)
