"""What `fl latency` shows, as one plain object: the optimum, curves around it, overtaking, failing miners."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from fl_client.errors import ConfigError
from fl_client.simulation.latency.closed_form import epoch_seconds, fork_probability
from fl_client.simulation.latency.epochs import simulate_epochs
from fl_client.simulation.latency.malfunction import NO_MALFUNCTION, Malfunction, compare
from fl_client.simulation.latency.optimum import READINGS, optimal_rate
from fl_client.simulation.latency.overtaking import (
    attacker_share,
    exact_race,
    gamblers_ruin,
    nakamoto_sum,
    simulate_against_epochs,
    simulate_race,
)
from fl_client.simulation.latency.parameters import LatencyParameters, Start
from fl_client.simulation.latency.regression import RegressionTask

_CURVE_EPOCHS: Final = 20_000
"""Simulated epochs of a point of a curve: half a per cent of its height."""

_TRIALS: Final = 50_000
_LEADS: Final = range(1, 9)
_RATES: Final = (0.15, 0.25, 0.4, 0.6, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0)
"""Points of the curve over the block rate, as parts of the best one."""

_FINE: Final = 80
"""Points of that curve where only the formula is drawn."""

_MINERS: Final = (2, 3, 5, 7, 10, 15, 20, 30, 40, 50)
_DEVICES: Final = (5, 10, 15, 20, 25, 30, 35, 40, 45, 50)
_SIZES: Final = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
_SNR: Final = (2.0, 4.0, 6.0, 8.0, 9.0, 10.0, 12.0, 15.0, 20.0)
_FAILURES: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
_LEARNING_DEVICES: Final = (10, 15, 20, 25, 30, 35, 40, 45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What to look at.

    Args:
        parameters: the network.
        rate_hz: lambda of one miner; the best one by default.
        start: when miners begin.
        epochs: to simulate at that rate, >= 1.
        seed: of everything that is drawn.
        malfunction: how miners fail, for the crossover.
        task: what is learnt there.
        networks: drawn for each point of the crossover.
        runs: learnings of each network.
    """

    parameters: LatencyParameters = LatencyParameters()
    rate_hz: float | None = None
    start: Start = Start.PADDED
    epochs: int = 200_000
    seed: int = 0
    malfunction: Malfunction = Malfunction()
    task: RegressionTask = field(default_factory=RegressionTask)
    networks: int = 6
    runs: int = 8

    @property
    def rate(self) -> float:
        """The block rate that is looked at, in Hz.

        Raises:
            ConfigError: there is no best one.
        """
        best = optimal_rate(self.parameters, self.start)
        if self.rate_hz is None and math.isinf(best):
            raise ConfigError("a single miner never forks, so that no block rate is best: give --rate")
        return best if self.rate_hz is None else self.rate_hz


def headline(study: Study) -> dict[str, Any]:
    """The optimum, the formulas at the chosen rate, and a simulation of it.

    Returns:
        Rates in Hz, times in seconds; `optimal_rate_hz` is None for a single miner.

    Raises:
        ConfigError: a value is out of its range.
    """
    network, rate, start = study.parameters, study.rate, study.start
    began = time.perf_counter()
    sample = simulate_epochs(
        network, rate, epochs=study.epochs, generator=np.random.default_rng((study.seed, 0)), start=start
    )
    wall = time.perf_counter() - began
    best = optimal_rate(network, start)
    return {
        "parameters": network.to_json(),
        "start": start.value,
        "seed": study.seed,
        "epochs": study.epochs,
        "rate_hz": rate,
        "optimal_rate_hz": None if math.isinf(best) else best,
        "epoch_seconds": epoch_seconds(network, rate, start),
        "fork_probability": fork_probability(network, rate),
        "simulated_epoch_seconds": sample.mean_seconds,
        "simulated_epoch_error": None if math.isinf(sample.standard_error) else sample.standard_error,
        "simulated_fork_probability": sample.fork_probability,
        "wall_seconds": round(wall, 3),
        "readings": _readings(network, start),
    }


def _readings(network: LatencyParameters, start: Start) -> list[dict[str, Any]]:
    if network.miners == 1:
        return []
    least = epoch_seconds(network, optimal_rate(network, start), start)
    found = []
    for name, formula in READINGS.items():
        rate = optimal_rate(network, start) if name == "exact" else formula(network)
        seconds = epoch_seconds(network, rate, start)
        found.append(
            {
                "name": name,
                "rate_hz": rate,
                "fork_probability": fork_probability(network, rate),
                "epoch_seconds": None if math.isinf(seconds) else seconds,
                "above_optimum": None if math.isinf(seconds) else seconds / least - 1,
            }
        )
    return found


