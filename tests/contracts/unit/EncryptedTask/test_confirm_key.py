"""Finding the key and one's share of it right, or wrong."""

import pytest

from tests.contracts.encrypted import Federation
from tests.contracts.encrypted_types import NO_PLACE, EncryptedPhase
from tests.contracts.federation import ONE, at, events, now, only_event, reverts


@pytest.fixture(scope="module")
def confirming(joining):
    joining.join()
    joining.advance()
    joining.deal()
    return joining


@pytest.fixture
def task(confirming):
    return confirming.task


def confirm(confirming, by, ceremony=1, key=None):
    return confirming.task.confirmKey(ceremony, key or confirming.key_hash(), {"from": by})


def test_emits_key_confirmed(confirming):
    confirmed = confirm(confirming, confirming.parties[2])
    assert only_event(confirmed, "KeyConfirmed") == {"ceremony": 1, "account": confirming.parties[2]}
    assert confirming.state["confirmed"] == 0b100


def test_the_last_one_opens_the_first_round(confirming, task):
    last = confirming.confirm()
    assert only_event(last, "TurnOpened") == {
        "round": 1,
        "turn": 1,
        "baseModel": confirming.parameters.initial_model,
        "deadline": now() + 650,
    }
    state = confirming.state
    assert (state["phase"], state["round"], state["turn"]) == (EncryptedPhase.SUBMIT, 1, 1)


def test_the_last_but_one_does_not(confirming):
    assert not events(confirming.confirm(range(4)), "TurnOpened")
    assert confirming.phase == EncryptedPhase.CONFIRM


@pytest.mark.parametrize("ceremony", [0, 2])
def test_another_ceremony_reverts(confirming, task, ceremony):
    with reverts("EncryptedTaskOtherTurn", 1, ceremony):
        confirm(confirming, confirming.parties[0], ceremony)
    with reverts("EncryptedTaskOtherTurn", 1, ceremony):
        task.rejectKey(ceremony, {"from": confirming.parties[0]})


def test_another_key_reverts(confirming):
    present = int.from_bytes(confirming.key_hash(), "big")
    with reverts("EncryptedTaskOtherTurn", present, 5):
        confirm(confirming, confirming.parties[0], key=(5).to_bytes(32, "big"))


def test_a_stranger_reverts(confirming, task, outsider):
    with reverts("EncryptedTaskUnauthorized", outsider):
        confirm(confirming, outsider)
    with reverts("EncryptedTaskUnauthorized", outsider):
        task.rejectKey(1, {"from": outsider})


def test_whoever_confirmed_can_say_nothing_more(confirming, task):
    party = confirming.parties[0]
    confirm(confirming, party)
    with reverts("EncryptedTaskAlreadyDone", party):
        confirm(confirming, party)
    with reverts("EncryptedTaskAlreadyDone", party):
        task.rejectKey(1, {"from": party})


def test_whoever_rejected_has_no_place_any_more(confirming, task):
    party = confirming.parties[0]
    task.rejectKey(1, {"from": party})
    for call in (lambda: task.rejectKey(1, {"from": party}), lambda: confirm(confirming, party)):
        with reverts("EncryptedTaskUnauthorized", party):
            call()
    assert task.partyOf(party)["place"] == NO_PLACE


def test_the_last_second_is_in_time(confirming):
    at(confirming.deadline - 1)
    assert events(confirm(confirming, confirming.parties[0]), "KeyConfirmed")


def test_at_the_deadline_it_is_too_late(confirming, task):
    at(confirming.deadline)
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.CONFIRM):
        confirm(confirming, confirming.parties[0])
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.CONFIRM):
        task.rejectKey(1, {"from": confirming.parties[0]})


def test_rejecting_emits_party_left_out(confirming, task):
    rejected = task.rejectKey(1, {"from": confirming.parties[1]})
    assert only_event(rejected, "PartyLeftOut") == {
        "ceremony": 1,
        "account": confirming.parties[1],
        "rejected": True,
    }
    assert confirming.state["leftOut"] == 0b10


def test_rejecting_costs_nothing_and_the_stake_unbonds(confirming, task, vault):
    # INV-KEY-1
    task.rejectKey(1, {"from": confirming.parties[1]})
    stake = vault.stakeOf(task, confirming.parties[1], 1)
    assert (stake["amount"], stake["releasableAt"]) == (100 * ONE, now() + 5_000)


# ---------------------------------------------------------------------- what follows


