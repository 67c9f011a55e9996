"""Shares of the decryption of the sum that stands."""

import pytest

from tests.contracts.encrypted_types import EncryptedPhase, StatementKind
from tests.contracts.federation import ONE, at, events, now, only_event, reverts

PHASE = EncryptedPhase.SHARE
ROOT, CONTENT = b"\1" * 32, b"\2" * 32


@pytest.fixture
def share(federation):
    def call(place=0, by=None, turn=1, sum_root=None, root=ROOT):
        present = federation.task.sum()["root"] if sum_root is None else sum_root
        return federation.task.share(turn, present, root, CONTENT, {"from": by or federation.parties[place]})

    return call


def test_emits_shares_posted(federation, share):
    assert only_event(share(2), "SharesPosted") == {
        "turn": 1,
        "account": federation.parties[2],
        "root": ROOT,
        "content": CONTENT,
    }
    assert bytes(federation.task.partyAt(2)["shareRoot"]) == ROOT
    assert federation.state["shared"] == 0b100


def test_another_turn_reverts(share):
    with reverts("EncryptedTaskOtherTurn", 1, 2):
        share(turn=2)


def test_another_sum_reverts(federation, share):
    present = int.from_bytes(bytes(federation.task.sum()["root"]), "big")
    with reverts("EncryptedTaskOtherTurn", present, 7):
        share(sum_root=(7).to_bytes(32, "big"))


def test_a_stranger_reverts(share, outsider):
    with reverts("EncryptedTaskUnauthorized", outsider):
        share(by=outsider)


def test_a_second_time_reverts(federation, share):
    share()
    with reverts("EncryptedTaskAlreadyDone", federation.parties[0]):
        share()


def test_a_zero_root_reverts(share):
    with reverts("EncryptedTaskBadValue", 0, 2**256 - 1):
        share(root=bytes(32))


def test_the_last_second_is_in_time(federation, share):
    at(federation.deadline - 1)
    assert events(share(), "SharesPosted")


def test_at_the_deadline_it_is_too_late(federation, share):
    at(federation.deadline)
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.SHARE):
        share()


# ---------------------------------------------------------------------- the end of the phase


def test_all_due_close_the_sharing(federation):
    federation.share(range(4))
    with reverts("EncryptedTaskNotDue", EncryptedPhase.SHARE, federation.deadline):
        federation.advance()
    federation.share([4])
    assert only_event(federation.advance(), "SharingClosed") == {
        "turn": 1,
        "shared": 0b11111,
        "deadline": now() + 900,
    }
    assert federation.phase == EncryptedPhase.RESULT


def test_the_threshold_is_enough_at_the_deadline(federation):
    federation.share([0, 4])
    closed = federation.expire()
    assert only_event(closed, "SharingClosed")["shared"] == 0b10001
    assert events(closed, "PartyLate") == [
        {"turn": 1, "account": federation.parties[place], "phase": EncryptedPhase.SHARE, "taken": 20 * ONE}
        for place in (1, 2, 3)
    ]
    assert {event["evidence"] for event in events(closed, "StakeSlashed")} == {8}


def test_below_the_threshold_it_begins_anew(federation):
    federation.share([2])
    reopened = federation.expire()
    assert only_event(reopened, "SharingReopened") == {"turn": 1, "period": 2, "deadline": now() + 850}
    state = federation.state
    assert (state["phase"], state["voids"], state["shared"]) == (EncryptedPhase.SHARE, 1, 0b100)


def test_whoever_gave_need_not_give_again(federation):
    federation.share([2])
    federation.expire()
    federation.share([0, 1])
    late = {event["account"] for event in events(federation.expire(), "PartyLate")}
    assert late == {federation.parties[3], federation.parties[4]}
    assert federation.phase == EncryptedPhase.RESULT


def test_no_turn_follows_a_sum_that_stands(federation):
    # INV-SUM-1
    for _ in range(3):
        assert not events(federation.expire(), "TurnOpened")
    assert federation.phase == EncryptedPhase.ENDED


