"""Evaluation: numbers worked out by hand, and no effect on the model."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from fl_client.errors import LearningError
from fl_client.learning.evaluate import evaluate
from fl_client.learning.task import EVALUATION_BATCH, ClassificationTask, Samples, TaskData, model_outputs

CPU = torch.device("cpu")


class Toy(ClassificationTask):
    """Two inputs are the logits of two classes."""

    def model(self) -> nn.Module:
        return nn.Identity()

    def data(self) -> TaskData:
        inputs, targets = torch.tensor([[0.0, 1.0], [1.0, 0.0]]), torch.tensor([1, 0])
        return TaskData(train_inputs=inputs, train_targets=targets, test_inputs=inputs, test_targets=targets)


def four(*targets: int) -> Samples:
    inputs = torch.tensor([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    return Samples(inputs=inputs, targets=torch.tensor(targets))


@pytest.mark.parametrize(
    ("targets", "share"), [((1, 1, 0, 0), 1.0), ((1, 1, 0, 1), 0.75), ((0, 0, 1, 1), 0.0)]
)
def test_accuracy_is_the_share_of_right_labels(targets: tuple[int, ...], share: float) -> None:
    assert evaluate(nn.Identity(), Toy(), four(*targets), CPU).metric == share


def test_loss_is_the_mean_cross_entropy() -> None:
    # Right label: ln(1 + e^-1), on each of the four.
    loss = evaluate(nn.Identity(), Toy(), four(1, 1, 0, 0), CPU).loss
    assert loss == pytest.approx(math.log(1 + math.exp(-1)), rel=1e-6)


def test_many_samples_are_run_in_batches_in_order() -> None:
    inputs = torch.arange(2.0 * EVALUATION_BATCH + 3).reshape(-1, 1)
    assert torch.equal(model_outputs(nn.Identity(), inputs), inputs)


def test_evaluation_leaves_mode_and_parameters() -> None:
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Dropout(0.5)).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    first = evaluate(model, Toy(), four(1, 1, 0, 0), CPU)
    assert first == evaluate(model, Toy(), four(1, 1, 0, 0), CPU)
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_broken_model_is_scored() -> None:
    model = nn.Linear(2, 2)
    nn.init.constant_(model.weight, math.nan)
    score = evaluate(model, Toy(), four(1, 1, 0, 0), CPU)
    assert math.isnan(score.loss)
    assert 0 <= score.metric <= 1


def test_no_samples_are_refused() -> None:
    empty = Samples(inputs=torch.zeros(0, 2), targets=torch.zeros(0, dtype=torch.int64))
    with pytest.raises(LearningError, match="no samples"):
        evaluate(nn.Identity(), Toy(), empty, CPU)
