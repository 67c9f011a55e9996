"""The weighted mean of one coordinate."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.contracts.federation import System
from tests.contracts.openings import LIMIT
from tests.parity import reference


@pytest.fixture(scope="module")
def rule(system: System) -> Any:
    return system.rule


@pytest.mark.parametrize(
    ("values", "weights", "base", "expected"),
    [
        ([1, 2], [1, 1], 0, 2),
        ([-1, -2], [1, 1], 0, -2),
        ([100, -50], [3, 7], 5, 0),
        ([LIMIT], [1], LIMIT, LIMIT),
        ([-LIMIT], [1], -LIMIT, -LIMIT),
        ([LIMIT, LIMIT], [5, 6], -LIMIT, 0),
        ([9, -9], [0, 0], -3, -3),
        ([LIMIT, 4], [0, 9], 1, 5),
        ([], [], 17, 17),
    ],
)
def test_known_means(rule: Any, values: list[int], weights: list[int], base: int, expected: int) -> None:
    assert rule.combine(values, weights, base, 0) == expected


def test_random_means_are_the_references(rule: Any) -> None:
    numbers = random.Random(5)
    for _ in range(60):
        count = numbers.randint(1, 128)
        values = [numbers.randint(-LIMIT, LIMIT) for _ in range(count)]
        weights = [numbers.randint(0, (2**32 - 1) // 128) for _ in range(count)]
        base = numbers.randint(-LIMIT, LIMIT)
        assert rule.combine(values, weights, base, 0) == reference.mean(values, weights, base)


def test_order_of_updates_does_not_matter(rule: Any) -> None:
    values, weights = [5, -7, 100, 3], [1, 20, 300, 4]
    forward = rule.combine(values, weights, 1, 0)
    assert rule.combine(values[::-1], weights[::-1], 1, 0) == forward


def test_128_updates_of_the_largest_weight_fit(rule: Any) -> None:
    assert rule.combine([-LIMIT] * 128, [2**32 - 1] * 128, LIMIT, 0) == 0


@pytest.mark.parametrize(
    ("argument", "accepted"), [(0, True), (1, False), (2_000, False), (2**256 - 1, False)]
)
def test_it_takes_no_argument(rule: Any, argument: int, accepted: bool) -> None:
    assert rule.accepts(argument) is accepted
