"""Booking the last sealer's reward."""

from tests.contracts.federation import ONE, reverts
from tests.contracts.unit.RewardPool.conftest import BUDGET


def test_unknown_task_reverts(funded, sealers, outsider):
    with reverts("RewardPoolUnauthorized", outsider):
        funded.pool.creditSealer(sealers[0], ONE, {"from": outsider})


def test_pays_the_sealer_from_the_escrow(funded, sealers):
    funded.pool.creditSealer(sealers[0], ONE, {"from": funded.task})
    assert funded.pool.earningsOf(sealers[0]) == (ONE, ONE)
    assert funded.pool.escrowOf(funded.task)["unspent"] == BUDGET - ONE


def test_more_than_the_escrow_reverts(funded, sealers):
    with reverts("RewardPoolEscrowExhausted", funded.task, BUDGET + 1, BUDGET):
        funded.pool.creditSealer(sealers[0], BUDGET + 1, {"from": funded.task})
