"""Every update as it is, all of one weight."""

from __future__ import annotations

from dataclasses import dataclass

from fl_client.aggregation.weigh.rule import RoundFigures, Weighing, WithoutArgument, as_they_are


@dataclass(frozen=True, slots=True)
class Equal(WithoutArgument):
    """Rows: the updates. Weights: 1, whatever sample counts are claimed.

    Bears no bad update by itself, but no inflated count either. Any number of updates, up to 128.

    >>> Equal().weigh(RoundFigures(samples=(600, 200))).weights
    (1, 1)
    """

    name = "equal"

    def weigh(self, figures: RoundFigures) -> Weighing:
        """See ``WeighingRule.weigh``."""
        return as_they_are((1,) * figures.count)
