"""Taking a stake back."""

import pytest

from tests.contracts.federation import (
    NOTHING,
    ONE,
    PURSE,
    advance_to,
    at,
    events,
    now,
    only_event,
    pass_time,
    reverts,
)
from tests.contracts.task_types import Phase, Role, TrainerState

UNBONDING = 5_000


@pytest.fixture
def free_at(task, active):
    """When the first trainer, which has left before it did anything, may withdraw."""
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    return now() + UNBONDING


def test_one_second_early_reverts(task, active, free_at):
    at(free_at - 1)
    with reverts("StakeVaultStillBound", active[0], free_at):
        task.withdraw(Role.TRAINER, {"from": active[0]})


@pytest.mark.parametrize("late", [0, 1])
def test_from_then_on_the_stake_is_paid(task, coin, active, free_at, late):
    at(free_at + late)
    task.withdraw(Role.TRAINER, {"from": active[0]})
    assert coin.balanceOf(active[0]) == PURSE


def test_forgets_the_trainer(task, active, free_at):
    at(free_at)
    task.withdraw(Role.TRAINER, {"from": active[0]})
    assert tuple(task.trainerOf(active[0])) == (0, 0, TrainerState.NONE, 0, False)
    assert bytes(task.recordOf(active[0])) == NOTHING


def test_the_trainer_may_join_again(task, active, free_at):
    at(free_at)
    task.withdraw(Role.TRAINER, {"from": active[0]})
    task.joinAsTrainer({"from": active[0]})
    assert task.clock()["active"] == 5


def test_only_once(task, active, free_at):
    at(free_at)
    task.withdraw(Role.TRAINER, {"from": active[0]})
    with reverts("TrainingTaskStillEngaged", active[0]):
        task.withdraw(Role.TRAINER, {"from": active[0]})


def test_without_leaving_first_reverts(task, active):
    with reverts("TrainingTaskStillEngaged", active[0]):
        task.withdraw(Role.TRAINER, {"from": active[0]})


def test_while_its_round_is_open_reverts(task, attesting, active):
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    pass_time(UNBONDING)
    with reverts("TrainingTaskStillEngaged", active[0]):
        task.withdraw(Role.TRAINER, {"from": active[0]})


def test_once_its_round_is_closed_the_stake_is_paid(task, proposed, active, outsider):
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    pass_time(UNBONDING)
    proposed.finalize(outsider)
    transaction = task.withdraw(Role.TRAINER, {"from": active[0]})
    assert only_event(transaction, "StakeReleased")["amount"] == 100 * ONE


def test_an_unsettled_commitment_reverts(task, committing, active):
    committing.commit(active[:1])
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    pass_time(UNBONDING)
    with reverts("TrainingTaskStillEngaged", active[0]):
        task.withdraw(Role.TRAINER, {"from": active[0]})


def test_once_it_is_settled_the_rest_is_paid(task, coin, committing, active, outsider):
    committing.commit(active[:1])
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    pass_time(UNBONDING)
    task.settle(active[0], {"from": outsider})
    task.withdraw(Role.TRAINER, {"from": active[0]})
    assert coin.balanceOf(active[0]) == PURSE - 20 * ONE


def test_settling_does_not_start_the_time_again(task, vault, committing, active, outsider):
    committing.commit(active[:1])
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    free_at = now() + UNBONDING
    advance_to(task, Phase.VOID)
    task.settle(active[0], {"from": outsider})
    assert vault.stakeOf(task, active[0], Role.TRAINER) == (80 * ONE, free_at)


def test_a_sealer_waits_too(task, sealers):
    task.leaveTask(Role.SEALER, 0, {"from": sealers[0]})
    free_at = now() + UNBONDING
    at(free_at - 1)
    with reverts("StakeVaultStillBound", sealers[0], free_at):
        task.withdraw(Role.SEALER, {"from": sealers[0]})


def test_a_sealer_is_paid_its_stake(task, coin, sealers):
    task.leaveTask(Role.SEALER, 0, {"from": sealers[0]})
    pass_time(UNBONDING)
    task.withdraw(Role.SEALER, {"from": sealers[0]})
    assert coin.balanceOf(sealers[0]) == PURSE


@pytest.mark.parametrize("role", [Role.NONE, Role.SEALER, Role.CHALLENGER])
def test_whoever_has_no_such_stake_reverts(task, active, role):
    with reverts("StakeVaultStillBound", active[0], 0):
        task.withdraw(role, {"from": active[0]})


def test_moves_no_coins_of_others(task, coin, vault, active, free_at):
    before = coin.balanceOf(vault)
    at(free_at)
    transaction = task.withdraw(Role.TRAINER, {"from": active[0]})
    assert before - coin.balanceOf(vault) == 100 * ONE
    assert len(events(transaction, "Transfer")) == 1
