"""Scoring a model on held-out samples."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from fl_client.errors import LearningError
from fl_client.learning.task import Samples, Task, model_outputs
from fl_client.learning.trainer import reproducible


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A model's score.

    Args:
        metric: the task's metric, larger is better; accuracy in [0, 1] unless the task says otherwise.
        loss: the task's loss over all samples at once.
        samples: how many samples were scored.
    """

    metric: float
    loss: float
    samples: int


def evaluate(model: nn.Module, task: Task, data: Samples, device: torch.device) -> Evaluation:
    """Score a model; the same bits for the same model and samples.

    A broken model (an attacker's, say) is scored, not refused: its loss may be NaN or infinite.

    Args:
        model: is moved to `device`; its parameters and its mode do not change.
        data: the samples to score on, n >= 1, usually `task.data().test`.
        device: where to compute.

    Raises:
        LearningError: there are no samples.
    """
    if len(data) == 0:
        raise LearningError("no samples to evaluate on: give at least one")
    model.to(device)
    samples = data.to(device)
    with reproducible(device), torch.no_grad():
        loss = float(task.loss(model_outputs(model, samples.inputs), samples.targets))
        metric = float(task.metric(model, samples.inputs, samples.targets))
    return Evaluation(metric=metric, loss=loss, samples=len(data))
