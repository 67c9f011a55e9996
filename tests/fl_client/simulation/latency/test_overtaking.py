"""A private chain against all others: the three formulas, and walks that are drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fl_client.errors import ConfigError
from fl_client.simulation.latency import LatencyParameters, optimal_rate
from fl_client.simulation.latency.overtaking import (
    attacker_share,
    exact_race,
    gamblers_ruin,
    nakamoto_sum,
    simulate_against_epochs,
    simulate_catching_up,
    simulate_race,
)

TRIALS = 60_000
PAPER = LatencyParameters()


def within(found: float, chance: float) -> bool:
    """Four standard errors of a share of the trials."""
    return abs(found - chance) <= 4 * math.sqrt(chance * (1 - chance) / TRIALS)


@pytest.mark.parametrize(
    ("lead", "ruin", "nakamoto"),
    [
        (1, 0.111, 0.205),
        (2, 0.0123, 0.0510),
        (3, 1.37e-3, 0.0132),
        (4, 1.5e-4, 0.00346),
        (5, 1.7e-5, 0.00091),
    ],
)
def test_ten_miners_have_the_reference_probabilities(lead: int, ruin: float, nakamoto: float) -> None:
    share = attacker_share(10)
    assert gamblers_ruin(share, lead) == pytest.approx(ruin, rel=0.02)
    assert nakamoto_sum(share, lead) == pytest.approx(nakamoto, rel=0.005)


@pytest.mark.parametrize("miners", [4, 10])
@pytest.mark.parametrize("lead", [1, 2, 3])
def test_walks_catch_up_as_often_as_the_gambler_is_ruined(miners: int, lead: int) -> None:
    found = simulate_catching_up(1 / miners, lead, trials=TRIALS, generator=np.random.default_rng(lead))
    assert within(found, gamblers_ruin(1 / miners, lead))


@pytest.mark.parametrize("lead", [1, 2, 4])
def test_races_are_won_as_often_as_the_exact_sum_says(lead: int) -> None:
    found = simulate_race(0.1, lead, trials=TRIALS, generator=np.random.default_rng(lead))
    assert within(found, exact_race(0.1, lead))


def test_nakamotos_sum_is_an_approximation_that_draws_tell_from_the_exact_one() -> None:
    # At z = 4 it says 0.0035, where 0.0055 is right.
    found = simulate_race(0.1, 4, trials=TRIALS, generator=np.random.default_rng(9))
    assert not within(found, nakamoto_sum(0.1, 4))


def test_more_honest_miners_and_more_blocks_make_overtaking_rarer() -> None:
    by_miners = [exact_race(attacker_share(count), 1) for count in (3, 5, 10, 20, 50)]
    by_lead = [exact_race(0.1, lead) for lead in range(8)]
    assert by_miners == sorted(by_miners, reverse=True)
    assert by_lead == sorted(by_lead, reverse=True)
    assert by_lead[0] == 1
    assert by_lead[-1] < 1e-3


def test_half_of_the_power_always_overtakes() -> None:
    assert gamblers_ruin(attacker_share(2), 5) == nakamoto_sum(0.5, 5) == exact_race(0.6, 5) == 1


def test_the_time_that_epochs_cost_is_the_attackers() -> None:
    rate = optimal_rate(PAPER)
    found = simulate_against_epochs(PAPER, rate, (1, 2, 3), trials=TRIALS, generator=np.random.default_rng(0))
    assert found == sorted(found, reverse=True)
    assert all(chance > 2 * gamblers_ruin(0.1, lead) for lead, chance in enumerate(found, start=1))


def test_against_epochs_that_are_mining_alone_it_is_the_gamblers_ruin() -> None:
    # No waiting, blocks of a bit, devices that compute at once: an epoch is the time until the others find a block.
    bare = LatencyParameters(wait_seconds=0.0, header_bits=1e-3, update_bits=0.0, clock_hz=1e12)
    found = simulate_against_epochs(bare, 0.2, (1, 2), trials=TRIALS, generator=np.random.default_rng(1))
    assert within(found[0], gamblers_ruin(0.1, 1))
    assert within(found[1], gamblers_ruin(0.1, 2))


def test_a_slower_chain_of_the_others_is_overtaken_more_often() -> None:
    chances = [
        simulate_against_epochs(PAPER, rate, (2,), trials=20_000, generator=np.random.default_rng(0))[0]
        for rate in (0.02, 0.2618, 0.4)
    ]
    assert chances == sorted(chances)


@pytest.mark.parametrize(("share", "lead"), [(0.0, 1), (1.0, 1), (0.1, -1), (0.1, 40)])
def test_what_is_no_chance_or_no_lead_is_refused(share: float, lead: int) -> None:
    with pytest.raises(ConfigError):
        gamblers_ruin(share, lead)


def test_an_attacker_alone_has_nobody_to_overtake() -> None:
    with pytest.raises(ConfigError, match="somebody to overtake"):
        attacker_share(1)
