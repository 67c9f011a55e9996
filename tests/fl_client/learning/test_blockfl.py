"""BlockFL's regression as a task: its data, and where federated rounds of it end."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fl_client.aggregation import WeightedMean, parse_rule
from fl_client.encoding import dequantise
from fl_client.learning import (
    BUILT_IN_TASKS,
    GlobalModel,
    LocalLearner,
    Partition,
    build_model,
    check_task,
    split,
    training_defaults,
)

TASK = BUILT_IN_TASKS["blockfl-regression"]()
DATA = TASK.data()
FRACTION_BITS = 20


def least_squares() -> np.ndarray:
    inputs, targets = DATA.train_inputs.double().numpy(), DATA.train_targets.double().numpy()
    return np.linalg.lstsq(inputs, targets, rcond=None)[0][:, 0]


def test_the_task_is_sound_and_its_data_are_the_same_on_every_call() -> None:
    assert len(check_task(TASK).train) == 300
    assert (len(DATA.test), DATA.train_inputs.shape[1], DATA.train_targets.shape[1]) == (100, 10, 1)


def test_targets_are_exact_on_the_grid_of_the_inputs() -> None:
    # Multiples of 1/65536 below 64 fit into float32: nothing depends on how a machine adds.
    scaled = DATA.train_targets.double() * 65_536
    assert float((scaled - scaled.round()).abs().max()) == 0
    assert float(DATA.train_targets.abs().max()) < 64


def test_the_first_model_is_uniform_above_zero() -> None:
    weights = torch.cat([next(build_model(TASK, seed=seed).parameters()).detach() for seed in range(50)])
    assert 0 < float(weights.min()) < 0.05
    assert 0.95 < float(weights.max()) <= 1
    assert float(weights.mean()) == pytest.approx(0.5, abs=0.05)


def test_the_best_model_explains_almost_all_and_none_explains_nothing() -> None:
    model = build_model(TASK, seed=0)
    with torch.no_grad():
        next(model.parameters()).copy_(torch.as_tensor(least_squares()[None], dtype=torch.float32))
    assert TASK.metric(model, DATA.test_inputs, DATA.test_targets) > 0.99
    with torch.no_grad():
        next(model.parameters()).zero_()
    assert TASK.metric(model, DATA.test_inputs, DATA.test_targets) < 0.05


def rounds(count: int, participants: int) -> list[np.ndarray]:
    """The federation's learning without its chain: quantised differences, combined by the rule in integers."""
    rule = parse_rule("dane")
    model = GlobalModel(TASK, seed=0, fraction_bits=FRACTION_BITS)
    shares = split(
        Partition(scheme="iid"),
        DATA.train_targets,
        participants=participants,
        generator=np.random.default_rng(0),
    )
    learners = [
        LocalLearner(
            model, DATA.train.select(share), training_defaults(TASK), seed=index, device=torch.device("cpu")
        )
        for index, share in enumerate(shares)
    ]
    vector, found = model.initial(), []
    for number in range(1, count + 1):
        updates = [learner.update(vector, number) for learner in learners]
        rows = np.stack([one.delta for one in updates])
        vector = rule.combine(rows, [one.samples for one in updates], vector)
        found.append(dequantise(vector, FRACTION_BITS).astype(np.float64))
    return found


def test_rounds_converge_to_the_least_squares_but_for_what_own_gradients_leave() -> None:
    far = [float(np.linalg.norm(model - least_squares())) for model in rounds(28, 6)]
    assert far[:14] == sorted(far[:14], reverse=True)
    assert far[9] < 0.05 * far[0]
    # And no nearer: each trainer pulls to the best of its own samples, with no gradient of the others' against it.
    assert all(0.001 < distance < 0.004 for distance in far[-5:])


def test_one_trainer_with_all_samples_ends_at_the_least_squares() -> None:
    assert rounds(24, 1)[-1] == pytest.approx(least_squares(), abs=1e-4)


def test_dane_is_the_mean() -> None:
    draw = np.random.default_rng(0)
    base = draw.integers(-1000, 1000, 7).astype(np.int32)
    rows = draw.integers(-1000, 1000, (4, 7)).astype(np.int32)
    counts = [10, 17, 23, 50]
    combined = parse_rule("dane").combine(rows, counts, base)
    expected = base + np.average(rows, axis=0, weights=counts)
    assert isinstance(parse_rule("dane"), WeightedMean)
    assert np.abs(combined - expected).max() <= 0.5
