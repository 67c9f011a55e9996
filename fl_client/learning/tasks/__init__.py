"""The tasks that come with the package."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fl_client.learning.task import ClassificationTask
from fl_client.learning.tasks.blockfl import BlockFLRegression
from fl_client.learning.tasks.digits import Digits
from fl_client.learning.tasks.fashion_mnist import FashionMnist, FashionMnist2NN

BUILT_IN_TASKS: Mapping[str, type[ClassificationTask] | type[BlockFLRegression]] = MappingProxyType(
    {task.name: task for task in (Digits, FashionMnist, FashionMnist2NN, BlockFLRegression)}
)
"""Built-in tasks by the name that `load_task` takes."""

__all__ = ["BUILT_IN_TASKS", "BlockFLRegression", "Digits", "FashionMnist", "FashionMnist2NN"]
