"""SVRG as a local solver: BlockFL's steps to the letter, less noise, bits that repeat."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fl_client.errors import ConfigError
from fl_client.learning import BUILT_IN_TASKS, Samples, build_model, train, training_defaults
from fl_client.learning.svrg import Anchor, slopes
from fl_client.learning.trainer import LocalTraining
from fl_client.simulation.latency.regression import Shares, gradient_sums, svrg

CPU = torch.device("cpu")
TASK = BUILT_IN_TASKS["blockfl-regression"]()


def settings(**given: object) -> LocalTraining:
    values = {"epochs": 1, "batch_size": 1, "learning_rate": 0.5, "solver": "svrg"} | given
    return LocalTraining(**values)  # type: ignore[arg-type]


def half_square(outputs: Tensor, targets: Tensor) -> Tensor:
    return ((outputs - targets) ** 2).mean() / 2


def share(count: int = 23) -> Samples:
    return TASK.data().train.select(np.arange(count))


def network(*layers: nn.Module) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        return nn.Sequential(nn.Linear(10, 6), *layers, nn.Linear(6, 1))


def run(model: nn.Module, how: LocalTraining, data: Samples | None = None, seed: int = 0) -> nn.Module:
    samples = share() if data is None else data
    train(model, samples, how, half_square, torch.Generator().manual_seed(seed), CPU)
    return model


def vector(model: nn.Module) -> np.ndarray:
    return np.concatenate([one.detach().numpy().ravel() for one in model.parameters()]).astype(np.float64)


def test_a_pass_is_the_simulators() -> None:
    samples, model = share(), build_model(TASK, seed=0)
    before = vector(model)
    generator = torch.Generator().manual_seed(0)
    torch.randint(2**62, (), generator=generator)  # the seed of a model's own dropout
    order = torch.randperm(len(samples), generator=generator).numpy()
    run(model, settings(), samples)
    ordered = Shares(
        inputs=samples.inputs.double().numpy()[None, order],
        targets=samples.targets.double().numpy()[None, order, 0],
        counts=np.array([len(samples)]),
    )
    own = gradient_sums(ordered, before[None]) / len(samples)
    assert vector(model) == pytest.approx(svrg(ordered, before[None], own, 0.5)[0], abs=1e-5)


def test_one_step_of_the_whole_share_is_gradient_descent() -> None:
    solvers = [
        run(network(nn.Tanh()), settings(batch_size=0, solver=solver, learning_rate=0.1))
        for solver in ("sgd", "svrg")
    ]
    assert vector(solvers[0]) == pytest.approx(vector(solvers[1]), abs=1e-6)


def test_a_step_is_beta_over_the_number_of_steps() -> None:
    # With the model at rest in the anchor's place the bracket vanishes and a first step is rate times the mean.
    samples, model = share(20), network(nn.Tanh())
    anchor = Anchor(model, samples.inputs, samples.targets, half_square)
    trained = list(model.parameters())
    rows = torch.arange(5)
    state = torch.get_rng_state()
    batch = slopes(trained, half_square(model(samples.inputs[rows]), samples.targets[rows]))
    whole = slopes(trained, half_square(model(samples.inputs), samples.targets))
    for got, mean in zip(anchor.corrected(batch, rows, state), whole, strict=True):
        assert got is not None and mean is not None
        assert torch.allclose(got, mean, atol=1e-6)
    halves = [
        vector(run(copy.deepcopy(model), settings(batch_size=5, learning_rate=rate), samples))
        for rate in (1e-4, 2e-4)
    ]
    slope = np.concatenate([one.numpy().ravel() for one in whole if one is not None])
    assert (halves[0] - vector(model)) == pytest.approx(-1e-4 * slope, abs=2e-7)
    assert (halves[1] - vector(model)) == pytest.approx(-2e-4 * slope, abs=4e-7)


def test_its_steps_settle_where_those_of_sgd_keep_jumping() -> None:
    samples = share(60)
    best = np.linalg.lstsq(samples.inputs.double().numpy(), samples.targets.double().numpy(), rcond=None)[0][
        :, 0
    ]
    far = {}
    for solver, rate in (("svrg", 1.2), ("sgd", 1.2 / 60)):
        model = build_model(TASK, seed=0)
        run(model, settings(epochs=60, learning_rate=rate, solver=solver), samples)
        far[solver] = float(np.linalg.norm(vector(model) - best))
    assert far["svrg"] < 1e-4
    assert far["sgd"] > 20 * far["svrg"]


def test_the_same_seed_gives_the_same_bits_with_dropout_and_batch_norm() -> None:
    def once(seed: int) -> nn.Module:
        model = network(nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5))
        return run(model, settings(epochs=2, batch_size=4, learning_rate=0.05), share(20), seed)

    first, again, other = once(1), once(1), once(2)
    for name, values in first.state_dict().items():
        assert torch.equal(values, again.state_dict()[name])
    assert not torch.equal(vector_of(first), vector_of(other))


def vector_of(model: nn.Module) -> Tensor:
    return torch.cat([one.detach().ravel() for one in model.parameters()])


def test_batch_norm_sees_each_batch_once() -> None:
    model = network(nn.BatchNorm1d(6))
    run(model, settings(epochs=2, batch_size=5), share(20))
    assert int(model.state_dict()["1.num_batches_tracked"]) == 8


def test_a_parameter_that_the_loss_does_not_reach_stays() -> None:
    class Idle(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used = nn.Linear(10, 1)
            self.idle = nn.Parameter(torch.ones(3))

        def forward(self, inputs: Tensor) -> Tensor:
            return self.used(inputs)

    model = run(Idle(), settings())
    assert torch.equal(model.idle, torch.ones(3))


def test_a_solver_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="solver is 'adam': give sgd or svrg"):
        settings(solver="adam")


def test_a_task_names_its_solver_and_sgd_is_the_default() -> None:
    assert training_defaults(TASK) == settings()
    assert training_defaults(BUILT_IN_TASKS["digits"]()).solver == "sgd"