def test_too_many_sharings_end_the_task(federation):
    for _ in range(2):
        federation.expire()
    assert only_event(federation.expire(), "EncryptedTaskEnded") == {"rounds": 0}


def test_shares_are_paid_when_the_sharing_closes(federation):
    before = [federation.earned(party) for party in federation.parties]
    federation.share([0, 2, 4])
    federation.expire()
    gained = [federation.earned(party) - old for party, old in zip(federation.parties, before, strict=True)]
    assert gained == [2 * ONE, 0, 2 * ONE, 0, 2 * ONE]
    assert federation.state["paid"] == 0b10101


def test_and_once_a_round(federation):
    federation.share([0])
    federation.expire()
    before = federation.earned(federation.parties[0])
    federation.share([1, 2])
    federation.expire()
    assert federation.earned(federation.parties[0]) == before
    assert federation.state["paid"] == 0b111


@pytest.fixture
def one_suspended(play):
    """The party at place 4 was late with its update and has too little left."""
    federation = play(EncryptedPhase.SUBMIT, submit_penalty=41 * ONE)
    federation.submit(range(4))
    federation.expire()
    return federation.until(EncryptedPhase.SHARE)


def test_the_suspended_may_share_and_are_paid(one_suspended):
    before = one_suspended.earned(one_suspended.parties[4])
    one_suspended.share()
    one_suspended.advance()
    assert one_suspended.earned(one_suspended.parties[4]) - before == 2 * ONE


def test_but_are_not_due(one_suspended):
    one_suspended.share(range(4))
    assert not events(one_suspended.advance(), "PartyLate")
    assert one_suspended.phase == EncryptedPhase.RESULT


def test_whoever_topped_up_while_sharing_is_not_late(one_suspended):
    one_suspended.task.topUp({"from": one_suspended.parties[4]})
    one_suspended.share(range(4))
    assert not events(one_suspended.expire(), "PartyLate")


def test_whoever_topped_up_before_is_due(play):
    federation = play(EncryptedPhase.SUBMIT, submit_penalty=41 * ONE)
    federation.submit(range(4))
    federation.expire()
    federation.task.topUp({"from": federation.parties[4]})
    federation.until(EncryptedPhase.SUM_CHALLENGE)
    federation.expire()
    federation.share(range(4))
    assert only_event(federation.expire(), "PartyLate")["account"] == federation.parties[4]


def test_too_few_that_are_due_do_not_close_it(play):
    """Else they could end the task at once, before anybody else has given its shares."""
    federation = play(PHASE, share_penalty=41 * ONE, wrong_penalty=60 * ONE)
    federation.share([0])
    federation.expire()
    assert federation.state["suspended"] == 0b11110
    with reverts("EncryptedTaskNotDue", EncryptedPhase.SHARE, federation.deadline):
        federation.advance()
    federation.share([3])
    assert events(federation.advance(), "SharingClosed")


def test_where_nobody_is_due_it_lasts_to_its_deadline(play):
    """Somebody else may still give its shares."""
    federation = play(PHASE, share_penalty=41 * ONE, wrong_penalty=60 * ONE)
    federation.expire()
    assert federation.state["suspended"] == federation.everybody
    federation.share([0, 3])
    with reverts("EncryptedTaskNotDue", EncryptedPhase.SHARE, federation.deadline):
        federation.advance()
    assert only_event(federation.expire(), "SharingClosed")["shared"] == 0b01001


def test_whoever_topped_up_before_another_sharing_is_due_in_it(one_suspended):
    one_suspended.share(range(4))
    one_suspended.advance()
    one_suspended.task.topUp({"from": one_suspended.parties[4]})
    one_suspended.expire()
    one_suspended.share(range(4))
    assert only_event(one_suspended.expire(), "PartyLate")["account"] == one_suspended.parties[4]


def test_an_open_question_does_not_keep_shares_back(federation, challenger):
    federation.share([0])
    federation.ask(StatementKind.SHARE, 0, challenger)
    federation.share([1, 2, 3, 4])
    with reverts("EncryptedTaskQuestion", True):
        federation.advance()
    federation.show(challenger)
    assert events(federation.advance(), "SharingClosed")
