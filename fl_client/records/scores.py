"""How good each round's model is, measured from the store's bytes with the task's own definition."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fl_client.chain.contracts import TaskParameters
from fl_client.chain.contracts.encrypted_parameters import EncryptedParameters
from fl_client.errors import AuditDiffers, ConfigError, EncodingError, StorageError
from fl_client.learning import Evaluation, GlobalModel, TaskData, check_task, load_task, resolve_device
from fl_client.rounds import Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A task's model and test data, found to be those that its chain names."""

    name: str
    metric: str
    model: GlobalModel
    data: TaskData


def load_definition(
    name: str, parameters: TaskParameters | EncryptedParameters, *, data_dir: Path | None = None
) -> Definition:
    """Load the definition that a task's models are of; a user's own code is imported, and so is run.

    Args:
        name: a built-in task's name, `module:Class` or `path/to/file.py:Class`.
        parameters: of the task on chain.
        data_dir: folder of its data, where it reads one.

    Raises:
        ConfigError: there is no such definition, or the task is of another.
        LearningError: it does not import, or does not work.
    """
    task = load_task(name, data_dir=data_dir)
    model = GlobalModel(task, seed=0, fraction_bits=parameters.fraction_bits)
    if bytes(model.layout.definition_hash) != bytes(parameters.definition_hash):
        raise ConfigError(
            f"--definition {name} has the hash 0x{bytes(model.layout.definition_hash).hex()}, the task's is "
            f"0x{bytes(parameters.definition_hash).hex()}: give the definition that the task was created with"
        )
    return Definition(
        name=str(task.name),
        metric=str(getattr(task, "metric_name", "accuracy")),
        model=model,
        data=check_task(task),
    )


class Models(Protocol):
    """Where the model that a round starts from is fetched."""

    def base(self, number: int, /) -> Vector:
        """It, int32 (d,)."""
        ...


class Scores:
    """Measures every final model once.

    Attributes:
        missing: why a round has no score, by round.
    """

    def __init__(self, definition: Definition | None, models: Models, *, device: str = "cpu") -> None:
        self._definition, self._models = definition, models
        self._device = resolve_device(device)
        self._known: dict[int, Evaluation] = {}
        self.missing: dict[int, str] = {}

    @property
    def name(self) -> str | None:
        """The definition's name, where it is at hand."""
        return None if self._definition is None else self._definition.name

    @property
    def metric(self) -> str:
        """How the task's metric is called."""
        return "accuracy" if self._definition is None else self._definition.metric

    def of_round(self, number: int) -> Evaluation | None:
        """The score of the model after a final round; None, and a reason in ``missing``, where there is none."""
        if self._definition is None:
            return None
        self.missing.pop(number, None)  # bytes may have come since
        if number not in self._known:
            try:
                vector = self._models.base(number + 1)
            except (StorageError, EncodingError, AuditDiffers) as problem:
                self.missing[number] = str(problem)
                return None
            self._known[number] = self._definition.model.evaluate(
                vector, self._definition.data.test, self._device
            )
        return self._known[number]
