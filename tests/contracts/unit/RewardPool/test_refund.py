"""Ending a task: what nobody earned goes back."""

from tests.contracts.federation import ONE, SUPPLY, only_event, reverts
from tests.contracts.task_types import Evidence, Role
from tests.contracts.unit.RewardPool.conftest import BUDGET


def test_unknown_task_reverts(funded, owner, outsider):
    with reverts("RewardPoolUnauthorized", outsider):
        funded.pool.refund(owner, {"from": outsider})


def test_returns_what_is_unspent(funded, credit, owner):
    credit()
    before = funded.coin.balanceOf(owner)
    funded.pool.refund(owner, {"from": funded.task})
    assert funded.coin.balanceOf(owner) - before == BUDGET - 11 * ONE


def test_keeps_what_was_earned(funded, credit, owner):
    credit()
    funded.pool.refund(owner, {"from": funded.task})
    assert funded.pool.held() == funded.coin.balanceOf(funded.pool) == 11 * ONE


def test_burns_the_bonus_that_nobody_shares(funded, book_bonus, owner):
    book_bonus(6 * ONE)
    funded.pool.refund(owner, {"from": funded.task})
    assert funded.coin.totalSupply() == SUPPLY - 6 * ONE


def test_emits_escrow_refunded(funded, book_bonus, owner):
    book_bonus(6 * ONE)
    transaction = funded.pool.refund(owner, {"from": funded.task})
    assert only_event(transaction, "EscrowRefunded") == {
        "task": funded.task,
        "owner": owner,
        "amount": BUDGET,
        "burned": 6 * ONE,
    }


def test_leaves_an_empty_escrow(funded, book_bonus, owner):
    book_bonus(6 * ONE)
    funded.pool.refund(owner, {"from": funded.task})
    assert funded.pool.escrowOf(funded.task) == (0, 0, True, True)


def test_refunds_only_once(funded, owner):
    funded.pool.refund(owner, {"from": funded.task})
    assert only_event(funded.pool.refund(owner, {"from": funded.task}), "EscrowRefunded")["amount"] == 0


def test_touches_no_other_escrow(funded, owner):
    funded.pool.fund(funded.other_task, owner, ONE, {"from": funded.factory})
    funded.pool.refund(owner, {"from": funded.task})
    assert funded.pool.escrowOf(funded.other_task)["unspent"] == funded.pool.held() == ONE


def test_a_penalty_that_comes_later_is_burned(funded, book_bonus, owner):
    funded.pool.refund(owner, {"from": funded.task})
    book_bonus(6 * ONE)
    assert funded.coin.totalSupply() == SUPPLY - 6 * ONE
    assert (funded.pool.held(), funded.pool.escrowOf(funded.task)) == (0, (0, 0, True, True))


def test_a_bounty_that_comes_later_is_still_earned(funded, owner, challenger):
    by = {"from": funded.task}
    funded.pool.refund(owner, by)
    funded.vault.lock(funded.member, Role.TRAINER, 100 * ONE, by)
    slashed = funded.vault.slash(
        funded.member, Role.TRAINER, Evidence.NO_REVEAL, 100 * ONE, challenger, 5 * ONE, 0, by
    )
    assert only_event(slashed, "SlashBooked") == {
        "task": funded.task,
        "beneficiary": challenger,
        "bounty": 5 * ONE,
        "bonus": 0,
    }
    assert funded.pool.held() == funded.coin.balanceOf(funded.pool) == 5 * ONE
