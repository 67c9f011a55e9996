"""Mean latency and forks as formulas: the reference values, and the shapes of the curves."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from fl_client.errors import ConfigError
from fl_client.simulation.latency import (
    LatencyParameters,
    Start,
    epoch_seconds,
    fork_probability,
    optimal_rate,
    start_seconds,
)

PAPER = LatencyParameters()


def best(network: LatencyParameters) -> float:
    return epoch_seconds(network, optimal_rate(network))


@pytest.mark.parametrize(
    ("rate", "forks", "seconds"),
    [
        (0.05, 0.103, 2.787),
        (0.1, 0.196, 1.841),
        (0.2, 0.353, 1.460),
        (0.2618, 0.434, 1.427),
        (0.5, 0.662, 1.691),
        (1.035, 0.894, 3.895),
    ],
)
def test_forks_and_latency_are_those_of_an_independent_simulation(
    rate: float, forks: float, seconds: float
) -> None:
    assert fork_probability(PAPER, rate) == pytest.approx(forks, abs=0.002)
    assert epoch_seconds(PAPER, rate) == pytest.approx(seconds, rel=0.004)


def test_latency_is_convex_in_the_block_rate() -> None:
    rates = np.linspace(0.03, 1.2, 200)
    seconds = np.array([epoch_seconds(PAPER, float(rate)) for rate in rates])
    assert (np.diff(seconds, 2) > 0).all()


def test_a_better_signal_is_faster_at_every_rate() -> None:
    for rate in (0.03, 0.1, 0.26, 0.6):
        at_10, at_9, at_8 = (epoch_seconds(PAPER.with_snr(db), rate) for db in (10, 9, 8))
        assert at_10 < at_9 < at_8


def test_latency_grows_with_the_size_of_an_update() -> None:
    seconds = [best(replace(PAPER, devices=45, update_bits=bits)) for bits in (5e3, 10e3, 15e3)]
    assert seconds == sorted(seconds)
    assert seconds[2] > 1.7 * seconds[0]


def test_latency_grows_with_the_number_of_miners_and_of_devices() -> None:
    by_miners = [best(replace(PAPER, miners=count)) for count in (2, 5, 10, 20, 50)]
    by_devices = [best(replace(PAPER, devices=count)) for count in (10, 20, 30, 40, 50)]
    assert by_miners == sorted(by_miners)
    assert by_devices == sorted(by_devices)


def test_one_miner_never_forks_and_gains_by_every_higher_rate() -> None:
    alone = replace(PAPER, miners=1)
    assert fork_probability(alone, 1e6) == 0
    assert epoch_seconds(alone, 1e6) < epoch_seconds(alone, 10) < epoch_seconds(alone, 1)


def test_an_asynchronous_start_follows_the_exchange_between_miners() -> None:
    # Ten devices: 4.8 ms up, 43.4 ms of exchange, 1 to 5 ms of training: hardly later than 50 ms.
    assert 0.050 < start_seconds(PAPER, Start.ASYNCHRONOUS) < 0.052
    # Fifty: the exchange of 45 updates alone is 217 ms.
    many = replace(PAPER, devices=50)
    assert start_seconds(many, Start.ASYNCHRONOUS) == pytest.approx(0.226, abs=0.002)


def test_the_mean_start_is_that_of_drawn_miners() -> None:
    network = replace(PAPER, devices=12, miners=4, wait_seconds=0.03)
    draw = np.random.default_rng(5)
    starts = []
    for _ in range(8_000):
        own = draw.integers(4, size=12) == 0
        trained = draw.integers(10, 51, size=12) * 1e-4 + network.upload_seconds
        complete = trained[own].max(initial=0.0) + network.exchange_seconds(int((~own).sum()))
        starts.append(max(0.03, complete))
    error = np.std(starts) / math.sqrt(len(starts))
    assert abs(np.mean(starts) - start_seconds(network, Start.ASYNCHRONOUS)) < 4 * error


def test_forks_without_end_take_forever() -> None:
    assert epoch_seconds(PAPER, 1e4) == math.inf


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(ConfigError, match="block rate"):
        epoch_seconds(PAPER, rate)
