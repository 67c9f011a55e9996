"""Who takes part in a federation in one process, and how a round of it ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from fl_client.aggregation.weigh import Needs
from fl_client.chain.contracts import Phase, ReviewStep, Role, TaskContract
from fl_client.roles import Participant
from fl_client.rounds import TaskWatch, rule_of


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
    if phase is Phase.COMMIT and rule_of(contract).needs & (Needs.TRUST | Needs.REPUTATIONS):
        # For what the owner does not give trainers wait half of the phase.
        middle = deadline - contract.parameters.commit_seconds // 2 + 1
        return middle if contract.connection.now() < middle else deadline
    if phase is Phase.REVIEW:
        review = contract.review()
        # Of the draw, a block; of everything else, a time.
        return contract.connection.now() + 1 if review.step is ReviewStep.DRAW else review.mark
    dispute = contract.open_dispute()
    return dispute.deadline if dispute.deadline and phase is Phase.CHALLENGE else deadline


def question_deadline(watch: TaskWatch, now: int) -> int | None:
    """When the next of the open questions for bytes is over; None where none runs."""
    return min((one.deadline for one in watch.ledger.questions.open if one.deadline > now), default=None)


def releasable_at(contract: TaskContract, member: Member) -> int:
    """From when on the last of a member's stakes is free; 0 where it has none, or all are bound."""
    found = 0
    for role in (Role.TRAINER, Role.SEALER, Role.CHALLENGER, Role.VALIDATOR):
        amount, free_at = contract.stake(member.participant.address, role)
        found = max(found, free_at if amount else 0)
    return found
