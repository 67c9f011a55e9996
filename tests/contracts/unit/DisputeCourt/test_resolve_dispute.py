"""Whoever owed the step when its deadline passed has lost; anybody may say so."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.dissection import Dissection, deadline_of_dispute
from tests.contracts.federation import ZERO, at, only_event, reverts

STEPS = {
    "nodes": ("open",),
    "pick": ("open", "answer"),
    "lower nodes": ("open", "answer", "pick"),
    "lower pick": ("open", "answer", "pick", "answer"),
    "chunk": ("open", "answer", "pick", "answer", "pick"),
    "proof": ("open", "answer", "pick", "answer", "pick", "answer_chunk"),
}
"""Whose move is awaited after which moves; the sealer's and the challenger's take turns."""


def play(dispute: Dissection, awaited: str) -> None:
    for step in STEPS[awaited]:
        getattr(dispute, step)()


@pytest.mark.parametrize("awaited", STEPS)
def test_whoever_is_silent_loses(
    court: Any, task: Any, dispute: Dissection, trainers: Any, awaited: str
) -> None:
    play(dispute, awaited)
    at(deadline_of_dispute(court, task))
    resolved = court.resolveDispute(task, {"from": trainers[0]})
    assert only_event(resolved, "DisputeResolved") == {
        "task": task,
        "challenger": dispute.challenger,
        "challengerWon": awaited in ("nodes", "lower nodes", "chunk"),
    }
    assert court.disputeOf(task)["challenger"] == ZERO


@pytest.mark.parametrize("awaited", STEPS)
def test_not_before_the_deadline(court: Any, task: Any, dispute: Dissection, awaited: str) -> None:
    play(dispute, awaited)
    deadline = deadline_of_dispute(court, task)
    at(deadline - 1)
    with reverts("DisputeCourtDeadline", deadline, deadline - 1):
        court.resolveDispute(task, {"from": dispute.challenger})


def test_without_a_dispute_there_is_nothing_to_resolve(court: Any, task: Any, trainers: Any) -> None:
    with reverts("DisputeCourtUnexpectedStep", 0, 1):
        court.resolveDispute(task, {"from": trainers[0]})


def test_a_dispute_is_resolved_once(court: Any, task: Any, dispute: Dissection) -> None:
    dispute.open()
    at(deadline_of_dispute(court, task))
    court.resolveDispute(task, {"from": dispute.challenger})
    with reverts("DisputeCourtUnexpectedStep", 0, 1):
        court.resolveDispute(task, {"from": dispute.challenger})
