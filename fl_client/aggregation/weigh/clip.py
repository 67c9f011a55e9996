"""Norm clipping: no update is longer than a bound, or than the median of the round."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from fl_client.aggregation.weigh.ratio import RATIO_ONE, ratio
from fl_client.aggregation.weigh.rule import (
    MOST_UPDATES,
    Needs,
    RoundFigures,
    Weighing,
    check_count,
    diagonal,
)
from fl_client.encoding import DEFAULT_FRACTION_BITS
from fl_client.errors import ConfigError

MOST_BOUND: Final = (1 << 64) - 1
"""Longer than any vector: 2^26 coordinates below 2^31 make less than 2^44."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Row i = x_i * min(1, t / |x_i|), weighed by samples.

    t is the bound, or, without one, the median of the n lengths (of an even n the lower of the middle two, so that
    half of the updates cannot raise it). The factor has 32 binary places, rounded down: a row is longer than t by
    roundings of its coordinates alone.

    However long a bad update is, it counts as one of length t. With a bound any number of them does; the median is a
    good update's length, or less, while fewer than half are bad. Any number of updates, up to 128.

    Args:
        bound: t in steps of the lattice, 1 to 2^64 - 1; 0: the median.

    Raises:
        ConfigError: another bound.

    Source: byzfl's ``Clipping``; Sun et al., "Can You Really Backdoor Federated Learning?" (arXiv 1911.07963),
    section 5.

    >>> found = Clip().weigh(RoundFigures(samples=(10, 20, 30), norms=(9, 16, 64)))
    >>> found.coefficients, found.divisors  # the median length is 4; the third is 8 long and is halved
    (((1, 0, 0), (0, 1, 0), (0, 0, 2147483648)), (1, 1, 4294967296))
    """

    bound: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.bound <= MOST_BOUND:
            raise ConfigError(
                f"clip bounds lengths by {self.bound} steps: give 1 to 2^64 - 1, or 0 for the median"
            )

    @property
    def name(self) -> str:
        """As a user writes it: the shortest decimal that gives the bound."""
        if not self.bound:
            return "clip"
        steps = 1 << DEFAULT_FRACTION_BITS
        for places in range(DEFAULT_FRACTION_BITS + 1):
            units = (2 * self.bound * 10**places + steps) // (2 * steps)
            whole, decimals = divmod(units, 10**places)
            text = f"{whole}.{decimals:0{places}d}" if places else str(whole)
            if bound_of(text) == self.bound:
                break
        return f"clip:{text}"

    @property
    def argument(self) -> int:
        """The bound."""
        return self.bound

    @property
    def needs(self) -> Needs:
        """The norms."""
        return Needs.NORMS

    def check(self, trainers: int) -> None:
        """See ``WeighingRule.check``."""
        check_count(self.name, trainers, MOST_UPDATES)

    def weigh(self, figures: RoundFigures) -> Weighing:
        """See ``WeighingRule.weigh``."""
        ordered = sorted(figures.norms)
        limit = (self.bound * figures.scale) ** 2 if self.bound else ordered[(len(ordered) - 1) // 2]
        inside = [norm <= limit for norm in figures.norms]
        return diagonal(
            [1 if ok else ratio(limit, norm) for ok, norm in zip(inside, figures.norms, strict=True)],
            [1 if ok else RATIO_ONE for ok in inside],
            figures.samples,
        )


def bound_of(text: str) -> int:
    """Return a length in the model's units as steps of the default lattice, rounded half up.

    >>> bound_of("0.5")
    524288
    """
    return int(Fraction(text) * (1 << DEFAULT_FRACTION_BITS) + Fraction(1, 2))
