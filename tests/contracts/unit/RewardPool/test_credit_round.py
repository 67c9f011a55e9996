"""Booking what a frozen round owes."""

from tests.contracts.federation import ONE, events, only_event, reverts
from tests.contracts.unit.RewardPool.conftest import BUDGET


def test_unknown_task_reverts(credit, outsider):
    with reverts("RewardPoolUnauthorized", outsider):
        credit(by=outsider)


def test_an_unfunded_task_reverts(credit, ledgers):
    with reverts("RewardPoolUnauthorized", ledgers.other_task):
        credit(by=ledgers.other_task)


def test_pays_each_accepted_update(credit, funded, trainers):
    credit(attested_mask=0)
    assert [funded.pool.earningsOf(trainer) for trainer in trainers[:3]] == [(3 * ONE, 3 * ONE)] * 3


def test_pays_each_attestation(credit, funded, trainers):
    credit(accepted_mask=0, accepted=0, attested_mask=0b101)
    assert [funded.pool.earningsOf(trainer)["claimable"] for trainer in trainers[:3]] == [ONE, 0, ONE]


def test_pays_update_and_attestation_together(credit, funded, trainers):
    credit(attested_mask=0b010)
    assert funded.pool.earningsOf(trainers[1])["claimable"] == 4 * ONE


def test_bits_beyond_the_accounts_pay_nobody(credit, funded):
    credit(accepted_mask=0b1111, attested_mask=0)
    assert funded.pool.escrowOf(funded.task)["unspent"] == BUDGET - 9 * ONE


def test_pays_the_sealer(credit, funded, sealers):
    credit(sealer=sealers[0])
    assert funded.pool.earningsOf(sealers[0]) == (2 * ONE, 2 * ONE)


def test_pays_no_sealer_where_there_is_none(credit, funded):
    credit()
    assert funded.pool.escrowOf(funded.task)["unspent"] == BUDGET - 11 * ONE


def test_takes_everything_from_the_escrow(credit, funded, sealers):
    credit(sealer=sealers[0])
    assert funded.pool.escrowOf(funded.task) == (BUDGET - 13 * ONE, 0, True, False)


def test_moves_no_coins(credit, funded):
    credit()
    assert funded.pool.held() == funded.coin.balanceOf(funded.pool) == BUDGET


def test_earnings_add_up_over_rounds(credit, funded, trainers):
    credit()
    credit()
    assert funded.pool.earningsOf(trainers[0]) == (8 * ONE, 8 * ONE)


def test_the_whole_escrow_can_be_spent(credit, funded):
    credit(update_reward=BUDGET // 2, accepted_mask=0b11, attested_mask=0)
    assert funded.pool.escrowOf(funded.task)["unspent"] == 0


def test_more_than_the_escrow_reverts(credit, funded):
    with reverts("RewardPoolEscrowExhausted", funded.task, BUDGET + 2, BUDGET):
        credit(update_reward=BUDGET // 2 + 1, accepted_mask=0b11, attested_mask=0)


def test_shares_the_bonus_among_the_accepted(credit, book_bonus, funded, trainers):
    book_bonus(6 * ONE)
    credit(attested_mask=0)
    assert funded.pool.earningsOf(trainers[0])["claimable"] == 5 * ONE


def test_the_bonus_is_not_taken_from_the_escrow(credit, book_bonus, funded):
    book_bonus(6 * ONE)
    credit(attested_mask=0)
    assert funded.pool.escrowOf(funded.task) == (BUDGET - 9 * ONE, 0, True, False)


def test_bonus_share_is_rounded_down_and_dust_waits(credit, book_bonus, funded):
    book_bonus(8)
    assert only_event(credit(), "BonusShared")["share"] == 2
    assert funded.pool.escrowOf(funded.task)["bonus"] == 2


def test_emits_bonus_shared(credit, book_bonus, funded):
    book_bonus(6 * ONE)
    assert only_event(credit(), "BonusShared") == {"task": funded.task, "accepted": 3, "share": 2 * ONE}


def test_emits_nothing_without_bonus(credit):
    assert events(credit(), "BonusShared") == []


def test_bonus_waits_when_nobody_is_accepted(credit, book_bonus, funded):
    book_bonus(6 * ONE)
    credit(accepted_mask=0, accepted=0)
    assert funded.pool.escrowOf(funded.task)["bonus"] == 6 * ONE
