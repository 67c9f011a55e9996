"""Every combining rule gives the same bits on both sides: random and extreme inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from fl_client.aggregation import CombiningRule, Median, TrimmedMean, WeightedMean, parse_rule
from fl_client.encoding import LIMIT
from tests.contracts.federation import System

UINT32 = 2**32 - 1
MOST_TRAINERS = 128
MOST_SAMPLES = UINT32 // MOST_TRAINERS
"""The factory's cap on a weight, for a task of 128 trainers."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule on both sides."""

    ours: CombiningRule
    contract: Any

    def assert_same(self, rows: np.ndarray, weights: list[int], base: np.ndarray) -> None:
        """Compare the whole new model, bit for bit."""
        argument = self.ours.argument
        theirs = [
            self.contract.combine(rows[:, at].tolist(), weights, int(base[at]), argument)
            for at in range(base.size)
        ]
        assert self.ours.combine(rows, weights, base).tolist() == theirs


@pytest.fixture(scope="module", params=["mean", "median", "trimmed-mean:0.2", "trimmed-mean:0.4999"])
def pair(request: Any, system: System) -> Pair:
    ours = parse_rule(request.param)
    contracts = {WeightedMean: system.rule, Median: system.median_rule, TrimmedMean: system.trimmed_mean_rule}
    return Pair(ours, contracts[type(ours)])


@pytest.mark.parametrize("count", [1, 2, 3, 16, MOST_TRAINERS])
def test_random_updates_have_the_same_model(pair: Pair, count: int) -> None:
    generator = np.random.default_rng(count)
    rows = generator.integers(-LIMIT, LIMIT + 1, (count, 12)).astype(np.int32)
    base = generator.integers(-LIMIT, LIMIT + 1, 12).astype(np.int32)
    weights = generator.integers(0, MOST_SAMPLES + 1, count).tolist()
    pair.assert_same(rows, weights, base)


EXTREMES = [-LIMIT, 1 - LIMIT, -1, 0, 1, LIMIT - 1, LIMIT]


@pytest.mark.parametrize("weight", [2, MOST_SAMPLES])
@pytest.mark.parametrize("old", [-LIMIT, 0, LIMIT])
def test_extreme_values_have_the_same_model(pair: Pair, weight: int, old: int) -> None:
    """Every pair of extremes, with weights up to the factory's cap; most are clamped or tied."""
    first, second = np.meshgrid(EXTREMES, EXTREMES)
    rows = np.array([first.ravel(), second.ravel()], dtype=np.int32)  # (2, 49)
    base = np.full(rows.shape[1], old, dtype=np.int32)
    pair.assert_same(rows, [weight, max(weight - 1, 1)], base)


def test_128_updates_of_the_largest_weight_have_the_same_model(pair: Pair) -> None:
    signs = np.where(np.arange(MOST_TRAINERS) % 3 == 0, -1, 1)[:, None]
    rows = (signs * np.array([[LIMIT, LIMIT - 1, 1]])).astype(np.int32)
    base = np.array([LIMIT, -LIMIT, 0], dtype=np.int32)
    pair.assert_same(rows, [MOST_SAMPLES] * MOST_TRAINERS, base)


def test_ties_go_the_same_way(pair: Pair) -> None:
    rows = np.array([[1, -1, 3, -3, 5], [2, -2, 4, -4, -6]], dtype=np.int32)
    pair.assert_same(rows, [7, 7], np.zeros(5, dtype=np.int32))


@pytest.mark.parametrize("weights", [[0, 0, 0], [0, 5, 0], [UINT32, 0, UINT32], [UINT32] * 3])
def test_zero_and_inflated_weights_have_the_same_model(pair: Pair, weights: list[int]) -> None:
    rows = np.array([[LIMIT, -LIMIT, 17], [3, -3, 1], [LIMIT, 1 - LIMIT, -17]], dtype=np.int32)
    pair.assert_same(rows, weights, np.array([-LIMIT, LIMIT, 4], dtype=np.int32))
