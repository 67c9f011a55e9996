"""The sum of the accepted ciphertexts."""

import pytest

from tests.contracts.encrypted_types import EncryptedPhase
from tests.contracts.federation import ONE, ZERO, at, events, now, only_event, plain, reverts

PHASE = EncryptedPhase.SUM
ROOT = b"\1" * 32


@pytest.fixture
def propose(federation):
    def call(by=None, turn=1, accepted=0b11111, seed=bytes(32), root=ROOT):
        return federation.task.proposeSum(turn, accepted, seed, root, {"from": by or federation.parties[2]})

    return call


def test_emits_sum_proposed(federation, propose):
    assert only_event(propose(), "SumProposed") == {
        "turn": 1,
        "account": federation.parties[2],
        "root": ROOT,
    }


def test_opens_the_challenge_window(federation, propose):
    propose()
    assert (federation.phase, federation.deadline) == (EncryptedPhase.SUM_CHALLENGE, now() + 800)
    assert plain(tuple(federation.task.sum())) == (ROOT, federation.parties[2])


def test_before_there_is_one_there_is_none(federation):
    assert plain(tuple(federation.task.sum())) == (bytes(32), ZERO)


def test_another_turn_reverts(propose):
    with reverts("EncryptedTaskOtherTurn", 1, 2):
        propose(turn=2)


def test_another_set_reverts(propose):
    with reverts("EncryptedTaskOtherTurn", 0b11111, 0b01111):
        propose(accepted=0b01111)


def test_a_seed_where_there_is_one_group_reverts(propose):
    with reverts("EncryptedTaskOtherTurn", 0, 1):
        propose(seed=(1).to_bytes(32, "big"))


def test_a_zero_root_reverts(propose):
    with reverts("EncryptedTaskBadValue", 0, 2**256 - 1):
        propose(root=bytes(32))


def test_a_stranger_reverts(propose, outsider):
    with reverts("EncryptedTaskUnauthorized", outsider):
        propose(by=outsider)


def test_a_second_proposal_reverts(propose):
    propose()
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.SUM_CHALLENGE):
        propose()


def test_the_suspended_may_not(play):
    federation = play(EncryptedPhase.SUBMIT, submit_penalty=41 * ONE)
    federation.submit(range(4))
    federation.expire()
    federation.until(EncryptedPhase.SUM)
    with reverts("EncryptedTaskUnauthorized", federation.parties[4]):
        federation.propose_sum(4)


def test_the_last_second_is_in_time(federation, propose):
    at(federation.deadline - 1)
    assert events(propose(), "SumProposed")


def test_at_the_deadline_it_is_too_late(federation, propose):
    at(federation.deadline)
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.SUM):
        propose()


def test_nobody_voids_the_turn(federation):
    assert only_event(federation.expire(), "TurnVoid") == {"round": 1, "turn": 1, "voids": 1}
    assert federation.turn == 2


# ---------------------------------------------------------------------- the sum stands


def test_within_the_window_it_does_not_stand(federation, propose):
    propose()
    at(federation.deadline - 1)
    with reverts("EncryptedTaskNotDue", EncryptedPhase.SUM_CHALLENGE, federation.deadline):
        federation.advance()


def test_after_it_sharing_begins(federation, propose):
    propose()
    fixed = federation.expire()
    assert only_event(fixed, "SumFixed") == {
        "round": 1,
        "turn": 1,
        "root": ROOT,
        "deadline": now() + 850,
    }
    assert (federation.phase, federation.state["period"]) == (EncryptedPhase.SHARE, 1)


def test_updates_attestations_and_the_sum_are_paid(play):
    federation = play(EncryptedPhase.SUBMIT)
    federation.submit(range(4))
    federation.expire()
    federation.attest([0, 1, 2], bitmap=0b0111)
    federation.expire()
    federation.propose_sum(3)
    federation.expire()
    # Three updates share what the slash of the late one left: 10 less a quarter that is burned.
    bonus = 7_500_000_000_000_000_000 // 3
    assert [federation.earned(party) for party in federation.parties] == [
        *[3 * ONE + 1 * ONE + bonus] * 3,
        4 * ONE,
        0,
    ]


def test_nothing_is_paid_before(federation, propose):
    propose()
    assert not any(federation.earned(party) for party in federation.parties)
