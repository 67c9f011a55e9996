"""The weighing rules once more, on whole vectors and in fractions; nothing here comes from fl_client.

Where fl_client reads norms and distances from a table and keeps a common divisor, here vectors are mixed, subtracted
and multiplied coordinate by coordinate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.parity.reference import clamped, half_away

Vector = Sequence[Fraction]
ONE = 1 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A round: whole updates, and all that a rule may look at beside them."""

    updates: Sequence[Sequence[int]]
    samples: Sequence[int]
    reputations: Sequence[int]
    trust: Sequence[int]


Rows = tuple[list[list[int]], list[int]]
"""Rounded rows, and their combine weights."""


def square(vector: Vector) -> Fraction:
    return sum((x * x for x in vector), Fraction(0))


def distance(one: Vector, other: Vector) -> Fraction:
    return square([a - b for a, b in zip(one, other, strict=True)])


def tolerated(wanted: int | Fraction, count: int, most: int) -> int:
    """f of ``count``: a number, or a share that is rounded up; never more than a bound allows."""
    number = wanted if isinstance(wanted, int) else math.ceil(wanted * count)
    return max(0, min(number, most))


def mixed(updates: Sequence[Vector], wanted: int | Fraction) -> list[Vector]:
    """Each vector as the mean of itself and its nearest others, n - f in all."""
    count = len(updates)
    near = count - tolerated(wanted, count, (count - 1) // 2)
    result = []
    for i, own in enumerate(updates):
        others = sorted((distance(own, other), j) for j, other in enumerate(updates) if j != i)
        group = [own] + [updates[j] for _, j in others[: near - 1]]
        result.append([sum(column, Fraction(0)) / near for column in zip(*group, strict=True)])
    return result


def rounded(row: Vector) -> list[int]:
    return [clamped(half_away(Fraction(x))) for x in row]


def factor(limit: Fraction, norm: Fraction, scale: int) -> Fraction:
    """sqrt(limit / norm) with 32 binary places; ``scale`` makes both integers."""
    roots = [math.isqrt(int(value * scale * scale) << 64) for value in (limit, norm)]
    return Fraction((roots[0] << 32) // roots[1], ONE)


def samples(case: Case, vectors: Sequence[Vector], scale: int) -> Rows:
    return [rounded(x) for x in vectors], list(case.samples)


def equal(case: Case, vectors: Sequence[Vector], scale: int) -> Rows:
    return [rounded(x) for x in vectors], [1] * len(vectors)


def reputation(case: Case, vectors: Sequence[Vector], scale: int) -> Rows:
    return [rounded(x) for x in vectors], list(case.reputations)


def clip(bound: int | None) -> Callable[[Case, Sequence[Vector], int], Rows]:
    def rule(case: Case, vectors: Sequence[Vector], scale: int) -> Rows:
        norms = [square(x) for x in vectors]
        limit = Fraction(bound * bound) if bound else sorted(norms)[(len(norms) - 1) // 2]
        factors = [Fraction(1) if norm <= limit else factor(limit, norm, scale) for norm in norms]
        rows = [[x * times for x in vector] for vector, times in zip(vectors, factors, strict=True)]
        return [rounded(row) for row in rows], list(case.samples)

    return rule


def multi_krum(wanted: int | Fraction, taken: int | None) -> Callable[[Case, Sequence[Vector], int], Rows]:
    def rule(case: Case, vectors: Sequence[Vector], scale: int) -> Rows:
        count = len(vectors)
        bad = tolerated(wanted, count, (count - 3) // 2)
        counted = max(0, count - bad - 2)
        scores = []
        for i, own in enumerate(vectors):
            others = sorted(distance(own, other) for j, other in enumerate(vectors) if j != i)
            scores.append((sum(others[:counted], Fraction(0)), i))
        best = sorted(i for _, i in sorted(scores)[: min(taken or count - bad, count - bad)])
        return [rounded(vectors[i]) for i in best], [1] * len(best)

    return rule


def krum(wanted: int | Fraction) -> Callable[[Case, Sequence[Vector], int], Rows]:
    return multi_krum(wanted, 1)


def fltrust(case: Case, vectors: Sequence[Vector], scale: int) -> Rows:
    trusted = square([Fraction(x) for x in case.trust])
    rows, weights = [], []
    for vector in vectors:
        inner = sum((a * b for a, b in zip(vector, case.trust, strict=True)), Fraction(0))
        if inner <= 0:
            rows.append([0] * len(vector))
            weights.append(0)
            continue
        norm = square(vector)
        roots = [math.isqrt(int(value * scale * scale) << 64) for value in (norm, trusted)]
        score = int(2 * inner * scale * scale) * 2 ** (63 + 24) // (roots[0] * roots[1])
        weights.append(min(score, 1 << 24))
        times = factor(trusted, norm, scale) if weights[-1] else Fraction(0)
        rows.append(rounded([x * times for x in vector]))
    return rows, weights


def weighed(
    case: Case,
    rule: Callable[[Case, Sequence[Vector], int], Rows],
    mixing: int | Fraction | None = None,
) -> Rows:
    """The rows of a rule, and their weights, after mixing if that is wanted."""
    vectors: list[Vector] = [[Fraction(x) for x in update] for update in case.updates]
    count = len(vectors)
    if mixing is None:
        return rule(case, vectors, 1)
    return rule(case, mixed(vectors, mixing), count - tolerated(mixing, count, (count - 1) // 2))
