"""Miners that fail: how many epochs learning takes when devices get noise in place of the model.

A failing miner adds N(mean, variance) noise to every coordinate of the model that its devices take home, and to
nobody else's. With one miner all devices get the same noise or none; with ten, those of some do, and the average over
the devices evens it out. More miners cost forks, failing ones cost epochs: the crossover of the paper's figure 4a.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fl_client.errors import ConfigError
from fl_client.simulation.latency.closed_form import epoch_seconds
from fl_client.simulation.latency.optimum import optimal_rate
from fl_client.simulation.latency.parameters import LatencyParameters
from fl_client.simulation.latency.regression import (
    Array,
    RegressionTask,
    Shares,
    aggregate,
    draw_shares,
    local_models,
    passes,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Malfunction:
    """How miners fail.

    Args:
        probability: of each miner in each epoch, in [0, 1].
        mean: of the noise on each coordinate.
        variance: of it, >= 0; the paper's N(-0.1, 0.01).

    Raises:
        ConfigError: a value is out of its range.
    """

    probability: float = 0.5
    mean: float = -0.1
    variance: float = 0.01

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ConfigError(f"miners fail with probability {self.probability}: give 0 to 1")
        if not (math.isfinite(self.mean) and 0 <= self.variance < math.inf):
            raise ConfigError(
                f"the noise is N({self.mean}, {self.variance}): give a finite mean and a variance from 0"
            )


NO_MALFUNCTION: Final = Malfunction(probability=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """How one learning went.

    Attributes:
        epochs: how many it took, or `most_epochs`.
        ended: whether the model came to rest within them.
        model: float64 (d,), the last global one.
    """

    epochs: int
    ended: bool
    model: Array


def distorted(
    model: Array,
    miner_of: NDArray[np.int64],
    miners: int,
    malfunction: Malfunction,
    generator: np.random.Generator,
) -> Array:
    """The model as each device gets it from its miner.

    Args:
        model: float64 (d,), as in the block.
        miner_of: int64 (devices,), each device's miner.
        miners: N_M.
        malfunction: how they fail.
        generator: the only source of randomness.

    Returns:
        float64 (devices, d); the rows of a sound miner's devices are the model.
    """
    fails = generator.random(miners) < malfunction.probability
    noise = generator.normal(malfunction.mean, math.sqrt(malfunction.variance), (miners, len(model)))
    return model + np.where(fails[:, None], noise, 0.0)[miner_of]


def learn(
    task: RegressionTask,
    shares: Shares,
    *,
    miners: int,
    malfunction: Malfunction,
    generator: np.random.Generator,
    matrices: Array | None = None,
) -> Learning:
    """Learn until the global model rests. Every epoch each device picks a miner at random, as in the paper.

    Args:
        task: what is learnt, and how.
        shares: everybody's samples.
        miners: N_M.
        malfunction: how they fail.
        generator: the only source of randomness: of the first model, the choice of miners, and the failures.
        matrices: of ``passes``, where several learn from the same samples.

    Raises:
        ConfigError: learning diverges.
    """
    if matrices is None:
        matrices = passes(shares, task.step)
    devices = len(shares.counts)
    # Uniform on (0, w_max]: random() includes 0 and leaves out 1.
    model = task.first_weight * (1 - generator.random(task.dimension))
    held = np.tile(model, (devices, 1))
    for epoch in range(1, task.most_epochs + 1):
        new = aggregate(model, local_models(task, shares, matrices, held), shares.weights)
        moved = float(np.linalg.norm(new - model))
        model = new
        if moved <= task.tolerance:
            return Learning(epochs=epoch, ended=True, model=model)
        if not math.isfinite(moved):
            raise ConfigError(f"learning diverges with step {task.step}: lower it")
        miner_of = generator.integers(miners, size=devices)
        held = distorted(model, miner_of, miners, malfunction, generator)
    return Learning(epochs=task.most_epochs, ended=False, model=model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Learning to the end on one kind of network, over several drawn ones.

    Attributes:
        devices: N_D.
        miners: N_M.
        probability: with which a miner fails.
        rate_hz: lambda of one miner.
        epoch_seconds: mean latency of an epoch.
        epochs: mean number of epochs.
        epochs_error: standard error of that mean.
        unended: how many learnings were given up.
    """

    devices: int
    miners: int
    probability: float
    rate_hz: float
    epoch_seconds: float
    epochs: float
    epochs_error: float
    unended: int

    @property
    def seconds(self) -> float:
        """Mean time to the end of learning."""
        return self.epochs * self.epoch_seconds


def compare(
    parameters: LatencyParameters,
    task: RegressionTask,
    *,
    miners: Sequence[int],
    malfunctions: Sequence[Malfunction],
    networks: int,
    runs: int,
    seed: int,
) -> list[Completion]:
    """Let networks of several numbers of miners learn the same, with and without failures.

    All have the same mining power: the miners' rates add up to N_M times the best rate for ``parameters.miners``, the
    largest one compared. Every drawn network has the same samples and first models whatever the miners do.

    Args:
        parameters: the network; its devices are used, and its miners for the power.
        task: what is learnt, and how.
        miners: numbers of miners to compare.
        malfunctions: kinds of failure to compare.
        networks: how many to draw, >= 1.
        runs: how often each learns, from other first models and with other failures, >= 1.
        seed: of all of it.

    Returns:
        One entry a number of miners and kind of failure, in this order.

    Raises:
        ConfigError: a value is out of its range, or learning diverges.
    """
    if networks < 1 or runs < 1:
        raise ConfigError(f"{networks} networks with {runs} runs: draw at least 1 of each")
    if parameters.miners < 2:
        raise ConfigError("one miner has no best rate to share out: give 2 or more")
    power = optimal_rate(parameters) * parameters.miners
    kinds = [(count, kind) for count in miners for kind in malfunctions]
    epochs = np.zeros((len(kinds), networks, runs), dtype=np.int64)
    unended = np.zeros(len(kinds), dtype=np.int64)
    for number in range(networks):
        shares = _draw(parameters, task, seed, number)
        matrices = passes(shares, task.step)
        for index, (count, kind) in enumerate(kinds):
            for run in range(runs):
                generator = np.random.default_rng((seed, number, 1 + run))
                done = learn(
                    task, shares, miners=count, malfunction=kind, generator=generator, matrices=matrices
                )
                epochs[index, number, run] = done.epochs
                unended[index] += not done.ended
    return [
        _completion(parameters, count, kind, power / count, epochs[index].ravel(), int(unended[index]))
        for index, (count, kind) in enumerate(kinds)
    ]


def _completion(
    parameters: LatencyParameters,
    miners: int,
    malfunction: Malfunction,
    rate_hz: float,
    epochs: NDArray[np.int64],
    unended: int,
) -> Completion:
    return Completion(
        devices=parameters.devices,
        miners=miners,
        probability=malfunction.probability,
        rate_hz=rate_hz,
        epoch_seconds=epoch_seconds(replace(parameters, miners=miners), rate_hz),
        epochs=float(epochs.mean()),
        epochs_error=float(epochs.std(ddof=1) / math.sqrt(len(epochs))) if len(epochs) > 1 else math.inf,
        unended=unended,
    )


def _draw(parameters: LatencyParameters, task: RegressionTask, seed: int, number: int) -> Shares:
    generator = np.random.default_rng((seed, number, 0))
    low, high = parameters.least_samples, parameters.most_samples
    counts = generator.integers(low, high, size=parameters.devices, endpoint=True)
    return draw_shares(task, counts, generator)
