"""The tasks that come with the package."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fl_client.learning.task import ClassificationTask
from fl_client.learning.tasks.digits import Digits

BUILT_IN_TASKS: Mapping[str, type[ClassificationTask]] = MappingProxyType({Digits.name: Digits})
"""Built-in tasks by the name that `load_task` takes."""

__all__ = ["BUILT_IN_TASKS", "Digits"]
