"""The block rate at which an epoch is shortest: exactly, and as the paper prints it.

Minimising (A + 1/(lambda N_M)) e^(lambda S) over lambda: the derivative is zero where
S N_M A lambda^2 + S lambda - 1 = 0, whose positive root is

    lambda* = 2 / (S [1 + sqrt(1 + 4 N_M A / S)])

with A the fixed part of an attempt and S the sum of the propagation times to the N_M - 1 other miners.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from fl_client.simulation.latency.closed_form import fixed_seconds
from fl_client.simulation.latency.parameters import LatencyParameters, Start


class RateFormula(Protocol):
    """A formula for the best block rate of one miner, in Hz."""

    def __call__(self, parameters: LatencyParameters) -> float:
        """The rate; infinite for a single miner, who never forks."""


def optimal_rate(parameters: LatencyParameters, start: Start = Start.PADDED) -> float:
    """The exact minimiser of ``epoch_seconds``, in Hz; infinite for a single miner, who never forks.

    >>> round(optimal_rate(LatencyParameters()), 4)
    0.2618
    """
    total = parameters.total_propagation_seconds
    return _root(total, fixed_seconds(parameters, start), parameters.miners)


def printed_proposition_1(parameters: LatencyParameters) -> float:
    """The paper's Proposition 1, letter by letter, in Hz: 2 / (T_bp [1 + sqrt(1 + 4 N_M (1 + T_wait/T_bp))]).

    It is the exact formula with A = T_wait + T_bp, but with T_bp, the time of ONE block to ONE miner, where the sum
    S over the N_M - 1 other miners belongs. Forks depend on that sum, so the printed rate is several times too high
    (1.035 Hz instead of 0.262 Hz at the paper's own values), nine of ten attempts fork at it and an epoch takes 2.7
    times as long as it could. It is not the minimum, and is here to be compared with, not to be used.

    >>> round(printed_proposition_1(LatencyParameters()), 3)
    1.035
    """
    single = parameters.propagation_seconds
    return _root(single, parameters.wait_seconds + single, parameters.miners)


def proposition_1_with_sum(parameters: LatencyParameters) -> float:
    """Proposition 1 with S in every place of T_bp, in Hz.

    Nearest of all readings to the minimum of the paper's figure 3a (about 0.11 Hz at 10 dB), yet not the minimum of
    its own model either: A = T_wait + S counts propagation N_M - 1 times, though the miners are served in parallel.

    >>> round(proposition_1_with_sum(LatencyParameters()), 4)
    0.1234
    """
    total = parameters.total_propagation_seconds
    return _root(total, parameters.wait_seconds + total, parameters.miners)


def equation_9_rate(parameters: LatencyParameters) -> float:
    """The minimiser of the paper's eq. 9 as printed, in Hz, which leaves T_bp out of an attempt (A = T_wait).

    >>> round(equation_9_rate(LatencyParameters()), 4)
    0.3865
    """
    return _root(parameters.total_propagation_seconds, parameters.wait_seconds, parameters.miners)


READINGS: Mapping[str, RateFormula] = MappingProxyType(
    {
        "exact": optimal_rate,
        "Proposition 1 as printed": printed_proposition_1,
        "Proposition 1 with the sum S for T_bp": proposition_1_with_sum,
        "minimum of eq. 9 as printed": equation_9_rate,
    }
)
"""Every formula for the rate by its name."""


def _root(total: float, fixed: float, miners: int) -> float:
    """2 / (S [1 + sqrt(1 + 4 N_M A / S)]), written so that S = 0 has its limit."""
    divisor = total + math.sqrt(total * total + 4 * miners * fixed * total)
    return 2 / divisor if divisor > 0 else math.inf
