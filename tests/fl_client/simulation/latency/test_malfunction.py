"""Failing miners: whom they harm, and that more miners pay under failures and cost without them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fl_client.errors import ConfigError
from fl_client.simulation.latency import (
    NO_MALFUNCTION,
    Completion,
    LatencyParameters,
    Malfunction,
    RegressionTask,
    compare,
    epoch_seconds,
    optimal_rate,
)
from fl_client.simulation.latency.malfunction import distorted

PAPER = LatencyParameters()


@pytest.fixture(scope="module")
def outcomes() -> dict[tuple[int, int, float], Completion]:
    """Figure 4a at 10 and 30 devices, by devices, miners and probability of failure."""
    found = {}
    for devices in (10, 30):
        for one in compare(
            replace(PAPER, devices=devices),
            RegressionTask(),
            miners=(1, 10),
            malfunctions=(NO_MALFUNCTION, Malfunction()),
            networks=8,
            runs=8,
            seed=1,
        ):
            found[devices, one.miners, one.probability] = one
    return found


def test_a_failing_miner_harms_its_own_devices_only() -> None:
    model, miner_of = np.arange(5.0), np.array([0, 1, 1, 2, 0, 2])
    draw = np.random.default_rng(11)
    seen_partly = False
    for _ in range(20):
        got = distorted(model, miner_of, 3, Malfunction(), draw)
        harmed = (got != model).any(axis=1)
        for miner in range(3):
            mine = miner_of == miner
            # All devices of a miner get the same bytes: either sound or with one noise.
            assert (got[mine] == got[mine][0]).all()
        seen_partly = seen_partly or (harmed.any() and not harmed.all())
    assert seen_partly


def test_the_noise_is_the_papers() -> None:
    got = distorted(
        np.zeros(20_000), np.array([0]), 1, Malfunction(probability=1.0), np.random.default_rng(0)
    )
    assert got.mean() == pytest.approx(-0.1, abs=0.003)
    assert got.std() == pytest.approx(0.1, abs=0.003)


def test_sound_miners_hand_the_model_on_as_it_is() -> None:
    model = np.random.default_rng(0).normal(size=4)
    got = distorted(model, np.zeros(3, dtype=np.int64), 1, NO_MALFUNCTION, np.random.default_rng(1))
    assert (got == model).all()


@pytest.mark.parametrize("devices", [10, 30])
def test_without_failures_one_miner_is_faster_than_ten(
    outcomes: dict[tuple[int, int, float], Completion], devices: int
) -> None:
    one, ten = outcomes[devices, 1, 0.0], outcomes[devices, 10, 0.0]
    # No failures, no difference in learning: only forks and propagation tell them apart.
    assert one.epochs == ten.epochs
    assert one.seconds < 0.55 * ten.seconds


def test_under_failures_ten_miners_are_faster_than_one(
    outcomes: dict[tuple[int, int, float], Completion],
) -> None:
    one, ten = outcomes[30, 1, 0.5], outcomes[30, 10, 0.5]
    assert ten.seconds < 0.85 * one.seconds
    # Per epoch it is the other way round: fewer epochs make up for it, by more than the draw's uncertainty.
    assert ten.epoch_seconds > 2 * one.epoch_seconds
    assert one.epochs - 2 * one.epochs_error > 2 * (ten.epochs + ten.epochs_error)


def test_failures_cost_epochs_and_fewer_of_them_with_more_devices(
    outcomes: dict[tuple[int, int, float], Completion],
) -> None:
    assert all(outcomes[devices, miners, 0.5].unended == 0 for devices in (10, 30) for miners in (1, 10))
    assert outcomes[10, 10, 0.5].epochs > 1.4 * outcomes[10, 10, 0.0].epochs
    assert outcomes[30, 10, 0.5].epochs < 0.8 * outcomes[10, 10, 0.5].epochs


def test_all_have_the_mining_power_of_the_largest(outcomes: dict[tuple[int, int, float], Completion]) -> None:
    ten, one = outcomes[10, 10, 0.0], outcomes[10, 1, 0.0]
    assert ten.rate_hz == pytest.approx(optimal_rate(PAPER))
    assert one.rate_hz == pytest.approx(10 * ten.rate_hz)
    assert one.epoch_seconds == pytest.approx(epoch_seconds(replace(PAPER, miners=1), one.rate_hz))


def test_a_comparison_repeats_bit_for_bit() -> None:
    def once() -> list[Completion]:
        return compare(
            PAPER,
            RegressionTask(dimension=8),
            miners=(1, 3),
            malfunctions=(Malfunction(),),
            networks=2,
            runs=2,
            seed=4,
        )

    assert once() == once()


@pytest.mark.parametrize("values", [{"probability": 1.1}, {"variance": -1.0}, {"mean": float("nan")}])
def test_failures_out_of_range_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        Malfunction(**values)
