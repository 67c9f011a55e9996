"""The built-in task: its data are what its docstring says, and it learns quickly."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from fl_client.learning import (
    LocalTraining,
    TaskData,
    build_model,
    check_task,
    evaluate,
    load_task,
    parse_partition,
    split,
    train,
    training_defaults,
)

CPU = torch.device("cpu")
TASK = load_task("digits")


@pytest.fixture(scope="module")
def digits() -> TaskData:
    return check_task(TASK)


def federated(data: TaskData, *, rounds: int, seed: int, absent: bool) -> float:
    """Plain FedAvg in floats: 6 trainers, dirichlet:1.0, the task's own defaults; returns the accuracy."""
    rng = np.random.default_rng(seed)
    shares = split(parse_partition("dirichlet:1.0"), data.train_targets, participants=6, generator=rng)
    model = build_model(TASK, seed=seed)
    for index in range(rounds):
        taking_part = [k for k in range(6) if not (absent and k == (seed + index) % 6)]
        start = {name: value.clone() for name, value in model.state_dict().items()}
        mean = {name: torch.zeros_like(value) for name, value in start.items()}
        weight = sum(len(shares[k]) for k in taking_part)
        for k in taking_part:
            model.load_state_dict(start)
            generator = torch.Generator().manual_seed((seed * 1000 + index) * 10 + k)
            train(model, data.train.select(shares[k]), training_defaults(TASK), TASK.loss, generator, CPU)
            for name, value in model.state_dict().items():
                mean[name] += value * (len(shares[k]) / weight)
        model.load_state_dict(mean)
    return evaluate(model, TASK, data.test, CPU).metric


def test_all_1797_images_are_used_once(digits: TaskData) -> None:
    assert (len(digits.train), len(digits.test)) == (1442, 355)


def test_pixels_are_from_0_to_1(digits: TaskData) -> None:
    assert (float(digits.train_inputs.min()), float(digits.train_inputs.max())) == (0.0, 1.0)


def test_a_fifth_of_each_digit_is_held_out(digits: TaskData) -> None:
    train_counts, test_counts = (torch.bincount(t) for t in (digits.train_targets, digits.test_targets))
    assert torch.equal(test_counts, (train_counts + test_counts) // 5)


def test_data_are_the_same_every_time(digits: TaskData) -> None:
    assert torch.equal(TASK.data().test_inputs, digits.test_inputs)


def test_model_has_4810_parameters() -> None:
    expected = 64 * 64 + 64 + 64 * 10 + 10
    assert sum(parameter.numel() for parameter in build_model(TASK, seed=0).parameters()) == expected == 4810


def test_same_seed_builds_the_same_model() -> None:
    first, second = build_model(TASK, seed=3), build_model(TASK, seed=3)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_another_seed_builds_another_model() -> None:
    def first_layer(model: nn.Module) -> torch.Tensor:
        return next(iter(model.parameters()))

    assert not torch.equal(first_layer(build_model(TASK, seed=1)), first_layer(build_model(TASK, seed=2)))


def test_ten_epochs_on_all_data_reach_95_percent(digits: TaskData) -> None:
    model = build_model(TASK, seed=0)
    settings = LocalTraining(epochs=10, batch_size=10, learning_rate=0.1)
    train(model, digits.train, settings, TASK.loss, torch.Generator().manual_seed(0), CPU)
    assert evaluate(model, TASK, digits.test, CPU).metric >= 0.95


def test_ten_federated_rounds_reach_95_percent(digits: TaskData) -> None:
    assert federated(digits, rounds=10, seed=0, absent=False) >= 0.95


def test_ten_federated_rounds_reach_95_percent_with_a_trainer_missing_in_each(digits: TaskData) -> None:
    assert federated(digits, rounds=10, seed=1, absent=True) >= 0.95
