"""Making a stake whole again."""

import pytest

from tests.contracts.encrypted_types import EncryptedPhase
from tests.contracts.federation import ONE, only_event, reverts

PHASE = EncryptedPhase.SUBMIT


@pytest.fixture
def late(play):
    """The second turn; the party at place 4 was late in the first and is suspended."""
    federation = play(PHASE, submit_penalty=41 * ONE)
    federation.submit(range(4))
    federation.expire()
    return federation


def test_emits_party_topped_up(late):
    topped = late.task.topUp({"from": late.parties[4]})
    assert only_event(topped, "PartyToppedUp") == {"account": late.parties[4], "amount": 41 * ONE}


def test_the_stake_is_whole_and_the_suspension_over(late):
    late.task.topUp({"from": late.parties[4]})
    assert (late.stake_of(4), late.state["suspended"]) == (100 * ONE, 0)


def test_a_cut_that_did_not_suspend_is_made_good_as_well(play):
    federation = play(PHASE)
    federation.submit(range(4))
    federation.expire()
    topped = federation.task.topUp({"from": federation.parties[4]})
    assert only_event(topped, "PartyToppedUp")["amount"] == 10 * ONE


def test_a_whole_stake_reverts(late):
    with reverts("EncryptedTaskStakeBound", late.parties[0]):
        late.task.topUp({"from": late.parties[0]})


def test_a_stranger_reverts(late, outsider):
    with reverts("EncryptedTaskUnauthorized", outsider):
        late.task.topUp({"from": outsider})


def test_before_the_first_round_reverts(joining):
    joining.join([0])
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.JOIN):
        joining.task.topUp({"from": joining.parties[0]})


def test_after_the_end_reverts(play):
    federation = play(PHASE, max_voids=1)
    federation.expire()
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.ENDED):
        federation.task.topUp({"from": federation.parties[0]})
