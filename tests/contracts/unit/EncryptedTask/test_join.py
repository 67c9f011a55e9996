"""Taking a place."""

import pytest

from tests.contracts.encrypted import Federation, encryption_key
from tests.contracts.encrypted_types import EncryptedPhase
from tests.contracts.federation import ONE, at, events, only_event, reverts

KEY = encryption_key(0)


@pytest.fixture
def task(joining):
    return joining.task


def test_emits_party_joined(joining, task):
    joining.join([0])
    joined = task.join(encryption_key(1), {"from": joining.parties[1]})
    assert only_event(joined, "PartyJoined") == {
        "account": joining.parties[1],
        "place": 1,
        "encryptionKey": encryption_key(1),
    }


def test_locks_the_stake(joining):
    joining.join([0])
    assert joining.stake_of(0) == 100 * ONE


def test_the_party_is_known_by_place_and_by_account(joining, task):
    joining.join([0, 1])
    for party in (task.partyAt(1), task.partyOf(joining.parties[1])):
        assert (party["account"], party["place"]) == (joining.parties[1], 1)
        assert bytes(party["encryptionKey"]) == encryption_key(1)


def test_a_second_place_for_one_account_reverts(joining, task):
    joining.join([0])
    with reverts("EncryptedTaskNoPlace", joining.parties[0]):
        task.join(encryption_key(1), {"from": joining.parties[0]})


def test_beyond_the_places_reverts(joining, task, trainers):
    joining.join()
    with reverts("EncryptedTaskNoPlace", trainers[5]):
        task.join(KEY, {"from": trainers[5]})


def test_a_zero_key_reverts(joining, task):
    with reverts("EncryptedTaskBadValue", 0, 2**256 - 1):
        task.join(bytes(32), {"from": joining.parties[0]})


def test_the_last_second_is_in_time(joining, task):
    at(joining.deadline - 1)
    assert events(task.join(KEY, {"from": joining.parties[0]}), "PartyJoined")


def test_at_the_deadline_it_is_too_late(joining, task):
    at(joining.deadline)
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.JOIN):
        task.join(KEY, {"from": joining.parties[0]})


def test_after_joining_reverts(joining, task, trainers):
    joining.join()
    joining.advance()
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.DEAL):
        task.join(KEY, {"from": trainers[5]})


def test_dealer_and_owner_may_be_parties(system, people, vault, coin):
    coin.approve(vault, 100 * ONE, {"from": people.owner})
    federation = Federation.create(
        system, people, parties=(people.owner, people.sealers[0], *people.trainers[:3])
    )
    assert federation.start().phase == EncryptedPhase.SUBMIT


def test_without_the_coins_reverts(joining, task, outsider, vault):
    with reverts("ERC20InsufficientAllowance", vault, 0, 100 * ONE):
        task.join(KEY, {"from": outsider})
