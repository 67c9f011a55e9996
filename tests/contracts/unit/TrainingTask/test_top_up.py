"""Coming back after a slash."""

import pytest

from tests.contracts.federation import (
    ONE,
    PURSE,
    advance_to,
    only_event,
    pass_deadline,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase, Role, TrainerState


@pytest.fixture
def suspended(committing, active, outsider):
    """The first trainer committed, hid its update, and was settled in the first turn."""
    committing.commit(active[:1])
    advance_to(committing.task, Phase.VOID)
    committing.task.settle(active[0], {"from": outsider})
    return active[0]


def test_fills_the_stake_up(task, vault, coin, suspended):
    task.topUp({"from": suspended})
    assert vault.stakeOf(task, suspended, Role.TRAINER) == (100 * ONE, 0)
    assert coin.balanceOf(suspended) == PURSE - 100 * ONE - 20 * ONE


def test_makes_the_trainer_ready(task, suspended):
    task.topUp({"from": suspended})
    assert task.trainerOf(suspended)["state"] == TrainerState.READY


def test_counts_the_trainer_as_active(task, suspended):
    task.topUp({"from": suspended})
    assert task.clock()["active"] == 5


def test_emits_trainer_restored(task, suspended):
    transaction = task.topUp({"from": suspended})
    assert only_event(transaction, "TrainerRestored") == {"trainer": suspended, "turn": 1}


def test_the_trainer_waits_for_the_next_turn(task, committing, suspended, outsider):
    task.voidRound({"from": outsider})
    task.topUp({"from": suspended})
    with reverts("TrainingTaskAlreadyActed", suspended, 2):
        committing.commit([suspended])


def test_the_trainer_commits_in_the_next_turn(task, committing, suspended, outsider):
    task.topUp({"from": suspended})
    task.voidRound({"from": outsider})
    committing.commit([suspended])
    assert task.trainerOf(suspended)["state"] == TrainerState.COMMITTED


def test_a_trainer_in_good_standing_reverts(task, active):
    with reverts("TrainingTaskUnexpectedTrainerState", active[1], TrainerState.READY):
        task.topUp({"from": active[1]})


def test_a_stranger_reverts(task, outsider):
    with reverts("TrainingTaskUnexpectedTrainerState", outsider, TrainerState.NONE):
        task.topUp({"from": outsider})


def test_a_leaving_trainer_reverts(task, suspended):
    task.leaveTask(Role.TRAINER, 0, {"from": suspended})
    with reverts("TrainingTaskUnexpectedTrainerState", suspended, TrainerState.SUSPENDED):
        task.topUp({"from": suspended})


def test_a_full_task_reverts(system, people, trainers, outsider):
    task = running_task(system, people, trainers=3, max_trainers=3)
    Round.of(task).commit(trainers[:1])
    advance_to(task, Phase.VOID)
    task.settle(trainers[0], {"from": outsider})
    task.joinAsTrainer({"from": trainers[3]})
    with reverts("TrainingTaskFull", 3):
        task.topUp({"from": trainers[0]})


def test_an_ended_task_reverts(system, people, trainers, outsider):
    task = running_task(system, people, trainers=3, max_voids=1)
    Round.of(task).commit(trainers[:1])
    pass_deadline(task)
    advance_to(task, Phase.VOID)
    task.settle(trainers[0], {"from": outsider})
    task.voidRound({"from": outsider})
    with reverts("TrainingTaskUnexpectedPhase", Phase.ENDED, Phase.JOIN):
        task.topUp({"from": trainers[0]})
