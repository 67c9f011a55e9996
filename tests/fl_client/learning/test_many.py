"""Training many networks at once gives what training them one by one gives."""

import numpy as np
import pytest
import torch
from torch import nn

from fl_client.errors import LearningError
from fl_client.learning import GlobalModel, LocalLearner, LocalTraining, load_task, parse_partition, split
from fl_client.learning.many import ManyLearners, Share
from fl_client.learning.shortening import ShorteningLearner, shortened
from fl_client.learning.task import ClassificationTask, TaskData

TASK = load_task("digits")
DATA = TASK.data()
MODEL = GlobalModel(TASK, seed=3, fraction_bits=20)


def shares() -> list[Share]:
    parts = split(
        parse_partition("dirichlet:0.5"),
        DATA.train_targets,
        participants=4,
        generator=np.random.default_rng(1),
    )
    return [Share(samples=DATA.train.select(part), seed=place) for place, part in enumerate(parts)]


@pytest.mark.parametrize(("epochs", "batch_size"), [(1, 16), (2, 10), (3, 0)])
def test_updates_are_those_of_single_learners_up_to_a_few_steps_of_the_lattice(
    epochs: int, batch_size: int
) -> None:
    settings = LocalTraining(epochs=epochs, batch_size=batch_size, learning_rate=0.3)
    base, wanted = MODEL.initial(), shares()
    assert len({len(share.samples) for share in wanted}) > 1  # batches have to be filled up
    many = ManyLearners(MODEL, settings).updates([base] * 4, wanted, 2)
    for row, share in zip(many, wanted, strict=True):
        learner = LocalLearner(MODEL, share.samples, settings, seed=share.seed, device=torch.device("cpu"))
        single = learner.update(base, 2).delta
        assert row is not None
        assert np.abs(single).max() > 10_000
        assert np.abs(row.astype(np.int64) - single).max() <= 16


def test_every_model_trains_from_its_own_base() -> None:
    settings = LocalTraining(epochs=1, batch_size=0, learning_rate=0.3)
    one = shares()[0]
    base = MODEL.initial()
    both = ManyLearners(MODEL, settings).updates([base, base + 10_000], [one, one], 1)
    assert both[0] is not None and both[1] is not None
    assert not np.array_equal(both[0], both[1])


def test_a_training_that_does_not_fit_gives_nothing_and_leaves_the_others() -> None:
    base, wanted = MODEL.initial(), shares()[:2]
    settings = LocalTraining(epochs=1, batch_size=0, learning_rate=1.0)
    lost = np.full_like(base, 2**31 - 1)
    lost[::2] = -(2**31 - 1)
    steep = LocalTraining(epochs=1, batch_size=0, learning_rate=1e6)
    assert ManyLearners(MODEL, steep).updates([lost, base], wanted, 1)[0] is None
    found = ManyLearners(MODEL, settings).updates([lost, base], wanted, 1)
    alone = ManyLearners(MODEL, settings).updates([base], wanted[1:], 1)
    assert found[1] is not None and alone[0] is not None and np.abs(found[1] - alone[0]).max() <= 16


def test_accuracy_is_that_of_the_task() -> None:
    vector = MODEL.initial()
    many = ManyLearners(MODEL, LocalTraining(epochs=1, batch_size=0, learning_rate=0.3))
    expected = MODEL.evaluate(vector, DATA.test, torch.device("cpu")).metric
    assert many.accuracies([vector], DATA.test).tolist() == [expected]


class Normalised(ClassificationTask):
    name = "normalised"

    def model(self) -> nn.Module:
        return nn.Sequential(nn.BatchNorm1d(64), nn.Linear(64, 10))

    def data(self) -> TaskData:
        return DATA


def test_models_with_running_averages_are_refused() -> None:
    model = GlobalModel(Normalised(), seed=0, fraction_bits=20)
    with pytest.raises(LearningError, match="LocalLearner"):
        ManyLearners(model, LocalTraining(epochs=1, batch_size=0, learning_rate=0.3))


@pytest.mark.parametrize("bound", [1.0, 1_000.0, 123_456.7])
def test_a_shortened_update_is_within_the_bound_in_integers(bound: float) -> None:
    learner = LocalLearner(
        MODEL,
        shares()[0].samples,
        LocalTraining(epochs=1, batch_size=0, learning_rate=0.3),
        seed=0,
        device=torch.device("cpu"),
    )
    delta = ShorteningLearner(learner, bound).update(MODEL.initial(), 1).delta
    assert sum(int(value) ** 2 for value in delta) <= bound**2
    if bound > 1_000:
        assert sum(int(value) ** 2 for value in delta) > 0.99 * bound**2


def test_what_is_short_enough_is_left_alone() -> None:
    rows = np.array([[3.0, 4.0]])
    np.testing.assert_array_equal(shortened(rows, 5.0), rows)
