"""Sums and results that parties do not find (INV-REFUSE-1)."""

import pytest

from tests.contracts.encrypted_types import EncryptedPhase, StatementKind
from tests.contracts.federation import ONE, at, events, only_event, plain, reverts

PHASE = EncryptedPhase.SUM_CHALLENGE
NONE = bytes(32)


@pytest.fixture
def refuse(federation):
    """Refuse the sum that the first party proposed; the last call."""

    def call(*places, by=None, turn=1, root=None, model=NONE):
        last = None
        for place in places or (1,):
            sender = by or federation.parties[place]
            last = federation.task.refuse(turn, root or federation.root("sum"), model, {"from": sender})
        return last

    return call


@pytest.fixture(scope="module")
def opened(play):
    """A result was proposed."""
    return play(EncryptedPhase.RESULT_CHALLENGE)


@pytest.fixture
def refuse_result(opened):
    """Refuse the result that the first party proposed; the last call."""

    def call(*places, root=None, model=None):
        last = None
        for place in places:
            roots = root or opened.root("result"), model or opened.root("model")
            last = opened.task.refuse(1, *roots, {"from": opened.parties[place]})
        return last

    return call


def test_emits_proposal_refused(federation, refuse):
    assert only_event(refuse(2), "ProposalRefused") == {
        "turn": 1,
        "account": federation.parties[2],
        "root": federation.root("sum"),
        "dropped": False,
    }


def test_half_of_the_parties_are_not_enough(play):
    federation = play(PHASE, max_parties=5)
    for place in (1, 2):
        federation.task.refuse(1, federation.root("sum"), NONE, {"from": federation.parties[place]})
    assert (federation.phase, federation.task.sum()[1]) == (PHASE, federation.parties[0])
    federation.expire()
    assert federation.phase == EncryptedPhase.SHARE


def test_more_than_half_drop_a_sum(federation, refuse):
    assert only_event(refuse(1, 2, 3), "ProposalRefused")["dropped"]
    assert (federation.phase, federation.state["proposals"]) == (EncryptedPhase.SUM, 1)
    assert plain(tuple(federation.task.sum()))[0] == NONE


def test_no_stake_is_touched(federation, refuse):
    refused = refuse(1, 2, 3)
    assert not events(refused, "StakeSlashed")
    assert [federation.stake_of(place) for place in federation.places] == [100 * ONE] * 5


def test_whom_most_refused_does_not_propose_again_in_this_turn(federation, refuse):
    refuse(1, 2, 3)
    with reverts("EncryptedTaskUnauthorized", federation.parties[0]):
        federation.propose_sum(0)
    federation.propose_sum(1)
    federation.expire()
    federation.until(EncryptedPhase.RESULT)
    with reverts("EncryptedTaskUnauthorized", federation.parties[0]):
        federation.propose_result(0)
    federation.propose_result(1)
    federation.expire()
    federation.until(EncryptedPhase.SUM)
    federation.propose_sum(0)
    assert federation.task.sum()[1] == federation.parties[0]


def test_refusals_of_one_proposal_do_not_count_against_the_next(federation, refuse):
    refuse(1, 2, 3)
    federation.propose_sum(1)
    refuse(0, 2)
    assert federation.phase == PHASE
    refuse(3)
    assert federation.phase == EncryptedPhase.SUM


def test_the_suspended_refuse_and_count_like_everybody(play):
    federation = play(EncryptedPhase.SUBMIT, submit_penalty=41 * ONE)
    federation.submit(range(3))
    federation.expire()
    assert federation.state["suspended"] == 0b11000
    federation.until(PHASE)
    for place in (1, 2):
        federation.task.refuse(1, federation.root("sum"), NONE, {"from": federation.parties[place]})
    assert federation.phase == PHASE  # two of the three that are active are not more than half of five
    federation.task.refuse(1, federation.root("sum"), NONE, {"from": federation.parties[4]})
    assert federation.phase == EncryptedPhase.SUM


def test_a_second_refusal_reverts(federation, refuse):
    refuse(1)
    with reverts("EncryptedTaskAlreadyDone", federation.parties[1]):
        refuse(1)


def test_a_stranger_reverts(refuse, outsider):
    with reverts("EncryptedTaskUnauthorized", outsider):
        refuse(by=outsider)


def test_another_turn_reverts(refuse):
    with reverts("EncryptedTaskOtherTurn", 1, 2):
        refuse(1, turn=2)


def test_another_root_reverts(federation, refuse):
    named = federation.root("result")
    with reverts("EncryptedTaskOtherTurn", int.from_bytes(federation.root("sum")), int.from_bytes(named)):
        refuse(1, root=named)


def test_a_sum_has_no_model(refuse):
    with reverts("EncryptedTaskOtherTurn", 0, 1):
        refuse(1, model=(1).to_bytes(32))


def test_a_question_goes_first(federation, refuse, challenger):
    federation.ask(StatementKind.SUM, 0, challenger)
    with reverts("EncryptedTaskQuestion", True):
        refuse(1)
    federation.show(federation.parties[0])
    refuse(1)


def test_the_last_second_is_in_time(federation, refuse):
    at(federation.deadline - 1)
    assert events(refuse(1), "ProposalRefused")


def test_at_the_deadline_it_is_too_late(federation, refuse):
    at(federation.deadline)
    with reverts("EncryptedTaskUnexpectedPhase", PHASE):
        refuse(1)


def test_without_a_proposal_there_is_nothing_to_refuse(play):
    federation = play(EncryptedPhase.SUM)
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.SUM):
        federation.task.refuse(1, NONE, NONE, {"from": federation.parties[1]})


def test_a_set_that_changed_begins_without_refusals(federation, refuse, challenger):
    refuse(1, 2)
    federation.ask(StatementKind.UPDATE, 4, challenger)
    federation.strike()
    assert federation.phase == EncryptedPhase.SUM
    federation.propose_sum(0)
    refuse(3)
    assert federation.phase == PHASE


# ---------------------------------------------------------------------- results


def test_more_than_half_drop_a_result(opened, refuse_result):
    refuse_result(1, 2)
    assert opened.phase == EncryptedPhase.RESULT_CHALLENGE
    assert only_event(refuse_result(4), "ProposalRefused")["dropped"]
    assert (opened.phase, opened.state["proposals"]) == (EncryptedPhase.RESULT, 1)
    opened.propose_result(3)
    opened.expire()
    assert opened.state["round"] == 2
    # Both did all that parties are paid for; one of them the result, too.
    reward = opened.parameters.result_reward
    assert reward and opened.earned(opened.parties[3]) == opened.earned(opened.parties[4]) + reward


def test_a_model_is_refused_with_its_result(opened, refuse_result):
    present, named = opened.root("model"), opened.root("result")
    with reverts("EncryptedTaskOtherTurn", int.from_bytes(present), int.from_bytes(named)):
        refuse_result(1, model=named)


def test_everybody_refused_shares_again_and_the_task_goes_on(opened, refuse_result):
    for author in opened.places:
        if author:
            opened.propose_result(author)
        refuse_result(*[place for place in opened.places if place != author][:3])
    for author in opened.places:
        with reverts("EncryptedTaskUnauthorized", opened.parties[author]):
            opened.propose_result(author)
    assert only_event(opened.expire(), "SharingReopened")["period"] == 2
