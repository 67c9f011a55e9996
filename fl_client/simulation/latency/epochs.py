"""Many simulated epochs at once: the times of all events of an attempt as arrays, repeated until no fork is left.

The same epoch, one event after another, is in ``events``; a test holds the two against each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fl_client.errors import ConfigError
from fl_client.simulation.latency.closed_form import after_block_seconds
from fl_client.simulation.latency.parameters import LatencyParameters, Start, checked_rate

_AT_ONCE = 1_000_000
"""Times that are held in memory at once: attempts times miners."""

MOST_DRAWS = 2e10
"""Times to be drawn in all, beyond which a simulation is refused: minutes of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochSample:
    """Simulated epochs.

    Attributes:
        seconds: float64 (n,), latency of each.
        attempts: int64 (n,), blocks that were begun in each; all but the last ended in a fork.
    """

    seconds: NDArray[np.float64] = field(repr=False)
    attempts: NDArray[np.int64] = field(repr=False)

    @property
    def mean_seconds(self) -> float:
        """Mean latency."""
        return float(self.seconds.mean())

    @property
    def standard_error(self) -> float:
        """Of the mean latency, in seconds; infinite for a single epoch."""
        count = len(self.seconds)
        return float(self.seconds.std(ddof=1) / math.sqrt(count)) if count > 1 else math.inf

    @property
    def fork_probability(self) -> float:
        """Share of the attempts that forked."""
        return 1 - len(self.attempts) / int(self.attempts.sum())


def simulate_epochs(
    parameters: LatencyParameters,
    rate_hz: float,
    *,
    epochs: int,
    generator: np.random.Generator,
    start: Start = Start.PADDED,
) -> EpochSample:
    """Simulate independent epochs; with an asynchronous start each attempt has devices and samples of its own.

    Args:
        parameters: the network.
        rate_hz: lambda, blocks a second of one miner, > 0.
        epochs: how many, >= 1.
        generator: the only source of randomness.
        start: when miners begin.

    Returns:
        The sample; the same for the same state of the generator.

    Raises:
        ConfigError: a value is out of its range, or forks are so likely that it would not end.
    """
    if epochs < 1:
        raise ConfigError(f"{epochs} epochs: simulate at least 1")
    exponent = checked_rate(rate_hz) * parameters.total_propagation_seconds
    if exponent + math.log(epochs * parameters.miners) > math.log(MOST_DRAWS):
        raise ConfigError(
            f"at {rate_hz:g} Hz an epoch takes e^{exponent:.1f} attempts: lower the block rate or the epochs"
        )
    seconds = np.empty(epochs)
    attempts = np.empty(epochs, dtype=np.int64)
    size = max(1, _AT_ONCE // parameters.miners)
    for first in range(0, epochs, size):
        part = slice(first, min(first + size, epochs))
        seconds[part], attempts[part] = _until_no_fork(
            parameters, rate_hz, start, part.stop - part.start, generator
        )
    return EpochSample(seconds=seconds + after_block_seconds(parameters), attempts=attempts)


def _until_no_fork(
    parameters: LatencyParameters, rate_hz: float, start: Start, epochs: int, generator: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Seconds and attempts of each epoch up to the block that everybody has."""
    seconds = np.zeros(epochs)
    attempts = np.zeros(epochs, dtype=np.int64)
    open_ = np.arange(epochs)
    while len(open_):
        found = generator.standard_exponential((len(open_), parameters.miners)) / rate_hz
        found += _starts(parameters, start, len(open_), generator)
        forked = np.zeros(len(open_), dtype=np.bool_)
        if parameters.miners > 1:
            found.partition(1, axis=1)
            # A second miner that is done before the winner's block has reached it has not heard of it: a fork.
            forked = found[:, 1] - found[:, 0] <= parameters.propagation_seconds
        seconds[open_] += found[:, 0] + parameters.propagation_seconds
        attempts[open_] += 1
        open_ = open_[forked]
    return seconds, attempts


def _starts(
    parameters: LatencyParameters, start: Start, attempts: int, generator: np.random.Generator
) -> NDArray[np.float64] | float:
    """When each miner begins, (attempts, N_M), in seconds from the epoch's beginning."""
    if start is Start.PADDED:
        return parameters.wait_seconds
    shares = np.full(parameters.miners, 1 / parameters.miners)
    own = generator.multinomial(parameters.devices, shares, size=attempts)  # (attempts, N_M)
    # The largest of b uniform numbers is one uniform number to the power 1/b.
    largest = generator.random(own.shape) ** (1 / np.maximum(own, 1))
    span = parameters.most_samples - parameters.least_samples + 1
    samples = parameters.least_samples + np.floor(span * largest)
    slowest = parameters.sample_bits * samples / parameters.clock_hz + parameters.upload_seconds
    others = (parameters.devices - own) * (parameters.update_bits / parameters.between_miners.bits_per_second)
    begun: NDArray[np.float64] = np.maximum(parameters.wait_seconds, np.where(own > 0, slowest, 0.0) + others)
    return begun
