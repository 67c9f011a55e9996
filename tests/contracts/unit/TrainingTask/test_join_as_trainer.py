"""Joining as a trainer."""

from tests.contracts.federation import (
    ONE,
    PURSE,
    advance_to,
    create_task,
    only_event,
    pass_deadline,
    reverts,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase, Role, TrainerState


def test_locks_the_stake(new_task, vault, coin, trainers):
    new_task.joinAsTrainer({"from": trainers[0]})
    assert vault.stakeOf(new_task, trainers[0], Role.TRAINER) == (100 * ONE, 0)
    assert coin.balanceOf(trainers[0]) == PURSE - 100 * ONE


def test_makes_the_trainer_ready(new_task, trainers):
    new_task.joinAsTrainer({"from": trainers[0]})
    assert new_task.trainerOf(trainers[0])["state"] == TrainerState.READY


def test_counts_the_trainer_as_active(new_task, trainers):
    for trainer in trainers[:3]:
        new_task.joinAsTrainer({"from": trainer})
    assert new_task.clock()["active"] == 3


def test_emits_trainer_joined(new_task, trainers):
    transaction = new_task.joinAsTrainer({"from": trainers[0]})
    assert only_event(transaction, "TrainerJoined") == {"trainer": trainers[0], "turn": 0}


def test_later_names_the_present_turn(task, trainers):
    transaction = task.joinAsTrainer({"from": trainers[5]})
    assert only_event(transaction, "TrainerJoined") == {"trainer": trainers[5], "turn": 1}


def test_twice_reverts(new_task, trainers):
    new_task.joinAsTrainer({"from": trainers[0]})
    with reverts("TrainingTaskAlreadyJoined", trainers[0], Role.TRAINER):
        new_task.joinAsTrainer({"from": trainers[0]})


def test_fills_the_last_place(system, owner, trainers):
    task = create_task(system, owner, max_trainers=3)
    for trainer in trainers[:3]:
        task.joinAsTrainer({"from": trainer})
    assert task.clock()["active"] == 3


def test_a_full_task_reverts(system, owner, trainers):
    task = create_task(system, owner, max_trainers=3)
    for trainer in trainers[:3]:
        task.joinAsTrainer({"from": trainer})
    with reverts("TrainingTaskFull", 3):
        task.joinAsTrainer({"from": trainers[3]})


def test_without_allowance_reverts(new_task, vault, outsider):
    with reverts("ERC20InsufficientAllowance", vault, 0, 100 * ONE):
        new_task.joinAsTrainer({"from": outsider})


def test_an_ended_task_reverts(new_task, trainers, outsider):
    pass_deadline(new_task)
    new_task.endTask({"from": outsider})
    with reverts("TrainingTaskUnexpectedPhase", Phase.ENDED, Phase.JOIN):
        new_task.joinAsTrainer({"from": trainers[0]})


def test_a_sealer_may_join_as_trainer_too(new_task, vault, trainers):
    new_task.joinAsSealer({"from": trainers[0]})
    new_task.joinAsTrainer({"from": trainers[0]})
    assert vault.stakeOf(new_task, trainers[0], Role.TRAINER)["amount"] == 100 * ONE


def test_a_late_trainer_waits_for_the_next_turn(task, trainers):
    task.joinAsTrainer({"from": trainers[5]})
    with reverts("TrainingTaskAlreadyActed", trainers[5], 1):
        Round.of(task).commit([trainers[5]])


def test_a_late_trainer_commits_in_the_next_attempt(task, trainers, outsider):
    task.joinAsTrainer({"from": trainers[5]})
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    Round.of(task).commit([trainers[5]])
    assert task.trainerOf(trainers[5])["state"] == TrainerState.COMMITTED
