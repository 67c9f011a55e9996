"""Multi-Krum: the updates that are nearest to their neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fl_client.aggregation.weigh.krum import krum_tolerated
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
from fl_client.errors import ConfigError

TAKEN_SHIFT: Final = 16


@dataclass(frozen=True, slots=True)
class MultiKrum:
    """M rows: the updates with the M least scores of Krum, each of weight 1.

    Ties go to the lower index. Bears f bad updates of n > 2 f + 2, up to 32; M is at most n - f, and that if it is not
    given. With fewer updates in a round f is what they allow, as with Krum, and M at most n - f.

    byzfl counts one neighbour more and takes M = n - f: its ``MultiKrum(f + 1)`` is this with f and M = n - f - 1.

    Args:
        tolerance: f.
        taken: M; 0: n - f.

    Raises:
        ConfigError: M is not from 0 to 128.

    Source: Blanchard et al. (NIPS 2017), section 5; see ``Krum``.

    Updates 0, 1, 2, 3 and 100, f = 1: the scores are 5, 2, 2, 5 and 19,013, and four are taken.

    >>> table = (1, 4, 9, 10_000, 1, 4, 9_801, 1, 9_604, 9_409)
    >>> figures = RoundFigures(samples=(7,) * 5, distances=table)
    >>> [row.index(1) for row in MultiKrum(Tolerance(1)).weigh(figures).coefficients]
    [0, 1, 2, 3]
    """

    tolerance: Tolerance = DEFAULT_TOLERANCE
    taken: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.taken <= 128:
            raise ConfigError(f"multi-krum takes {self.taken} updates: give 1 to 128, or none for n - F")

    @property
    def name(self) -> str:
        """As a user writes it."""
        if not self.taken:
            return f"multi-krum{self.tolerance.suffix}"
        return f"multi-krum{self.tolerance.suffix or ':0.2'}:{self.taken}"

    @property
    def argument(self) -> int:
        """The tolerance, and M from bit 16 on."""
        return self.tolerance.word | self.taken << TAKEN_SHIFT

    @property
    def needs(self) -> Needs:
        """The distances."""
        return Needs.DISTANCES

    def check(self, trainers: int) -> None:
        """See ``WeighingRule.check``."""
        check_count(self.name, trainers, MOST_TABLE_UPDATES)
        bad = 1 if self.tolerance.share else self.tolerance.value
        self.tolerance.check(self.name, trainers, 2 * bad + 3, "n > 2 F + 2")
        most = trainers - krum_tolerated(self.tolerance, trainers)
        if self.taken > most:
            raise ConfigError(
                f"{self.name} takes {self.taken} of {trainers} updates: take at most n - F = {most}"
            )

    def weigh(self, figures: RoundFigures) -> Weighing:
        """See ``WeighingRule.weigh``."""
        tolerated = krum_tolerated(self.tolerance, figures.count)
        most = figures.count - tolerated
        scores = krum_scores(figures, tolerated)
        return chosen(lowest(scores, min(self.taken or most, most)), figures.count)
