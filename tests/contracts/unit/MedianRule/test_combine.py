"""The median of one coordinate."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.contracts.federation import System
from tests.contracts.openings import LIMIT
from tests.parity import reference

MOST = 128
WORST_ORDER = 2_000_000
"""Gas of sorting 128 values that come in falling order, and a transaction's own 21,000."""


@pytest.fixture(scope="module")
def rule(system: System) -> Any:
    return system.median_rule


@pytest.mark.parametrize(
    ("values", "weights", "base", "expected"),
    [
        ([3], [1], 10, 13),
        ([1, 2], [1, 1], 0, 2),
        ([-1, -2], [1, 1], 0, -2),
        ([9, 4, -2], [1, 1, 1], 10, 14),
        ([-4, 3, -900, 900], [1, 1, 1, 1], 0, -1),
        ([5, 5, 5, 5], [1, 1, 1, 1], 0, 5),
        ([1, 2, 3], [1_000, 1, 1], 0, 2),
        ([1, 2, 900], [1, 1, 0], 0, 2),
        ([LIMIT, LIMIT, -LIMIT], [1, 1, 1], LIMIT, LIMIT),
        ([-LIMIT, -LIMIT, LIMIT], [1, 1, 1], -LIMIT, -LIMIT),
        ([LIMIT, -LIMIT], [1, 1], 7, 7),
        ([9, -9], [0, 0], -3, -3),
        ([], [], 17, 17),
    ],
)
def test_known_medians(rule: Any, values: list[int], weights: list[int], base: int, expected: int) -> None:
    assert rule.combine(values, weights, base, 0) == expected


def test_random_medians_are_the_references(rule: Any) -> None:
    numbers = random.Random(6)
    for _ in range(40):
        count = numbers.randint(1, 40)
        reach = numbers.choice([3, 1_000, LIMIT])
        values = [numbers.randint(-reach, reach) for _ in range(count)]
        weights = [numbers.choice([0, 1, 1, 33_000_000]) for _ in range(count)]
        base = numbers.randint(-LIMIT, LIMIT)
        assert rule.combine(values, weights, base, 0) == reference.median(values, weights, base)


def test_order_of_updates_does_not_matter(rule: Any) -> None:
    numbers = random.Random(7)
    values = [numbers.randint(-100, 100) for _ in range(12)]
    weights = [1] * 11 + [0]
    pairs = list(zip(values, weights, strict=True))
    found = set()
    for _ in range(6):
        numbers.shuffle(pairs)
        found.add(rule.combine([value for value, _ in pairs], [weight for _, weight in pairs], 1, 0))
    assert found == {reference.median(values, weights, 1)}


def test_fewer_than_half_cannot_move_it_beyond_the_others(rule: Any) -> None:
    honest = [10, 11, 12]
    for bad in (LIMIT, -LIMIT):
        assert 10 <= rule.combine([*honest, bad, bad], [1] * 5, 0, 0) <= 12


def test_128_values_in_the_worst_order_fit_into_a_proof(rule: Any) -> None:
    falling = list(range(MOST, 0, -1))
    assert rule.combine(falling, [1] * MOST, 0, 0) == 65
    gas = rule.combine.estimate_gas(falling, [1] * MOST, 0, 0, {"from": rule.address})
    print(f"\nmedian of 128 values in falling order: {gas:,}")
    assert gas <= WORST_ORDER


@pytest.mark.parametrize(
    ("argument", "accepted"), [(0, True), (1, False), (2_000, False), (2**256 - 1, False)]
)
def test_it_takes_no_argument(rule: Any, argument: int, accepted: bool) -> None:
    assert rule.accepts(argument) is accepted
