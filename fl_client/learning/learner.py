"""A trainer's learning between two global models, from lattice to lattice."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from fl_client.encoding import dequantise, quantise
from fl_client.encoding.flatten import Layout, flatten, layout_of, unflatten
from fl_client.errors import LearningError
from fl_client.learning.evaluate import Evaluation, evaluate
from fl_client.learning.task import Samples, Task
from fl_client.learning.trainer import LocalTraining, TrainingReport, build_model, train

Vector = NDArray[np.int32]
_MOST_MILLISECONDS = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalUpdate:
    """What one local training gives: the quantised difference, and what it rests on.

    Attributes:
        delta: int32 (d,).
        samples: n_k, the weight of the update.
        milliseconds: that the training took, at most 2^32 - 1.
        mean_loss: over all steps.
    """

    delta: Vector = field(repr=False)
    samples: int
    mean_loss: float
    milliseconds: int = 0


class GlobalModel:
    """A task's model as a vector on the lattice, and back.

    Attributes:
        task: model, data, loss and metric.
        layout: which parameters and buffers the vector holds.
        fraction_bits: of the lattice.
    """

    def __init__(self, task: Task, *, seed: int, fraction_bits: int) -> None:
        self.task = task
        self.fraction_bits = fraction_bits
        self._module = build_model(task, seed=seed)
        self.layout: Layout = layout_of(self._module)

    def initial(self) -> Vector:
        """The model before the first round, int32 (d,)."""
        return quantise(flatten(self._module, self.layout), self.fraction_bits)

    def module(self, vector: Vector) -> torch.nn.Module:
        """The network with this vector's values; the same object each time."""
        unflatten(self._module, dequantise(vector, self.fraction_bits), self.layout)
        return self._module

    def evaluate(self, vector: Vector, samples: Samples, device: torch.device) -> Evaluation:
        """Score a model."""
        return evaluate(self.module(vector), self.task, samples, device)


class LocalLearner:
    """One trainer's share of the data, and how it learns from it."""

    def __init__(
        self,
        model: GlobalModel,
        share: Samples,
        settings: LocalTraining,
        *,
        seed: int,
        device: torch.device,
        pace: float | None = None,
    ) -> None:
        """Make a learner.

        Args:
            model: the task's model; learners of one process may share it.
            share: this trainer's samples, at least one.
            settings: epochs, batch size and learning rate.
            seed: decides the order of the samples, together with the round.
            device: where to train.
            pace: seconds a sample and epoch that are reported in place of the measured time, so that a
                demonstration gives the same bytes on every machine.

        Raises:
            LearningError: the share is empty.
        """
        if not len(share):
            raise LearningError("a trainer's share holds no sample: nothing can be learnt or rewarded")
        self._model, self._share, self._settings = model, share, settings
        self._seed, self._device, self._pace = seed, device, pace

    def update(self, base: Vector, round_: int) -> LocalUpdate:
        """Train from a global model.

        Args:
            base: int32 (d,).
            round_: from 1; with the seed it decides the order of the samples.

        Returns:
            The difference on the lattice.

        Raises:
            LearningError: the loss is not finite.
            EncodingError: the difference leaves the lattice.
        """
        module = self._model.module(base)
        before = flatten(module, self._model.layout).astype(np.float64)
        started = time.perf_counter()
        report = self.train(module, round_)
        seconds = time.perf_counter() - started
        if self._pace is not None:
            seconds = self._pace * report.samples * self._settings.epochs
        after = flatten(module, self._model.layout).astype(np.float64)
        return LocalUpdate(
            delta=quantise(after - before, self._model.fraction_bits),
            samples=report.samples,
            mean_loss=report.mean_loss,
            milliseconds=min(max(1, round(1_000 * seconds)), _MOST_MILLISECONDS),
        )

    def train(self, module: torch.nn.Module, round_: int) -> TrainingReport:
        """Train a module in place on this trainer's share: what `update` does, without the lattice.

        Args:
            module: of the task's model.
            round_: from 1; with the seed it decides the order of the samples.

        Raises:
            LearningError: the loss is not finite.
        """
        generator = shuffles(self._seed, round_)
        return train(module, self._share, self._settings, self._model.task.loss, generator, self._device)


def shuffles(seed: int, round_: int) -> torch.Generator:
    """The source of a trainer's shuffles in a round: one stream a seed and round, neighbouring seeds kept apart."""
    state = np.random.SeedSequence([seed, round_]).generate_state(2, np.uint32)
    return torch.Generator().manual_seed(int(state[0]) << 31 | int(state[1]) >> 1)
