"""What a user writes to bring a task of their own: a model, its data, a loss and a metric."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fl_client.errors import LearningError

EVALUATION_BATCH = 1024
"""Samples in one forward pass outside training: bounds the memory, does not change the result's meaning."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """Inputs and their targets, one row per sample.

    Args:
        inputs: float32 (n, ...), or int64 (n, ...) for models that look tokens up.
        targets: int64 (n,) for labels, or float32 (n, ...).
    """

    inputs: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    def select(self, indices: NDArray[np.int64]) -> Samples:
        """Copy the named rows, in the order of `indices`.

        Args:
            indices: int64 (m,), each in [0, n).

        Returns:
            A new set of m samples.
        """
        rows = torch.from_numpy(np.asarray(indices, dtype=np.int64))
        return Samples(inputs=self.inputs[rows], targets=self.targets[rows])

    def to(self, device: torch.device) -> Samples:
        """Return the same samples on a device."""
        return Samples(inputs=self.inputs.to(device), targets=self.targets.to(device))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TaskData:
    """A task's data: the training part is shared out among the trainers, the test part scores models.

    Args:
        train_inputs: float32 or int64 (n, ...).
        train_targets: int64 (n,) labels, or float32 (n, ...).
        test_inputs: as `train_inputs`, (m, ...).
        test_targets: as `train_targets`, (m, ...).

    Raises:
        LearningError: a part is empty, of the wrong type or shape, or holds NaN or infinity.
    """

    train_inputs: Tensor
    train_targets: Tensor
    test_inputs: Tensor
    test_targets: Tensor

    def __post_init__(self) -> None:
        for name in ("train_inputs", "train_targets", "test_inputs", "test_targets"):
            _check_tensor(name, getattr(self, name))
        for part, other in (("inputs", "float32 inputs"), ("targets", "int64 labels or float32 targets")):
            train, test = getattr(self, f"train_{part}"), getattr(self, f"test_{part}")
            if train.shape[1:] != test.shape[1:] or train.dtype != test.dtype:
                raise LearningError(
                    f"train_{part} rows are {_row(train)}, test_{part} rows are {_row(test)}:"
                    f" give both the same shape and type ({other})"
                )
        for part in ("train", "test"):
            inputs, targets = getattr(self, f"{part}_inputs"), getattr(self, f"{part}_targets")
            if len(inputs) != len(targets):
                raise LearningError(
                    f"{part}_inputs has {len(inputs)} rows and {part}_targets {len(targets)}:"
                    " each input needs exactly one target"
                )

    @property
    def train(self) -> Samples:
        """The samples that trainers share out."""
        return Samples(inputs=self.train_inputs, targets=self.train_targets)

    @property
    def test(self) -> Samples:
        """The samples that validators score with."""
        return Samples(inputs=self.test_inputs, targets=self.test_targets)


class Task(Protocol):
    """A federated task; any class with these members will do, no base class is needed.

    A class may also set `epochs`, `batch_size`, `learning_rate`, `solver` (the defaults of local training)
    and `metric_name` (how the metric is called in reports).
    """

    name: str

    def model(self) -> nn.Module:
        """Build a fresh model; the caller has seeded torch, so that a seed gives one model."""

    def data(self) -> TaskData:
        """Load the data; every call on every machine returns the same."""

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the batch's mean loss, a scalar with a gradient."""

    def metric(self, model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
        """Score a model on samples; larger is better."""


class ClassificationTask:
    """Defaults for a task with labels: cross-entropy, accuracy, SGD settings that suit small networks.

    A subclass gives `model` and `data`, and may set any of the class attributes:

        class Iris(ClassificationTask):
            name = "iris"

            def model(self) -> nn.Module:
                return nn.Linear(4, 3)

            def data(self) -> TaskData:
                ...
    """

    name: ClassVar[str] = ""
    metric_name: ClassVar[str] = "accuracy"
    epochs: ClassVar[int] = 5
    batch_size: ClassVar[int] = 10
    learning_rate: ClassVar[float] = 0.1

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if "name" not in cls.__dict__:
            cls.name = cls.__name__.lower()

    def model(self) -> nn.Module:
        """Build a fresh model; the caller has seeded torch.

        Raises:
            LearningError: the subclass does not say which.
        """
        raise LearningError(f"{type(self).__name__} has no model(): return a torch.nn.Module from it")

    def data(self) -> TaskData:
        """Load the data.

        Raises:
            LearningError: the subclass does not say which.
        """
        raise LearningError(f"{type(self).__name__} has no data(): return a TaskData from it")

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Mean cross-entropy.

        Args:
            outputs: float32 (n, classes), logits.
            targets: int64 (n,).

        Returns:
            float32 scalar, in nats.
        """
        return nn.functional.cross_entropy(outputs, targets)

    def metric(self, model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
        """Accuracy: the share of samples whose largest logit is the target's, in [0, 1]."""
        return float((model_outputs(model, inputs).argmax(dim=1) == targets).double().mean())


def model_outputs(model: nn.Module, inputs: Tensor) -> Tensor:
    """Run a model without gradients, in evaluation mode, a bounded batch at a time.

    Args:
        model: left in the mode (training or evaluation) it was in.
        inputs: (n, ...), on the model's device.

    Returns:
        The outputs, (n, ...).
    """
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return torch.cat([model(batch) for batch in torch.split(inputs, EVALUATION_BATCH)])
    finally:
        model.train(training)


def _row(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape[1:])}"


def _check_tensor(name: str, value: object) -> None:
    if not isinstance(value, Tensor):
        raise LearningError(f"{name} is a {type(value).__name__}: convert it with torch.as_tensor(...)")
    if value.dim() == 0 or value.numel() == 0:
        raise LearningError(f"{name} is empty, shape {tuple(value.shape)}: give at least one row")
    if value.dtype not in (torch.float32, torch.int64):
        fix = ".float()" if value.dtype.is_floating_point or name.endswith("inputs") else ".long()"
        raise LearningError(
            f"{name} is {str(value.dtype).removeprefix('torch.')}: only float32 and int64 serve, add {fix}"
        )
    if value.device.type != "cpu":
        raise LearningError(f"{name} is on {value.device}: leave data on the CPU, training moves it")
    if value.dtype is torch.float32 and not bool(torch.isfinite(value).all()):
        where = tuple(int(axis) for axis in (~torch.isfinite(value)).nonzero()[0])
        raise LearningError(
            f"{name}{list(where)} is {_spell(float(value[where]))}: remove or fill the missing values"
        )


def _spell(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinite"
