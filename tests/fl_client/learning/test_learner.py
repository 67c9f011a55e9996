"""A learner's update is its training on the lattice; FedSGD is the paper's special case of FedAvg."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fl_client.aggregation import WeightedMean
from fl_client.encoding import dequantise
from fl_client.encoding.flatten import flatten
from fl_client.learning import (
    GlobalModel,
    LocalLearner,
    LocalTraining,
    load_task,
    parse_batch_size,
    split,
    train,
)
from fl_client.learning.partition import parse_partition

BITS = 20
STEP = 2.0**-BITS
CPU = torch.device("cpu")
TASK = load_task("digits")
DATA = TASK.data()


def learners(model: GlobalModel, settings: LocalTraining, partition: str) -> list[LocalLearner]:
    rng = np.random.default_rng(0)
    shares = split(parse_partition(partition), DATA.train_targets, participants=5, generator=rng)
    return [
        LocalLearner(model, DATA.train.select(share), settings, seed=index, device=CPU)
        for index, share in enumerate(shares)
    ]


@pytest.mark.parametrize("partition", ["iid", "shards", "dirichlet:0.5"])
def test_fedsgd_is_one_step_of_gradient_descent_on_all_samples(partition: str) -> None:
    settings = LocalTraining(epochs=1, batch_size=parse_batch_size("inf"), learning_rate=0.3)
    model = GlobalModel(TASK, seed=0, fraction_bits=BITS)
    base = model.initial()
    updates = [learner.update(base, 1) for learner in learners(model, settings, partition)]
    combined = WeightedMean().combine(
        np.stack([update.delta for update in updates]), [update.samples for update in updates], base
    )
    union = model.module(base)
    start = flatten(union)
    train(union, DATA.train, settings, TASK.loss, torch.Generator().manual_seed(0), CPU)
    # Each update is rounded by half a step at most, so is their mean; the rest is float32's own rounding.
    assert np.abs(dequantise(combined, BITS) - flatten(union)).max() <= 1.5 * STEP
    assert np.abs(flatten(union) - start).max() > 1_000 * STEP


def test_update_is_the_training_without_the_lattice_rounded() -> None:
    settings = LocalTraining(epochs=2, batch_size=10, learning_rate=0.1)
    model = GlobalModel(TASK, seed=0, fraction_bits=BITS)
    (learner, *_), base = learners(model, settings, "iid"), model.initial()
    update = learner.update(base, 3)
    module = model.module(base)
    before = flatten(module).astype(np.float64)
    report = learner.train(module, 3)
    assert np.abs(flatten(module) - before - dequantise(update.delta, BITS)).max() <= STEP / 2
    assert (report.samples, report.mean_loss) == (update.samples, update.mean_loss)


def test_another_round_has_another_order() -> None:
    settings = LocalTraining(epochs=1, batch_size=10, learning_rate=0.1)
    model = GlobalModel(TASK, seed=0, fraction_bits=BITS)
    (learner, *_), base = learners(model, settings, "iid"), model.initial()
    one, same, other = (learner.update(base, round_).delta for round_ in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)
