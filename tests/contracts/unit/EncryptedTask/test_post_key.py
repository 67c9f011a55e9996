"""The dealer's key."""

import pytest

from tests.contracts.encrypted_types import EncryptedPhase
from tests.contracts.federation import at, events, now, only_event, reverts

KEY, CONTENT = b"\1" * 32, b"\2" * 32


@pytest.fixture(scope="module")
def dealing(joining):
    joining.join()
    joining.advance()
    return joining


@pytest.fixture
def post(dealing):
    def call(ceremony=1, key=KEY, by=dealing.dealer):
        return dealing.task.postKey(ceremony, key, CONTENT, {"from": by})

    return call


def test_emits_key_posted(post):
    assert only_event(post(), "KeyPosted") == {"ceremony": 1, "keyHash": KEY, "content": CONTENT}


def test_parties_are_to_confirm_it(dealing, post):
    post()
    assert (dealing.phase, dealing.deadline) == (EncryptedPhase.CONFIRM, now() + 600)
    assert bytes(dealing.task.keyHash()) == KEY


def test_anybody_else_reverts(dealing, post):
    for other in (dealing.parties[0], dealing.outsider):
        with reverts("EncryptedTaskUnauthorized", other):
            post(by=other)


@pytest.mark.parametrize("ceremony", [0, 2])
def test_another_ceremony_reverts(post, ceremony):
    with reverts("EncryptedTaskOtherTurn", 1, ceremony):
        post(ceremony=ceremony)


def test_a_zero_hash_reverts(post):
    with reverts("EncryptedTaskBadValue", 0, 2**256 - 1):
        post(key=bytes(32))


def test_a_second_key_reverts(post):
    post()
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.CONFIRM):
        post()


def test_the_last_second_is_in_time(dealing, post):
    at(dealing.deadline - 1)
    assert events(post(), "KeyPosted")


def test_at_the_deadline_it_is_too_late(dealing, post):
    at(dealing.deadline)
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.DEAL):
        post()
