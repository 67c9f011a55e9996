"""One trainer in five works against the others within the norm bound: what each rule makes of it."""

from __future__ import annotations

import numpy as np
import pytest

from fl_client.aggregation import CombiningRule, Median, TrimmedMean, WeightedMean
from fl_client.encoding import dequantise, quantise
from fl_client.roles import FRACTION_BITS

DIMENSION = 2_000
HONEST = 4
SAMPLES = [300, 300, 300, 300, 300]
# The task of `fl demo` admits 4 a coordinate: four hundred times a usual step.
NORM_BOUND_SQUARED = (4 << FRACTION_BITS) ** 2 * DIMENSION
STEP, NOISE = 0.01, 0.002


def honest_updates() -> np.ndarray:
    """int32 (4, d): the same step in every coordinate, and each trainer's own noise."""
    rng = np.random.default_rng(11)
    direction = np.where(rng.random(DIMENSION) < 0.5, -1.0, 1.0)
    return np.stack(
        [quantise(STEP * direction + rng.normal(0, NOISE, DIMENSION), FRACTION_BITS) for _ in range(HONEST)]
    )


def opposite(honest: np.ndarray) -> np.ndarray:
    """The longest update against the others' direction that a contract lets through: int32 (d,)."""
    update = quantise(-3.99 * np.sign(honest.sum(axis=0)).astype(np.float64), FRACTION_BITS)
    assert sum(int(value) ** 2 for value in update) <= NORM_BOUND_SQUARED
    return update


def moved(rule: CombiningRule) -> tuple[float, float]:
    """Agreement of the model with the honest mean, and the greatest distance from it, in steps.

    Agreement is the share of coordinates that went the honest way.
    """
    honest = honest_updates()
    rows = np.vstack([honest, opposite(honest)[None]])
    base = np.zeros(DIMENSION, dtype=np.int32)
    model = dequantise(rule.combine(rows, SAMPLES, base), FRACTION_BITS)
    target = dequantise(WeightedMean().combine(honest, SAMPLES[:HONEST], base), FRACTION_BITS)
    return float(np.mean(np.sign(model) == np.sign(target))), float(np.abs(model - target).max() / STEP)


def test_the_mean_goes_where_the_one_wants() -> None:
    agreement, distance = moved(WeightedMean())
    assert agreement == 0 and distance > 50


@pytest.mark.parametrize("rule", [Median(), TrimmedMean(2_000)], ids=lambda rule: rule.name)
def test_median_and_trimmed_mean_go_with_the_others(rule: CombiningRule) -> None:
    agreement, distance = moved(rule)
    # The noise of four trainers: no coordinate leaves the range of the honest values.
    assert agreement == 1 and distance < 1


@pytest.mark.parametrize("rule", [Median(), TrimmedMean(2_000)], ids=lambda rule: rule.name)
def test_no_coordinate_leaves_the_range_of_the_honest(rule: CombiningRule) -> None:
    honest = honest_updates()
    base = np.zeros(DIMENSION, dtype=np.int32)
    model = rule.combine(np.vstack([honest, opposite(honest)[None]]), SAMPLES, base)
    assert (model >= honest.min(axis=0)).all() and (model <= honest.max(axis=0)).all()


def test_a_share_too_small_for_one_in_five_does_not_help() -> None:
    agreement, _ = moved(TrimmedMean(1_999))
    assert agreement == 0


def test_three_in_five_move_every_rule() -> None:
    """No rule can tell who is honest where the others are fewer."""
    honest = honest_updates()
    against = opposite(honest)
    rows = np.vstack([honest[:2], np.repeat(against[None], 3, axis=0)])
    base = np.zeros(DIMENSION, dtype=np.int32)
    for rule in (WeightedMean(), Median(), TrimmedMean(2_000)):
        model = rule.combine(rows, SAMPLES, base)
        assert np.mean(np.sign(model) == np.sign(against)) == 1
