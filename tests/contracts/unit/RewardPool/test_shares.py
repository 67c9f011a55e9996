"""Rewards of which each update earns its own part."""

import pytest

from tests.contracts.federation import ONE
from tests.contracts.task_types import BPS
from tests.contracts.unit.RewardPool.conftest import BUDGET


def claimable(funded, trainers):
    return [funded.pool.earningsOf(trainer)["claimable"] for trainer in trainers[:3]]


def test_each_earns_its_part(credit, funded, trainers):
    credit(attested_mask=0, shares=[BPS, 5_000, 1])
    assert claimable(funded, trainers) == [3 * ONE, 3 * ONE // 2, 3 * ONE // BPS]


def test_parts_are_rounded_down(credit, funded, trainers):
    credit(attested_mask=0, update_reward=9_999, shares=[BPS, 9_999, 1])
    assert claimable(funded, trainers) == [9_999, 9_998, 0]


def test_the_escrow_gives_what_is_earned_and_no_more(credit, funded):
    credit(attested_mask=0, shares=[BPS, 5_000, 0])
    assert funded.pool.escrowOf(funded.task)["unspent"] == BUDGET - 3 * ONE * 15_000 // BPS


def test_a_part_of_an_update_that_is_not_accepted_pays_nothing(credit, funded, trainers):
    credit(accepted_mask=0b011, accepted=2, attested_mask=0, shares=[BPS, BPS, BPS])
    assert claimable(funded, trainers) == [3 * ONE, 3 * ONE, 0]


def test_attestations_are_paid_whole(credit, funded, trainers):
    credit(attested_mask=0b111, shares=[0, 0, 0])
    assert claimable(funded, trainers) == [ONE, ONE, ONE]


def test_what_slashes_left_is_shared_alike(credit, funded, book_bonus, trainers):
    book_bonus(6 * ONE)
    credit(attested_mask=0, shares=[BPS, 5_000, 0])
    assert claimable(funded, trainers) == [5 * ONE, 2 * ONE + 3 * ONE // 2, 2 * ONE]
    assert funded.pool.escrowOf(funded.task)["bonus"] == 0


def test_a_missing_part_reverts(credit):
    with pytest.raises(Exception, match="Index out of range"):
        credit(shares=[BPS, BPS])
