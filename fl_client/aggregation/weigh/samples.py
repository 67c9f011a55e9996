"""Every update as it is, weighed by its capped sample count (FedAvg)."""

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
class Samples:
    """Rows: the updates. Weights: min(samples, the task's cap), as the reveals have them.

    Bears no bad update: one row can be anything. Any number of updates, up to 128.

    Source: McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data" (arXiv
    1602.05629), algorithm 1.

    >>> Samples().weigh(RoundFigures(samples=(600, 200))).weights
    (600, 200)
    """

    @property
    def name(self) -> str:
        """As a user writes it."""
        return "samples"

    @property
    def argument(self) -> int:
        """It takes none."""
        return 0

    @property
    def needs(self) -> Needs:
        """Sample counts are always there."""
        return Needs.NOTHING

    def check(self, trainers: int) -> None:
        """See ``WeighingRule.check``."""
        check_count(self.name, trainers, MOST_UPDATES)

    def weigh(self, figures: RoundFigures) -> Weighing:
        """See ``WeighingRule.weigh``."""
        return as_they_are(figures.samples)
