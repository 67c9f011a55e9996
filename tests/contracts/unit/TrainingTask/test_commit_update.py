"""Binding oneself to an update."""

import pytest

from tests.contracts.federation import (
    advance_to,
    at,
    deadline_of,
    now,
    only_event,
    parameters_of,
    present,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase, Role, TrainerState


def test_emits_update_committed(task, committing, active):
    update = committing.update(active[0])
    transaction = task.commitUpdate(1, update.digest, {"from": active[0]})
    assert only_event(transaction, "UpdateCommitted") == {
        "round": 1,
        "trainer": active[0],
        "digest": update.digest,
    }


def test_records_the_digest_and_the_turn(task, committing, active):
    (update,) = committing.commit(active[:1])
    record = task.trainerOf(active[0])
    assert record["word"] == int.from_bytes(update.digest[:26], "big")
    assert (record["turn"], record["state"]) == (1, TrainerState.COMMITTED)


def test_counts_the_pending_reveal(task, committing, active):
    committing.commit(active[:2])
    assert task.clock()["pending"] == 2


def test_in_the_last_second_is_in_time(task, committing, active):
    update = committing.update(active[0])
    at(deadline_of(task) - 1)
    task.commitUpdate(1, update.digest, {"from": active[0]})
    assert task.trainerOf(active[0])["state"] == TrainerState.COMMITTED


@pytest.mark.parametrize("turn", [0, 2, 2**24 - 1])
def test_meant_for_another_turn_reverts(task, active, turn):
    with reverts("TrainingTaskOtherTurn", turn, 1):
        task.commitUpdate(turn, bytes(32), {"from": active[0]})


def test_a_commitment_that_was_held_back_is_refused_and_costs_nothing(
    task, vault, committing, active, outsider
):
    held = committing.update(active[0])
    committing.commit(active[1:2])
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    with reverts("TrainingTaskOtherTurn", 1, 2):
        task.commitUpdate(1, held.digest, {"from": active[0]})
    committing.commit(active[:1])
    assert task.trainerOf(active[0])["turn"] == 2
    assert vault.stakeOf(task, active[0], Role.TRAINER)["amount"] == parameters_of(task).trainer_stake


@pytest.mark.parametrize("late", [0, 1])
def test_from_the_deadline_on_reverts(task, committing, active, late):
    committing.commit(active[:1])
    at(deadline_of(task) + late)
    with reverts("TrainingTaskUnexpectedPhase", Phase.REVEAL, Phase.COMMIT):
        task.commitUpdate(1, bytes(32), {"from": active[1]})


def test_the_last_one_due_ends_the_phase(task, committing, active):
    committing.commit(active)
    assert (present(task), deadline_of(task)) == (Phase.REVEAL, now() + 700)


def test_one_missing_keeps_the_phase_open(task, committing, active):
    committing.commit(active[:-1])
    assert present(task) == Phase.COMMIT


def test_a_stranger_reverts(task, outsider):
    with reverts("TrainingTaskUnexpectedTrainerState", outsider, TrainerState.NONE):
        task.commitUpdate(1, bytes(32), {"from": outsider})


def test_a_sealer_reverts(task, sealers):
    with reverts("TrainingTaskUnexpectedTrainerState", sealers[0], TrainerState.NONE):
        task.commitUpdate(1, bytes(32), {"from": sealers[0]})


def test_twice_reverts(committing, active):
    committing.commit(active[:1])
    with reverts("TrainingTaskAlreadyActed", active[0], 1):
        committing.commit(active[:1])


def test_a_digest_that_was_seen_is_not_refused(task, committing, active):
    (update,) = committing.commit(active[:1])
    task.commitUpdate(1, update.digest, {"from": active[1]})
    assert task.trainerOf(active[1])["state"] == TrainerState.COMMITTED


def test_an_unsettled_trainer_reverts(task, committing, active, outsider):
    committing.commit(active[:1])
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    with reverts("TrainingTaskUnsettled", active[0], 1):
        committing.commit(active[:1])


def test_a_suspended_trainer_reverts(task, committing, active, outsider):
    committing.commit(active[:1])
    advance_to(task, Phase.VOID)
    task.settle(active[0], {"from": outsider})
    task.voidRound({"from": outsider})
    with reverts("TrainingTaskUnexpectedTrainerState", active[0], TrainerState.SUSPENDED):
        committing.commit(active[:1])


def test_a_leaving_trainer_reverts(task, committing, active):
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    with reverts("TrainingTaskUnexpectedTrainerState", active[0], TrainerState.READY):
        committing.commit(active[:1])


def test_whoever_has_revealed_in_this_round_reverts(task, committing, active, outsider):
    committing.until_revealed(active[:2])
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    with reverts("TrainingTaskAlreadyActed", active[0], 1):
        committing.commit(active[:1])


def test_no_more_updates_than_places(system, people, trainers, outsider):
    task = running_task(system, people, max_trainers=5)
    round_ = Round.of(task)
    round_.until_revealed(trainers[:2])
    task.leaveTask(Role.TRAINER, 0, {"from": trainers[0]})
    task.joinAsTrainer({"from": trainers[5]})
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    round_.commit(trainers[2:5])
    with reverts("TrainingTaskFull", 5):
        round_.commit([trainers[5]])
