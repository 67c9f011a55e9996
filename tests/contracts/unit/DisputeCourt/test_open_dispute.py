"""Opening a dispute locks a bond and sets the sealer a deadline."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.dissection import CONTENT, SALT, Dissection, disputed, open_dispute
from tests.contracts.federation import (
    People,
    System,
    advance_to,
    at,
    deadline_of,
    now,
    only_event,
    parameters_of,
    reverts,
    running_task,
)
from tests.contracts.task_types import Phase, Role

NODES, CHUNK = 1, 3


def announce(court: Any, task: Any, dispute: Dissection) -> None:
    """Put the challenger's hidden announcement on chain."""
    opening = court.disputeOpening(dispute.challenger, task, dispute.replacement, SALT)
    court.openEvidence(opening, {"from": dispute.challenger})


def challenge(court: Any, task: Any, dispute: Dissection, *, round_: int = 1, proposal: int = 1) -> None:
    """Open what was announced."""
    sender = {"from": dispute.challenger}
    court.openDispute(task, round_, proposal, dispute.replacement, CONTENT, SALT, sender)


def test_the_sealer_gets_a_deadline(court: Any, task: Any, dispute: Dissection) -> None:
    opened = dispute.open()
    deadline = now() + parameters_of(task).answer_seconds
    assert only_event(opened, "DisputeOpened") == {
        "task": task,
        "challenger": dispute.challenger,
        "proposal": 1,
        "replacement": dispute.replacement,
        "deadline": deadline,
    }
    assert court.disputeOf(task)["deadline"] == deadline


def test_the_dispute_starts_at_the_root(court: Any, task: Any, dispute: Dissection) -> None:
    dispute.open()
    record = court.disputeOf(task)
    assert (record["step"], record["level"], record["position"], record["proposal"]) == (NODES, 9, 0, 1)
    assert record["challenger"] == dispute.challenger
    assert record["node"] == task.proposedModel()[0]
    assert bytes(record["replacement"]) == dispute.replacement
    assert bytes(record["contentId"]) == CONTENT


def test_the_bond_is_locked(task: Any, vault: Any, coin: Any, dispute: Dissection) -> None:
    bond = parameters_of(task).challenge_bond
    held, before = vault.held(), coin.balanceOf(dispute.challenger)
    dispute.open()
    assert vault.stakeOf(task, dispute.challenger, Role.CHALLENGER)["amount"] == bond
    assert (vault.held() - held, before - coin.balanceOf(dispute.challenger)) == (bond, bond)


def test_the_window_does_not_close_while_a_dispute_is_open(task: Any, dispute: Dissection) -> None:
    deadline = deadline_of(task)
    dispute.open()
    at(deadline + 10)
    with reverts("TrainingTaskUnexpectedPhase", Phase.CHALLENGE, Phase.FINAL):
        task.finalizeRound({"from": dispute.challenger})


def test_one_dispute_at_a_time(court: Any, task: Any, dispute: Dissection, trainers: Any) -> None:
    dispute.open()
    with reverts("TrainingTaskNotChallengeable", 1):
        open_dispute(court, task, trainers[0], b"\x42" * 32)


def test_the_same_model_is_no_challenge(court: Any, task: Any, dispute: Dissection) -> None:
    model = dispute.round.commitment_to(dispute.theirs)
    with reverts("DisputeCourtNothingWrong"):
        open_dispute(court, task, dispute.challenger, model)


@pytest.mark.parametrize("number", [0, 2, 2**24 - 1])
def test_a_challenge_of_another_round_reverts_before_it_costs_a_bond(
    court: Any, task: Any, vault: Any, dispute: Dissection, number: int
) -> None:
    announce(court, task, dispute)
    with reverts("TrainingTaskOtherRound", number, 1):
        challenge(court, task, dispute, round_=number)
    assert vault.stakeOf(task, dispute.challenger, Role.CHALLENGER)["amount"] == 0


@pytest.mark.parametrize("proposal", [0, 2, 255])
def test_a_challenge_of_another_proposal_reverts_before_it_costs_a_bond(
    court: Any, task: Any, vault: Any, dispute: Dissection, proposal: int
) -> None:
    announce(court, task, dispute)
    with reverts("DisputeCourtOtherProposal", proposal, 1):
        challenge(court, task, dispute, proposal=proposal)
    assert vault.stakeOf(task, dispute.challenger, Role.CHALLENGER)["amount"] == 0
    assert not task.clock()["disputeOpen"]


def test_a_challenge_after_the_window_reverts(court: Any, task: Any, dispute: Dissection) -> None:
    announce(court, task, dispute)
    at(deadline_of(task))
    with reverts("TrainingTaskUnexpectedPhase", Phase.FINAL, Phase.CHALLENGE):
        challenge(court, task, dispute)


def test_a_challenge_in_the_last_second_of_the_window_is_heard(
    court: Any, task: Any, dispute: Dissection
) -> None:
    announce(court, task, dispute)
    at(deadline_of(task) - 1)
    challenge(court, task, dispute)
    assert court.disputeOf(task)["challenger"] == dispute.challenger


@pytest.mark.parametrize("phase", [Phase.COMMIT, Phase.VOID])
def test_without_a_proposal_there_is_nothing_to_challenge(
    court: Any, system: System, people: People, phase: Phase
) -> None:
    fresh = running_task(system, people)
    advance_to(fresh, phase)
    with reverts("TrainingTaskUnexpectedPhase", phase, Phase.CHALLENGE):
        open_dispute(court, fresh, people.challenger, b"\x42" * 32)


def test_without_coins_for_the_bond_no_dispute(court: Any, task: Any, vault: Any, outsider: Any) -> None:
    bond = parameters_of(task).challenge_bond
    with reverts("ERC20InsufficientAllowance", vault.address, 0, bond):
        open_dispute(court, task, outsider, b"\x42" * 32)


def test_a_model_of_one_chunk_is_asked_for_at_once(court: Any, system: System, people: People) -> None:
    small = disputed(system, people, 3, dimension=10)
    small.open()
    record = court.disputeOf(small.task)
    assert (record["step"], record["level"]) == (CHUNK, 0)
