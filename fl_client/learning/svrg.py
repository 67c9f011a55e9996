"""Stochastic variance-reduced gradients: each step's gradient, less what it was at the pass's beginning, plus the mean.

Johnson and Zhang 2013; as a local solver of federated learning: Konecny et al., arXiv 1610.02527, and BlockFL,
arXiv 1808.03949, section II, whose step of a device with N_i samples is

    w <- w - (beta/N_i) ([grad f_k(w) - grad f_k(anchor)] + g)

with the model of the pass's beginning as the anchor. The paper's g is the gradient of everybody's samples at the
anchor. A trainer of a federation cannot know it: the chain carries updates and no gradients, and anybody's claim
about its own would have to be believed. Here g is the gradient of the trainer's own samples. Both forms, and
how far apart they end, are in ``fl_client.simulation.latency.regression``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

_AT_ONCE = 1024
"""Samples in one forward pass of the full gradient: bounds the memory."""

Gradients = list[Tensor | None]


def slopes(parameters: Sequence[nn.Parameter], loss: Tensor) -> Gradients:
    """The loss's gradient for each parameter; None for one that it does not reach."""
    return list(torch.autograd.grad(loss, parameters, allow_unused=True))


class Anchor:
    """The model at the beginning of a pass, and the mean gradient of all samples there."""

    def __init__(
        self,
        model: nn.Module,
        inputs: Tensor,
        targets: Tensor,
        loss: Callable[[Tensor, Tensor], Tensor],
    ) -> None:
        """Copy a model and compute its full gradient.

        Args:
            model: in training mode; stays as it is.
            inputs: (n, ...), on the model's device.
            targets: (n, ...).
            loss: the mean over a batch.
        """
        self._inputs, self._targets, self._loss = inputs, targets, loss
        # A copy, so that buffers which a forward pass moves are moved once, in the model itself.
        self._model = copy.deepcopy(model)
        self._trained = [parameter for parameter in self._model.parameters() if parameter.requires_grad]
        self._mean = self._full()

    def _full(self) -> Gradients:
        total: Gradients = [None] * len(self._trained)
        for rows in torch.split(torch.arange(len(self._inputs), device=self._inputs.device), _AT_ONCE):
            share = len(rows) / len(self._inputs)
            for place, slope in enumerate(self._at(rows)):
                if slope is not None:
                    before = total[place]
                    total[place] = slope * share if before is None else before + slope * share
        return total

    def _at(self, rows: Tensor) -> Gradients:
        return slopes(self._trained, self._loss(self._model(self._inputs[rows]), self._targets[rows]))

    def corrected(self, gradients: Gradients, rows: Tensor, random: Tensor) -> Gradients:
        """A step's direction: the batch's gradient, less the same batch's at the anchor, plus the mean there.

        Args:
            gradients: of the batch at the present model.
            rows: which samples the batch is.
            random: torch's random state before the model saw the batch: the anchor gets the same dropout.
        """
        after = torch.get_rng_state()
        torch.set_rng_state(random)
        before = self._at(rows)
        torch.set_rng_state(after)
        return [
            None if now is None else now - _or_zero(then, now) + _or_zero(mean, now)
            for now, then, mean in zip(gradients, before, self._mean, strict=True)
        ]


def _or_zero(value: Tensor | None, like: Tensor) -> Tensor:
    return torch.zeros_like(like) if value is None else value
