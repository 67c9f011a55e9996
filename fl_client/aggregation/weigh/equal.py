"""Every update as it is, all of one weight."""

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
class Equal:
    """Rows: the updates. Weights: 1, whatever sample counts are claimed.

    Bears no bad update by itself, but no inflated count either. Any number of updates, up to 128.

    >>> Equal().weigh(RoundFigures(samples=(600, 200))).weights
    (1, 1)
    """

    @property
    def name(self) -> str:
        """As a user writes it."""
        return "equal"

    @property
    def argument(self) -> int:
        """It takes none."""
        return 0

    @property
    def needs(self) -> Needs:
        """Nothing but the number of updates."""
        return Needs.NOTHING

    def check(self, trainers: int) -> None:
        """See ``WeighingRule.check``."""
        check_count(self.name, trainers, MOST_UPDATES)

    def weigh(self, figures: RoundFigures) -> Weighing:
        """See ``WeighingRule.weigh``."""
        return as_they_are((1,) * figures.count)
