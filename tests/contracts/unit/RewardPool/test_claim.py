"""Taking out what was earned."""

import pytest

from tests.contracts.federation import ONE, only_event, reverts
from tests.contracts.unit.RewardPool.conftest import BUDGET


@pytest.fixture
def earned(funded, credit, trainers):
    """Trainer 2 has earned the reward of one update: three coins."""
    credit()
    return funded


def test_pays_everything(earned, trainers):
    before = earned.coin.balanceOf(trainers[2])
    earned.pool.claim({"from": trainers[2]})
    assert earned.coin.balanceOf(trainers[2]) - before == 3 * ONE


def test_returns_the_amount(earned, trainers):
    assert earned.pool.claim.call({"from": trainers[2]}) == 3 * ONE


def test_the_transfer_is_the_record(earned, trainers):
    transaction = earned.pool.claim({"from": trainers[2]})
    assert only_event(transaction, "Transfer") == {
        "from": earned.pool,
        "to": trainers[2],
        "value": 3 * ONE,
    }


def test_lowers_what_is_held(earned, trainers):
    earned.pool.claim({"from": trainers[2]})
    assert earned.pool.held() == earned.coin.balanceOf(earned.pool) == BUDGET - 3 * ONE


def test_lifetime_earnings_stay(earned, trainers):
    earned.pool.claim({"from": trainers[2]})
    assert earned.pool.earningsOf(trainers[2]) == (0, 3 * ONE)


def test_a_second_claim_reverts(earned, trainers):
    earned.pool.claim({"from": trainers[2]})
    with reverts("RewardPoolNothingToClaim", trainers[2]):
        earned.pool.claim({"from": trainers[2]})


def test_whoever_earned_nothing_reverts(earned, outsider):
    with reverts("RewardPoolNothingToClaim", outsider):
        earned.pool.claim({"from": outsider})


def test_outlives_the_task(earned, owner, trainers):
    earned.pool.refund(owner, {"from": earned.task})
    assert earned.pool.claim.call({"from": trainers[2]}) == 3 * ONE
