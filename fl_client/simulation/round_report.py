"""What a run says of each round."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundReport:
    """One finished round.

    Attributes:
        round: from 1.
        accuracy: the task's metric of the new model on the test part.
        loss: on the test part.
        accepted: updates that entered the model.
        gas: of all transactions since the round before.
        slashes: evidence names of what was booked in it.
    """

    round: int
    accuracy: float
    loss: float
    accepted: int
    gas: int
    slashes: tuple[str, ...]
