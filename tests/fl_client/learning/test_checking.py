"""Trying a task out: each fault of a user's own code is found before training, and named."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from fl_client.errors import ConfigError, GradbondError, LearningError
from fl_client.learning.checking import check_task, inspect_task
from fl_client.learning.task import ClassificationTask, TaskData


def tensors(**changed: Any) -> dict[str, Any]:
    good = {
        "train_inputs": torch.ones(12, 4),
        "train_targets": torch.arange(12) % 3,
        "test_inputs": torch.ones(6, 4),
        "test_targets": torch.arange(6) % 3,
    }
    return good | changed


class Good(ClassificationTask):
    """Nothing is wrong with it; the others change one thing."""

    def model(self) -> nn.Module:
        return nn.Linear(4, 3)

    def data(self) -> TaskData:
        return TaskData(**tensors())


def refusal(task: ClassificationTask) -> str:
    with pytest.raises(GradbondError) as raised:
        check_task(task)
    message = str(raised.value)
    assert "\n" not in message
    return message


def with_model(build: Any) -> Good:
    return type("Changed", (Good,), {"model": lambda self: build()})()  # type: ignore[no-any-return]


def test_good_task_passes_and_gives_its_data() -> None:
    assert len(check_task(Good()).train_inputs) == 12


def test_check_leaves_the_global_random_state_alone() -> None:
    before = torch.get_rng_state()
    check_task(Good())
    assert torch.equal(before, torch.get_rng_state())


def test_class_name_is_the_default_name() -> None:
    assert Good().name == "good"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"train_inputs": torch.ones(12, 4).double()}, "train_inputs is float64: .* add .float()"),
        ({"train_inputs": torch.ones(12, 4, dtype=torch.uint8)}, "train_inputs is uint8: .* add .float()"),
        ({"test_targets": torch.zeros(6, dtype=torch.int32)}, "test_targets is int32: .* add .long()"),
        ({"train_inputs": [[1.0]]}, "train_inputs is a list: convert it"),
        ({"train_inputs": torch.ones(0, 4)}, "train_inputs is empty"),
        ({"test_targets": torch.tensor(1)[None][:0]}, "test_targets is empty"),
        ({"test_inputs": torch.ones(5, 4)}, "test_inputs has 5 rows and test_targets 6"),
        ({"train_targets": torch.zeros(11).long()}, "train_inputs has 12 rows and train_targets 11"),
        ({"test_inputs": torch.ones(6, 5)}, r"float32 \(4,\), test_inputs rows are float32 \(5,\)"),
    ],
)
def test_wrong_data_is_named(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(LearningError, match=told):
        TaskData(**tensors(**changed))


@pytest.mark.parametrize(
    ("value", "word"), [(math.nan, "NaN"), (math.inf, "infinite"), (-math.inf, "infinite")]
)
def test_missing_value_is_named_with_its_place(value: float, word: str) -> None:
    inputs = torch.ones(12, 4)
    inputs[3, 2] = value
    with pytest.raises(LearningError, match=rf"train_inputs\[3, 2\] is {word}"):
        TaskData(**tensors(train_inputs=inputs))


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: "linear", "model() returned a str"),
        (lambda: nn.Identity(), "nothing to train"),
        (lambda: nn.Linear(4, 3).double(), "'weight' is float64"),
        (lambda: nn.LazyLinear(3), "parameter 'bias' has no shape yet"),
        (lambda: nn.Linear(4, 3).requires_grad_(False), "all 2 parameters of the model are frozen"),
        (lambda: nn.Sequential(nn.Linear(4, 3), nn.Unflatten(1, (3, 1))), "return logits (8, classes)"),
        (lambda: nn.Linear(5, 3), "the model failed: RuntimeError"),
        (lambda: nn.Sequential(nn.Linear(4, 3), nn.Flatten(0)), "return one row per sample"),
        (lambda: nn.LSTM(4, 3), "the model returned a tuple"),
        (
            lambda: nn.Linear(4, 2),
            "train_targets has label 2, the model has 2 outputs: labels go from 0 to 1",
        ),
        (lambda: 1 / 0, "model() failed: ZeroDivisionError: division by zero (test_checking.py, line"),
    ],
)
def test_wrong_model_is_named(build: Any, told: str) -> None:
    assert told in refusal(with_model(build))


def test_model_that_starts_nan_is_named() -> None:
    def build() -> nn.Module:
        model = nn.Linear(4, 3)
        nn.init.constant_(model.bias, math.nan)
        return model

    assert "'bias' starts NaN" in refusal(with_model(build))


def test_model_that_ignores_the_seed_is_named() -> None:
    own = torch.Generator().manual_seed(0)

    def build() -> nn.Module:
        model = nn.Linear(4, 3)
        nn.init.normal_(model.weight, generator=own)
        return model

    assert "two different 'weight' for one seed" in refusal(with_model(build))


def test_loss_that_is_not_a_scalar_is_named() -> None:
    class EachSample(Good):
        def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
            return nn.functional.cross_entropy(outputs, targets, reduction="none")

    assert "loss() returned a tensor (8,)" in refusal(EachSample())


def test_loss_without_a_gradient_is_named() -> None:
    class Cut(Good):
        def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
            return super().loss(outputs, targets).detach()

    assert "a scalar tensor with a gradient" in refusal(Cut())


def test_metric_that_is_nan_is_named() -> None:
    class Undefined(Good):
        def metric(self, model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
            return math.nan

    assert "metric() is nan" in refusal(Undefined())


def test_failing_data_is_named_with_its_line() -> None:
    class NoFile(Good):
        def data(self) -> TaskData:
            raise FileNotFoundError("no such file: digits.csv")

    message = refusal(NoFile())
    assert "data() failed: FileNotFoundError: no such file: digits.csv (test_checking.py, line" in message


def test_data_of_another_type_is_named() -> None:
    class Pair(Good):
        def data(self) -> Any:
            return torch.ones(2), torch.ones(2)

    assert "data() returned a tuple: return a TaskData" in refusal(Pair())


@pytest.mark.parametrize("member", ["model()", "data()"])
def test_subclass_that_leaves_a_member_out_is_told(member: str) -> None:
    class Half(ClassificationTask):
        pass

    with pytest.raises(LearningError, match=f"Half has no {member[:-2]}"):
        getattr(Half(), member[:-2])()


def test_training_defaults_out_of_range_are_refused() -> None:
    class Eager(Good):
        epochs = 0

    with pytest.raises(ConfigError, match="epochs is 0"):
        check_task(Eager())


def test_regression_task_passes() -> None:
    class Line(Good):
        metric_name = "negative squared error"

        def model(self) -> nn.Module:
            return nn.Linear(4, 1)

        def data(self) -> TaskData:
            return TaskData(**tensors(train_targets=torch.ones(12, 1), test_targets=torch.ones(6, 1)))

        def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
            return nn.functional.mse_loss(outputs, targets)

        def metric(self, model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
            return -float(self.loss(model(inputs), targets).detach())

    assert check_task(Line()).train_targets.dtype is torch.float32


def test_buffer_that_starts_nan_is_named() -> None:
    def build() -> nn.Module:
        model = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
        nn.init.constant_(model[1].running_var, math.inf)
        return model

    assert "buffer '1.running_var' starts NaN or infinite" in refusal(with_model(build))


def test_buffer_that_ignores_the_seed_is_named() -> None:
    own = torch.Generator().manual_seed(0)

    def build() -> nn.Module:
        model = nn.Linear(4, 3)
        model.register_buffer("noise", torch.randn(3, generator=own))
        return model

    assert "two different 'noise' for one seed" in refusal(with_model(build))


@pytest.mark.parametrize("part", ["train_inputs", "train_targets", "test_inputs", "test_targets"])
def test_data_that_differ_on_the_second_call_are_named(part: str) -> None:
    class Restless(Good):
        calls = 0

        def data(self) -> TaskData:
            self.calls += 1
            return TaskData(**tensors(**{part: tensors()[part] * (self.calls % 2)}))

    assert f"data() gave other {part} when called again" in refusal(Restless())


def test_data_of_another_size_on_the_second_call_are_named() -> None:
    class Growing(Good):
        rows = 10

        def data(self) -> TaskData:
            self.rows += 1
            return TaskData(
                **tensors(train_inputs=torch.ones(self.rows, 4), train_targets=torch.zeros(self.rows).long())
            )

    assert "data() gave other train_inputs" in refusal(Growing())


def test_loss_that_does_not_depend_on_the_model_is_named() -> None:
    class Elsewhere(Good):
        def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
            return torch.ones((), requires_grad=True) * 2

    assert "loss() does not depend on the model's parameters" in refusal(Elsewhere())


def test_gradient_that_is_not_finite_is_named() -> None:
    class Root(Good):
        def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
            return super().loss(outputs, targets) + (outputs * 0).abs().sqrt().sum()

    assert "the gradient of 'weight' is NaN or infinite" in refusal(Root())


@pytest.mark.parametrize("value", [-0.1, 1.01, 97.0])
def test_accuracy_out_of_its_range_is_named(value: float) -> None:
    class Percent(Good):
        def metric(self, model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
            return value

    assert f"metric() is {value} and is called accuracy, which goes from 0 to 1" in refusal(Percent())


@pytest.mark.parametrize("value", [torch.tensor(0.5), "0.5", None, (0.5, 0.6)])
def test_metric_of_another_type_is_named(value: Any) -> None:
    class Odd(Good):
        def metric(self, model: nn.Module, inputs: Tensor, targets: Tensor) -> Any:
            return value

    assert f"metric() returned a {type(value).__name__}: return a float" in refusal(Odd())


def test_model_that_is_random_when_it_is_scored_is_named() -> None:
    class Always(nn.Linear):
        def forward(self, inputs: Tensor) -> Tensor:
            return nn.functional.dropout(super().forward(inputs))  # on, whatever the mode

    assert "other outputs for the same samples in evaluation mode" in refusal(
        with_model(lambda: Always(4, 3))
    )


def test_training_that_ignores_the_seed_is_named() -> None:
    own = torch.Generator().manual_seed(0)

    class Noisy(nn.Linear):
        def forward(self, inputs: Tensor) -> Tensor:
            noise = torch.randn(inputs.shape, generator=own) if self.training else 0
            return super().forward(inputs + noise)

    assert "two trainings from one seed end in different models" in refusal(with_model(lambda: Noisy(4, 3)))


def test_dropout_is_no_fault() -> None:
    check_task(with_model(lambda: nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5))))


def test_batch_norm_is_noted_not_refused() -> None:
    found = inspect_task(with_model(lambda: nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))))
    assert not found.faults and "a batch of one sample fails" in found.notes[0]


def test_partly_frozen_model_is_noted_not_refused() -> None:
    found = inspect_task(
        with_model(lambda: nn.Sequential(nn.Linear(4, 4).requires_grad_(False), nn.Linear(4, 3)))
    )
    assert not found.faults and found.notes[0].startswith("2 parameters are frozen")


def test_good_task_has_neither_faults_nor_notes() -> None:
    found = inspect_task(Good())
    assert not found.faults and not found.notes


def test_all_faults_that_can_be_seen_at_once_are_collected() -> None:
    class Bad(Good):
        epochs = 0

        def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
            return super().loss(outputs, targets).detach()

        def metric(self, model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
            return math.nan

    told = [str(fault).split()[0] for fault in inspect_task(Bad()).faults]
    assert told == ["epochs", "loss()", "metric()"]
