"""Paying for a task in advance."""

from tests.contracts.federation import ONE, only_event, reverts
from tests.contracts.unit.RewardPool.conftest import BUDGET

WIDEST = 2**112 - 1


def test_only_the_factory_funds(ledgers, outsider, owner):
    with reverts("RewardPoolUnauthorized", outsider):
        ledgers.pool.fund(outsider, owner, ONE, {"from": outsider})


def test_a_task_cannot_fund_itself(funded, owner):
    with reverts("RewardPoolUnauthorized", funded.task):
        funded.pool.fund(funded.task, owner, ONE, {"from": funded.task})


def test_registers_the_task_with_its_budget(funded):
    assert funded.pool.escrowOf(funded.task) == (BUDGET, 0, True, False)


def test_takes_the_coins_of_the_payer(funded):
    assert funded.coin.balanceOf(funded.pool) == funded.pool.held() == BUDGET


def test_emits_escrow_funded(ledgers, owner):
    transaction = ledgers.pool.fund(ledgers.other_task, owner, ONE, {"from": ledgers.factory})
    assert only_event(transaction, "EscrowFunded") == {
        "task": ledgers.other_task,
        "payer": owner,
        "amount": ONE,
    }


def test_the_widest_budget_is_only_stopped_by_the_coin(ledgers):
    with reverts("ERC20InsufficientAllowance", ledgers.pool, 0, WIDEST):
        ledgers.pool.fund(ledgers.other_task, ledgers.member, WIDEST, {"from": ledgers.factory})


def test_more_than_the_ledger_can_hold_reverts(ledgers, owner):
    with reverts("RewardPoolAmountTooLarge", WIDEST + 1):
        ledgers.pool.fund(ledgers.other_task, owner, WIDEST + 1, {"from": ledgers.factory})
