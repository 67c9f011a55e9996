"""The best block rate: exact, and the readings of what the paper prints."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from fl_client.simulation.latency import (
    READINGS,
    LatencyParameters,
    Start,
    epoch_seconds,
    equation_9_rate,
    fork_probability,
    optimal_rate,
    printed_proposition_1,
    proposition_1_with_sum,
)

PAPER = LatencyParameters()


@pytest.mark.parametrize(
    ("network", "rate", "seconds"),
    [
        (PAPER, 0.2618, 1.428),
        (PAPER.with_snr(9), 0.2403, 1.554),
        (PAPER.with_snr(8), 0.2192, 1.703),
        (replace(PAPER, miners=2), 1.947, 1.116),
        (replace(PAPER, miners=5), 0.568, 1.352),
        (replace(PAPER, miners=20), 0.126, 1.465),
        (replace(PAPER, miners=50), 0.049, 1.487),
        (replace(PAPER, devices=20), 0.2201, 1.696),
        (replace(PAPER, devices=30), 0.1899, 1.964),
        (replace(PAPER, devices=40), 0.1669, 2.232),
        (replace(PAPER, devices=50), 0.1490, 2.499),
    ],
)
def test_the_exact_optimum_has_its_reference_values(
    network: LatencyParameters, rate: float, seconds: float
) -> None:
    found = optimal_rate(network)
    assert found == pytest.approx(rate, rel=0.01)
    assert epoch_seconds(network, found) == pytest.approx(seconds, abs=6e-4)


@pytest.mark.parametrize("start", Start)
@pytest.mark.parametrize("network", [PAPER, replace(PAPER, miners=3), replace(PAPER, devices=50).with_snr(3)])
def test_no_rate_near_or_far_is_better_than_the_exact_one(network: LatencyParameters, start: Start) -> None:
    exact = optimal_rate(network, start)
    least = epoch_seconds(network, exact, start)
    for factor in (*np.geomspace(0.1, 10, 41), 0.999, 1.001):
        assert epoch_seconds(network, float(exact * factor), start) >= least
    # And it is a minimum in earnest: a tenth away costs something that can be measured.
    assert epoch_seconds(network, 1.1 * exact, start) > least * 1.0005


def test_the_printed_proposition_is_not_the_minimum() -> None:
    printed, exact = printed_proposition_1(PAPER), optimal_rate(PAPER)
    assert printed == pytest.approx(1.035, abs=1e-3)
    assert fork_probability(PAPER, printed) == pytest.approx(0.894, abs=1e-3)
    assert epoch_seconds(PAPER, printed) == pytest.approx(3.895, abs=1e-3)
    assert epoch_seconds(PAPER, printed) > 2.7 * epoch_seconds(PAPER, exact)


@pytest.mark.parametrize(("snr_db", "rate"), [(10, 0.1234), (9, 0.113), (8, 0.103)])
def test_the_proposition_with_the_sum_is_nearest_to_the_papers_plot(snr_db: float, rate: float) -> None:
    read_off = {10: 0.11, 9: 0.093, 8: 0.08}[int(snr_db)]
    network = PAPER.with_snr(snr_db)
    assert proposition_1_with_sum(network) == pytest.approx(rate, rel=5e-3)
    distances = {name: abs(math.log(formula(network) / read_off)) for name, formula in READINGS.items()}
    assert min(distances, key=lambda name: distances[name]) == "Proposition 1 with the sum S for T_bp"


def test_equation_9_as_printed_loses_by_leaving_propagation_out() -> None:
    rate = equation_9_rate(PAPER)
    assert rate == pytest.approx(0.3865, abs=1e-4)
    assert epoch_seconds(PAPER, rate) == pytest.approx(1.51, abs=5e-3)


def test_the_proposition_is_exact_where_its_replacement_changes_nothing() -> None:
    # Two miners: the sum over the other miners is one propagation time, and the slip does not matter.
    pair = replace(PAPER, miners=2)
    assert printed_proposition_1(pair) == pytest.approx(optimal_rate(pair), rel=1e-12)


def test_a_single_miner_has_no_best_rate() -> None:
    assert optimal_rate(replace(PAPER, miners=1)) == math.inf
