"""BlockFL's regression: SVRG as the paper writes it, and what it converges to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fl_client.errors import ConfigError
from fl_client.simulation.latency import NO_MALFUNCTION, GradientOf, RegressionTask, learn
from fl_client.simulation.latency.regression import (
    Shares,
    aggregate,
    draw_shares,
    gradient_sums,
    least_squares,
    local_models,
    passes,
    svrg,
)

SMALL = RegressionTask(dimension=6, tolerance=1e-10, step=0.8)


def shares(task: RegressionTask = SMALL, seed: int = 0) -> Shares:
    draw = np.random.default_rng(seed)
    return draw_shares(task, draw.integers(10, 51, size=10), draw)


def loss(data: Shares, model: np.ndarray) -> float:
    return sum(
        0.5 * float(((data.inputs[i, :n] @ model - data.targets[i, :n]) ** 2).sum())
        for i, n in enumerate(data.counts)
    ) / float(data.counts.sum())


def test_a_pass_is_the_papers_steps_one_after_another() -> None:
    data, draw = shares(), np.random.default_rng(1)
    held, gradient = draw.normal(size=(10, 6)), draw.normal(size=6)
    local = svrg(data, held, gradient, 0.8)
    for device, count in enumerate(data.counts):
        w = held[device].copy()
        for k in range(count):
            x, y = data.inputs[device, k], data.targets[device, k]
            at_w, at_anchor = x * (x @ w - y), x * (x @ held[device] - y)
            w -= 0.8 / count * ((at_w - at_anchor) + gradient)
        assert local[device] == pytest.approx(w, abs=1e-12)


@pytest.mark.parametrize("gradient", GradientOf)
def test_a_pass_as_a_matrix_is_the_pass(gradient: GradientOf) -> None:
    task, data = replace(SMALL, gradient=gradient), shares()
    held = np.random.default_rng(4).normal(size=(10, 6))
    sums = gradient_sums(data, held)
    given = sums / data.counts[:, None] if gradient is GradientOf.OWN else sums.sum(0) / data.counts.sum()
    stepwise = svrg(data, held, given, task.step)
    assert local_models(task, data, passes(data, task.step), held) == pytest.approx(stepwise, abs=1e-12)


def test_gradient_sums_are_the_slopes_of_the_loss() -> None:
    data = shares()
    model = np.random.default_rng(2).normal(size=6)
    total = gradient_sums(data, np.tile(model, (10, 1))).sum(axis=0) / data.counts.sum()
    for axis in range(6):
        step = np.eye(6)[axis] * 1e-5
        slope = (loss(data, model + step) - loss(data, model - step)) / 2e-5
        assert total[axis] == pytest.approx(slope, abs=1e-7)


def test_the_dane_rule_is_the_mean_weighted_by_samples() -> None:
    draw = np.random.default_rng(3)
    base, local = draw.normal(size=6), draw.normal(size=(10, 6))
    counts = draw.integers(10, 51, size=10)
    assert aggregate(base, local, counts / counts.sum()) == pytest.approx(
        np.average(local, axis=0, weights=counts)
    )


def test_with_everybodys_gradient_learning_ends_at_the_least_squares() -> None:
    data = shares()
    found = learn(SMALL, data, miners=10, malfunction=NO_MALFUNCTION, generator=np.random.default_rng(0))
    assert found.ended
    assert found.model == pytest.approx(least_squares(data), abs=1e-8)


def test_with_own_gradients_it_ends_near_it_and_nearer_with_shorter_steps() -> None:
    data = shares()
    distances = []
    for step in (0.8, 0.1):
        task = replace(SMALL, gradient=GradientOf.OWN, step=step)
        found = learn(task, data, miners=10, malfunction=NO_MALFUNCTION, generator=np.random.default_rng(0))
        assert found.ended
        distances.append(float(np.linalg.norm(found.model - least_squares(data))))
    assert 1e-5 < distances[1] < 0.5 * distances[0]
    assert distances[0] < 0.1


def test_at_the_least_squares_nobody_moves() -> None:
    data = shares()
    best = np.tile(least_squares(data), (10, 1))
    assert local_models(SMALL, data, passes(data, SMALL.step), best) == pytest.approx(best, abs=1e-12)


def test_a_step_that_is_too_long_is_said_to_diverge() -> None:
    with (
        pytest.raises(ConfigError, match="diverges with step 100"),
        np.errstate(over="ignore", invalid="ignore"),
    ):
        learn(
            replace(SMALL, step=100.0),
            shares(),
            miners=1,
            malfunction=NO_MALFUNCTION,
            generator=np.random.default_rng(0),
        )


@pytest.mark.parametrize("values", [{"dimension": 0}, {"step": 0.0}, {"tolerance": -1.0}, {"noise": -0.1}])
def test_tasks_out_of_range_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        RegressionTask(**values)  # type: ignore[arg-type]
