"""Medians, nearness and shares: Python and Solidity give the same integers."""

from __future__ import annotations

import random
from typing import Any

import pytest
from brownie import LibraryHarness

from fl_client.review import UNAVAILABLE, is_near, medians
from tests.contracts.reviews import pack

EXTREMES = (0, 1, 32_767, 32_768, 65_533, 65_534, UNAVAILABLE)


@pytest.fixture(scope="module")
def harness(module_isolation: None, accounts: Any) -> Any:
    """The libraries' functions, callable."""
    return accounts[0].deploy(LibraryHarness)


def committee(seed: int) -> tuple[list[list[int]], int]:
    """Rows of one to fifteen judges over one to 128 updates: near each other, extreme, or anything."""
    numbers = random.Random(seed)
    judges, updates = numbers.randint(1, 15), numbers.choice((1, 2, 3, 17, 128))
    true = [numbers.randrange(65_000) for _ in range(updates)]

    def score(update: int) -> int:
        kind = numbers.randrange(4)
        if kind == 0:
            return numbers.choice(EXTREMES)
        if kind == 1:
            return numbers.randrange(65_536)
        return min(65_534, true[update] + numbers.randint(0, 50))

    return [[score(update) for update in range(updates)] for _ in range(judges)], updates


@pytest.mark.parametrize("seed", range(40))
def test_random_committees(harness: Any, seed: int) -> None:
    rows, updates = committee(seed)
    packed = [pack(row) for row in rows]
    expected = medians(rows, updates)
    assert tuple(harness.medians(packed, updates)) == expected
    for tolerance in (0, 50, 5_000, 30_000, 65_534):
        found = list(harness.near(packed, expected, tolerance))
        assert found == [is_near(row, expected, tolerance) for row in rows], tolerance


@pytest.mark.parametrize("score", EXTREMES)
def test_everybody_gives_the_same_extreme(harness: Any, score: int) -> None:
    rows = [[score] * 4 for _ in range(5)]
    expected = medians(rows, 4)
    assert tuple(harness.medians([pack(row) for row in rows], 4)) == expected == (score,) * 4
    near = list(harness.near([pack(row) for row in rows], expected, 0))
    assert near == [is_near(row, expected, 0) for row in rows] == [score != UNAVAILABLE] * 5
