"""The opened sum and the new model."""

import pytest

from tests.contracts.encrypted_types import EncryptedPhase
from tests.contracts.federation import ONE, ZERO, at, events, now, only_event, plain, reverts

PHASE = EncryptedPhase.RESULT
FIELDS = {"root": b"\1" * 32, "content": b"\2" * 32, "model": b"\3" * 32, "modelContent": b"\4" * 32}


@pytest.fixture
def propose(federation):
    def call(by=None, turn=1, **chosen):
        fields = (FIELDS | chosen).values()
        return federation.task.proposeResult(turn, *fields, {"from": by or federation.parties[3]})

    return call


def test_emits_result_proposed(federation, propose):
    expected = {"turn": 1, "account": federation.parties[3]} | FIELDS
    assert only_event(propose(), "ResultProposed") == expected


def test_opens_the_challenge_window(federation, propose):
    propose()
    assert (federation.phase, federation.deadline) == (EncryptedPhase.RESULT_CHALLENGE, now() + 800)
    found = plain(tuple(federation.task.result()))
    assert found == (FIELDS["root"], FIELDS["model"], federation.parties[3])


def test_before_there_is_one_there_is_none(federation):
    assert plain(tuple(federation.task.result())) == (bytes(32), bytes(32), ZERO)


def test_another_turn_reverts(propose):
    with reverts("EncryptedTaskOtherTurn", 1, 2):
        propose(turn=2)


@pytest.mark.parametrize("name", ["root", "model"])
def test_a_zero_root_or_model_reverts(propose, name):
    with reverts("EncryptedTaskBadValue", 0, 2**256 - 1):
        propose(**{name: bytes(32)})


def test_a_stranger_reverts(propose, outsider):
    with reverts("EncryptedTaskUnauthorized", outsider):
        propose(by=outsider)


def test_the_suspended_may_not(play):
    federation = play(EncryptedPhase.SHARE, share_penalty=41 * ONE)
    federation.share(range(4))
    federation.expire()
    with reverts("EncryptedTaskUnauthorized", federation.parties[4]):
        federation.propose_result(4)


def test_a_second_proposal_reverts(propose):
    propose()
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.RESULT_CHALLENGE):
        propose()


def test_the_last_second_is_in_time(federation, propose):
    at(federation.deadline - 1)
    assert events(propose(), "ResultProposed")


def test_at_the_deadline_it_is_too_late(federation, propose):
    at(federation.deadline)
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.RESULT):
        propose()


def test_nobody_lets_everybody_share_afresh(federation):
    reopened = federation.expire()
    assert only_event(reopened, "SharingReopened") == {"turn": 1, "period": 2, "deadline": now() + 850}
    state = federation.state
    assert (state["phase"], state["shared"], state["voids"]) == (EncryptedPhase.SHARE, 0, 1)
    assert bytes(federation.task.partyAt(0)["shareRoot"]) == bytes(32)


def test_shares_given_afresh_are_not_paid_again(federation):
    federation.expire()
    before = federation.earned(federation.parties[0])
    federation.share()
    federation.advance()
    assert federation.earned(federation.parties[0]) == before


# ---------------------------------------------------------------------- the round is over


def test_within_the_window_it_does_not_stand(federation, propose):
    propose()
    at(federation.deadline - 1)
    with reverts("EncryptedTaskNotDue", EncryptedPhase.RESULT_CHALLENGE, federation.deadline):
        federation.advance()


def test_after_it_the_model_is_the_next_base(federation, propose):
    propose()
    over = federation.expire()
    assert only_event(over, "RoundFinal") == {"round": 1, "turn": 1, "model": FIELDS["model"]}
    opened = {"round": 2, "turn": 2, "baseModel": FIELDS["model"], "deadline": now() + 650}
    assert only_event(over, "TurnOpened") == opened
    assert bytes(federation.task.baseModel()) == FIELDS["model"]


def test_its_author_is_paid(federation, propose):
    before = federation.earned(federation.parties[3])
    propose()
    assert federation.earned(federation.parties[3]) == before
    federation.expire()
    assert federation.earned(federation.parties[3]) - before == 5 * ONE


def test_the_next_round_begins_with_nothing(federation, propose):
    federation.expire()
    federation.share()
    federation.advance()
    propose()
    federation.expire()
    state = federation.state
    masks = ("submitted", "attested", "accepted", "shared", "paid")
    assert [state[name] for name in masks] == [0] * 5
    assert (state["voids"], state["period"], state["proposals"], state["answered"]) == (0, 0, 0, 0)
    assert plain(tuple(federation.task.sum())) == (bytes(32), ZERO)
    assert plain(tuple(federation.task.result())) == (bytes(32), bytes(32), ZERO)


def test_after_the_last_round_the_task_has_ended(play):
    federation = play(PHASE, rounds=1)
    federation.propose_result()
    model = federation.root("model")
    over = federation.expire()
    assert only_event(over, "EncryptedTaskEnded") == {"rounds": 1}
    assert not events(over, "TurnOpened")
    assert (federation.phase, federation.state["round"]) == (EncryptedPhase.ENDED, 1)
    assert bytes(federation.task.baseModel()) == model
