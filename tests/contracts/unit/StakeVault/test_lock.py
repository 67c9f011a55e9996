"""Locking stakes."""

import pytest

from tests.contracts.federation import ONE, PURSE, now, only_event, reverts
from tests.contracts.task_types import Role

WIDEST = 2**128 - 1


def test_unknown_task_reverts(ledgers, outsider):
    with reverts("StakeVaultUnknownTask", outsider):
        ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, {"from": outsider})


def test_the_factory_is_no_task(ledgers):
    with reverts("StakeVaultUnknownTask", ledgers.factory):
        ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, {"from": ledgers.factory})


def test_moves_the_coins_into_the_vault(ledgers):
    ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, {"from": ledgers.task})
    assert ledgers.coin.balanceOf(ledgers.vault) == ONE
    assert ledgers.coin.balanceOf(ledgers.member) == PURSE - ONE


def test_adds_to_the_stake(ledgers):
    ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, {"from": ledgers.task})
    ledgers.vault.lock(ledgers.member, Role.TRAINER, 2 * ONE, {"from": ledgers.task})
    assert ledgers.vault.stakeOf(ledgers.task, ledgers.member, Role.TRAINER) == (3 * ONE, 0)


def test_emits_stake_locked(ledgers):
    transaction = ledgers.vault.lock(ledgers.member, Role.SEALER, ONE, {"from": ledgers.task})
    assert only_event(transaction, "StakeLocked") == {
        "task": ledgers.task,
        "account": ledgers.member,
        "role": Role.SEALER,
        "amount": ONE,
    }


def test_counts_what_is_held(ledgers):
    ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, {"from": ledgers.task})
    ledgers.vault.lock(ledgers.member, Role.SEALER, 2 * ONE, {"from": ledgers.other_task})
    assert ledgers.vault.held() == 3 * ONE


@pytest.mark.parametrize("role", [Role.SEALER, Role.CHALLENGER])
def test_roles_have_stakes_of_their_own(ledgers, role):
    ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, {"from": ledgers.task})
    assert ledgers.vault.stakeOf(ledgers.task, ledgers.member, role) == (0, 0)


def test_tasks_have_stakes_of_their_own(ledgers):
    ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, {"from": ledgers.task})
    assert ledgers.vault.stakeOf(ledgers.other_task, ledgers.member, Role.TRAINER) == (0, 0)


def test_beyond_the_allowance_reverts(ledgers):
    with reverts("ERC20InsufficientAllowance", ledgers.vault, PURSE, PURSE + 1):
        ledgers.vault.lock(ledgers.member, Role.TRAINER, PURSE + 1, {"from": ledgers.task})


def test_the_widest_amount_is_only_stopped_by_the_coin(ledgers):
    with reverts("ERC20InsufficientAllowance", ledgers.vault, PURSE, WIDEST):
        ledgers.vault.lock(ledgers.member, Role.TRAINER, WIDEST, {"from": ledgers.task})


def test_more_than_the_ledger_can_hold_reverts(ledgers):
    with reverts("StakeVaultAmountTooLarge", WIDEST + 1):
        ledgers.vault.lock(ledgers.member, Role.TRAINER, WIDEST + 1, {"from": ledgers.task})


def test_a_sum_beyond_the_ledger_reverts(ledgers):
    ledgers.vault.lock(ledgers.member, Role.TRAINER, 1, {"from": ledgers.task})
    with reverts("StakeVaultAmountTooLarge", WIDEST + 1):
        ledgers.vault.lock(ledgers.member, Role.TRAINER, WIDEST, {"from": ledgers.task})


def test_binds_an_unbonding_stake_anew(ledgers):
    by = {"from": ledgers.task}
    ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, by)
    ledgers.vault.unbond(ledgers.member, Role.TRAINER, now(), by)
    ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, by)
    with reverts("StakeVaultStillBound", ledgers.member, 0):
        ledgers.vault.release(ledgers.member, Role.TRAINER, by)
