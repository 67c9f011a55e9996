"""Asking to leave."""

import pytest

from tests.contracts.federation import (
    ONE,
    ZERO,
    advance_to,
    events,
    now,
    only_event,
    pass_time,
    reverts,
)
from tests.contracts.task_types import Phase, Role, TrainerState

UNBONDING = 5_000


def test_a_trainers_stake_unbonds(task, vault, active):
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    assert vault.stakeOf(task, active[0], Role.TRAINER) == (100 * ONE, now() + UNBONDING)


@pytest.mark.parametrize("role", [Role.TRAINER, Role.SEALER])
def test_emits_member_left(task, active, sealers, role):
    account = active[0] if role == Role.TRAINER else sealers[0]
    transaction = task.leaveTask(role, 0, {"from": account})
    assert only_event(transaction, "MemberLeft") == {"account": account, "role": role}


def test_a_leaving_trainer_is_no_longer_active(task, active):
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    assert task.clock()["active"] == 4
    assert task.trainerOf(active[0])["leaving"]


def test_a_suspended_trainer_is_not_uncounted_twice(task, committing, active, outsider):
    committing.commit(active[:1])
    advance_to(task, Phase.VOID)
    task.settle(active[0], {"from": outsider})
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    assert task.clock()["active"] == 4


def test_a_trainer_leaves_only_once(task, active):
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    with reverts("TrainingTaskUnexpectedTrainerState", active[0], TrainerState.READY):
        task.leaveTask(Role.TRAINER, 0, {"from": active[0]})


def test_a_stranger_reverts(task, outsider):
    with reverts("TrainingTaskUnexpectedTrainerState", outsider, TrainerState.NONE):
        task.leaveTask(Role.TRAINER, 0, {"from": outsider})


def test_a_leaving_trainer_finishes_its_round_and_is_paid(task, pool, revealing, active, outsider):
    round_, updates = revealing
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    round_.reveal(updates)
    round_.attest(active)
    task.freezeRound(round_.entries, {"from": outsider})
    assert pool.earningsOf(active[0])["claimable"] == 4 * ONE


def test_a_leaving_trainer_is_not_awaited_in_the_next_round(task, proposed, active, outsider):
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    proposed.finalize(outsider)
    assert task.clock()["due"] == 4


# ---------------------------------------------------------------------- sealers


def test_a_sealers_stake_unbonds_and_its_seat_is_free(task, vault, sealers):
    task.leaveTask(Role.SEALER, 1, {"from": sealers[1]})
    assert vault.stakeOf(task, sealers[1], Role.SEALER) == (200 * ONE, now() + UNBONDING)
    assert task.seats()[1] == "0x" + 40 * "0"


@pytest.mark.parametrize("seat", [0, 2, 255])
def test_a_seat_that_is_not_its_own_reverts(task, sealers, seat):
    with reverts("TrainingTaskNotYourSeat", sealers[1], seat):
        task.leaveTask(Role.SEALER, seat, {"from": sealers[1]})


def test_a_sealer_leaves_only_once(task, sealers):
    task.leaveTask(Role.SEALER, 1, {"from": sealers[1]})
    with reverts("TrainingTaskNotYourSeat", sealers[1], 1):
        task.leaveTask(Role.SEALER, 1, {"from": sealers[1]})


def test_a_sealer_answers_for_its_proposal(task, proposed, sealers):
    with reverts("TrainingTaskStillEngaged", sealers[1]):
        task.leaveTask(Role.SEALER, 1, {"from": sealers[1]})


def test_even_when_its_window_is_over_and_the_round_not_closed(task, proposed, sealers):
    advance_to(task, Phase.FINAL)
    with reverts("TrainingTaskStillEngaged", sealers[1]):
        task.leaveTask(Role.SEALER, 1, {"from": sealers[1]})


def test_another_sealer_may_leave_meanwhile(task, proposed, sealers):
    task.leaveTask(Role.SEALER, 0, {"from": sealers[0]})
    assert task.seats() == [ZERO, sealers[1]]


def test_a_sealer_that_leaves_is_paid_for_the_last_model(task, pool, proposed, sealers, outsider):
    proposed.finalize(outsider)
    task.leaveTask(Role.SEALER, 1, {"from": sealers[1]})
    assert pool.earningsOf(sealers[1])["claimable"] == 2 * ONE


def test_a_sealer_that_left_is_not_paid_twice(task, pool, proposed, active, sealers, outsider):
    following = proposed.finalize(outsider)
    task.leaveTask(Role.SEALER, 1, {"from": sealers[1]})
    following.until_attested(active)
    task.freezeRound(following.entries, {"from": outsider})
    assert pool.earningsOf(sealers[1])["claimable"] == 2 * ONE


def test_whoever_takes_the_seat_over_is_not_paid_for_its_predecessor(
    task, pool, proposed, active, sealers, challenger, outsider
):
    following = proposed.finalize(outsider)
    task.leaveTask(Role.SEALER, 1, {"from": sealers[1]})
    task.joinAsSealer({"from": challenger})
    following.until_attested(active)
    task.freezeRound(following.entries, {"from": outsider})
    assert pool.earningsOf(challenger)["claimable"] == 0


# ---------------------------------------------------------------------- others


@pytest.mark.parametrize("role", [Role.NONE, Role.CHALLENGER])
def test_without_a_bond_reverts(task, outsider, role):
    with reverts("StakeVaultNoStake", outsider, role):
        task.leaveTask(role, 0, {"from": outsider})


def test_after_the_end_the_time_runs_from_the_end(task, vault, aggregating, active, outsider):
    task.freezeRound(aggregating.entries, {"from": outsider})
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
    ended = now()
    pass_time(3_000)
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    assert vault.stakeOf(task, active[0], Role.TRAINER)["releasableAt"] == ended + UNBONDING


def test_long_after_the_end_the_stake_is_free_at_once(task, vault, aggregating, active, sealers, outsider):
    task.freezeRound(aggregating.entries, {"from": outsider})
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
    pass_time(UNBONDING)
    task.leaveTask(Role.SEALER, 0, {"from": sealers[0]})
    assert (
        only_event(task.withdraw(Role.SEALER, {"from": sealers[0]}), "StakeReleased")["amount"] == 200 * ONE
    )


def test_a_failed_attempt_to_leave_unbonds_nothing(task, vault, proposed, sealers):
    with reverts("TrainingTaskStillEngaged", sealers[1]):
        task.leaveTask(Role.SEALER, 1, {"from": sealers[1]})
    assert vault.stakeOf(task, sealers[1], Role.SEALER)["releasableAt"] == 0


def test_leaving_emits_one_unbonding(task, active):
    assert len(events(task.leaveTask(Role.TRAINER, 0, {"from": active[0]}), "StakeUnbonding")) == 1
