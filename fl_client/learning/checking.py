"""Trying a task out before any stake depends on it: one small batch through every member."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from fl_client.errors import LearningError
from fl_client.learning.task import Samples, Task, TaskData
from fl_client.learning.trainer import build_model, training_defaults
from fl_client.learning.user_code import user_code

_BATCH = 8


def check_task(task: Task) -> TaskData:
    """Run every member of a task once, on a few samples.

    Args:
        task: as `load_task` returns it.

    Returns:
        The task's data, so that a caller need not load it twice.

    Raises:
        ConfigError: the task's training defaults are out of range.
        LearningError: a member fails or returns what training or encoding cannot take; names the member.
    """
    training_defaults(task)
    with user_code("data()"):
        data = task.data()
    if not isinstance(data, TaskData):
        raise LearningError(f"data() returned a {type(data).__name__}: return a TaskData")
    model = build_model(task, seed=0)
    _check_model(model)
    _check_seeded(model, build_model(task, seed=0))
    batch = Samples(inputs=data.train_inputs[:_BATCH], targets=data.train_targets[:_BATCH])
    with torch.random.fork_rng(devices=[]):
        _check_step(task, model, batch, data)
    return data


def _check_model(model: nn.Module) -> None:
    if not isinstance(model, nn.Module):
        raise LearningError(f"model() returned a {type(model).__name__}: return a torch.nn.Module")
    parameters = dict(model.named_parameters())
    if not any(parameter.requires_grad for parameter in parameters.values()):
        raise LearningError(f"model() returned a {type(model).__name__} with nothing to train: add a layer")
    for name, parameter in parameters.items():
        if parameter.dtype is not torch.float32:
            kind = str(parameter.dtype).removeprefix("torch.")
            raise LearningError(f"the model's parameter {name!r} is {kind}: convert it with .float()")
        if not bool(torch.isfinite(parameter).all()):
            raise LearningError(f"the model's parameter {name!r} starts NaN or infinite: mend its start")


def _check_seeded(first: nn.Module, second: nn.Module) -> None:
    again = dict(second.named_parameters())
    for name, parameter in first.named_parameters():
        if name not in again or not torch.equal(parameter, again[name]):
            raise LearningError(
                f"model() gave two different {name!r} for one seed: draw only from torch's default generator"
            )


def _check_step(task: Task, model: nn.Module, batch: Samples, data: TaskData) -> None:
    with user_code("the model"):
        outputs = model(batch.inputs)
    if not isinstance(outputs, Tensor):
        raise LearningError(f"the model returned a {type(outputs).__name__}: return one tensor")
    if len(outputs) != len(batch):
        raise LearningError(
            f"the model made {tuple(outputs.shape)} of {len(batch)} samples: return one row per sample"
        )
    _check_labels(outputs, data)
    with user_code("loss()"):
        loss = task.loss(outputs, batch.targets)
    if not isinstance(loss, Tensor) or loss.dim() != 0 or not loss.requires_grad:
        shown = f"a tensor {tuple(loss.shape)}" if isinstance(loss, Tensor) else f"a {type(loss).__name__}"
        raise LearningError(f"loss() returned {shown}: return a scalar tensor with a gradient, e.g. a mean")
    if not math.isfinite(float(loss.detach())):
        raise LearningError(f"loss() is {float(loss.detach())} on the first samples: scale the inputs")
    with user_code("metric()"):
        metric = float(task.metric(model, batch.inputs, batch.targets))
    if not math.isfinite(metric):
        raise LearningError(f"metric() is {metric} on the first samples: return a finite number")


def _check_labels(outputs: Tensor, data: TaskData) -> None:
    """Logits against labels: a label outside the classes would stop training only when its batch comes."""
    targets = data.train_targets
    if outputs.dim() != 2 or targets.dim() != 1 or targets.dtype is not torch.int64:
        return
    for name, labels in (("train_targets", targets), ("test_targets", data.test_targets)):
        least, most = int(labels.min()), int(labels.max())
        if least < 0 or most >= outputs.shape[1]:
            wrong = least if least < 0 else most
            raise LearningError(
                f"{name} has label {wrong}, the model has {outputs.shape[1]} outputs:"
                f" labels go from 0 to {outputs.shape[1] - 1}"
            )
