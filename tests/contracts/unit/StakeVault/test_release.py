"""Paying stakes back."""

import pytest

from tests.contracts.federation import ONE, PURSE, at, now, only_event, reverts
from tests.contracts.task_types import Role

WAIT = 1_000


@pytest.fixture
def unbonding(ledgers):
    ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, {"from": ledgers.task})
    ledgers.vault.unbond(ledgers.member, Role.TRAINER, now() + WAIT, {"from": ledgers.task})
    return ledgers


@pytest.fixture
def free_at(unbonding):
    return unbonding.vault.stakeOf(unbonding.task, unbonding.member, Role.TRAINER)["releasableAt"]


def test_unknown_task_reverts(unbonding, outsider):
    with reverts("StakeVaultUnknownTask", outsider):
        unbonding.vault.release(unbonding.member, Role.TRAINER, {"from": outsider})


def test_the_member_itself_is_no_task(unbonding):
    with reverts("StakeVaultUnknownTask", unbonding.member):
        unbonding.vault.release(unbonding.member, Role.TRAINER, {"from": unbonding.member})


def test_bound_stake_reverts(ledgers):
    ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, {"from": ledgers.task})
    with reverts("StakeVaultStillBound", ledgers.member, 0):
        ledgers.vault.release(ledgers.member, Role.TRAINER, {"from": ledgers.task})


def test_one_second_early_reverts(unbonding, free_at):
    at(free_at - 1)
    with reverts("StakeVaultStillBound", unbonding.member, free_at):
        unbonding.vault.release(unbonding.member, Role.TRAINER, {"from": unbonding.task})


def test_pays_at_the_very_second(unbonding, free_at):
    at(free_at)
    unbonding.vault.release(unbonding.member, Role.TRAINER, {"from": unbonding.task})
    assert unbonding.coin.balanceOf(unbonding.member) == PURSE


def test_emits_stake_released(unbonding, free_at):
    at(free_at + 1)
    transaction = unbonding.vault.release(unbonding.member, Role.TRAINER, {"from": unbonding.task})
    assert only_event(transaction, "StakeReleased") == {
        "task": unbonding.task,
        "account": unbonding.member,
        "role": Role.TRAINER,
        "amount": ONE,
    }


def test_leaves_nothing_behind(unbonding, free_at):
    at(free_at)
    unbonding.vault.release(unbonding.member, Role.TRAINER, {"from": unbonding.task})
    assert unbonding.vault.stakeOf(unbonding.task, unbonding.member, Role.TRAINER) == (0, 0)
    assert unbonding.vault.held() == 0


def test_pays_only_once(unbonding, free_at):
    at(free_at)
    unbonding.vault.release(unbonding.member, Role.TRAINER, {"from": unbonding.task})
    with reverts("StakeVaultStillBound", unbonding.member, 0):
        unbonding.vault.release(unbonding.member, Role.TRAINER, {"from": unbonding.task})


def test_another_task_cannot_release(unbonding, free_at):
    at(free_at)
    with reverts("StakeVaultStillBound", unbonding.member, 0):
        unbonding.vault.release(unbonding.member, Role.TRAINER, {"from": unbonding.other_task})
