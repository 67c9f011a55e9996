"""Binding oneself to an update."""

import brownie
import pytest

from tests.contracts.federation import (
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
from tests.contracts.task_types import Phase, Role, TrainerState


def test_emits_update_committed(task, committing, active):
    update = committing.update(active[0])
    transaction = task.commitUpdate(update.digest, {"from": active[0]})
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
    committing.commit_updates([update])


@pytest.mark.parametrize("late", [0, 1])
def test_from_the_deadline_on_reverts(task, committing, active, late):
    committing.commit(active[:1])
    at(deadline_of(task) + late)
    with reverts("TrainingTaskUnexpectedPhase", Phase.REVEAL, Phase.COMMIT):
        task.commitUpdate(bytes(32), {"from": active[1]})


def test_the_last_one_due_ends_the_phase(task, committing, active):
    committing.commit(active)
    assert (present(task), deadline_of(task)) == (Phase.REVEAL, now() + 700)


def test_one_missing_keeps_the_phase_open(task, committing, active):
    committing.commit(active[:-1])
    assert present(task) == Phase.COMMIT


def test_a_stranger_reverts(task, outsider):
    with reverts("TrainingTaskUnexpectedTrainerState", outsider, TrainerState.NONE):
        task.commitUpdate(bytes(32), {"from": outsider})


def test_a_sealer_reverts(task, sealers):
    with reverts("TrainingTaskUnexpectedTrainerState", sealers[0], TrainerState.NONE):
        task.commitUpdate(bytes(32), {"from": sealers[0]})


def test_twice_reverts(committing, active):
    committing.commit(active[:1])
    with reverts("TrainingTaskAlreadyActed", active[0], 1):
        committing.commit(active[:1])


def test_a_digest_that_was_seen_is_not_refused(task, committing, active):
    (update,) = committing.commit(active[:1])
    task.commitUpdate(update.digest, {"from": active[1]})
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


# ---------------------------------------------------------------------- the draw


@pytest.fixture
def drawing(system, people):
    """A task that draws half of its eight trainers."""
    return running_task(system, people, trainers=8, fraction_bps=5_000)


def seed_of(transaction):
    return only_event(transaction, "TurnSeeded")["seed"]


def lot_is_drawn(seed, turn, trainer, fraction_bps):
    """keccak256(seed, turn, trainer) in tenths of a per mille of the whole range."""
    packed = seed + turn.to_bytes(32, "big") + bytes.fromhex(trainer.address[2:]).rjust(32, b"\0")
    lot = int.from_bytes(brownie.web3.keccak(packed), "big")
    return lot // ((2**256 - 1) // 10_000 + 1) < fraction_bps


def test_emits_turn_seeded(drawing):
    parent = brownie.web3.eth.get_block(brownie.history[-1].block_number - 1)["hash"]
    packed = bytes(32) + bytes(parent) + bytes.fromhex(drawing.address[2:]).rjust(32, b"\0")
    assert only_event(brownie.history[-1], "TurnSeeded") == {
        "turn": 1,
        "seed": bytes(brownie.web3.keccak(packed)),
    }


def test_is_drawn_follows_from_the_seed(drawing, trainers):
    seed = seed_of(brownie.history[-1])
    drawn = [drawing.isDrawn(trainer) for trainer in trainers]
    assert drawn == [lot_is_drawn(seed, 1, trainer, 5_000) for trainer in trainers]


def test_another_turn_has_another_seed(drawing, outsider):
    first = seed_of(brownie.history[-1])
    advance_to(drawing, Phase.VOID)
    assert seed_of(drawing.voidRound({"from": outsider})) != first


def test_only_the_drawn_may_commit(drawing, trainers):
    round_ = Round.of(drawing)
    for trainer in trainers:
        if drawing.isDrawn(trainer):
            round_.commit([trainer])
        else:
            with reverts("TrainingTaskNotDrawn", trainer, 1):
                round_.commit([trainer])


def test_with_the_least_fraction_hardly_anybody_is_drawn(system, people, trainers):
    task = running_task(system, people, fraction_bps=1)
    seed = seed_of(brownie.history[-1])
    for trainer in trainers:
        assert task.isDrawn(trainer) == lot_is_drawn(seed, 1, trainer, 1)


def test_without_a_draw_everybody_is_drawn(task, trainers, outsider):
    assert all(task.isDrawn(account) for account in (*trainers, outsider))
