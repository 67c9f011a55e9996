"""The mean latency of an epoch and the probability of a fork, as formulas.

An attempt at a block takes T_start + T_bg + T_bp; where miners fork, the epoch starts again. With N attempts,

    T_epoch = N (T_start + T_bg + T_bp) + T_dn + T_global      (the paper's eq. 4)

With all miners starting together, memoryless mining makes the winner's time independent of a fork:

    E[T_bg] = 1 / (lambda N_M)        p_fork = 1 - exp(-lambda S)        E[N] = exp(lambda S)

S being the sum of the propagation times to all miners but the winner. The paper's eq. 7 prints exp(+lambda S), which
would be a negative probability: a slip of the sign.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fl_client.simulation.latency.parameters import LatencyParameters, Start, checked_rate


def fork_probability(parameters: LatencyParameters, rate_hz: float) -> float:
    """Probability that some miner finds a block before the winner's has reached it.

    Args:
        rate_hz: lambda, blocks a second of one miner, > 0.

    Raises:
        ConfigError: the rate is out of its range.

    >>> round(fork_probability(LatencyParameters(), 0.1), 3)
    0.195
    """
    return -math.expm1(-checked_rate(rate_hz) * parameters.total_propagation_seconds)


def epoch_seconds(parameters: LatencyParameters, rate_hz: float, start: Start = Start.PADDED) -> float:
    """Mean latency of an epoch, (A + 1/(lambda N_M)) e^(lambda S) + T_dn + T_global with A = E[T_start] + T_bp.

    The paper's eq. 9 leaves T_bp out of A, though its eq. 4 has it. With an asynchronous start, A has the mean of
    when a miner starts; that miners who start early win a little more often is neglected (below 1 % here).

    Args:
        rate_hz: lambda, blocks a second of one miner, > 0.
        start: when miners begin.

    Returns:
        Seconds; infinite where forks hardly ever end.

    Raises:
        ConfigError: the rate is out of its range.

    >>> round(epoch_seconds(LatencyParameters(), 0.2618), 3)
    1.428
    """
    found = 1 / (checked_rate(rate_hz) * parameters.miners)
    exponent = rate_hz * parameters.total_propagation_seconds
    attempts = math.exp(exponent) if exponent < 700 else math.inf
    return (fixed_seconds(parameters, start) + found) * attempts + after_block_seconds(parameters)


def fixed_seconds(parameters: LatencyParameters, start: Start) -> float:
    """A, the part of an attempt that does not depend on the block rate: E[T_start] + T_bp."""
    return start_seconds(parameters, start) + parameters.propagation_seconds


def after_block_seconds(parameters: LatencyParameters) -> float:
    """T_dn + T_global, once an epoch."""
    return parameters.download_seconds + parameters.update_seconds


def start_seconds(parameters: LatencyParameters, start: Start) -> float:
    """Mean time from the epoch's beginning until a miner starts to look for a nonce.

    With an asynchronous start it is the mean of max(T_wait, slowest device + T_up + exchange) over the number of
    the miner's devices, Binomial(N_D, 1/N_M), and over the most samples among them. A miner without devices waits
    for the exchange alone.

    >>> start_seconds(LatencyParameters(), Start.PADDED)
    0.05
    """
    if start is Start.PADDED:
        return parameters.wait_seconds
    sizes = np.arange(parameters.least_samples, parameters.most_samples + 1)  # (sizes,)
    own = np.arange(parameters.devices + 1)  # (N_D + 1,)
    below = (sizes - parameters.least_samples + 1) / len(sizes)
    # Of b devices the largest has at most that many samples: the b-th power. With none, put all on the first size.
    at_most = below[None, :] ** own[:, None]  # (N_D + 1, sizes)
    largest = np.diff(at_most, axis=1, prepend=0.0)
    exchange = parameters.update_bits * (parameters.devices - own) / parameters.between_miners.bits_per_second
    slowest = parameters.sample_bits * sizes / parameters.clock_hz + parameters.upload_seconds
    begun = np.where(own[:, None] > 0, slowest[None, :], 0.0) + exchange[:, None]
    mean = (np.maximum(parameters.wait_seconds, begun) * largest).sum(axis=1)
    return float(_binomial(parameters.devices, 1 / parameters.miners) @ mean)


def _binomial(trials: int, chance: float) -> NDArray[np.float64]:
    """Probabilities of 0 to ``trials`` successes."""
    if chance == 1:
        return np.asarray(np.eye(trials + 1)[trials])
    logs = [
        math.lgamma(trials + 1)
        - math.lgamma(k + 1)
        - math.lgamma(trials - k + 1)
        + k * math.log(chance)
        + (trials - k) * math.log1p(-chance)
        for k in range(trials + 1)
    ]
    return np.asarray(np.exp(np.array(logs)))
