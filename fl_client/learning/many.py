"""Local training of many classifiers at once: what `LocalLearner` does one by one, as batched products.

A simulation of hundreds of federations trains thousands of small networks a round; one by one the overhead of
each call is most of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call, grad, vmap

from fl_client.encoding import dequantise, quantise
from fl_client.encoding.flatten import Layout
from fl_client.errors import EncodingError, LearningError
from fl_client.learning.learner import GlobalModel, shuffles
from fl_client.learning.task import Samples, model_outputs
from fl_client.learning.trainer import LocalTraining, reproducible

Vector = NDArray[np.int32]
_TOGETHER = 64
"""Networks in one batched product: with more of them the stacks leave the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One trainer's samples and the seed of its shuffles, as for ``LocalLearner``."""

    samples: Samples = field(repr=False)
    seed: int


class ManyLearners:
    """Trains copies of one classifier, each on its own share, in batched products.

    Only for tasks whose loss is the mean cross-entropy and whose model keeps no buffers: an incomplete batch
    is filled up with samples of weight zero, which no other loss allows.
    """

    def __init__(self, model: GlobalModel, settings: LocalTraining) -> None:
        """Make it.

        Args:
            model: the task's model.
            settings: epochs, batch size and learning rate.

        Raises:
            LearningError: the model keeps buffers (running averages), which batched training does not carry.
        """
        self._model, self._settings = model, settings
        self._module = model.module(model.initial())
        if any(True for _ in self._module.buffers()):
            raise LearningError("this model keeps buffers: train its copies one by one with LocalLearner")
        self._gradient: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] = vmap(
            grad(self._loss), in_dims=(0, 0, 0, 0)
        )

    def updates(self, bases: Sequence[Vector], shares: Sequence[Share], round_: int) -> list[Vector | None]:
        """Train each share from its base.

        Args:
            bases: m vectors, int32 (d,); the same object may be given many times.
            shares: m shares.
            round_: from 1; with a share's seed it decides the order of its samples.

        Returns:
            m differences on the lattice, int32 (d,): those of ``LocalLearner`` up to the rounding of float32 sums
            in another order. None for a training that diverged, or whose difference does not fit on the lattice:
            there a trainer would have nothing to send.
        """
        with reproducible(torch.device("cpu")):
            return [
                one
                for start in range(0, len(shares), _TOGETHER)
                for one in self._train(
                    bases[start : start + _TOGETHER], shares[start : start + _TOGETHER], round_
                )
            ]

    def accuracies(self, vectors: Sequence[Vector], samples: Samples) -> NDArray[np.float64]:
        """The share of samples that each model classifies as their targets say; float64 (m,)."""
        found = []
        with reproducible(torch.device("cpu")):
            for vector in vectors:
                outputs = model_outputs(self._model.module(vector), samples.inputs)
                found.append(float((outputs.argmax(dim=1) == samples.targets).double().mean()))
        return np.array(found)

    def _train(self, bases: Sequence[Vector], shares: Sequence[Share], round_: int) -> list[Vector | None]:
        bits = self._model.fraction_bits
        before = np.stack([dequantise(base, bits) for base in bases])  # (m, d)
        flat = torch.from_numpy(before.astype(np.float32))
        start = flat.double().clone()
        rows, weights = self._batches(shares, round_)  # (steps, m, B), float (steps, m, B)
        inputs, targets = _stacked([share.samples for share in shares])  # (m, n, ...), (m, n)
        places = torch.arange(len(shares)).unsqueeze(1)
        for step_rows, step_weights in zip(rows, weights, strict=True):
            batch, labels = inputs[places, step_rows], targets[places, step_rows]
            flat.sub_(self._gradient(flat, batch, labels, step_weights), alpha=self._settings.learning_rate)
        return [_on_lattice(row, bits) for row in (flat.double() - start).numpy()]

    def _loss(self, flat: Tensor, inputs: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
        """Cross-entropy of one batch, each sample's own weight; a scalar."""
        outputs = functional_call(self._module, _named(flat, self._model.layout), (inputs,))
        each = torch.nn.functional.cross_entropy(outputs, targets, reduction="none")  # (B,)
        return (each * weights).sum()

    def _batches(self, shares: Sequence[Share], round_: int) -> tuple[Tensor, Tensor]:
        """Every share's batches in its own order, filled up to the same number and size.

        Returns:
            Row numbers int64 (steps, m, B), and weights float32 (steps, m, B): 1 / size in a batch, 0 beside it.
        """
        size = self._settings.batch_size or max(len(share.samples) for share in shares)
        cut = [self._cut(share, round_) for share in shares]
        steps = max(len(batches) for batches in cut)
        rows = torch.zeros((steps, len(shares), size), dtype=torch.int64)
        weights = torch.zeros((steps, len(shares), size), dtype=torch.float32)
        for place, batches in enumerate(cut):
            for step, batch in enumerate(batches):
                rows[step, place, : len(batch)] = batch
                weights[step, place, : len(batch)] = 1 / len(batch)
        return rows, weights

    def _cut(self, share: Share, round_: int) -> list[Tensor]:
        count = len(share.samples)
        generator = shuffles(share.seed, round_)
        torch.randint(2**62, (), generator=generator)  # the seed of a model's own dropout comes first
        found: list[Tensor] = []
        for _ in range(self._settings.epochs):
            order = torch.randperm(count, generator=generator)
            found += torch.split(order, self._settings.batch_size or count)
        return found


def _on_lattice(moved: NDArray[np.float64], fraction_bits: int) -> Vector | None:
    try:
        return quantise(moved, fraction_bits)
    except EncodingError:
        return None


def _named(flat: Tensor, layout: Layout) -> dict[str, Tensor]:
    """One vector as the parameters it holds."""
    return {
        entry.name: flat[entry.offset : entry.offset + entry.size].reshape(entry.shape)
        for entry in layout.entries
    }


def _stacked(parts: Sequence[Samples]) -> tuple[Tensor, Tensor]:
    """Shares of different sizes in one tensor, filled up with zeros: (m, n, ...) and (m, n)."""
    longest = max(len(part) for part in parts)
    inputs = torch.zeros((len(parts), longest, *parts[0].inputs.shape[1:]))
    targets = torch.zeros((len(parts), longest), dtype=torch.int64)
    for place, part in enumerate(parts):
        inputs[place, : len(part)] = part.inputs
        targets[place, : len(part)] = part.targets
    return inputs, targets
