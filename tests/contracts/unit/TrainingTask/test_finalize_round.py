"""Closing a round."""

import pytest

from tests.contracts.federation import (
    ONE,
    advance_to,
    at,
    deadline_of,
    events,
    now,
    only_event,
    present,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase


def test_one_second_before_the_window_ends_reverts(task, proposed, outsider):
    at(deadline_of(task) - 1)
    with reverts("TrainingTaskUnexpectedPhase", Phase.CHALLENGE, Phase.FINAL):
        task.finalizeRound({"from": outsider})


@pytest.mark.parametrize("late", [0, 1])
def test_from_its_end_on_anybody_closes_the_round(task, proposed, outsider, late):
    at(deadline_of(task) + late)
    task.finalizeRound({"from": outsider})
    assert task.clock()["round"] == 2


def test_before_a_proposal_reverts(task, aggregating, outsider):
    with reverts("TrainingTaskUnexpectedPhase", Phase.ATTEST, Phase.FINAL):
        task.finalizeRound({"from": outsider})


def test_emits_round_finalized(task, proposed, outsider):
    advance_to(task, Phase.FINAL)
    assert only_event(task.finalizeRound({"from": outsider}), "RoundFinalized") == {"round": 1}


def test_emits_turn_opened(task, proposed, outsider):
    advance_to(task, Phase.FINAL)
    transaction = task.finalizeRound({"from": outsider})
    assert only_event(transaction, "TurnOpened") == {
        "round": 2,
        "turn": 2,
        "attempt": 0,
        "due": 5,
        "deadline": now() + 600,
    }


def test_the_proposal_becomes_the_base(task, proposed, outsider):
    following = proposed.finalize(outsider)
    assert following.base == proposed.commitment_to(proposed.new_model())


def test_the_next_round_begins_anew(task, proposed, outsider):
    proposed.finalize(outsider)
    clock = task.clock()
    names = ("phase", "attempt", "voids", "pending", "revealed", "accepted", "proposal", "disputes")
    assert [clock[name] for name in names] == [Phase.COMMIT, 0, 0, 0, 0, 0, 0, 0]


def test_a_trainer_that_joined_late_is_due_in_the_next_round(task, proposed, trainers, outsider):
    task.joinAsTrainer({"from": trainers[5]})
    proposed.finalize(outsider)
    assert task.clock()["due"] == 6


def test_models_alternate_without_mixing_up(task, proposed, active, outsider):
    second = proposed.finalize(outsider)
    second.until_attested(active)
    second.propose()
    third = second.finalize(outsider)
    assert third.base == second.commitment_to(second.new_model()) != second.base


@pytest.fixture
def last(system, people, trainers):
    """A task of one round, whose only proposal is final."""
    task = running_task(system, people, trainers=3, rounds=1)
    round_ = Round.of(task)
    round_.until_attested(trainers[:3])
    round_.propose()
    advance_to(task, Phase.FINAL)
    return round_


def test_the_last_round_ends_the_task(last, outsider):
    last.task.finalizeRound({"from": outsider})
    assert present(last.task) == Phase.ENDED


def test_the_last_round_emits_task_ended(last, outsider):
    transaction = last.task.finalizeRound({"from": outsider})
    assert only_event(transaction, "TaskEnded") == {
        "round": 2,
        "model": last.commitment_to(last.new_model()),
    }
    assert events(transaction, "TurnOpened") == []


def test_the_last_sealer_is_paid_at_once(last, pool, sealers, outsider):
    last.task.finalizeRound({"from": outsider})
    assert pool.earningsOf(sealers[1])["claimable"] == 2 * ONE


def test_the_unspent_escrow_goes_back(last, coin, owner, outsider):
    before = coin.balanceOf(owner)
    transaction = last.task.finalizeRound({"from": outsider})
    # Places for eight were paid for, three came.
    unspent = 5 * 4 * ONE
    assert coin.balanceOf(owner) - before == unspent
    assert only_event(transaction, "EscrowRefunded")["amount"] == unspent
