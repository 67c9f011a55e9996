"""FedAvg as a plain loop: no chain, no store, and the lattice only where it is asked for.

Model, shares, seeds, order of samples and local training are the federation's own, so that with equal seeds the
plain loop differs from a federation by the lattice alone, and the loop through the lattice by nothing at all.
McMahan et al. 1602.05629, algorithm 1.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from fl_client.aggregation import WeightedMean
from fl_client.learning import (
    Evaluation,
    GlobalModel,
    LocalLearner,
    LocalTraining,
    TaskData,
    build_model,
    evaluate,
    load_task,
    sample_clients,
    share_out,
)
from fl_client.roles import FRACTION_BITS

CPU = torch.device("cpu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a loop runs: task, clients K, share C of them in a round, partition, E, B, rate and seed."""

    task: str
    data: Path | None = None
    clients: int
    fraction: float = 1.0
    partition: str = "iid"
    epochs: int
    batch_size: int
    learning_rate: float
    seed: int = 0


class Loop(ABC):
    """What both loops share: the task, its data, and a learner a client."""

    def __init__(self, setting: Setting, data: TaskData | None = None) -> None:
        """Share the data out; `data` spares loading what is loaded already."""
        self.setting = setting
        self.task = load_task(setting.task, data_dir=setting.data)
        self.data = self.task.data() if data is None else data
        self.model = GlobalModel(self.task, seed=setting.seed, fraction_bits=FRACTION_BITS)
        shares = share_out(
            setting.partition, self.data.train_targets, participants=setting.clients, seed=setting.seed
        )
        local = LocalTraining(
            epochs=setting.epochs, batch_size=setting.batch_size, learning_rate=setting.learning_rate
        )
        # Seeds as the federation gives them to its trainers.
        self.learners = [
            LocalLearner(
                self.model,
                self.data.train.select(share),
                local,
                seed=setting.seed * 1_000 + index,
                device=CPU,
            )
            for index, share in enumerate(shares)
        ]

    def drawn(self, number: int) -> list[LocalLearner]:
        """The learners of a round; both loops draw the same ones."""
        generator = np.random.default_rng([self.setting.seed, number])
        chosen = sample_clients(self.setting.clients, fraction=self.setting.fraction, generator=generator)
        return [self.learners[index] for index in chosen]

    @abstractmethod
    def round(self, number: int) -> None:
        """Run one round, numbered from 1."""

    @abstractmethod
    def score(self) -> Evaluation:
        """Score the global model on the test part."""

    def accuracies(self, rounds: int) -> Iterator[float]:
        """Run round after round; the metric after each."""
        for number in range(1, rounds + 1):
            self.round(number)
            yield self.score().metric


class PlainFedAvg(Loop):
    """Floats all the way: the weighted mean of the clients' states."""

    def __init__(self, setting: Setting, data: TaskData | None = None) -> None:
        super().__init__(setting, data)
        self.module = build_model(self.task, seed=setting.seed)

    def round(self, number: int) -> None:
        """Train the drawn clients from one state, and average what they end with."""
        start = {name: value.clone() for name, value in self.module.state_dict().items()}
        ends, weights = [], []
        for learner in self.drawn(number):
            self.module.load_state_dict(start)
            weights.append(learner.train(self.module, number).samples)
            ends.append({name: value.clone() for name, value in self.module.state_dict().items()})
        mean = {}
        for name, value in start.items():
            if value.is_floating_point():
                mean[name] = torch.zeros_like(value)
                for end, weight in zip(ends, weights, strict=True):
                    mean[name].add_(end[name], alpha=weight / sum(weights))
            else:
                mean[name] = value  # counters and constants of the definition
        self.module.load_state_dict(mean)

    def score(self) -> Evaluation:
        """Score the global model on the test part."""
        return evaluate(self.module, self.task, self.data.test, CPU)


class NudgedFedAvg(PlainFedAvg):
    """Floats all the way, from a first model that is rounded to the lattice: a control.

    What it differs from the plain loop by is less than the lattice's own rounding of one round.
    """

    def __init__(self, setting: Setting, data: TaskData | None = None) -> None:
        super().__init__(setting, data)
        self.module = self.model.module(self.model.initial())


class LatticeFedAvg(Loop):
    """The federation's learning path: quantised differences and their mean in integers."""

    def __init__(self, setting: Setting, data: TaskData | None = None) -> None:
        super().__init__(setting, data)
        self.vector = self.model.initial()

    def round(self, number: int) -> None:
        """Train the drawn clients from one vector, and combine their updates."""
        updates = [learner.update(self.vector, number) for learner in self.drawn(number)]
        rows = np.stack([update.delta for update in updates])  # (clients drawn, d)
        self.vector = WeightedMean().combine(rows, [update.samples for update in updates], self.vector)

    def score(self) -> Evaluation:
        """Score the global model on the test part."""
        return self.model.evaluate(self.vector, self.data.test, CPU)


def rounds_to(target: float, curve: list[float]) -> float | None:
    """Rounds until a metric is reached, by the paper's rule: best so far, and linear between two rounds.

    Args:
        target: the metric to reach.
        curve: the metric after round 1, 2, ...

    Returns:
        The rounds, None where the curve does not get there.

    >>> rounds_to(0.85, [0.5, 0.8, 0.7, 0.9])
    3.5
    """
    best = 0.0
    for number, value in enumerate(curve, start=1):
        if value >= target:
            return number if number == 1 else number - 1 + (target - best) / (value - best)
        best = max(best, value)
    return None
