"""Momentum on the trainer's side: what a trainer sends is a running mean of what its data says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fl_client.errors import ConfigError
from fl_client.learning.learner import Vector


class RunningMean:
    """m <- beta * m + (1 - beta) * x, the first x as it is; float64, so that rounding does not add up.

    The noise of one round's batches averages out, so honest updates lie closer together and attackers have less
    spread to hide in. Source: Karimireddy, He and Jaggi, "Learning from History for Byzantine Robust Optimization"
    (arXiv 2012.10333), section 5.

    >>> running = RunningMean(0.5)
    >>> [running.step(np.array([value], dtype=np.int32)).tolist() for value in (8, 0, 0)]
    [[8], [4], [2]]
    """

    def __init__(self, beta: float) -> None:
        """Make one.

        Raises:
            ConfigError: beta is not in [0, 1).
        """
        if not 0 <= beta < 1:
            raise ConfigError(f"momentum is {beta}: give a number from 0 to below 1")
        self.beta = beta
        self._mean: NDArray[np.float64] | None = None

    def step(self, delta: Vector) -> Vector:
        """Take one round's difference in, int32 (d,); returns what is sent, int32 (d,)."""
        new = delta.astype(np.float64)
        self._mean = new if self._mean is None else self.beta * self._mean + (1 - self.beta) * new
        return np.rint(self._mean).astype(np.int32)
