"""A whole aggregation rule: weigh, then combine; the one thing that everybody computes a round's model with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fl_client.aggregation.combine import RULE_NAMES, CombiningRule, WeightedMean
from fl_client.aggregation.combine import parse_rule as parse_combining
from fl_client.aggregation.weigh import (
    WEIGHING_NAMES,
    DistanceTable,
    Needs,
    NeighbourMixing,
    RoundFigures,
    Samples,
    Weighing,
    WeighingRule,
    measure,
    parse_weighing,
    weighted_row,
)
from fl_client.aggregation.weigh.naming import MIXING, is_weighing
from fl_client.aggregation.weigh.tolerance import DEFAULT_TOLERANCE, parse_tolerance
from fl_client.errors import ConfigError, EncodingError

AGGREGATION_NAMES: Final = (
    f"[nnm[:F]+][WEIGH+]COMBINE, WEIGH being {WEIGHING_NAMES}, and COMBINE {RULE_NAMES}, e.g. krum:2+mean"
)
"""For help texts and messages."""

_BLOCK: Final = 1 << 16
"""Coordinates of all rows made and combined at a time."""


class Aggregated(NamedTuple):
    """A round's outcome.

    Attributes:
        model: int32 (d,), the new model.
        table: the figures that the rule's distances are posted as; None if it reads none.
    """

    model: NDArray[np.int32]
    table: DistanceTable | None


class Measured(NamedTuple):
    """What is known of a round's updates.

    Attributes:
        figures: all that the rule sees of them.
        table: the figures that the rule's distances are posted as; None if it reads none.
    """

    figures: RoundFigures
    table: DistanceTable | None


@dataclass(frozen=True, slots=True)
class AggregationRule:
    """How accepted updates become the next model.

    Args:
        combine: works on the rows, coordinate by coordinate.
        weigh: makes the rows.

    >>> rule = parse_aggregation("krum:1+mean")
    >>> updates = np.array([[0], [1], [2], [3], [100]], dtype=np.int32)
    >>> rule.aggregate(updates, [7] * 5, np.array([10], dtype=np.int32)).model.tolist()
    [11]
    """

    combine: CombiningRule = field(default_factory=WeightedMean)
    weigh: WeighingRule = field(default_factory=Samples)

    @property
    def name(self) -> str:
        """As a user writes it; weighing by samples goes without saying."""
        return f"{self.weigh.name}+{self.combine.name}".replace("samples+", "")

    @property
    def needs(self) -> Needs:
        """Which figures of the updates it reads."""
        return self.weigh.needs

    def check(self, trainers: int) -> None:
        """Refuse a task of so many trainers, if the rule's bounds cannot hold with all of them there.

        Raises:
            ConfigError: they cannot.
        """
        self.weigh.check(trainers)

    def aggregate(
        self,
        updates: NDArray[np.int32],
        samples: Sequence[int],
        base: NDArray[np.int32],
        *,
        reputations: Sequence[int] | None = None,
        trust: NDArray[np.int32] | None = None,
        norms: Sequence[int] | None = None,
        trust_norm: int | None = None,
    ) -> Aggregated:
        """Return the new model, and the table that goes with it.

        Args:
            updates: int32 (n, d), one accepted update a row in reveal order, each coordinate within +-(2^31 - 1).
            samples: n capped sample counts.
            base: int32 (d,), the old model.
            reputations, trust, norms, trust_norm: see ``measure``.

        Raises:
            ConfigError: the rule reads what was not given.
            EncodingError: shapes, dtypes or values that are no lattice vectors, or figures of another number.
        """
        found = self.measure(
            updates, samples, reputations=reputations, trust=trust, norms=norms, trust_norm=trust_norm
        )
        if not len(updates):
            return Aggregated(base.copy(), None)
        model = self.combine_rows(self.weigh.weigh(found.figures), updates, base)
        return Aggregated(model, found.table)

    def measure(
        self,
        updates: NDArray[np.int32],
        samples: Sequence[int],
        *,
        reputations: Sequence[int] | None = None,
        trust: NDArray[np.int32] | None = None,
        norms: Sequence[int] | None = None,
        trust_norm: int | None = None,
    ) -> Measured:
        """Return what the rule weighs by, and the table that goes with it.

        Args:
            updates: int32 (n, d), one accepted update a row in reveal order, each coordinate within +-(2^31 - 1).
            samples: n capped sample counts.
            reputations: n counts; only a rule that reads them asks for them.
            trust: int32 (d,), the trusted vector; likewise.
            norms: n squared lengths, where the chain has others than the updates', from trees that lie; else they
                are computed.
            trust_norm: that of the trusted vector, likewise.

        Raises:
            ConfigError: the rule reads what was not given.
            EncodingError: shapes, dtypes or values that are no lattice vectors, or figures of another number.
        """
        count = len(updates)
        for given, what in ((samples, "sample counts"), (reputations, "reputations"), (norms, "norms")):
            if given is not None and len(given) != count:
                raise EncodingError(f"{len(given)} {what} were given for {count} updates; give one an update")
        if self.needs & Needs.REPUTATIONS and reputations is None:
            raise ConfigError(f"{self.name} weighs by reputations: give one for each update")
        if self.needs & Needs.TRUST and trust is None:
            raise ConfigError(f"{self.name} compares with a trusted vector: give one")
        table = self.table(updates, trust, norms)
        if trust_norm is not None:
            table = replace(table, trust_norm=trust_norm)
        known = () if reputations is None else tuple(int(one) for one in reputations)
        figures = table.figures(tuple(int(one) for one in samples), known)
        return Measured(figures, table if self.needs & (Needs.DISTANCES | Needs.TRUST) else None)

    def table(
        self,
        updates: NDArray[np.int32],
        trust: NDArray[np.int32] | None = None,
        norms: Sequence[int] | None = None,
    ) -> DistanceTable:
        """Return what the rule reads of the updates, computed; see ``aggregate``."""
        needs = self.needs
        if not needs & (Needs.NORMS | Needs.DISTANCES | Needs.TRUST):
            return DistanceTable(distances=(), norms=())
        found = measure(
            updates, trust if needs & Needs.TRUST else None, distances=bool(needs & Needs.DISTANCES)
        )
        return found if norms is None else found.with_norms(norms)

    def shares(self, weighing: Weighing) -> tuple[float, ...]:
        """Return which share of what is combined each update makes up; 0 for one that was weighed away.

        Of a median or trimmed mean every row counts once, as in the rule; which values it then takes differs from
        coordinate to coordinate.

        >>> rule = parse_aggregation("krum:1+mean")
        >>> figures = RoundFigures(samples=(1, 1, 1), distances=(4, 81, 49))
        >>> rule.shares(rule.weigh.weigh(figures))
        (1.0, 0.0, 0.0)
        """
        by_weight = isinstance(self.combine, WeightedMean)
        found = [Fraction(0)] * (len(weighing.coefficients[0]) if weighing.coefficients else 0)
        for row, divisor, weight in zip(
            weighing.coefficients, weighing.divisors, weighing.weights, strict=True
        ):
            for index, coefficient in enumerate(row):
                if weight and coefficient:
                    found[index] += Fraction((weight if by_weight else 1) * coefficient, divisor)
        total = sum(found)
        return tuple(float(one / total) if total else 0.0 for one in found)

    def combine_rows(
        self, weighing: Weighing, updates: NDArray[np.int32], base: NDArray[np.int32]
    ) -> NDArray[np.int32]:
        """Return the new model, or any coordinates of it, of updates that are weighed already.

        Args:
            weighing: what ``weigh`` said of all n updates.
            updates: int32 (n, b), the same coordinates of each.
            base: int32 (b,), those of the old model.

        Returns:
            int32 (b,), a new array.
        """
        rows = [
            row
            for row in zip(weighing.coefficients, weighing.divisors, weighing.weights, strict=True)
            if row[2]  # every combining rule leaves rows of weight 0 out
        ]
        weights = [weight for _, _, weight in rows]
        if _are_the_updates(weighing, len(updates)):
            return self.combine.combine(updates, weighing.weights, base)
        result = np.empty_like(base)
        for start in range(0, base.size, _BLOCK):
            part = slice(start, start + _BLOCK)
            block = updates[:, part]
            made = np.empty((len(rows), block.shape[1]), dtype=np.int32)
            for index, (coefficients, divisor, _) in enumerate(rows):
                made[index] = weighted_row(block, coefficients, divisor)
            result[part] = self.combine.combine(made, weights, base[part])
        return result


def _are_the_updates(weighing: Weighing, count: int) -> bool:
    """Whether row i is update i for all i: then no row need be made."""
    return len(weighing.coefficients) == count and all(
        divisor == 1 and row[index] == 1 and sum(map(abs, row)) == 1
        for index, (row, divisor) in enumerate(zip(weighing.coefficients, weighing.divisors, strict=True))
    )


def parse_aggregation(text: str) -> AggregationRule:
    """Return the rule of this name.

    Args:
        text: ``[nnm[:F]+][WEIGH+]COMBINE``, see ``parse_weighing`` and ``parse_rule`` of ``combine``. Without WEIGH
            updates are weighed by samples; without COMBINE rows are combined by their mean.

    Raises:
        ConfigError: a part is unknown, twice there, in another order, or does not take its argument.

    >>> parse_aggregation("nnm:2+clip+trimmed-mean:0.2").name
    'nnm:2+clip+trimmed-mean:0.2'
    >>> parse_aggregation("samples+mean").name, parse_aggregation("krum").name
    ('mean', 'krum+mean')
    """
    parts = text.split("+")
    mixing = parts.pop(0) if parts[0].partition(":")[0] == MIXING else ""
    weigh: WeighingRule = parse_weighing(parts.pop(0)) if parts and is_weighing(parts[0]) else Samples()
    named = parts.pop(0) if parts or not (mixing or is_weighing(text)) else "mean"
    if parts or is_weighing(named) or named.partition(":")[0] == MIXING:
        raise ConfigError(f"the rule is {text!r}: give {AGGREGATION_NAMES}")
    if mixing:
        _, colon, said = mixing.partition(":")
        weigh = NeighbourMixing(parse_tolerance(text, said) if colon else DEFAULT_TOLERANCE, weigh)
    return AggregationRule(_combining(text, named), weigh)


def _combining(text: str, named: str) -> CombiningRule:
    if named.partition(":")[0] not in ("mean", "dane", "median", "trimmed-mean"):
        raise ConfigError(f"the rule is {text!r}: give {AGGREGATION_NAMES}")
    return parse_combining(named)
