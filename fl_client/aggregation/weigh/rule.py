"""What a weighing rule is: figures of a round in, rows of integer coefficients out, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import ClassVar, Final, Protocol

from fl_client.errors import ConfigError

MOST_TABLE_UPDATES: Final = 32
"""Updates of a round by a rule that reads all pairwise distances: a table of 496 entries in one proof."""

MOST_MIXED_UPDATES: Final = 24
"""Updates of a round where they are mixed first: the rule that follows may read a second table in the same proof."""

MOST_UPDATES: Final = 128
"""Updates of a round by any rule: a task's greatest number of trainers."""


class Needs(IntFlag):
    """Which figures a rule reads; the numbers are the contracts' own."""

    NOTHING = 0
    NORMS = 1
    DISTANCES = 2
    TRUST = 4
    REPUTATIONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFigures:
    """What is known of a round's n accepted updates without looking at their coordinates, in reveal order.

    A rule may read only what its ``needs`` name; the rest may be empty.

    Attributes:
        samples: n capped sample counts, each below 2^32.
        norms: n squared lengths: the root sums of the updates' trees, each below 2^128.
        distances: n (n - 1) / 2 squared distances, row by row: (0, 1), (0, 2), ..., (1, 2), ...; each below 2^128.
        reputations: n counts, each below 2^32.
        trust_norm: squared length of the trusted vector g0, below 2^128.
        trust_distances: n squared distances to g0, each below 2^128.
        scale: all vectors are this many times as long as the updates. 1 in a round's own figures; what mixing by
            k neighbours hands on is multiplied by k, and its squares by k^2, so that they are integers.
    """

    samples: tuple[int, ...]
    norms: tuple[int, ...] = ()
    distances: tuple[int, ...] = ()
    reputations: tuple[int, ...] = ()
    trust_norm: int = 0
    trust_distances: tuple[int, ...] = ()
    scale: int = 1

    @property
    def count(self) -> int:
        """n, the number of updates."""
        return len(self.samples)

    def between(self, one: int, other: int) -> int:
        """Return the squared distance of two updates.

        >>> RoundFigures(samples=(1, 1, 1), distances=(12, 13, 23)).between(2, 1)
        23
        """
        if one == other:
            return 0
        low, high = min(one, other), max(one, other)
        return self.distances[low * (2 * self.count - low - 1) // 2 + high - low - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """The m rows that are to be combined: of updates x_i, coordinate by coordinate,

        row_k = clamp(round(sum_i coefficients[k][i] * x_i / divisors[k])),

    rounded half away from zero, clamped to +-(2^31 - 1).

    Attributes:
        coefficients: m rows of n integers; each row's magnitudes add up to less than 2^160.
        divisors: m integers from 1, below 2^64.
        weights: m combine weights from 0, each below 2^32.
    """

    coefficients: tuple[tuple[int, ...], ...]
    divisors: tuple[int, ...]
    weights: tuple[int, ...]


class WeighingRule(Protocol):
    """Says how a round's updates become the rows that a combining rule works on."""

    @property
    def name(self) -> str:
        """The rule's name, as a user writes it."""
        ...

    @property
    def argument(self) -> int:
        """One word: what a task's parameters hold besides the contract's address; below 2^224."""
        ...

    @property
    def needs(self) -> Needs:
        """Which figures it reads."""
        ...

    def check(self, trainers: int) -> None:
        """Refuse a task of so many trainers, if the rule's bounds cannot hold with all of them there.

        Raises:
            ConfigError: they cannot.
        """
        ...

    def weigh(self, figures: RoundFigures) -> Weighing:
        """Return rows, divisors and weights; total: there is an answer to whatever figures."""
        ...


def diagonal(coefficients: Sequence[int], divisors: Sequence[int], weights: Sequence[int]) -> Weighing:
    """Return n rows, row i being update i alone.

    >>> diagonal([1, 1], [1, 2], [5, 6]).coefficients
    ((1, 0), (0, 1))
    """
    count = len(coefficients)
    return Weighing(
        coefficients=tuple(
            (0,) * i + (coefficient,) + (0,) * (count - i - 1) for i, coefficient in enumerate(coefficients)
        ),
        divisors=tuple(divisors),
        weights=tuple(weights),
    )


def as_they_are(weights: Sequence[int]) -> Weighing:
    """Return n rows, row i being update i unchanged, with these weights."""
    ones = [1] * len(weights)
    return diagonal(ones, ones, weights)


def chosen(indices: Sequence[int], count: int) -> Weighing:
    """Return a row for each of these updates, unchanged, all of weight 1."""
    return Weighing(
        coefficients=tuple(tuple(int(i == index) for i in range(count)) for index in indices),
        divisors=(1,) * len(indices),
        weights=(1,) * len(indices),
    )


def check_count(name: str, trainers: int, most: int) -> None:
    """Refuse more trainers than a proof on chain can weigh.

    Raises:
        ConfigError: there are more than ``most``.
    """
    if trainers > most:
        raise ConfigError(
            f"{name} weighs at most {most} updates: plan at most {most} trainers, not {trainers}"
        )


@dataclass(frozen=True, slots=True)
class WithoutArgument:
    """What rules share that take no argument and weigh as many updates as a round can have.

    Attributes:
        name: as a user writes it.
        needs: which figures the rule reads.
    """

    name: ClassVar[str]
    needs: ClassVar[Needs] = Needs.NOTHING

    @property
    def argument(self) -> int:
        """It takes none."""
        return 0

    def check(self, trainers: int) -> None:
        """See ``WeighingRule.check``."""
        check_count(self.name, trainers, MOST_UPDATES)
