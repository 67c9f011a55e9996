"""Trying a round again that missed its quorum."""

import pytest

from tests.contracts.federation import (
    ONE,
    SUPPLY,
    advance_to,
    at,
    deadline_of,
    now,
    only_event,
    present,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import UNKNOWN_DUE, Phase, TrainerState


@pytest.fixture
def missed(task, committing, active):
    """Two of five trainers revealed: one less than the quorum."""
    committing.until_revealed(active[:2])
    return committing


def test_when_nobody_commits_the_end_of_commit_is_enough(task, outsider):
    at(deadline_of(task))
    task.voidRound({"from": outsider})
    assert task.clock()["attempt"] == 1


def test_one_second_before_the_end_of_commit_reverts(task, outsider):
    at(deadline_of(task) - 1)
    with reverts("TrainingTaskUnexpectedPhase", Phase.COMMIT, Phase.VOID):
        task.voidRound({"from": outsider})


def test_whoever_committed_keeps_its_whole_reveal_phase(task, committing, active, outsider):
    committing.commit(active[:2])
    advance_to(task, Phase.REVEAL)
    at(deadline_of(task) - 1)
    with reverts("TrainingTaskUnexpectedPhase", Phase.REVEAL, Phase.VOID):
        task.voidRound({"from": outsider})


def test_at_the_end_of_reveal_anybody_voids(task, committing, active, outsider):
    committing.commit(active[:2])
    advance_to(task, Phase.REVEAL)
    at(deadline_of(task))
    task.voidRound({"from": outsider})
    assert task.clock()["attempt"] == 1


def test_void_has_no_deadline(task, missed):
    advance_to(task, Phase.VOID)
    assert deadline_of(task) == 0


def test_with_the_quorum_of_reveals_reverts(task, committing, active, outsider):
    committing.until_revealed(active[:3])
    with reverts("TrainingTaskUnexpectedPhase", Phase.ATTEST, Phase.VOID):
        task.voidRound({"from": outsider})


def test_emits_round_voided(task, missed, outsider):
    advance_to(task, Phase.VOID)
    assert only_event(task.voidRound({"from": outsider}), "RoundVoided") == {
        "round": 1,
        "attempt": 0,
        "voids": 1,
    }


def test_emits_turn_opened(task, missed, outsider):
    advance_to(task, Phase.VOID)
    assert only_event(task.voidRound({"from": outsider}), "TurnOpened") == {
        "round": 1,
        "turn": 2,
        "attempt": 1,
        "due": UNKNOWN_DUE,
        "deadline": now() + 600,
    }


def test_keeps_the_reveals(task, missed, active, outsider):
    before = task.setHash()
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    assert (task.clock()["revealed"], task.setHash()) == (2, before)


def test_reveals_of_two_attempts_reach_the_quorum_together(task, missed, active, sealers, outsider):
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    missed.until_revealed(active[2:3])
    missed.attest(active[:3])
    missed.propose()
    assert task.clock()["accepted"] == 3


def test_nobody_is_awaited_in_a_later_attempt(task, missed, active, outsider):
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    missed.commit(active[2:])
    assert present(task) == Phase.COMMIT


def test_the_base_model_stays(task, missed, outsider):
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    assert bytes(task.baseModel()) == missed.base


def test_nobody_is_slashed(task, missed, active, outsider):
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    assert [task.trainerOf(trainer)["state"] for trainer in active[:2]] == [TrainerState.REVEALED] * 2


def test_before_the_limit_another_attempt_opens(task, outsider):
    for _ in range(2):
        advance_to(task, Phase.VOID)
        task.voidRound({"from": outsider})
    assert (present(task), task.clock()["attempt"]) == (Phase.COMMIT, 2)


def test_at_the_limit_the_task_ends(task, missed, outsider):
    for _ in range(2):
        advance_to(task, Phase.VOID)
        task.voidRound({"from": outsider})
    advance_to(task, Phase.VOID)
    assert only_event(task.voidRound({"from": outsider}), "TaskEnded") == {"round": 1, "model": missed.base}


def test_only_voids_in_a_row_count(task, committing, active, outsider):
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    following = committing.run(active, outsider)
    assert (following.number, task.clock()["voids"]) == (2, 0)


def test_a_bonus_that_nobody_shares_is_burned_at_the_end(system, people, coin, trainers, outsider):
    task = running_task(system, people, trainers=3, max_voids=1)
    Round.of(task).commit(trainers[:1])
    advance_to(task, Phase.VOID)
    task.settle(trainers[0], {"from": trainers[0]})
    task.voidRound({"from": outsider})
    # A quarter of the twenty coins was burned by the slash, the rest by the end.
    assert coin.totalSupply() == SUPPLY - 20 * ONE
