"""One miner's private chain against all others: how likely it becomes as long as theirs, from behind.

All miners have the same power, so each block is the attacker's with probability q = 1/N_M and an honest one with
p = 1 - q. Three questions: from z blocks behind; for whoever waits for z blocks while the attacker mines from the
start (Nakamoto, "Bitcoin", section 11, and the exact sum that it approximates); and against honest miners who lose
the time of waiting, propagating and forking that BlockFL's epochs cost them, while the attacker mines on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fl_client.errors import ConfigError
from fl_client.simulation.latency.epochs import simulate_epochs
from fl_client.simulation.latency.parameters import LatencyParameters, checked_rate

GIVE_UP: Final = 40
"""Blocks behind at which a simulated attacker stops: with q = 1/10 it would catch up once in 10^38 times."""

_POOL: Final = 50_000
"""Simulated epochs from which the honest chain's times are drawn."""


def attacker_share(miners: int) -> float:
    """q = 1/N_M, one attacker among miners of equal power.

    Raises:
        ConfigError: there is no honest miner.
    """
    if miners < 2:
        raise ConfigError(f"{miners} miners: an attacker needs somebody to overtake, give 2 or more")
    return 1 / miners


def gamblers_ruin(share: float, lead: int) -> float:
    """Probability of ever catching up from ``lead`` blocks behind: (q/p)^z, 1 for q >= p.

    Args:
        share: q, in (0, 1).
        lead: z, blocks by which the honest chain is ahead, >= 0.

    >>> round(gamblers_ruin(0.1, 2), 4)
    0.0123
    """
    _check(share, lead)
    return min(1.0, (share / (1 - share)) ** lead)


def nakamoto_sum(share: float, lead: int) -> float:
    """Nakamoto's sum: probability of catching up when the attacker mined while ``lead`` honest blocks were found.

    1 - sum over k from 0 to z of Poisson(k; z q/p) (1 - (q/p)^(z-k)). The Poisson number is an approximation, see
    ``exact_race``.

    >>> round(nakamoto_sum(0.1, 1), 3), round(nakamoto_sum(0.1, 5), 5)
    (0.205, 0.00091)
    """
    _check(share, lead)
    if share >= 0.5:
        return 1.0
    ratio = share / (1 - share)
    mean = lead * ratio
    weight, missed = math.exp(-mean), 0.0
    for k in range(lead + 1):
        missed += weight * (1 - ratio ** (lead - k))
        weight *= mean / (k + 1)
    return 1 - missed


def exact_race(share: float, lead: int) -> float:
    """What ``nakamoto_sum`` approximates: the attacker's blocks are negative binomial, C(z+k-1, k) p^z q^k.

    >>> round(exact_race(0.1, 1), 3)
    0.2
    """
    _check(share, lead)
    if share >= 0.5 or lead == 0:
        return 1.0
    honest, missed = 1 - share, 0.0
    for k in range(lead + 1):
        chance = math.comb(lead + k - 1, k) * honest**lead * share**k
        missed += chance * (1 - (share / honest) ** (lead - k))
    return 1 - missed


def simulate_catching_up(share: float, lead: int, *, trials: int, generator: np.random.Generator) -> float:
    """Share of the trials in which a chain that starts ``lead`` blocks behind becomes as long as the other.

    The attacker stops ``GIVE_UP`` blocks behind.
    """
    _check(share, lead, trials)
    return _caught_up(np.full(trials, lead), share, generator)


def simulate_race(share: float, lead: int, *, trials: int, generator: np.random.Generator) -> float:
    """Share of the trials in which an attacker catches up who mined while ``lead`` honest blocks were found."""
    _check(share, lead, trials)
    if lead == 0:
        return 1.0
    return _caught_up(lead - generator.negative_binomial(lead, 1 - share, size=trials), share, generator)


def simulate_against_epochs(
    parameters: LatencyParameters,
    rate_hz: float,
    leads: Sequence[int],
    *,
    trials: int,
    generator: np.random.Generator,
) -> list[float]:
    """Share of the trials in which a private chain catches up with one that grows by a block an epoch.

    The attacker finds blocks at lambda without a pause; the N_M - 1 others and their devices go through BlockFL's
    epochs (waiting, mining, propagation, forks, download), so that 1/N_M of the power is more than 1/N_M of the blocks.

    Args:
        parameters: the network, the attacker among its miners.
        rate_hz: lambda of one miner.
        leads: blocks by which the honest chain may be ahead; all are read off the same trials.
        trials: how many.
        generator: the only source of randomness.

    Returns:
        One share a lead.
    """
    for lead in leads:
        _check(attacker_share(parameters.miners), lead, trials)
    honest = replace(parameters, miners=parameters.miners - 1)
    pool = simulate_epochs(honest, checked_rate(rate_hz), epochs=_POOL, generator=generator).seconds
    # Whoever once gains z blocks on the others has caught up from z behind: the greatest gain settles every lead.
    gained = np.zeros(trials, dtype=np.int64)
    greatest = np.zeros(trials, dtype=np.int64)
    going = np.arange(trials)
    while len(going):
        times = pool[generator.integers(len(pool), size=len(going))]
        gained[going] += generator.poisson(rate_hz * times)
        greatest[going] = np.maximum(greatest[going], gained[going])
        gained[going] -= 1
        going = going[(gained[going] > -GIVE_UP) & (greatest[going] < max(leads))]
    return [float((greatest >= lead).mean()) for lead in leads]


def _caught_up(behind: NDArray[np.int64], share: float, generator: np.random.Generator) -> float:
    """Let every trial find block after block until it has caught up or given up."""
    trials, caught = len(behind), int((behind <= 0).sum())
    behind = behind[behind > 0]
    while len(behind):
        behind = behind + np.where(generator.random(len(behind)) < share, -1, 1)
        caught += int((behind == 0).sum())
        behind = behind[(behind > 0) & (behind < GIVE_UP)]
    return caught / trials


def _check(share: float, lead: int, trials: int = 1) -> None:
    if not 0 < share < 1:
        raise ConfigError(f"the attacker's share is {share}: give a number between 0 and 1")
    if not 0 <= lead < GIVE_UP:
        raise ConfigError(f"the honest chain is {lead} blocks ahead: give 0 to {GIVE_UP - 1}")
    if trials < 1:
        raise ConfigError(f"{trials} trials: simulate at least 1")
