"""The trimmed mean of one coordinate."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.contracts.federation import System
from tests.contracts.openings import LIMIT
from tests.parity import reference

MOST = 128
LARGEST_SHARE = 4_999
WORST_ORDER = 2_000_000
"""Gas of sorting 128 values that come in falling order, and a transaction's own 21,000."""


@pytest.fixture(scope="module")
def rule(system: System) -> Any:
    return system.trimmed_mean_rule


@pytest.mark.parametrize(
    ("values", "weights", "base", "share", "expected"),
    [
        ([3], [1], 10, LARGEST_SHARE, 13),
        ([1, 2], [1, 1], 0, LARGEST_SHARE, 2),
        ([-1, -2], [1, 1], 0, LARGEST_SHARE, -2),
        ([9, 0, -90], [1, 1, 1], 0, 3_333, -27),
        ([9, 0, -90], [1, 1, 1], 0, 3_334, 0),
        ([900, 1, 2, 5, -900], [1] * 5, 0, 2_000, 3),
        ([900, 1, 2, 5, -900], [1] * 5, 0, 1_999, 2),
        ([1, 2, 900], [1_000, 1, 0], 0, 0, 2),
        ([LIMIT] * 3, [1, 1, 1], LIMIT, 0, LIMIT),
        ([-LIMIT] * 3, [1, 1, 1], -LIMIT, 0, -LIMIT),
        ([9, -9], [0, 0], -3, 1_000, -3),
        ([], [], 17, 1_000, 17),
    ],
)
def test_known_trimmed_means(
    rule: Any, values: list[int], weights: list[int], base: int, share: int, expected: int
) -> None:
    assert rule.combine(values, weights, base, share) == expected


def test_random_trimmed_means_are_the_references(rule: Any) -> None:
    numbers = random.Random(8)
    for _ in range(40):
        count = numbers.randint(1, 40)
        reach = numbers.choice([3, 1_000, LIMIT])
        values = [numbers.randint(-reach, reach) for _ in range(count)]
        weights = [numbers.choice([0, 1, 1, 33_000_000]) for _ in range(count)]
        base, share = numbers.randint(-LIMIT, LIMIT), numbers.choice([0, 1_000, LARGEST_SHARE])
        expected = reference.trimmed_mean(values, weights, base, share)
        assert rule.combine(values, weights, base, share) == expected


def test_something_is_left_of_every_number_of_values(rule: Any) -> None:
    """The largest share leaves the median."""
    for count in range(1, 12):
        values = [7 * place for place in range(count)]
        assert rule.combine(values, [1] * count, 0, LARGEST_SHARE) == reference.median(values, [1] * count, 0)


def test_as_many_as_are_dropped_cannot_move_it_beyond_the_others(rule: Any) -> None:
    honest = [10, 11, 12, 13]
    for bad in (LIMIT, -LIMIT):
        assert 10 <= rule.combine([*honest, bad], [1] * 5, 0, 2_000) <= 13


def test_128_values_in_the_worst_order_fit_into_a_proof(rule: Any) -> None:
    falling = list(range(MOST, 0, -1))
    assert rule.combine(falling, [1] * MOST, 0, 2_000) == 65
    gas = rule.combine.estimate_gas(falling, [1] * MOST, 0, 2_000, {"from": rule.address})
    print(f"\ntrimmed mean of 128 values in falling order: {gas:,}")
    assert gas <= WORST_ORDER


@pytest.mark.parametrize(
    ("argument", "accepted"), [(0, True), (1, True), (4_999, True), (5_000, False), (2**256 - 1, False)]
)
def test_it_takes_a_share_below_one_half(rule: Any, argument: int, accepted: bool) -> None:
    assert rule.accepts(argument) is accepted
