"""Booking coins that the vault has sent."""

import brownie
import pytest

from tests.contracts.federation import ONE, only_event, reverts

WIDEST = 2**120 - 1


@pytest.fixture
def books(coin, owner, outsider):
    """A pool that takes the outsider for its vault."""
    pool = owner.deploy(brownie.RewardPool, coin)
    pool.wire(owner, outsider, {"from": owner})
    return pool


def test_only_the_vault_books(books, owner, challenger):
    with reverts("RewardPoolUnauthorized", owner):
        books.bookSlash(owner, challenger, ONE, ONE, {"from": owner})


def test_a_task_cannot_book(funded, challenger):
    with reverts("RewardPoolUnauthorized", funded.task):
        funded.pool.bookSlash(funded.task, challenger, ONE, ONE, {"from": funded.task})


def test_the_bounty_is_earned(books, owner, challenger, outsider):
    books.bookSlash(owner, challenger, ONE, 2 * ONE, {"from": outsider})
    assert books.earningsOf(challenger) == (ONE, ONE)


def test_the_rest_is_bonus(books, owner, challenger, outsider):
    books.bookSlash(owner, challenger, ONE, 2 * ONE, {"from": outsider})
    books.bookSlash(owner, challenger, ONE, 3 * ONE, {"from": outsider})
    assert books.escrowOf(owner)["bonus"] == 5 * ONE


def test_both_are_held(books, owner, challenger, outsider):
    books.bookSlash(owner, challenger, ONE, 2 * ONE, {"from": outsider})
    assert books.held() == 3 * ONE


def test_emits_slash_booked(books, owner, challenger, outsider):
    transaction = books.bookSlash(owner, challenger, ONE, 2 * ONE, {"from": outsider})
    assert only_event(transaction, "SlashBooked") == {
        "task": owner,
        "beneficiary": challenger,
        "bounty": ONE,
        "bonus": 2 * ONE,
    }


def test_the_widest_bonus_fits(books, owner, challenger, outsider):
    books.bookSlash(owner, challenger, 0, WIDEST, {"from": outsider})
    assert books.escrowOf(owner)["bonus"] == WIDEST


def test_more_than_the_ledger_can_hold_reverts(books, owner, challenger, outsider):
    books.bookSlash(owner, challenger, 0, WIDEST, {"from": outsider})
    with reverts("RewardPoolAmountTooLarge", WIDEST + 1):
        books.bookSlash(owner, challenger, 0, 1, {"from": outsider})
