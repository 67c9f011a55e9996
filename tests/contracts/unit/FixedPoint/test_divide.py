"""Division rounds half away from zero."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import brownie
import pytest

from tests.parity import reference

UINT32 = 2**32 - 1


@pytest.mark.parametrize(
    ("numerator", "divisor", "quotient"),
    [
        (0, 1, 0),
        (0, 7, 0),
        (1, 2, 1),
        (-1, 2, -1),
        (3, 2, 2),
        (-3, 2, -2),
        (1, 3, 0),
        (-1, 3, 0),
        (2, 3, 1),
        (-2, 3, -1),
        (5, 10, 1),
        (4, 10, 0),
        (-5, 10, -1),
        (-4, 10, 0),
        (7, 1, 7),
    ],
)
def test_known_quotients(harness: Any, numerator: int, divisor: int, quotient: int) -> None:
    assert harness.divide(numerator, divisor) == quotient


def test_every_small_quotient_is_the_rounded_fraction(harness: Any) -> None:
    cases = [(a, b) for b in range(1, 13) for a in range(-30, 31)]
    given = harness.divideMany([a for a, _ in cases], [b for _, b in cases])
    assert list(given) == [reference.half_away(Fraction(a, b)) for a, b in cases]


def test_random_large_quotients_are_the_rounded_fractions(harness: Any) -> None:
    numbers = random.Random(1)
    cases = [(numbers.randint(-(2**63), 2**63), numbers.randint(1, 128 * UINT32)) for _ in range(400)]
    given = harness.divideMany([a for a, _ in cases], [b for _, b in cases])
    assert list(given) == [reference.half_away(Fraction(a, b)) for a, b in cases]


def test_quotient_of_the_negative_is_the_negative(harness: Any) -> None:
    numbers = random.Random(2)
    cases = [(numbers.randint(0, 2**80), numbers.randint(1, 2**40)) for _ in range(200)]
    divisors = [b for _, b in cases]
    positive = harness.divideMany([a for a, _ in cases], divisors)
    negative = harness.divideMany([-a for a, _ in cases], divisors)
    assert list(negative) == [-quotient for quotient in positive]


@pytest.mark.parametrize("divisor", [2, 2**32, 2 * UINT32])
def test_ties_go_away_from_zero(harness: Any, divisor: int) -> None:
    half = divisor // 2
    assert harness.divide(5 * divisor + half, divisor) == 6
    assert harness.divide(-5 * divisor - half, divisor) == -6
    assert harness.divide(5 * divisor + half - 1, divisor) == 5
    assert harness.divide(-5 * divisor - half + 1, divisor) == -5


def test_division_by_zero_reverts(harness: Any) -> None:
    with brownie.reverts("Division or modulo by zero"):
        harness.divide(1, 0)
