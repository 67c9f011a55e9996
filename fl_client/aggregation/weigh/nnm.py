"""Nearest-neighbour mixing (NNM): each update becomes the mean of those around it, before another rule weighs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from fl_client.aggregation.weigh.clip import Clip
from fl_client.aggregation.weigh.equal import Equal
from fl_client.aggregation.weigh.fltrust import FLTrust
from fl_client.aggregation.weigh.krum import Krum
from fl_client.aggregation.weigh.multi_krum import MultiKrum
from fl_client.aggregation.weigh.nearest import far_ones
from fl_client.aggregation.weigh.reputation import Reputation
from fl_client.aggregation.weigh.rule import (
    MOST_MIXED_UPDATES,
    Needs,
    RoundFigures,
    Weighing,
    WeighingRule,
    check_count,
)
from fl_client.aggregation.weigh.samples import Samples
from fl_client.aggregation.weigh.tolerance import DEFAULT_TOLERANCE, Tolerance
from fl_client.errors import ConfigError

FOLLOWING: Final[tuple[type, ...]] = (Samples, Equal, Clip, Krum, MultiKrum, FLTrust, Reputation)
"""What may follow a mixing, at the places that the contract knows them by."""

PLACE_SHIFT: Final = 16
ARGUMENT_SHIFT: Final = 32


@dataclass(frozen=True, slots=True)
class NeighbourMixing:
    """y_i = mean of x_i and its n - f - 1 nearest others; then another rule weighs y_1, ..., y_n.

    Of two at one distance the one with the lower index is nearer. Bears f bad updates of n > 2 f, up to 24: refused
    when a task is planned for fewer. If fewer are there in a round, f is what they allow.

    Nothing is rounded between mixing and the rule that follows. With k = n - f the vectors k y_i are integers, and so
    are the squares that it may read, found from the table alone. N_i being the neighbours of i, and in(i) the sum of
    |x_a - x_b|^2 over the pairs in N_i:

        |k y_i|^2         = k * sum of |x_a|^2 over N_i - in(i)
        |k y_i - k g0|^2  = k * sum of |x_a - g0|^2 over N_i - in(i)
        |k y_i - k y_j|^2 = sum of |x_a - x_b|^2 over a in N_i, b in N_j - in(i) - in(j)

    (never below 0, should a table lie). The following rule sees these figures with ``scale`` k. If it makes of them
    rows sum_i c_i y_i / e, the result has rows sum_a (sum of c_i over i with a in N_i) x_a / (e k): one division and
    one rounding. Sample counts and reputations stay with their places.

    Args:
        tolerance: f.
        following: the rule that weighs the mixed vectors.

    Raises:
        ConfigError: ``following`` mixes again.

    Source: Allouah, Farhadkhani, Guerraoui, Gupta, Pinot and Stephan, "Fixing by Mixing: A Recipe for Optimal
    Byzantine ML under Heterogeneity" (AISTATS 2023), algorithm 2.

    Updates 0, 2 and 9 of one coordinate, f = 1: mixed with the nearest other one they are 1, 1 and 5.5.

    >>> figures = RoundFigures(samples=(1, 1, 1), norms=(0, 4, 81), distances=(4, 81, 49))
    >>> found = NeighbourMixing(Tolerance(1), Equal()).weigh(figures)
    >>> found.coefficients, found.divisors
    (((1, 1, 0), (1, 1, 0), (0, 1, 1)), (2, 2, 2))
    """

    tolerance: Tolerance = DEFAULT_TOLERANCE
    following: WeighingRule = field(default_factory=Samples)

    def __post_init__(self) -> None:
        if type(self.following) not in FOLLOWING:
            raise ConfigError(f"{self.following.name} cannot follow nnm: mix once, then weigh")

    @property
    def name(self) -> str:
        """As a user writes it."""
        return f"nnm{self.tolerance.suffix}+{self.following.name}"

    @property
    def argument(self) -> int:
        """The tolerance, the following rule's place from bit 16 on, and its argument from bit 32 on."""
        place = FOLLOWING.index(type(self.following))
        return self.tolerance.word | place << PLACE_SHIFT | self.following.argument << ARGUMENT_SHIFT

    @property
    def needs(self) -> Needs:
        """The distances, and what the following rule reads."""
        return self.following.needs | Needs.DISTANCES

    def check(self, trainers: int) -> None:
        """See ``WeighingRule.check``."""
        check_count("nnm", trainers, MOST_MIXED_UPDATES)
        bad = 1 if self.tolerance.share else self.tolerance.value
        self.tolerance.check(f"nnm{self.tolerance.suffix}", trainers, 2 * bad + 1, "n > 2 F")
        self.following.check(trainers)

    def weigh(self, figures: RoundFigures) -> Weighing:
        """See ``WeighingRule.weigh``."""
        count = figures.count
        tolerated = self.tolerance.among(count, (count - 1) // 2)
        around = []  # who is in N_i
        for index in range(count):
            far = set(far_ones(figures, index, tolerated))
            around.append([i for i in range(count) if i not in far])
        mixed = mixed_figures(figures, around, self.following.needs)
        return _unmixed(self.following.weigh(mixed), around, mixed.scale)


def mixed_figures(figures: RoundFigures, around: Sequence[Sequence[int]], needs: Needs) -> RoundFigures:
    """Return the figures of k y_1, ..., k y_n, k being the number of each one's neighbours.

    Args:
        figures: of the updates.
        around: for each update its k neighbours, itself among them.
        needs: which figures are made; others stay empty.
    """
    count, scale = figures.count, len(around[0])
    near = [  # near[j][a]: sum of |x_a - x_b|^2 over b in N_j
        [sum(figures.between(a, b) for b in around[j]) for a in range(count)] for j in range(count)
    ]
    inside = [sum(near[i][a] for a in around[i]) // 2 for i in range(count)]

    def from_point(squares: Sequence[int]) -> tuple[int, ...]:
        """Squared distances of k y_i from k times a point with these distances from the updates."""
        return tuple(max(0, scale * sum(squares[a] for a in around[i]) - inside[i]) for i in range(count))

    return RoundFigures(
        samples=figures.samples,
        norms=from_point(figures.norms) if needs & Needs.NORMS else (),
        distances=tuple(
            max(0, sum(near[j][a] for a in around[i]) - inside[i] - inside[j])
            for i in range(count)
            for j in range(i + 1, count)
        )
        if needs & Needs.DISTANCES
        else (),
        reputations=figures.reputations,
        trust_norm=figures.trust_norm * scale**2,
        trust_distances=from_point(figures.trust_distances) if needs & Needs.TRUST else (),
        scale=scale * figures.scale,
    )


def _unmixed(weighing: Weighing, around: Sequence[Sequence[int]], scale: int) -> Weighing:
    """Return the same rows as sums of updates in place of mixed vectors."""
    count = len(around)
    rows = []
    for coefficients in weighing.coefficients:
        row = [0] * count
        for index, coefficient in enumerate(coefficients):
            if coefficient:
                for a in around[index]:
                    row[a] += coefficient
        rows.append(tuple(row))
    return Weighing(
        coefficients=tuple(rows),
        divisors=tuple(divisor * scale for divisor in weighing.divisors),
        weights=weighing.weights,
    )