def test_once_everybody_has_said_something_the_next_ceremony_is_due(confirming, task):
    confirming.confirm([0, 2, 3, 4])
    with reverts("EncryptedTaskNotDue", EncryptedPhase.CONFIRM, confirming.deadline):
        confirming.advance()
    task.rejectKey(1, {"from": confirming.parties[1]})
    requested = only_event(confirming.advance(), "KeyRequested")
    accounts = tuple(str(confirming.parties[place]) for place in (0, 2, 3, 4))
    assert requested == {"ceremony": 2, "accounts": accounts, "deadline": now() + 550}


def test_the_silent_are_left_out_at_the_deadline(confirming, vault, task):
    # INV-KEY-1
    confirming.confirm([0, 2, 4])
    advanced = confirming.expire()
    assert events(advanced, "PartyLeftOut") == [
        {"ceremony": 1, "account": confirming.parties[place], "rejected": False} for place in (1, 3)
    ]
    for place in (1, 3):
        stake = vault.stakeOf(task, confirming.parties[place], 1)
        assert (stake["amount"], stake["releasableAt"]) == (100 * ONE, now() + 5_000)
    assert confirming.phase == EncryptedPhase.DEAL


def test_those_that_remain_move_up(confirming, task):
    confirming.confirm([1, 2, 4])
    task.rejectKey(1, {"from": confirming.parties[0]})
    confirming.expire()
    state = confirming.state
    assert (state["parties"], state["confirmed"], state["leftOut"], state["ceremony"]) == (3, 0, 0, 2)
    for place, old in enumerate((1, 2, 4)):
        party = task.partyAt(place)
        assert (party["account"], task.partyOf(confirming.parties[old])["place"]) == (
            confirming.parties[old],
            place,
        )
    for place in (3, 4):
        assert int(task.partyAt(place)["account"], 16) == 0


def test_the_old_key_is_gone(confirming, task):
    confirming.confirm([0, 1, 2])
    confirming.expire()
    assert bytes(task.keyHash()) == bytes(32)


def test_the_rest_goes_on_with_the_next_key(confirming, task):
    confirming.confirm([1, 2, 4])
    confirming.expire()
    confirming.deal()
    confirming.confirm([1, 2, 4])
    assert confirming.phase == EncryptedPhase.SUBMIT
    rest = Federation(
        **{
            name: getattr(confirming, name) for name in ("system", "task", "parameters", "dealer", "outsider")
        },
        parties=tuple(confirming.parties[place] for place in (1, 2, 4)),
    )
    rest.finish_round()
    assert rest.state["round"] == 2


def test_whoever_was_left_out_may_do_nothing_more(confirming, task):
    confirming.confirm([0, 1, 2])
    confirming.expire()
    confirming.deal()
    with reverts("EncryptedTaskUnauthorized", confirming.parties[4]):
        confirm(confirming, confirming.parties[4], 2)
    confirming.confirm([0, 1, 2])
    with reverts("EncryptedTaskUnauthorized", confirming.parties[4]):
        confirming.submit([4])
    with reverts("EncryptedTaskUnauthorized", confirming.parties[4]):
        task.topUp({"from": confirming.parties[4]})


@pytest.mark.parametrize("confirmed", [(), (0, 1)])
def test_too_few_end_the_task(confirming, confirmed):
    confirming.confirm(confirmed)
    assert only_event(confirming.expire(), "EncryptedTaskEnded") == {"rounds": 0}
    assert confirming.phase == EncryptedPhase.ENDED


def test_too_few_for_the_least_set_end_the_task(system, people):
    federation = Federation.create(system, people, minimum_accepted=4)
    federation.join()
    federation.advance()
    federation.deal()
    federation.confirm([0, 1, 2])
    federation.expire()
    assert federation.phase == EncryptedPhase.ENDED


def test_a_withdrawn_stake_is_not_locked_again(system, people):
    """Confirming may last longer than unbonding."""
    federation = Federation.create(
        system, people, confirm_seconds=100_000, challenge_seconds=5, answer_seconds=5, unbonding_seconds=50
    )
    federation.join()
    federation.advance()
    federation.deal()
    party = federation.parties[0]
    federation.task.rejectKey(1, {"from": party})
    at(now() + 50)
    federation.task.withdraw(1, {"from": party})
    federation.confirm([1, 2, 3, 4])
    federation.advance()
    assert federation.stake_of(0) == 0
    assert federation.phase == EncryptedPhase.DEAL
