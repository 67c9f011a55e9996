"""Trying a task out before any stake depends on it: a small batch through every member, twice where it matters."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from numbers import Real
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from fl_client.encoding.flatten import flatten, layout_of
from fl_client.errors import GradbondError, LearningError
from fl_client.learning.task import ClassificationTask, Samples, Task, TaskData, model_outputs
from fl_client.learning.trainer import LocalTraining, build_model, reproducible, train, training_defaults
from fl_client.learning.user_code import user_code

_BATCH = 8
_PARTS = ("train_inputs", "train_targets", "test_inputs", "test_targets")
_CPU = torch.device("cpu")

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Findings:
    """What trying a task out has shown.

    Attributes:
        data: the task's data, None where it could not be had.
        faults: what training, encoding or scoring could not take, in the order of finding.
        notes: what works here and may fail or surprise elsewhere, one sentence each.
    """

    data: TaskData | None = None
    faults: list[GradbondError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def attempt(self, check: Callable[[], T]) -> T | None:
        """Run one check; None, and one fault more, where it refuses."""
        try:
            return check()
        except GradbondError as fault:
            self.faults.append(fault)
            return None


def check_task(task: Task) -> TaskData:
    """Run every member of a task on a few samples, and refuse the task at its first fault.

    Args:
        task: as `load_task` returns it.

    Returns:
        The task's data, so that a caller need not load it again.

    Raises:
        ConfigError: the task's training defaults are out of range, or its data are not there.
        LearningError: a member fails or returns what training or encoding cannot take; names the member.
        EncodingError: the model's state is none that a vector can hold.
    """
    found = inspect_task(task)
    if found.faults:
        raise found.faults[0]
    assert found.data is not None  # whatever keeps it away is a fault
    return found.data


def inspect_task(task: Task) -> Findings:
    """Run every member of a task on a few samples, and collect all that is wrong with it.

    Args:
        task: as `load_task` returns it.

    Returns:
        The findings; torch's global random state is as before.
    """
    found = Findings()
    found.attempt(lambda: training_defaults(task))
    found.data = found.attempt(lambda: _same_data(task))
    model = found.attempt(lambda: _sound_model(task))
    if found.data is None or model is None:
        return found
    data = found.data
    batch = Samples(inputs=data.train_inputs[:_BATCH], targets=data.train_targets[:_BATCH])
    with torch.random.fork_rng(devices=[]), reproducible(_CPU):
        outputs = found.attempt(lambda: _outputs(task, model, batch, data))
        if outputs is None:
            return found
        sound = found.attempt(lambda: _check_loss(task, model, outputs, batch))
        found.attempt(lambda: _check_metric(task, model, batch))
        found.attempt(lambda: _check_scoring(model, batch))
        if sound:
            found.attempt(lambda: _check_training(task, batch))
            found.notes += _notes(task, model, batch)
    return found


# ---------------------------------------------------------------------- data and model


def _same_data(task: Task) -> TaskData:
    """Load the data twice: whoever audits or joins later has to get the same."""
    first = _load(task)
    second = _load(task)
    for part in _PARTS:
        one, other = getattr(first, part), getattr(second, part)
        if one.shape != other.shape or not torch.equal(one, other):
            raise LearningError(
                f"data() gave other {part} when called again: seed what it draws, sort what it lists"
            )
    return first


def _load(task: Task) -> TaskData:
    with user_code("data()"):
        data = task.data()
    if not isinstance(data, TaskData):
        raise LearningError(f"data() returned a {type(data).__name__}: return a TaskData")
    return data


def _sound_model(task: Task) -> nn.Module:
    model = build_model(task, seed=0)
    if not isinstance(model, nn.Module):
        raise LearningError(f"model() returned a {type(model).__name__}: return a torch.nn.Module")
    _check_trainable(model)
    layout_of(model)
    for name, values in model.state_dict().items():
        kind = "parameter" if name in dict(model.named_parameters()) else "buffer"
        if values.is_floating_point() and values.dtype is not torch.float32:
            shown = str(values.dtype).removeprefix("torch.")
            raise LearningError(f"the model's {kind} {name!r} is {shown}: convert it with .float()")
        if not bool(torch.isfinite(values).all()):
            raise LearningError(f"the model's {kind} {name!r} starts NaN or infinite: mend its start")
    again = build_model(task, seed=0).state_dict()
    for name, values in model.state_dict().items():
        if name not in again or not torch.equal(values, again[name]):
            raise LearningError(
                f"model() gave two different {name!r} for one seed: draw only from torch's default generator"
            )
    return model


def _check_trainable(model: nn.Module) -> None:
    parameters = list(model.parameters())
    if not parameters:
        raise LearningError(f"model() returned a {type(model).__name__} with nothing to train: add a layer")
    if not any(parameter.requires_grad for parameter in parameters):
        raise LearningError(
            f"all {len(parameters)} parameters of the model are frozen: leave requires_grad set where it shall learn"
        )


# ---------------------------------------------------------------------- one step


def _outputs(task: Task, model: nn.Module, batch: Samples, data: TaskData) -> Tensor:
    with user_code("the model"):
        outputs = model(batch.inputs)
    if not isinstance(outputs, Tensor):
        raise LearningError(f"the model returned a {type(outputs).__name__}: return one tensor")
    shape = tuple(outputs.shape)
    if outputs.dim() == 0 or len(outputs) != len(batch):
        raise LearningError(f"the model made {shape} of {len(batch)} samples: return one row per sample")
    own: object = getattr(type(task), "loss", None)
    labels = batch.targets.dtype is torch.int64 and batch.targets.dim() == 1
    if own is ClassificationTask.loss and labels and outputs.dim() != 2:
        raise LearningError(
            f"the model made {shape} of {len(batch)} samples with labels: return logits ({len(batch)}, classes)"
        )
    _check_labels(outputs, data)
    return outputs


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


def _check_loss(task: Task, model: nn.Module, outputs: Tensor, batch: Samples) -> bool:
    with user_code("loss()"):
        loss = task.loss(outputs, batch.targets)
    if not isinstance(loss, Tensor) or loss.dim() != 0 or not loss.requires_grad:
        shown = f"a tensor {tuple(loss.shape)}" if isinstance(loss, Tensor) else f"a {type(loss).__name__}"
        raise LearningError(f"loss() returned {shown}: return a scalar tensor with a gradient, e.g. a mean")
    if not math.isfinite(float(loss.detach())):
        raise LearningError(f"loss() is {float(loss.detach())} on the first samples: scale the inputs")
    trained = {name: one for name, one in model.named_parameters() if one.requires_grad}
    with user_code("the gradient of loss()"):
        gradients = torch.autograd.grad(loss, list(trained.values()), allow_unused=True)
    if all(gradient is None for gradient in gradients):
        raise LearningError("loss() does not depend on the model's parameters: compute it from the outputs")
    for name, gradient in zip(trained, gradients, strict=True):
        if gradient is not None and not bool(torch.isfinite(gradient).all()):
            raise LearningError(
                f"the gradient of {name!r} is NaN or infinite on the first samples: scale the inputs"
            )
    return True


# ---------------------------------------------------------------------- scoring


def _check_metric(task: Task, model: nn.Module, batch: Samples) -> None:
    with user_code("metric()"):
        metric = task.metric(model, batch.inputs, batch.targets)
    if not isinstance(metric, Real):
        raise LearningError(f"metric() returned a {type(metric).__name__}: return a float, e.g. float(...)")
    value = float(metric)
    if not math.isfinite(value):
        raise LearningError(f"metric() is {value} on the first samples: return a finite number")
    if getattr(task, "metric_name", "accuracy") == "accuracy" and not 0 <= value <= 1:
        raise LearningError(
            f"metric() is {value} and is called accuracy, which goes from 0 to 1: set metric_name to what it is"
        )


def _check_scoring(model: nn.Module, batch: Samples) -> None:
    """Everybody who scores a model has to find the same."""
    with user_code("the model, in evaluation mode,"):
        first, second = model_outputs(model, batch.inputs), model_outputs(model, batch.inputs)
    if not torch.equal(torch.nan_to_num(first), torch.nan_to_num(second)):
        raise LearningError(
            "the model gives other outputs for the same samples in evaluation mode: tie dropout and noise to"
            " self.training"
        )


# ---------------------------------------------------------------------- training


def _check_training(task: Task, batch: Samples) -> None:
    """Two trainings from one seed end in the same bits, dropout and the like included."""
    ends = []
    for _ in range(2):
        model = build_model(task, seed=0)
        _train_once(task, model, batch)
        ends.append(flatten(model))
    if not np.array_equal(ends[0], ends[1]):
        raise LearningError(
            "two trainings from one seed end in different models: draw only from torch's default generator"
        )


def _train_once(task: Task, model: nn.Module, batch: Samples) -> None:
    solver = getattr(task, "solver", "sgd")
    settings = LocalTraining(epochs=1, batch_size=0, learning_rate=1e-3, solver=solver)
    train(model, batch, settings, task.loss, torch.Generator().manual_seed(0), _CPU)


def _notes(task: Task, model: nn.Module, batch: Samples) -> list[str]:
    found = []
    frozen = sum(not parameter.requires_grad for parameter in model.parameters())
    if frozen:
        found.append(f"{frozen} parameters are frozen: they are sent along and stay as they begin")
    alone = Samples(inputs=batch.inputs[:1], targets=batch.targets[:1])
    try:
        _train_once(task, build_model(task, seed=0), alone)
    except LearningError:
        found.append(
            "a batch of one sample fails, as a share's last batch can be (batch norm): choose a batch size that"
            " leaves no rest, or normalise each sample by itself (LayerNorm, GroupNorm)"
        )
    return found
