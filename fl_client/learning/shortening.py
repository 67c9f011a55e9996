"""A trainer that keeps to its task's norm bound: what is longer is shortened, not refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fl_client.learning.learner import LocalUpdate, Vector

_BELOW = 1 - 1e-9
"""A hair below the bound: what is computed in floats stays below it in integers too."""


class Learns(Protocol):
    """A learner of any kind."""

    def update(self, base: Vector, round_: int) -> LocalUpdate:
        """Train from a global model."""
        ...


def shortened(rows: NDArray[np.float64], bound: float) -> NDArray[np.float64]:
    """Rows no longer than a bound; those that are longer keep their direction.

    Args:
        rows: float64 (k, d), finite.
        bound: greatest Euclidean norm, above 0.

    Returns:
        float64 (k, d); shortened rows are whole numbers, rounded towards zero, so that no rounding makes them longer.

    >>> shortened(np.array([[3.0, -4.0], [0.4, 0.6]]), 2.5).tolist()
    [[1.0, -1.0], [0.4, 0.6]]
    """
    norms = np.linalg.norm(rows, axis=1, keepdims=True)  # (k, 1)
    return np.where(norms > bound, np.trunc(rows * (_BELOW * bound / np.maximum(norms, bound))), rows)


class ShorteningLearner:
    """A learner whose differences are no longer than a bound.

    Where honest updates all reach the bound they are of one length, and a rule that looks at distances is not misled
    by shares of different sizes. Source: Sun et al., "Can You Really Backdoor Federated Learning?" (arXiv 1911.07963),
    section 5, on the trainer's side.
    """

    def __init__(self, learner: Learns, bound: float) -> None:
        """Make one; ``bound`` is in lattice units."""
        self._learner, self._bound = learner, bound

    def update(self, base: Vector, round_: int) -> LocalUpdate:
        """Train, and shorten."""
        learnt = self._learner.update(base, round_)
        row = shortened(learnt.delta[None].astype(np.float64), self._bound)[0]
        return replace(learnt, delta=np.rint(row).astype(np.int32))
