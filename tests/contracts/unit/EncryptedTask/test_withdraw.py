"""Stakes and bonds come back."""

import pytest

from tests.contracts.encrypted_types import EncryptedPhase, StatementKind
from tests.contracts.federation import ONE, at, events, now, only_event, reverts
from tests.contracts.task_types import Role

PHASE = EncryptedPhase.SUM_CHALLENGE


@pytest.fixture
def ended(play):
    federation = play(EncryptedPhase.SUBMIT, max_voids=1)
    federation.expire()
    return federation


def test_a_stake_is_free_after_its_unbonding(ended, coin):
    before = coin.balanceOf(ended.parties[0])
    at(now() + 5_000)
    released = ended.task.withdraw(Role.TRAINER, {"from": ended.parties[0]})
    assert only_event(released, "StakeReleased")["amount"] == 90 * ONE
    assert coin.balanceOf(ended.parties[0]) - before == 90 * ONE


def test_not_a_second_earlier(ended):
    until = ended.deadline + 5_000
    at(until - 1)
    with reverts("StakeVaultStillBound", ended.parties[0], until):
        ended.task.withdraw(Role.TRAINER, {"from": ended.parties[0]})


def test_not_twice(ended):
    at(now() + 5_000)
    ended.task.withdraw(Role.TRAINER, {"from": ended.parties[0]})
    with reverts("StakeVaultStillBound", ended.parties[0], 0):
        ended.task.withdraw(Role.TRAINER, {"from": ended.parties[0]})


def test_while_the_task_runs_it_is_bound(federation):
    with reverts("StakeVaultStillBound", federation.parties[0], 0):
        federation.task.withdraw(Role.TRAINER, {"from": federation.parties[0]})


def test_the_bond_of_an_open_question_is_bound(federation, challenger):
    federation.ask(StatementKind.UPDATE, 0, challenger)
    with reverts("EncryptedTaskStakeBound", challenger):
        federation.task.withdraw(Role.CHALLENGER, {"from": challenger})


def test_anothers_question_binds_nobody(federation, challenger):
    federation.ask(StatementKind.UPDATE, 4, challenger)
    federation.strike()
    federation.propose_sum()
    federation.ask(StatementKind.UPDATE, 0, federation.parties[1])
    assert events(federation.task.withdraw(Role.CHALLENGER, {"from": challenger}), "StakeReleased")


def test_without_a_bond_reverts(federation, challenger):
    with reverts("StakeVaultNoStake", challenger, Role.CHALLENGER):
        federation.task.withdraw(Role.CHALLENGER, {"from": challenger})


@pytest.mark.parametrize("role", [Role.NONE, Role.SEALER, Role.VALIDATOR])
def test_other_roles_have_nothing_here(federation, role):
    with reverts("StakeVaultStillBound", federation.parties[0], 0):
        federation.task.withdraw(role, {"from": federation.parties[0]})
