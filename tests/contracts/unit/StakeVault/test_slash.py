"""Cutting stakes on evidence."""

import pytest

from tests.contracts.federation import BPS, ONE, SUPPLY, ZERO, now, only_event, reverts
from tests.contracts.task_types import Evidence, Role

STAKE = 100 * ONE
BURN_BPS = 2_500


@pytest.fixture
def staked(ledgers):
    ledgers.vault.lock(ledgers.member, Role.TRAINER, STAKE, {"from": ledgers.task})
    return ledgers


@pytest.fixture
def slash(staked, challenger):
    """Slash the member as the task, unless said otherwise."""

    def call(amount=40 * ONE, beneficiary=challenger, bounty=5 * ONE, burn_bps=BURN_BPS, by=staked.task):
        return staked.vault.slash(
            staked.member,
            Role.TRAINER,
            Evidence.NO_REVEAL,
            amount,
            beneficiary,
            bounty,
            burn_bps,
            {"from": by},
        )

    return call


def test_unknown_task_reverts(slash, outsider):
    with reverts("StakeVaultUnknownTask", outsider):
        slash(by=outsider)


def test_emits_stake_slashed(slash, staked, challenger):
    assert only_event(slash(), "StakeSlashed") == {
        "task": staked.task,
        "account": staked.member,
        "role": Role.TRAINER,
        "evidence": Evidence.NO_REVEAL,
        "taken": 40 * ONE,
        "burned": 10 * ONE,
        "beneficiary": challenger,
        "bounty": 5 * ONE,
    }


def test_cuts_the_stake(slash, staked):
    slash()
    assert staked.vault.stakeOf(staked.task, staked.member, Role.TRAINER)["amount"] == STAKE - 40 * ONE


def test_lowers_what_is_held(slash, staked):
    slash()
    assert staked.vault.held() == staked.coin.balanceOf(staked.vault) == STAKE - 40 * ONE


def test_burns_its_share(slash, staked):
    slash()
    assert staked.coin.totalSupply() == SUPPLY - 10 * ONE


def test_burned_share_is_rounded_up(slash):
    assert only_event(slash(amount=3), "StakeSlashed")["burned"] == 1


def test_sends_the_rest_to_the_pool(slash, staked, challenger):
    event = only_event(slash(), "SlashBooked")
    assert event == {
        "task": staked.task,
        "beneficiary": challenger,
        "bounty": 5 * ONE,
        "bonus": 25 * ONE,
    }
    assert staked.coin.balanceOf(staked.pool) == staked.pool.held() == 30 * ONE


def test_takes_no_more_than_the_stake(slash):
    assert only_event(slash(amount=STAKE + 1), "StakeSlashed")["taken"] == STAKE


def test_an_empty_stake_gives_nothing(slash):
    slash(amount=STAKE)
    event = only_event(slash(), "StakeSlashed")
    assert (event["taken"], event["burned"], event["bounty"]) == (0, 0, 0)


def test_bounty_is_at_most_a_fifth(slash):
    assert only_event(slash(bounty=STAKE), "StakeSlashed")["bounty"] == 40 * ONE // 5


def test_bounty_cap_is_rounded_down(slash):
    assert only_event(slash(amount=4, bounty=4), "StakeSlashed")["bounty"] == 0


def test_bounty_is_zero_when_everything_is_burned(slash):
    event = only_event(slash(burn_bps=BPS), "StakeSlashed")
    assert (event["burned"], event["bounty"]) == (40 * ONE, 0)


def test_bounty_yields_to_the_burned_share(slash):
    event = only_event(slash(amount=100, bounty=100, burn_bps=9_000), "StakeSlashed")
    assert (event["burned"], event["bounty"]) == (90, 10)


def test_without_beneficiary_there_is_no_bounty(slash):
    event = only_event(slash(beneficiary=ZERO), "StakeSlashed")
    assert (event["beneficiary"], event["bounty"]) == (ZERO, 0)


def test_another_task_takes_nothing(slash, staked):
    assert only_event(slash(by=staked.other_task), "StakeSlashed")["taken"] == 0
    assert staked.vault.stakeOf(staked.task, staked.member, Role.TRAINER)["amount"] == STAKE


def test_an_unbonding_stake_stays_liable_and_unbonding(slash, staked):
    later = now() + 1_000
    staked.vault.unbond(staked.member, Role.TRAINER, later, {"from": staked.task})
    slash()
    assert staked.vault.stakeOf(staked.task, staked.member, Role.TRAINER) == (STAKE - 40 * ONE, later)
