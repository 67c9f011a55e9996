"""Vouching for submissions, and the set that follows."""

import pytest

from tests.contracts.encrypted_types import EncryptedPhase
from tests.contracts.federation import at, events, now, only_event, reverts

PHASE = EncryptedPhase.ATTEST


def test_emits_submissions_attested(federation):
    attested = federation.attest([1], bitmap=0b10110)
    assert only_event(attested, "SubmissionsAttested") == {
        "turn": 1,
        "account": federation.parties[1],
        "bitmap": 0b10110,
    }
    assert federation.task.partyAt(1)["bitmap"] == 0b10110


@pytest.mark.parametrize("turn", [0, 2])
def test_another_turn_reverts(federation, turn):
    with reverts("EncryptedTaskOtherTurn", 1, turn):
        federation.task.attest(turn, 1, {"from": federation.parties[0]})


def test_a_stranger_reverts(federation, outsider):
    with reverts("EncryptedTaskUnauthorized", outsider):
        federation.task.attest(1, 1, {"from": outsider})


def test_whoever_submitted_nothing_reverts(play):
    federation = play(EncryptedPhase.SUBMIT)
    federation.submit(range(4))
    federation.expire()
    with reverts("EncryptedTaskUnauthorized", federation.parties[4]):
        federation.task.attest(1, 1, {"from": federation.parties[4]})


def test_a_second_time_reverts(federation):
    federation.attest([0])
    with reverts("EncryptedTaskAlreadyDone", federation.parties[0]):
        federation.attest([0])


def test_vouching_for_what_is_not_there_reverts(federation):
    with reverts("EncryptedTaskBadValue", 0b100000, 0b11111):
        federation.attest([0], bitmap=0b100000)


def test_the_last_second_is_in_time(federation):
    at(federation.deadline - 1)
    assert events(federation.attest([0]), "SubmissionsAttested")


def test_at_the_deadline_it_is_too_late(federation):
    at(federation.deadline)
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.ATTEST):
        federation.attest([0])


# ---------------------------------------------------------------------- the set


def test_once_all_have_attested_the_set_is_due(federation):
    federation.attest(range(4))
    with reverts("EncryptedTaskNotDue", EncryptedPhase.ATTEST, federation.deadline):
        federation.advance()
    federation.attest([4])
    frozen = only_event(federation.advance(), "SetFrozen")
    assert frozen == {"turn": 1, "accepted": 0b11111, "totalWeight": 10}
    assert (federation.phase, federation.deadline) == (EncryptedPhase.SUM, now() + 750)


def test_at_the_deadline_it_is_due_as_well(federation):
    federation.attest([0, 1, 2])
    assert only_event(federation.expire(), "SetFrozen")["accepted"] == 0b11111


def test_an_update_needs_more_than_half_of_the_submitters(federation):
    federation.attest([0, 1, 2], bitmap=0b01111)
    federation.attest([3, 4], bitmap=0b11011)
    frozen = only_event(federation.advance(), "SetFrozen")
    # The third has three of five, the last one two.
    assert frozen["accepted"] == 0b01111
    assert federation.state["accepted"] == 0b01111


def test_half_of_four_is_not_enough(play):
    federation = play(EncryptedPhase.SUBMIT)
    federation.submit(range(4))
    federation.expire()
    federation.attest([0, 1], bitmap=0b1111)
    federation.attest([2, 3], bitmap=0b0111)
    assert only_event(federation.advance(), "SetFrozen")["accepted"] == 0b0111


def test_an_update_needs_as_many_as_open_a_sum(play):
    federation = play(PHASE, threshold=4, minimum_accepted=5)
    federation.attest(range(3))
    assert only_event(federation.expire(), "TurnVoid") == {"round": 1, "turn": 1, "voids": 1}


def test_as_many_as_open_a_sum_are_enough(play):
    federation = play(PHASE, threshold=4, minimum_accepted=5)
    federation.attest(range(4))
    assert only_event(federation.expire(), "SetFrozen")["accepted"] == 0b11111


def test_whoever_does_not_attest_vouches_for_nobody_but_counts(federation):
    federation.attest([0, 1])
    assert only_event(federation.expire(), "TurnVoid") == {"round": 1, "turn": 1, "voids": 1}


def test_too_few_accepted_void_the_turn(federation):
    federation.attest(bitmap=0b00011)
    voided = federation.advance()
    assert len(events(voided, "TurnVoid")) == 1
    assert not events(voided, "SetFrozen")
    assert (federation.phase, federation.turn) == (EncryptedPhase.SUBMIT, 2)


def test_not_attesting_costs_nothing(federation):
    assert not events(federation.expire(), "StakeSlashed")


def test_the_total_weight_is_that_of_the_accepted(play):
    federation = play(EncryptedPhase.SUBMIT)
    for place in federation.places:
        federation.submit([place], weight=place + 1)
    federation.attest(bitmap=0b11010)
    assert only_event(federation.advance(), "SetFrozen")["totalWeight"] == 2 + 4 + 5
