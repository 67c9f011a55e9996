"""Starting the time after which a stake is free."""

import pytest

from tests.contracts.federation import ONE, now, only_event, reverts
from tests.contracts.task_types import Role


@pytest.fixture
def staked(ledgers):
    ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, {"from": ledgers.task})
    return ledgers


def test_unknown_task_reverts(staked, outsider):
    with reverts("StakeVaultUnknownTask", outsider):
        staked.vault.unbond(staked.member, Role.TRAINER, now(), {"from": outsider})


def test_another_task_finds_no_stake(staked):
    with reverts("StakeVaultNoStake", staked.member, Role.TRAINER):
        staked.vault.unbond(staked.member, Role.TRAINER, now(), {"from": staked.other_task})


def test_another_role_has_no_stake(staked):
    with reverts("StakeVaultNoStake", staked.member, Role.SEALER):
        staked.vault.unbond(staked.member, Role.SEALER, now(), {"from": staked.task})


def test_records_the_time(staked):
    later = now() + 1_000
    staked.vault.unbond(staked.member, Role.TRAINER, later, {"from": staked.task})
    assert staked.vault.stakeOf(staked.task, staked.member, Role.TRAINER) == (ONE, later)


def test_emits_stake_unbonding(staked):
    later = now() + 1_000
    transaction = staked.vault.unbond(staked.member, Role.TRAINER, later, {"from": staked.task})
    assert only_event(transaction, "StakeUnbonding") == {
        "task": staked.task,
        "account": staked.member,
        "role": Role.TRAINER,
        "releasableAt": later,
    }
