"""What a task is in figures: its size, its classes, and how long learning from it takes here."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import torch

from fl_client.encoding.flatten import layout_of
from fl_client.learning.task import Task, TaskData
from fl_client.learning.trainer import build_model, train, training_defaults

_STEPS = 30
"""Steps of gradient descent that are timed; an epoch's time follows from theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """A task in figures.

    Attributes:
        name: the task's own.
        parameters: trainable ones.
        dimension: coordinates of the vector that goes around: all parameters and buffers, tied ones once.
        train_samples: to be shared out.
        test_samples: to score on.
        classes: different labels, None where the targets are none.
        epoch_seconds: one pass over all training samples on this machine, in one thread, by the task's own
            batch size.
        timed_samples: how many samples that was measured on.
    """

    name: str
    parameters: int
    dimension: int
    train_samples: int
    test_samples: int
    classes: int | None
    epoch_seconds: float
    timed_samples: int


def describe_task(task: Task, data: TaskData) -> TaskFacts:
    """Count and time a task that `check_task` has passed.

    Args:
        task: as `load_task` returns it.
        data: its data.

    Raises:
        LearningError: training fails.
    """
    model = build_model(task, seed=0)
    labels = data.train_targets.dtype is torch.int64 and data.train_targets.dim() == 1
    defaults = training_defaults(task)
    timed = min(len(data.train), _STEPS * (defaults.batch_size or len(data.train)))
    part = data.train.select(np.arange(timed))
    # A small step: this is about time, not about a rate that may be too high for so few samples.
    settings = replace(defaults, epochs=1, learning_rate=1e-6)
    started = time.perf_counter()
    train(model, part, settings, task.loss, torch.Generator().manual_seed(0), torch.device("cpu"))
    seconds = time.perf_counter() - started
    return TaskFacts(
        name=task.name,
        parameters=sum(one.numel() for one in model.parameters() if one.requires_grad),
        dimension=layout_of(model).dimension,
        train_samples=len(data.train),
        test_samples=len(data.test),
        classes=len(torch.unique(data.train_targets)) if labels else None,
        epoch_seconds=seconds * len(data.train) / timed,
        timed_samples=timed,
    )
