"""BlockFL's learning task: linear regression, SVRG on each device, the devices' models averaged (DANE).

    f(w) = (1/N_S) sum over devices i and their samples k of f_k(w)        f_k(w) = (x_k . w - y_k)^2 / 2

The paper names neither dimension nor data. Here features are standard normal, w* is standard normal and the targets
have normal noise. The dimension follows from the size of an update: 5 Kbit hold a model and a sum of gradients of 40
numbers of 64 bits each. BlockFL section II; Konecny et al., arXiv 1610.02527 (federated SVRG).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from fl_client.errors import ConfigError

Array = NDArray[np.float64]


class GradientOf(StrEnum):
    """Whose samples the global gradient in a device's SVRG steps is of.

    EVERYONE: the paper's form; needs everybody's sum of gradients at the model that the epoch begins with, while a
    block brings those of the epoch before. The simulator simply has it. OWN: the device's own samples, all that a
    trainer of the federation can vouch for.
    """

    EVERYONE = "everyone"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionTask:
    """What is learnt, and how.

    Args:
        dimension: d, of a sample.
        noise: standard deviation of the targets' noise.
        step: beta; a device with N_i samples steps by beta/N_i, N_i times an epoch.
        tolerance: epsilon; learning has ended when the global model moved by at most that, in Euclidean norm.
        first_weight: w_max; the first model is uniform on (0, w_max] in each coordinate.
        most_epochs: learning is given up after so many.
        gradient: whose gradient stands in the steps.

    Raises:
        ConfigError: a value is out of its range.
    """

    dimension: int = 40
    noise: float = 0.1
    step: float = 0.3
    tolerance: float = 0.14
    first_weight: float = 1.0
    most_epochs: int = 2_000
    gradient: GradientOf = GradientOf.EVERYONE

    def __post_init__(self) -> None:
        for name in ("dimension", "most_epochs"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}: give a whole number from 1")
        for name in ("step", "tolerance", "first_weight"):
            if not 0 < getattr(self, name) < math.inf:
                raise ConfigError(f"{name} is {getattr(self, name)}: give a finite number above 0")
        if not 0 <= self.noise < math.inf:
            raise ConfigError(f"noise is {self.noise}: give a finite number from 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The devices' samples, each device's in rows of their own; rows beyond its count are zero.

    Attributes:
        inputs: float64 (devices, most, d).
        targets: float64 (devices, most).
        counts: int64 (devices,), N_i >= 1.
    """

    inputs: Array = field(repr=False)
    targets: Array = field(repr=False)
    counts: NDArray[np.int64]

    @property
    def weights(self) -> Array:
        """N_i / N_S, (devices,)."""
        weights: Array = self.counts / self.counts.sum()
        return weights


def draw_shares(task: RegressionTask, counts: NDArray[np.int64], generator: np.random.Generator) -> Shares:
    """Draw a regression and every device's samples of it.

    Args:
        counts: int64 (devices,), samples of each.
        generator: the only source of randomness.
    """
    most = int(counts.max())
    truth = generator.standard_normal(task.dimension)
    inputs = generator.standard_normal((len(counts), most, task.dimension))
    targets = inputs @ truth + task.noise * generator.standard_normal((len(counts), most))
    there = np.arange(most) < counts[:, None]  # (devices, most)
    return Shares(inputs=inputs * there[:, :, None], targets=targets * there, counts=counts)


def least_squares(shares: Shares) -> Array:
    """The minimiser of f in closed form, float64 (d,)."""
    inputs = shares.inputs.reshape(-1, shares.inputs.shape[-1])  # (devices * most, d)
    solution = np.linalg.lstsq(inputs, shares.targets.reshape(-1), rcond=None)[0]
    return np.asarray(solution, dtype=np.float64)


def gradient_sums(shares: Shares, models: Array) -> Array:
    """Each device's sum of its samples' gradients at its own model: what a block carries of it.

    Args:
        models: float64 (devices, d).

    Returns:
        float64 (devices, d).
    """
    residuals = np.matmul(shares.inputs, models[:, :, None])[:, :, 0] - shares.targets  # (devices, most)
    sums: Array = np.matmul(residuals[:, None, :], shares.inputs)[:, 0, :]
    return sums


def svrg(shares: Shares, held: Array, gradient: Array, step: float) -> Array:
    """One epoch of SVRG on every device at once: N_i steps, each by one sample, in the order in which they lie.

    w <- w - (beta/N_i) ([grad f_k(w) - grad f_k(anchor)] + g), the anchor being the model that the device began with.
    For squares the bracket is x_k (x_k . (w - anchor)).

    Args:
        held: float64 (devices, d), each device's anchor.
        gradient: float64 (d,) or (devices, d), g.
        step: beta.

    Returns:
        float64 (devices, d), the local models.
    """
    moved = np.zeros_like(held)  # w - anchor
    rates = step / shares.counts  # (devices,)
    for k in range(shares.inputs.shape[1]):
        sample = shares.inputs[:, k, :]
        slope = np.einsum("nd,nd->n", sample, moved)[:, None] * sample + gradient
        moved -= np.where(k < shares.counts, rates, 0.0)[:, None] * slope
    return held + moved


def aggregate(base: Array, local: Array, weights: Array) -> Array:
    """The DANE-style rule: w + sum over i of (N_i/N_S) (w_i - w). In the federation this is the rule `mean`.

    Args:
        base: float64 (d,), the global model before.
        local: float64 (devices, d).
        weights: float64 (devices,), N_i/N_S.
    """
    return base + weights @ (local - base)


def passes(shares: Shares, step: float) -> Array:
    """What ``svrg`` does to the global gradient, as a matrix a device: local model = anchor - matrix @ gradient.

    For squares every step is linear in (w - anchor, g), so a pass is a matrix. It depends on the samples alone and is
    the same in every epoch; that makes learning with it some ten times as fast as step by step.

    Returns:
        float64 (devices, d, d).
    """
    devices, most, dimension = shares.inputs.shape
    found = np.zeros((devices, dimension, dimension))
    rates = step / shares.counts  # (devices,)
    for k in range(most):
        sample = shares.inputs[:, k, :]
        along = np.matmul(sample[:, None, :], found)  # (devices, 1, d)
        slope = np.eye(dimension) - sample[:, :, None] * along
        found += np.where(k < shares.counts, rates, 0.0)[:, None, None] * slope
    return found


def local_models(task: RegressionTask, shares: Shares, matrices: Array, held: Array) -> Array:
    """What every device computes in an epoch from the model that it holds.

    Args:
        matrices: float64 (devices, d, d), of ``passes``.
        held: float64 (devices, d).

    Returns:
        float64 (devices, d).
    """
    sums = gradient_sums(shares, held)
    if task.gradient is GradientOf.OWN:
        gradient = sums / shares.counts[:, None]
    else:
        gradient = np.broadcast_to(sums.sum(axis=0) / shares.counts.sum(), sums.shape)
    moved: Array = np.matmul(matrices, gradient[:, :, None])[:, :, 0]
    return held - moved
