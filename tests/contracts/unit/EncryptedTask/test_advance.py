"""Joining and dealing that are over, and what is never due."""

import pytest

from tests.contracts.encrypted import Federation
from tests.contracts.encrypted_types import EncryptedPhase
from tests.contracts.federation import ONE, at, events, now, only_event, reverts


def test_full_places_end_joining(joining):
    joining.join()
    assert only_event(joining.advance(), "KeyRequested") == {
        "ceremony": 1,
        "accounts": tuple(str(party) for party in joining.parties),
        "deadline": now() + 550,
    }
    assert joining.phase == EncryptedPhase.DEAL


def test_enough_parties_end_it_at_the_deadline(joining):
    joining.join([0, 1, 2])
    at(joining.deadline - 1)
    with reverts("EncryptedTaskNotDue", EncryptedPhase.JOIN, joining.deadline):
        joining.advance()
    at(joining.deadline)
    assert events(joining.advance(), "KeyRequested")


def test_too_few_end_the_task(joining, vault):
    joining.join([0, 1])
    assert only_event(joining.expire(), "EncryptedTaskEnded") == {"rounds": 0}
    assert vault.stakeOf(joining.task, joining.parties[0], 1)["releasableAt"] == now() + 5_000


def test_nobody_ends_it_too(joining, owner, coin):
    before = coin.balanceOf(owner)
    refunded = only_event(joining.expire(), "EscrowRefunded")
    assert refunded["amount"] == coin.balanceOf(owner) - before == 3 * (5 * 6 + 9) * ONE


def test_a_late_dealer_ends_the_task_and_costs_nobody(joining):
    joining.join()
    joining.advance()
    at(joining.deadline - 1)
    with reverts("EncryptedTaskNotDue", EncryptedPhase.DEAL, joining.deadline):
        joining.advance()
    at(joining.deadline)
    assert events(joining.advance(), "EncryptedTaskEnded")
    assert all(joining.stake_of(place) == 100 * ONE for place in joining.places)


def test_after_the_end_nothing_is_due(joining):
    joining.expire()
    with reverts("EncryptedTaskNotDue", EncryptedPhase.ENDED, joining.deadline):
        joining.advance()


def test_the_implementation_is_never_due(system, outsider):
    with reverts("EncryptedTaskNotDue", EncryptedPhase.NONE, 0):
        system.encrypted_task.advance({"from": outsider})


def test_at_the_end_whoever_has_nothing_left_holds_nobody_up(system, people):
    federation = Federation.create(system, people, submit_penalty=100 * ONE, wrong_penalty=100 * ONE).start()
    for _ in range(3):
        last = federation.expire()
    assert events(last, "EncryptedTaskEnded")
    assert not events(last, "StakeUnbonding")


def test_a_whole_task_pays_exactly_its_budget(system, people, pool):
    # INV-PAID-1
    federation = Federation.create(system, people, rounds=2).start()
    for _ in range(2):
        federation.finish_round()
    assert federation.phase == EncryptedPhase.ENDED
    # Nothing was left to refund: everybody did everything in every round.
    assert pool.escrowOf(federation.task)["unspent"] == 0
    earned = sum(federation.earned(party) for party in federation.parties)
    assert earned == 2 * (5 * 6 + 9) * ONE


@pytest.mark.parametrize("rounds", [1, 3])
def test_as_many_rounds_as_agreed(system, people, rounds):
    federation = Federation.create(system, people, rounds=rounds).start()
    for number in range(rounds):
        assert federation.state["round"] == number + 1
        last = federation.finish_round()
    assert only_event(last, "EncryptedTaskEnded") == {"rounds": rounds}
