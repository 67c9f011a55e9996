"""Attacks that hide in the spread of honest updates: A Little Is Enough, and min-max."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from fl_client.simulation.attacks.attack import ModelPoisoning
from fl_client.simulation.attacks.knowledge import Knowledge, Rows

_STEPS = 40
"""Halvings of the interval of min-max: its strength to a part in 10^12."""

_MOST = 1_000.0
_STRENGTHS = (0.5, 1.0, 1.5, 2.0, 3.0, 6.0)
"""What the optimal variants try."""


def little_is_enough(trainers: int, attackers: int) -> float:
    """How many standard deviations suffice to win a majority over to the attackers' side.

    s = floor(n / 2 + 1) - f honest trainers have to lie further out than the attackers; so z is where a standard
    normal leaves s of n - f above: z = Phi^-1((n - f - s) / (n - f)), at least 0. Source: Baruch, Baruch and
    Goldberg, "A Little Is Enough" (NeurIPS 2019, arXiv 1902.06156), section 3.2.

    >>> little_is_enough(10, 2)
    0.0
    >>> round(little_is_enough(50, 24), 3)
    1.426
    """
    honest = trainers - attackers
    supporters = trainers // 2 + 1 - attackers
    below = (honest - supporters) / honest
    return 0.0 if below <= 0.5 else NormalDist().inv_cdf(min(below, 1 - 1e-9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alie(ModelPoisoning):
    """Every colluder sends m - z * s, coordinate by coordinate, m and s being the crowd's mean and deviation.

    Args:
        optimal: z is not the paper's but that of a few which the task's own rule lets do the most harm, tried on
            the crowd (byzfl's ``Optimal_ALittleIsEnough``); with a fifth of ten trainers the paper's z is 0.
    """

    name: str = "alie"
    optimal: bool = False

    def craft(self, known: Knowledge, random: np.random.Generator) -> Rows:
        """See ``Attack.craft``."""
        del random
        if self.optimal:
            return known.everybody(most_harmful(known, -known.deviation))
        z = little_is_enough(known.trainers, known.attackers)
        return known.everybody(known.mean - z * known.deviation)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimalIpm(ModelPoisoning):
    """Inner-product manipulation with the factor that the task's own rule lets do the most harm (``Opposing``)."""

    name: str = "ipm-optimal"

    def craft(self, known: Knowledge, random: np.random.Generator) -> Rows:
        """See ``Attack.craft``."""
        del random
        # From the mean: a strength of 1.25 is an update of a quarter of it, the other way round.
        return known.everybody(most_harmful(known, -known.mean))


def most_harmful(known: Knowledge, direction: Rows) -> Rows:
    """m + g * direction with the g, of a few, that moves the model the furthest away from m.

    Args:
        direction: float64 (d,).

    Returns:
        float64 (d,).
    """
    mean = known.mean
    tried = [mean + strength * direction for strength in _STRENGTHS]
    return max(tried, key=lambda update: float(np.linalg.norm(known.moved(update) - mean)))


@dataclass(frozen=True, slots=True, kw_only=True)
class MinMax(ModelPoisoning):
    """Every colluder sends m + g * p, p = -s or -m / |m|, with the greatest g that keeps it among the honest:

        max_i |m + g p - x_i|  <=  max_(i,j) |x_i - x_j|.

    Found by bisection. Source: Shejwalkar and Houmansadr, "Manipulating the Byzantine" (NDSS 2021), section IV-C.

    Args:
        opposing: p = -m / |m| (their unit vector) in place of -s (their standard deviation).
    """

    name: str = "min-max"
    opposing: bool = True

    def craft(self, known: Knowledge, random: np.random.Generator) -> Rows:
        """See ``Attack.craft``."""
        del random
        mean = known.mean
        length = float(np.linalg.norm(mean))
        opposing = -mean / length if length else -mean
        direction = opposing if self.opposing else -known.deviation
        return known.everybody(mean + furthest(known.crowd, mean, direction) * direction)


def furthest(crowd: Rows, start: Rows, direction: Rows) -> float:
    """The greatest g for which start + g * direction is no further from any of a crowd than two of them are apart.

    Args:
        crowd: float64 (k, d).
        start: float64 (d,), which fulfils it for g = 0: the mean does.
        direction: float64 (d,); 0 gives g = 0.

    Returns:
        g, rounded down.

    >>> furthest(np.array([[0.0], [4.0]]), np.array([2.0]), np.array([-1.0])) <= 2.0
    True
    """
    if not direction.any():
        return 0.0
    squares = np.einsum("kd,kd->k", crowd, crowd)
    apart = squares[:, None] + squares[None, :] - 2 * crowd @ crowd.T  # (k, k)
    bound = max(float(apart.max()), 0.0)
    # |start - x + g p|^2 = a + 2 g b + g^2 c for each x.
    away = start - crowd  # (k, d)
    a, b, c = np.einsum("kd,kd->k", away, away), away @ direction, float(direction @ direction)
    low, high = 0.0, _MOST * math.sqrt(bound / c) if bound else 0.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if float((a + 2 * middle * b + middle**2 * c).max()) <= bound:
            low = middle
        else:
            high = middle
    return low
