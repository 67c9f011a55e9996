"""Learners of colluding trainers in a federation on a chain: they learn together and read the public record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fl_client.errors import EncodingError, StorageError
from fl_client.learning import LocalLearner, LocalUpdate
from fl_client.review import UNAVAILABLE
from fl_client.roles import ModelBook
from fl_client.rounds import RoundRecord, TaskWatch, Vector
from fl_client.simulation.attacks.crew import Crew
from fl_client.simulation.attacks.knowledge import PastRound
from fl_client.types import Address


@dataclass(slots=True, kw_only=True)
class Gang:
    """The crew of one federation with its learners; what they send in a round is decided once.

    Attributes:
        members: their accounts, filled in as they are made.
        claimed: sample count that all of them claim; None for the true ones.
    """

    crew: Crew
    watch: TaskWatch
    models: ModelBook
    learners: list[LocalLearner] = field(default_factory=list)
    members: list[Address] = field(default_factory=list)
    claimed: int | None = None
    _round: int = 0
    _sent: list[LocalUpdate] = field(default_factory=list)

    def updates(self, base: Vector, round_: int) -> Sequence[LocalUpdate]:
        """What everybody of the gang sends in a round."""
        if self._round != round_:
            own = [learner.update(base, round_) for learner in self.learners]
            past = self._past(base, round_ - 1)
            if past is not None:
                self.crew.note(past)
            sent = self.crew.send(round_, base, np.stack([one.delta for one in own]))
            self._sent = [
                replace(one, delta=row, samples=self.claimed or one.samples)
                for one, row in zip(own, sent, strict=True)
            ]
            self._round = round_
        return self._sent

    def _past(self, outcome: Vector, number: int) -> PastRound | None:
        """A finished round from chain and store; None where there was none."""
        record = self.watch.ledger.rounds.get(number)
        if record is None:
            return None
        base = self.models.base(number)
        honest, colluding = self._accepted(record)
        form = (0, base.size)
        return PastRound(
            base=base,
            outcome=outcome,
            honest=np.stack(honest) if honest else np.zeros(form, dtype=np.int32),
            colluding=np.stack(colluding) if colluding else np.zeros(form, dtype=np.int32),
            standing=self._standing(record),
        )

    def _standing(self, record: RoundRecord) -> float | None:
        """What the judges' medians say of the gang, see ``PastRound``."""
        board = self.watch.ledger.board
        review = None if board is None else board.reviews.get(record.frozen_turn)
        judges = self.watch.contract.board
        if judges is None or review is None or not review.medians:
            return None
        scored = [
            (reveal.trainer in self.members, review.medians[reveal.index])
            for reveal in record.reveals
            if review.medians[reveal.index] != UNAVAILABLE
        ]
        return standing(
            [score for ours, score in scored if ours],
            [score for ours, score in scored if not ours],
            judges.terms.floor,
        )

    def _accepted(self, record: RoundRecord) -> tuple[list[NDArray[np.int32]], list[NDArray[np.int32]]]:
        honest: list[NDArray[np.int32]] = []
        colluding: list[NDArray[np.int32]] = []
        for reveal in record.reveals:
            if not (record.accepted_mask or 0) >> reveal.index & 1:
                continue
            try:
                vector = self.models.update(record.number, reveal).vector
            except (StorageError, EncodingError):
                continue  # vouched for by others, and not to be had here
            (colluding if reveal.trainer in self.members else honest).append(vector)
        return honest, colluding


def standing(ours: Sequence[int], others: Sequence[int], floor: int) -> float | None:
    """Where the worst of our scores lies between the floor (0) and the mean of the others' (1).

    >>> standing([120, 150], [200, 200], floor=100)
    0.2
    """
    if not ours or not others:
        return None
    span = sum(others) / len(others) - floor
    return (min(ours) - floor) / span if span > 0 else None


class GangLearner:
    """One colluder's learner: whatever the gang decided."""

    def __init__(self, gang: Gang, place: int) -> None:
        self._gang, self._place = gang, place

    def update(self, base: Vector, round_: int) -> LocalUpdate:
        """See ``Gang.updates``."""
        return self._gang.updates(base, round_)[self._place]
