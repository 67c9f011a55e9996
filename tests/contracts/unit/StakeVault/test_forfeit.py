"""Taking a lost challenger's bond."""

import pytest

from tests.contracts.federation import ONE, SUPPLY, only_event, reverts
from tests.contracts.task_types import Evidence, Role

BOND = 50 * ONE
FEE = 7 * ONE


@pytest.fixture
def bonded(ledgers):
    ledgers.vault.lock(ledgers.member, Role.CHALLENGER, BOND, {"from": ledgers.task})
    return ledgers


def test_unknown_task_reverts(bonded, sealers, outsider):
    with reverts("StakeVaultUnknownTask", outsider):
        bonded.vault.forfeit(bonded.member, BOND, sealers[0], FEE, {"from": outsider})


def test_emits_stake_slashed(bonded, sealers):
    transaction = bonded.vault.forfeit(bonded.member, BOND, sealers[0], FEE, {"from": bonded.task})
    assert only_event(transaction, "StakeSlashed") == {
        "task": bonded.task,
        "account": bonded.member,
        "role": Role.CHALLENGER,
        "evidence": Evidence.LOST_DISPUTE,
        "taken": BOND,
        "burned": BOND - FEE,
        "beneficiary": sealers[0],
        "bounty": FEE,
    }


def test_pays_the_answerer_its_fee(bonded, sealers):
    bonded.vault.forfeit(bonded.member, BOND, sealers[0], FEE, {"from": bonded.task})
    assert bonded.pool.earningsOf(sealers[0]) == (FEE, FEE)


def test_burns_the_rest(bonded, sealers):
    bonded.vault.forfeit(bonded.member, BOND, sealers[0], FEE, {"from": bonded.task})
    assert bonded.coin.totalSupply() == SUPPLY - (BOND - FEE)


def test_leaves_nothing_for_the_honest(bonded, sealers):
    bonded.vault.forfeit(bonded.member, BOND, sealers[0], FEE, {"from": bonded.task})
    assert bonded.pool.escrowOf(bonded.task)["bonus"] == 0


def test_fee_is_at_most_what_was_taken(bonded, sealers):
    transaction = bonded.vault.forfeit(bonded.member, ONE, sealers[0], FEE, {"from": bonded.task})
    assert only_event(transaction, "StakeSlashed")["bounty"] == ONE


def test_keeps_the_bond_of_other_disputes(bonded, sealers):
    bonded.vault.forfeit(bonded.member, BOND - ONE, sealers[0], FEE, {"from": bonded.task})
    assert bonded.vault.stakeOf(bonded.task, bonded.member, Role.CHALLENGER)["amount"] == ONE
    assert bonded.vault.held() == ONE
