"""Encrypted updates."""

import pytest

from tests.contracts.encrypted_types import EncryptedPhase
from tests.contracts.federation import ONE, at, events, now, only_event, reverts

PHASE = EncryptedPhase.SUBMIT
ROOT, CONTENT = b"\1" * 32, b"\2" * 32


@pytest.fixture
def submit(federation):
    def call(place=0, turn=1, weight=2, root=ROOT, by=None):
        by = by or federation.parties[place]
        return federation.task.submit(turn, weight, root, CONTENT, {"from": by})

    return call


def test_emits_update_submitted(federation, submit):
    assert only_event(submit(3, weight=6), "UpdateSubmitted") == {
        "turn": 1,
        "account": federation.parties[3],
        "weight": 6,
        "root": ROOT,
        "content": CONTENT,
    }


def test_root_and_weight_are_known(federation, submit):
    submit(3, weight=6)
    party = federation.task.partyAt(3)
    assert (party["weight"], bytes(party["updateRoot"])) == (6, ROOT)
    assert federation.state["submitted"] == 0b1000


def test_the_last_one_due_opens_attest(federation):
    federation.submit(range(4))
    assert federation.phase == EncryptedPhase.SUBMIT
    federation.submit([4])
    assert (federation.phase, federation.deadline) == (EncryptedPhase.ATTEST, now() + 700)


@pytest.mark.parametrize("turn", [0, 2])
def test_another_turn_reverts(submit, turn):
    with reverts("EncryptedTaskOtherTurn", 1, turn):
        submit(turn=turn)


def test_a_stranger_reverts(submit, outsider):
    with reverts("EncryptedTaskUnauthorized", outsider):
        submit(by=outsider)


def test_a_second_update_reverts(federation, submit):
    submit()
    with reverts("EncryptedTaskAlreadyDone", federation.parties[0]):
        submit()


@pytest.mark.parametrize("weight", [0, 7, 255])
def test_a_weight_out_of_bounds_reverts(submit, weight):
    with reverts("EncryptedTaskBadValue", weight, 6):
        submit(weight=weight)


def test_a_zero_root_reverts(submit):
    with reverts("EncryptedTaskBadValue", 0, 2**256 - 1):
        submit(root=bytes(32))


def test_the_last_second_is_in_time(federation, submit):
    at(federation.deadline - 1)
    assert events(submit(), "UpdateSubmitted")


def test_at_the_deadline_it_is_too_late(federation, submit):
    at(federation.deadline)
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.SUBMIT):
        submit()


def test_what_an_earlier_turn_said_is_gone(federation):
    federation.submit([0, 1])
    federation.expire()
    party = federation.task.partyAt(0)
    assert federation.turn == 2
    assert (party["weight"], bytes(party["updateRoot"])) == (0, bytes(32))


# ---------------------------------------------------------------------- the end of the phase


def test_before_the_deadline_nothing_is_due(federation):
    federation.submit(range(4))
    at(federation.deadline - 1)
    with reverts("EncryptedTaskNotDue", EncryptedPhase.SUBMIT, federation.deadline):
        federation.advance()


def test_the_late_are_named_and_pay(federation):
    federation.submit([0, 1, 3])
    assert events(federation.expire(), "PartyLate") == [
        {
            "turn": 1,
            "account": federation.parties[place],
            "phase": EncryptedPhase.SUBMIT,
            "taken": 10 * ONE,
        }
        for place in (2, 4)
    ]
    assert [federation.stake_of(place) // ONE for place in federation.places] == [100, 100, 90, 100, 90]
    assert federation.phase == EncryptedPhase.ATTEST


def test_lateness_has_its_own_evidence_and_no_bounty(federation):
    federation.submit(range(4))
    slashed = only_event(federation.expire(), "StakeSlashed")
    assert (slashed["evidence"], slashed["bounty"]) == (7, 0)


def test_too_few_void_the_turn(federation):
    federation.submit([0, 1])
    voided = federation.expire()
    assert only_event(voided, "TurnVoid") == {"round": 1, "turn": 1, "voids": 1}
    assert only_event(voided, "TurnOpened")["turn"] == 2
    assert (federation.phase, federation.state["submitted"]) == (EncryptedPhase.SUBMIT, 0)


def test_as_many_voids_as_allowed_end_the_task(federation):
    for _ in range(2):
        federation.expire()
    assert only_event(federation.expire(), "EncryptedTaskEnded") == {"rounds": 0}


def test_who_has_too_little_left_is_suspended(play):
    federation = play(PHASE, submit_penalty=41 * ONE)
    federation.submit(range(4))
    federation.expire()
    assert federation.state["suspended"] == 0b10000
    assert federation.stake_of(4) == 59 * ONE


def test_who_has_just_enough_left_is_not(play):
    federation = play(PHASE, submit_penalty=40 * ONE)
    federation.submit(range(4))
    federation.expire()
    assert federation.state["suspended"] == 0


@pytest.fixture
def one_suspended(play):
    """The second turn; the party at place 4 has missed the first."""
    federation = play(PHASE, submit_penalty=41 * ONE)
    federation.submit([0, 1, 2])
    federation.expire()
    federation.attest([0])
    federation.expire()
    assert federation.state["suspended"] == 0b11000
    return federation


def test_the_suspended_may_not_submit(one_suspended):
    with reverts("EncryptedTaskUnauthorized", one_suspended.parties[4]):
        one_suspended.submit([4])


def test_the_suspended_are_not_due(one_suspended):
    one_suspended.submit([0, 1, 2])
    assert one_suspended.phase == EncryptedPhase.ATTEST


def test_whoever_topped_up_is_waited_for(one_suspended):
    one_suspended.task.topUp({"from": one_suspended.parties[4]})
    one_suspended.submit([0, 1, 2])
    assert one_suspended.phase == EncryptedPhase.SUBMIT
    one_suspended.submit([4])
    assert one_suspended.phase == EncryptedPhase.ATTEST


def test_but_is_not_late_in_the_same_phase(one_suspended):
    one_suspended.task.topUp({"from": one_suspended.parties[4]})
    one_suspended.submit([0, 1, 2])
    assert not events(one_suspended.expire(), "PartyLate")


def test_in_the_next_turn_it_is(one_suspended):
    one_suspended.task.topUp({"from": one_suspended.parties[4]})
    one_suspended.expire()  # void
    late = [event["account"] for event in events(one_suspended.expire(), "PartyLate")]
    assert one_suspended.parties[4] in late


def test_too_few_that_are_due_do_not_end_the_phase(play):
    """Else they could void turn after turn before anybody has topped up."""
    federation = play(PHASE, submit_penalty=41 * ONE)
    federation.submit([0, 1])
    federation.expire()
    federation.submit([0, 1])
    with reverts("EncryptedTaskNotDue", EncryptedPhase.SUBMIT, federation.deadline):
        federation.advance()
    federation.task.topUp({"from": federation.parties[4]})
    federation.submit([4])
    assert federation.phase == EncryptedPhase.ATTEST
