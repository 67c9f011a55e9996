"""Many simulated epochs: within one per cent of the formulas, with either start, at all reference points."""

from __future__ import annotations

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
    printed_proposition_1,
    simulate_epochs,
)

PAPER = LatencyParameters()
# Enough that one per cent is more than four standard errors.
EPOCHS = 100_000


def draw(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("start", Start)
@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2, 0.2618, 0.5, 1.034])
def test_the_mean_at_every_reference_rate_is_the_formulas(rate: float, start: Start) -> None:
    found = simulate_epochs(PAPER, rate, epochs=EPOCHS, generator=draw(), start=start)
    assert found.mean_seconds == pytest.approx(epoch_seconds(PAPER, rate, start), rel=0.01)
    assert found.fork_probability == pytest.approx(fork_probability(PAPER, rate), abs=0.01)


@pytest.mark.parametrize("start", Start)
@pytest.mark.parametrize(
    "network",
    [
        *(PAPER.with_snr(db) for db in (9, 8)),
        *(replace(PAPER, miners=count) for count in (2, 5, 20, 50)),
        *(replace(PAPER, devices=count) for count in (20, 30, 40, 50)),
    ],
    ids=[
        "9 dB",
        "8 dB",
        *(f"{n} miners" for n in (2, 5, 20, 50)),
        *(f"{n} devices" for n in (20, 30, 40, 50)),
    ],
)
def test_the_mean_at_every_reference_network_is_the_formulas(
    network: LatencyParameters, start: Start
) -> None:
    rate = optimal_rate(network, start)
    found = simulate_epochs(network, rate, epochs=EPOCHS // 2, generator=draw(1), start=start)
    assert found.mean_seconds == pytest.approx(epoch_seconds(network, rate, start), rel=0.01)


def test_the_start_hardly_matters_while_waiting_is_longer_than_the_exchange() -> None:
    means = [
        simulate_epochs(PAPER, 0.2618, epochs=EPOCHS, generator=draw(), start=start).mean_seconds
        for start in Start
    ]
    assert means[0] == pytest.approx(means[1], rel=0.01)


def test_the_simulation_finds_the_exact_optimum_and_not_the_printed_one() -> None:
    exact = optimal_rate(PAPER)
    around = [exact / 2, exact, 2 * exact, printed_proposition_1(PAPER)]
    means = [simulate_epochs(PAPER, rate, epochs=EPOCHS, generator=draw()).mean_seconds for rate in around]
    assert min(means) == means[1]
    assert means[3] > 2.5 * means[1]


def test_the_same_seed_gives_the_same_epochs_and_another_seed_others() -> None:
    for start in Start:
        first, again, other = (
            simulate_epochs(PAPER, 0.3, epochs=50, generator=draw(seed), start=start).seconds
            for seed in (7, 7, 8)
        )
        assert (first == again).all()
        assert (first != other).all()


def test_one_miner_takes_one_attempt() -> None:
    found = simulate_epochs(replace(PAPER, miners=1), 2.0, epochs=1_000, generator=draw())
    assert (found.attempts == 1).all()
    assert found.fork_probability == 0


def test_epochs_beyond_what_is_held_at_once_are_independent_of_the_rest() -> None:
    # 50 miners: 20,000 epochs at once, so that this is simulated in three parts.
    wide = replace(PAPER, miners=50)
    found = simulate_epochs(wide, 0.05, epochs=45_000, generator=draw())
    parts = np.array_split(found.seconds, 3)
    assert all(part.mean() == pytest.approx(epoch_seconds(wide, 0.05), rel=0.02) for part in parts)


def test_what_would_not_end_is_refused() -> None:
    with pytest.raises(ConfigError, match="lower the block rate"):
        simulate_epochs(PAPER, 12.0, epochs=1_000, generator=draw())
    with pytest.raises(ConfigError, match="at least 1"):
        simulate_epochs(PAPER, 0.2, epochs=0, generator=draw())