def curves(study: Study) -> dict[str, Any]:
    """Curves around the network: rate, miners, devices, size of an update, signal; each point also simulated.

    Raises:
        ConfigError: a value is out of its range, or there is a single miner.
    """
    network, start = study.parameters, study.start
    best = optimal_rate(network, start)
    if math.isinf(best):
        raise ConfigError("a single miner never forks: give --miners 2 or more for the curves")
    draw = np.random.default_rng((study.seed, 1))

    def point(at: float, changed: LatencyParameters, rate: float | None = None) -> dict[str, Any]:
        chosen = optimal_rate(changed, start) if rate is None else rate
        sample = simulate_epochs(changed, chosen, epochs=_CURVE_EPOCHS, generator=draw, start=start)
        return {
            "at": at,
            "rate_hz": chosen,
            "epoch_seconds": epoch_seconds(changed, chosen, start),
            "simulated_epoch_seconds": sample.mean_seconds,
            "fork_probability": fork_probability(changed, chosen),
            "simulated_fork_probability": sample.fork_probability,
        }

    snr = network.between_miners.snr_db
    by_rate = []
    for decibels in (snr, snr - 1, snr - 2):
        changed = network if decibels == snr else network.with_snr(decibels)
        points = [point(factor * best, changed, factor * best) for factor in _RATES]
        by_rate.append({"snr_db": decibels, "points": points, "formula": _formula(changed, best, start)})
    return {
        "by_rate": by_rate,
        "by_miners": [point(count, replace(network, miners=count)) for count in _MINERS],
        "by_devices": [point(count, replace(network, devices=count)) for count in _DEVICES],
        "by_update_bits": [
            point(size, replace(network, update_bits=size))
            for size in (factor * network.update_bits for factor in _SIZES)
            if size > 0
        ],
        "by_snr_db": [point(decibels, network.with_snr(decibels)) for decibels in _SNR],
    }


def _formula(network: LatencyParameters, best: float, start: Start) -> list[dict[str, float]]:
    """The curve over the block rate without a simulation, fine enough to draw."""
    rates = np.geomspace(_RATES[0] * best, _RATES[-1] * best, _FINE).tolist()
    return [
        {
            "at": rate,
            "epoch_seconds": epoch_seconds(network, rate, start),
            "fork_probability": fork_probability(network, rate),
        }
        for rate in rates
    ]


def overtaking(study: Study) -> dict[str, Any]:
    """How likely one miner's private chain overtakes, by lead and by the number of miners.

    Raises:
        ConfigError: a value is out of its range, or there is a single miner.
    """
    network, draw = study.parameters, np.random.default_rng((study.seed, 2))
    share = attacker_share(network.miners)
    against = simulate_against_epochs(network, study.rate, _LEADS, trials=_TRIALS, generator=draw)
    by_lead = [
        {
            "lead": lead,
            "gamblers_ruin": gamblers_ruin(share, lead),
            "nakamoto_sum": nakamoto_sum(share, lead),
            "exact_race": exact_race(share, lead),
            "simulated_race": simulate_race(share, lead, trials=_TRIALS, generator=draw),
            "simulated_against_epochs": chance,
        }
        for lead, chance in zip(_LEADS, against, strict=True)
    ]
    by_miners = [
        {"miners": count, **{f"lead_{lead}": exact_race(attacker_share(count), lead) for lead in (1, 2, 4)}}
        for count in _MINERS
        if count > 2
    ]
    return {"share": share, "trials": _TRIALS, "by_lead": by_lead, "by_miners": by_miners}


def crossover(
    study: Study, devices: Sequence[int] = _LEARNING_DEVICES, failures: Iterable[float] = _FAILURES
) -> dict[str, Any]:
    """One miner against the network's number on the regression task: with and without failures, and by how often.

    Raises:
        ConfigError: a value is out of its range, or there is a single miner.
    """
    network, miners = study.parameters, (1, study.parameters.miners)

    def compared(changed: LatencyParameters, kinds: Sequence[Malfunction]) -> list[dict[str, Any]]:
        found = compare(
            changed,
            study.task,
            miners=miners,
            malfunctions=kinds,
            networks=study.networks,
            runs=study.runs,
            seed=study.seed,
        )
        return [
            {
                "devices": one.devices,
                "miners": one.miners,
                "probability": one.probability,
                "epochs": one.epochs,
                "epochs_error": one.epochs_error,
                "epoch_seconds": one.epoch_seconds,
                "completion_seconds": one.seconds,
                "completion_error": one.epochs_error * one.epoch_seconds,
                "unended": one.unended,
            }
            for one in found
        ]

    middle = devices[len(devices) // 2 - 1] if len(devices) > 1 else devices[0]
    return {
        "task": {
            "dimension": study.task.dimension,
            "step": study.task.step,
            "tolerance": study.task.tolerance,
            "noise": study.task.noise,
            "gradient": study.task.gradient.value,
        },
        "malfunction": {
            "probability": study.malfunction.probability,
            "mean": study.malfunction.mean,
            "variance": study.malfunction.variance,
        },
        "networks": study.networks,
        "runs": study.runs,
        "by_devices": [
            one
            for count in devices
            for one in compared(replace(network, devices=count), (NO_MALFUNCTION, study.malfunction))
        ],
        "at_devices": middle,
        "by_probability": compared(
            replace(network, devices=middle),
            [replace(study.malfunction, probability=chance) for chance in failures],
        ),
    }
