"""A judge who looks at nothing but the loss."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fl_client.encoding import LIMIT
from fl_client.review.contribution import Contribution, guided_shapley
from fl_client.rounds import Vector

Loss = Callable[[Vector], float]
"""The task's loss of a model, int32 (d,), on samples that no trainer has; NaN or infinite for a broken model."""


class LossJudge:
    """Scores updates by how much they lower the task's loss, in nats (see ``roles/validator.py:Judge``).

    The loss moves with every update, where an accuracy over a few hundred samples moves in steps.
    """

    def __init__(self, loss: Loss, contribution: Contribution = guided_shapley) -> None:
        """Make a judge.

        Args:
            loss: on this judge's own samples; on the task's public ones where anybody is to score alike.
            contribution: how what the updates are worth together is divided among them.
        """
        self._loss, self._contribution = loss, contribution

    def worth(self, base: Vector, updates: dict[int, Vector], weights: dict[int, int]) -> dict[int, float]:
        """The worth of each update."""

        def utility(members: frozenset[int]) -> float:
            moved = base.astype(np.float64)
            total = sum(weights[one] for one in members)
            for one in sorted(members):
                moved += updates[one] * (weights[one] / total)
            return -self._loss(np.clip(np.rint(moved), -LIMIT, LIMIT).astype(np.int32))

        return self._contribution(utility, sorted(updates))
