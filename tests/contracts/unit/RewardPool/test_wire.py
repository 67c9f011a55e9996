"""RewardPool learns once who may order it."""

import brownie
import pytest

from tests.contracts.federation import only_event, reverts


@pytest.fixture
def unwired(coin, owner):
    return owner.deploy(brownie.RewardPool, coin)


def test_only_the_deployer_wires(unwired, vault, outsider):
    with reverts("RewardPoolUnauthorized", outsider):
        unwired.wire(outsider, vault, {"from": outsider})


def test_only_once(pool, factory, vault, owner):
    with reverts("RewardPoolUnauthorized", owner):
        pool.wire(factory, vault, {"from": owner})


def test_the_vault_may_book_afterwards(unwired, owner, outsider):
    unwired.wire(owner, outsider, {"from": owner})
    booked = unwired.bookSlash(owner, owner, 0, 0, {"from": outsider})
    assert only_event(booked, "SlashBooked")["beneficiary"] == owner


def test_knows_its_coin(pool, coin):
    assert pool.coin() == coin
