"""What hiding a committed update costs."""

import pytest

from tests.contracts.federation import ONE, SUPPLY, ZERO, advance_to, at, deadline_of, only_event, reverts
from tests.contracts.task_types import Evidence, Phase, Role, TrainerState


@pytest.fixture
def hidden(task, revealing, active):
    """The reveal phase is over, and the last trainer has hidden its update."""
    round_, updates = revealing
    round_.reveal(updates[:4])
    advance_to(task, Phase.ATTEST)
    return active[4]


def test_before_the_reveal_phase_is_over_reverts(task, revealing, active, outsider):
    at(deadline_of(task) - 1)
    with reverts("TrainingTaskNothingToSettle", active[0]):
        task.settle(active[0], {"from": outsider})


def test_from_its_end_on_anybody_settles(task, revealing, active, outsider):
    at(deadline_of(task))
    task.settle(active[0], {"from": outsider})
    assert task.trainerOf(active[0])["state"] == TrainerState.SUSPENDED


def test_cuts_the_stake(task, vault, hidden, outsider):
    task.settle(hidden, {"from": outsider})
    assert vault.stakeOf(task, hidden, Role.TRAINER)["amount"] == 80 * ONE


def test_emits_stake_slashed(task, hidden, outsider):
    # A fifth of the twenty coins is less than the bounty of five.
    assert only_event(task.settle(hidden, {"from": outsider}), "StakeSlashed") == {
        "task": task,
        "account": hidden,
        "role": Role.TRAINER,
        "evidence": Evidence.NO_REVEAL,
        "taken": 20 * ONE,
        "burned": 5 * ONE,
        "beneficiary": outsider,
        "bounty": 4 * ONE,
    }


def test_emits_trainer_suspended(task, hidden, outsider):
    assert only_event(task.settle(hidden, {"from": outsider}), "TrainerSuspended") == {
        "trainer": hidden,
        "evidence": Evidence.NO_REVEAL,
    }


def test_pays_the_bounty_to_the_settler(task, pool, hidden, outsider):
    task.settle(hidden, {"from": outsider})
    assert pool.earningsOf(outsider)["claimable"] == 4 * ONE


def test_nobody_earns_by_exposing_itself(task, pool, hidden):
    slashed = only_event(task.settle(hidden, {"from": hidden}), "StakeSlashed")
    assert (slashed["beneficiary"], slashed["bounty"]) == (ZERO, 0)
    assert pool.escrowOf(task)["bonus"] == 15 * ONE


def test_the_trainer_no_longer_counts_as_active(task, hidden, outsider):
    task.settle(hidden, {"from": outsider})
    assert task.clock()["active"] == 4


def test_a_leaving_trainer_is_not_uncounted_twice(task, hidden, outsider):
    task.leaveTask(Role.TRAINER, 0, {"from": hidden})
    task.settle(hidden, {"from": outsider})
    assert task.clock()["active"] == 4


def test_twice_reverts(task, hidden, outsider):
    task.settle(hidden, {"from": outsider})
    with reverts("TrainingTaskNothingToSettle", hidden):
        task.settle(hidden, {"from": outsider})


def test_whoever_revealed_reverts(task, hidden, active, outsider):
    with reverts("TrainingTaskNothingToSettle", active[0]):
        task.settle(active[0], {"from": outsider})


def test_a_stranger_reverts(task, hidden, outsider):
    with reverts("TrainingTaskNothingToSettle", outsider):
        task.settle(outsider, {"from": outsider})


def test_during_the_commit_phase_reverts(task, committing, active, outsider):
    committing.commit(active[:1])
    with reverts("TrainingTaskNothingToSettle", active[0]):
        task.settle(active[0], {"from": outsider})


def test_a_commitment_of_an_earlier_turn_is_overdue(task, committing, active, outsider):
    committing.commit(active[:1])
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    task.settle(active[0], {"from": outsider})
    assert task.trainerOf(active[0])["state"] == TrainerState.SUSPENDED


def test_the_penalty_goes_to_the_honest_of_the_round(task, pool, revealing, hidden, active, outsider):
    round_, _ = revealing
    task.settle(hidden, {"from": outsider})
    round_.attest(active[:4])
    transaction = task.freezeRound(round_.entries, {"from": outsider})
    # Of twenty coins five were burned and four are the bounty; four updates share the rest.
    assert only_event(transaction, "BonusShared") == {"task": task, "accepted": 4, "share": 11 * ONE // 4}


@pytest.fixture
def ended(task, revealing, hidden, active, outsider):
    """The task has ended before anybody settled."""
    round_, _ = revealing
    round_.attest(active[:4])
    advance_to(task, Phase.AGGREGATE)
    task.freezeRound(round_.entries, {"from": outsider})
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
    return task


def test_after_the_end_the_trainer_still_answers(ended, hidden, outsider):
    ended.settle(hidden, {"from": outsider})
    assert ended.trainerOf(hidden)["state"] == TrainerState.SUSPENDED


def test_after_the_end_what_nobody_is_left_to_share_is_burned(ended, coin, pool, hidden, outsider):
    ended.settle(hidden, {"from": outsider})
    assert pool.escrowOf(ended)["bonus"] == 0
    # Of twenty coins the settler gets four.
    assert coin.totalSupply() == SUPPLY - 16 * ONE
