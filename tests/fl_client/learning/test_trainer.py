"""Local training: reproducible to the bit, FedSGD as its special case, failures named."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import Tensor, nn

from fl_client.errors import ConfigError, LearningError
from fl_client.learning.task import Samples
from fl_client.learning.trainer import (
    LocalTraining,
    TrainingReport,
    parse_batch_size,
    reproducible,
    resolve_device,
    train,
    training_defaults,
)

CPU = torch.device("cpu")
cross_entropy = nn.functional.cross_entropy


def samples(count: int = 53) -> Samples:
    rng = torch.Generator().manual_seed(5)
    return Samples(
        inputs=torch.rand(count, 8, generator=rng), targets=torch.randint(3, (count,), generator=rng)
    )


def network(*, dropout: float = 0.0) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 3))


def settings(epochs: int = 2, batch_size: int = 10, learning_rate: float = 0.1) -> LocalTraining:
    return LocalTraining(epochs=epochs, batch_size=batch_size, learning_rate=learning_rate)


def run(
    model: nn.Module, how: LocalTraining, *, seed: int = 0, data: Samples | None = None
) -> TrainingReport:
    share = samples() if data is None else data
    return train(model, share, how, cross_entropy, torch.Generator().manual_seed(seed), CPU)


def same_bits(one: nn.Module, other: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_same_seed_gives_the_same_bits() -> None:
    first, second = network(), network()
    assert run(first, settings()) == run(second, settings())
    assert same_bits(first, second)


def test_same_seed_gives_the_same_bits_with_dropout() -> None:
    first, second = network(dropout=0.5), network(dropout=0.5)
    run(first, settings())
    torch.rand(3)
    run(second, settings())
    assert same_bits(first, second)


def test_another_seed_gives_other_bits() -> None:
    first, second = network(), network()
    run(first, settings(), seed=0)
    run(second, settings(), seed=1)
    assert not same_bits(first, second)


def test_same_bits_whatever_the_thread_setting() -> None:
    first, second = network(), network()
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        run(first, settings())
        torch.set_num_threads(1)
        run(second, settings())
    finally:
        torch.set_num_threads(threads)
    assert same_bits(first, second)


def test_training_leaves_the_global_random_state_alone() -> None:
    before = torch.get_rng_state()
    run(network(dropout=0.5), settings())
    assert torch.equal(before, torch.get_rng_state())


def test_fedsgd_is_one_full_batch_step() -> None:
    model, data, rate = network(), samples(), 0.1
    by_hand = copy.deepcopy(model)
    report = run(model, settings(epochs=1, batch_size=0, learning_rate=rate))
    loss = cross_entropy(by_hand(data.inputs), data.targets)
    gradients = torch.autograd.grad(loss, list(by_hand.parameters()))
    assert report.steps == 1
    assert report.mean_loss == pytest.approx(float(loss.detach()), rel=1e-6)
    for got, start, gradient in zip(model.parameters(), by_hand.parameters(), gradients, strict=True):
        # The shuffle changes the order of the sum over samples, so equal up to rounding.
        torch.testing.assert_close(got, start - rate * gradient, rtol=1e-5, atol=1e-7)


def test_full_batch_is_a_batch_as_large_as_the_share() -> None:
    first, second = network(), network()
    run(first, settings(batch_size=0))
    run(second, settings(batch_size=len(samples())))
    assert same_bits(first, second)


@pytest.mark.parametrize(
    ("count", "batch_size", "steps"), [(50, 10, 10), (53, 10, 12), (7, 10, 2), (53, 0, 2)]
)
def test_report_counts_samples_and_steps(count: int, batch_size: int, steps: int) -> None:
    how = settings(epochs=2, batch_size=batch_size)
    report = run(network(), how, data=samples(count))
    assert (report.samples, report.steps) == (count, steps)
    assert how.steps(samples=count) == steps


def test_every_epoch_sees_every_sample_once() -> None:
    seen: list[int] = []

    def loss(outputs: Tensor, targets: Tensor) -> Tensor:
        seen.extend(targets.tolist())
        return outputs.mean()

    data = Samples(inputs=torch.rand(23, 8), targets=torch.arange(23))
    train(network(), data, settings(epochs=2), loss, torch.Generator().manual_seed(0), CPU)
    assert sorted(seen[:23]) == sorted(seen[23:]) == list(range(23))
    assert seen[:23] != seen[23:]


def test_training_lowers_the_loss() -> None:
    first = run(network(), settings(epochs=1, learning_rate=0.3))
    long = run(network(), settings(epochs=100, learning_rate=0.3))
    assert long.mean_loss < first.mean_loss


def test_frozen_parameters_stay() -> None:
    model = network()
    frozen = next(model.parameters()).requires_grad_(False)
    before = frozen.clone()
    run(model, settings())
    assert torch.equal(frozen, before)


def test_exploding_loss_is_refused_with_step_and_rate() -> None:
    with pytest.raises(
        LearningError, match=r"loss became .* at step \d+ .*lower the learning rate, now 1e\+20"
    ):
        run(network(), settings(epochs=5, learning_rate=1e20))


def test_parameters_that_overflow_in_the_last_step_are_refused() -> None:
    def steep(outputs: Tensor, targets: Tensor) -> Tensor:
        return (outputs * 1e30).mean()

    with pytest.raises(LearningError, match="parameter '0.weight' NaN or infinite"):
        train(network(), samples(), settings(1, 0, 1e30), steep, torch.Generator(), CPU)


def test_empty_share_is_refused() -> None:
    with pytest.raises(LearningError, match="share is empty"):
        run(network(), settings(), data=samples(0))


def test_failure_in_the_users_loss_is_one_line() -> None:
    def broken(outputs: Tensor, targets: Tensor) -> Tensor:
        raise IndexError("first\nsecond")

    with pytest.raises(LearningError) as failure:
        train(network(), samples(), settings(), broken, torch.Generator(), CPU)
    assert "training failed: IndexError: first second (test_trainer.py, line" in str(failure.value)


@pytest.mark.parametrize(
    "wrong",
    [{"epochs": 0}, {"epochs": True}, {"epochs": 1.5}, {"batch_size": -1}, {"batch_size": 2.0}]
    + [{"learning_rate": rate} for rate in (0, -0.1, math.inf, math.nan, "0.1", True)],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, object]) -> None:
    good: dict[str, object] = {"epochs": 1, "batch_size": 1, "learning_rate": 0.1}
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        LocalTraining(**(good | wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "size"), [("10", 10), ("0", 0), ("inf", 0), ("INF", 0), ("full", 0)])
def test_batch_size_is_read(text: str, size: int) -> None:
    assert parse_batch_size(text) == size


@pytest.mark.parametrize("text", ["", "-1", "1.5", "ten", "\u0663"])
def test_bad_batch_size_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="batch size"):
        parse_batch_size(text)


def test_reproducible_uses_one_thread_and_restores() -> None:
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        with reproducible(CPU):
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_auto_device_is_cuda_only_when_there_is_one() -> None:
    assert resolve_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.parametrize("name", ["gpu", "cuda:999", "mps", ""])
def test_device_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="device"):
        resolve_device(name)


def test_task_without_defaults_gets_some() -> None:
    assert training_defaults(object()) == LocalTraining(epochs=5, batch_size=10, learning_rate=0.1)  # type: ignore[arg-type]


def test_steps_are_those_of_torch_sgd() -> None:
    model, data = network(), samples()
    reference = copy.deepcopy(model)
    run(model, settings(epochs=3, batch_size=10, learning_rate=0.2))
    rng = torch.Generator().manual_seed(0)
    torch.randint(2**62, (), generator=rng)  # the seed that a model with dropout would get
    optimiser = torch.optim.SGD(reference.parameters(), lr=0.2)
    for _ in range(3):
        for rows in torch.randperm(len(data), generator=rng).split(10):
            optimiser.zero_grad()
            cross_entropy(reference(data.inputs[rows]), data.targets[rows]).backward()
            optimiser.step()
    for got, expected in zip(model.parameters(), reference.parameters(), strict=True):
        torch.testing.assert_close(got, expected)


def test_parameter_that_the_loss_does_not_reach_stays() -> None:
    model = network()
    model.register_parameter("unused", nn.Parameter(torch.ones(3)))
    run(model, settings())
    assert torch.equal(model.get_parameter("unused"), torch.ones(3))
