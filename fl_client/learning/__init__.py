"""Learning: the task a user brings, how its data is shared out, local training and scoring."""

from __future__ import annotations

from fl_client.learning.checking import Findings, check_task, inspect_task
from fl_client.learning.describing import TaskFacts, describe_task
from fl_client.learning.evaluate import Evaluation, evaluate
from fl_client.learning.export import export_model
from fl_client.learning.learner import GlobalModel, LocalLearner, LocalUpdate
from fl_client.learning.loading import load_task
from fl_client.learning.partition import Partition, parse_partition, part_of, share_out, split
from fl_client.learning.sampling import sample_clients
from fl_client.learning.task import ClassificationTask, Samples, Task, TaskData, model_outputs
from fl_client.learning.tasks import BUILT_IN_TASKS
from fl_client.learning.trainer import (
    LocalTraining,
    TrainingReport,
    build_model,
    parse_batch_size,
    reproducible,
    resolve_device,
    train,
    training_defaults,
)

__all__ = [
    "BUILT_IN_TASKS",
    "ClassificationTask",
    "Evaluation",
    "Findings",
    "GlobalModel",
    "LocalLearner",
    "LocalTraining",
    "LocalUpdate",
    "Partition",
    "Samples",
    "Task",
    "TaskData",
    "TaskFacts",
    "TrainingReport",
    "build_model",
    "check_task",
    "describe_task",
    "evaluate",
    "export_model",
    "inspect_task",
    "load_task",
    "model_outputs",
    "parse_batch_size",
    "parse_partition",
    "part_of",
    "reproducible",
    "resolve_device",
    "sample_clients",
    "share_out",
    "split",
    "train",
    "training_defaults",
]
