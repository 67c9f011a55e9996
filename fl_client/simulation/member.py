"""Who takes part in a federation in one process, and how a round of it ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from fl_client.chain.contracts import Phase, ReviewStep, TaskContract
from fl_client.roles import Participant


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


@dataclass(slots=True)
class Member:
    """One account of the federation: its name in reports, and what it began with."""

    name: str
    participant: Participant
    coins_before: int
    said: list[str] = field(default_factory=list)


def next_deadline(contract: TaskContract, phase: Phase, deadline: int) -> int:
    """Until when nothing happens if nobody acts: of a review or a dispute, not only of the phase."""
    if phase is Phase.REVIEW:
        review = contract.review()
        # Of the draw, a block; of everything else, a time.
        return contract.connection.now() + 1 if review.step is ReviewStep.DRAW else review.mark
    dispute = contract.open_dispute()
    return dispute.deadline if dispute.deadline and phase is Phase.CHALLENGE else deadline
