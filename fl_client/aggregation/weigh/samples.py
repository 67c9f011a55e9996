"""Every update as it is, weighed by its capped sample count (FedAvg)."""

from __future__ import annotations

from dataclasses import dataclass

from fl_client.aggregation.weigh.rule import RoundFigures, Weighing, WithoutArgument, as_they_are


@dataclass(frozen=True, slots=True)
class Samples(WithoutArgument):
    """Rows: the updates. Weights: min(samples, the task's cap), as the reveals have them.

    Bears no bad update: one row can be anything. Any number of updates, up to 128.

    Source: McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data" (arXiv
    1602.05629), algorithm 1.

    >>> Samples().weigh(RoundFigures(samples=(600, 200))).weights
    (600, 200)
    """

    name = "samples"

    def weigh(self, figures: RoundFigures) -> Weighing:
        """See ``WeighingRule.weigh``."""
        return as_they_are(figures.samples)
