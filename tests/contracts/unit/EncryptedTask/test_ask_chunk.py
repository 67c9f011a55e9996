"""Asking for one chunk of a statement."""

import pytest

from tests.contracts.encrypted_types import EncryptedPhase, StatementKind
from tests.contracts.federation import ONE, at, events, now, only_event, plain, reverts

UPDATE, SUM, SHARE = StatementKind.UPDATE, StatementKind.SUM, StatementKind.SHARE
RESULT, MODEL = StatementKind.RESULT, StatementKind.MODEL

ASKABLE = {
    UPDATE: {EncryptedPhase.SUM_CHALLENGE},
    SUM: {EncryptedPhase.SUM_CHALLENGE},
    SHARE: {EncryptedPhase.SHARE, EncryptedPhase.RESULT, EncryptedPhase.RESULT_CHALLENGE},
    RESULT: {EncryptedPhase.RESULT_CHALLENGE},
    MODEL: {EncryptedPhase.RESULT_CHALLENGE},
}
PHASES = [phase for phase in EncryptedPhase if EncryptedPhase.SUBMIT <= phase < EncryptedPhase.ENDED]
PHASE = EncryptedPhase.SUM_CHALLENGE

# 511 bits of plaintext hold 24 slots of 21 bits: 150 coordinates take seven ciphertexts, and three chunks of a model.
CIPHERTEXTS, MODEL_CHUNKS = 7, 3


@pytest.fixture
def resulting(play):
    return play(EncryptedPhase.RESULT_CHALLENGE)


def test_emits_chunk_asked(federation, challenger):
    asked = federation.ask(UPDATE, 2, challenger, chunk=5)
    assert only_event(asked, "ChunkAsked") == {
        "turn": 1,
        "asker": challenger,
        "kind": UPDATE,
        "accused": federation.parties[2],
        "chunk": 5,
        "bond": 15 * ONE,
        "deadline": now() + 300,
    }


def test_the_question_can_be_read(federation, challenger):
    federation.ask(SUM, 0, challenger, chunk=6)
    found = plain(tuple(federation.task.question()))
    assert found == (SUM, 0, 6, challenger, 15 * ONE, now() + 300)


def test_locks_the_bond(federation, challenger):
    federation.ask(UPDATE, 2, challenger)
    assert federation.bond_of(challenger) == federation.task.nextBond() == 15 * ONE


def test_without_the_bond_reverts(federation, outsider, vault):
    with reverts("ERC20InsufficientAllowance", vault, 0, 15 * ONE):
        federation.ask(UPDATE, 2, outsider)


def test_a_party_may_ask(federation):
    assert events(federation.ask(UPDATE, 2, federation.parties[1]), "ChunkAsked")


@pytest.mark.parametrize("turn", [0, 2])
def test_another_turn_reverts(federation, challenger, turn):
    with reverts("EncryptedTaskOtherTurn", 1, turn):
        federation.task.askChunk(turn, UPDATE, 0, 0, federation.root("update"), {"from": challenger})


def test_a_second_question_reverts(federation, challenger):
    federation.ask(UPDATE, 2, challenger)
    with reverts("EncryptedTaskQuestion", True):
        federation.ask(UPDATE, 3, federation.parties[0])


@pytest.mark.parametrize("kind", [UPDATE, SUM])
def test_another_root_reverts(federation, challenger, kind):
    with reverts("EncryptedTaskNoSuchStatement", kind, 0):
        federation.task.askChunk(1, kind, 0, 0, b"\7" * 32, {"from": challenger})


@pytest.mark.parametrize("kind", [SHARE, RESULT, MODEL])
def test_another_root_of_what_comes_later_reverts(resulting, challenger, kind):
    with reverts("EncryptedTaskNoSuchStatement", kind, 0):
        resulting.task.askChunk(1, kind, 0, 0, b"\7" * 32, {"from": challenger})


@pytest.mark.parametrize("party", [1, 5, 31, 32, 255])
def test_a_party_that_did_not_say_so_reverts(federation, challenger, party):
    with reverts("EncryptedTaskNoSuchStatement", SUM, party):
        federation.ask(SUM, party, challenger)


@pytest.mark.parametrize("party", [5, 31, 32, 255])
def test_a_place_that_nobody_has_reverts(federation, challenger, party):
    with reverts("EncryptedTaskNoSuchStatement", UPDATE, party):
        federation.task.askChunk(1, UPDATE, party, 0, bytes(32), {"from": challenger})


def test_what_is_no_kind_reverts(resulting, challenger):
    with reverts("EncryptedTaskNoSuchStatement", StatementKind.NONE, 0):
        resulting.task.askChunk(1, StatementKind.NONE, 0, 0, bytes(32), {"from": challenger})


@pytest.mark.parametrize("kind", [UPDATE, SUM])
def test_the_last_chunk_can_be_asked_for_and_no_later_one(federation, challenger, kind):
    with reverts("EncryptedTaskBadValue", CIPHERTEXTS, CIPHERTEXTS - 1):
        federation.ask(kind, 0, challenger, chunk=CIPHERTEXTS)
    assert events(federation.ask(kind, 0, challenger, chunk=CIPHERTEXTS - 1), "ChunkAsked")


@pytest.mark.parametrize(
    ("kind", "chunks"), [(SHARE, CIPHERTEXTS), (RESULT, CIPHERTEXTS), (MODEL, MODEL_CHUNKS)]
)
def test_the_same_of_what_comes_later(resulting, challenger, kind, chunks):
    with reverts("EncryptedTaskBadValue", chunks, chunks - 1):
        resulting.ask(kind, 0, challenger, chunk=chunks)
    assert events(resulting.ask(kind, 0, challenger, chunk=chunks - 1), "ChunkAsked")


def test_an_update_that_was_not_accepted_can_be_asked_for(play, challenger):
    federation = play(EncryptedPhase.ATTEST)
    federation.attest(bitmap=0b01111)
    federation.advance()
    federation.propose_sum()
    assert events(federation.ask(UPDATE, 4, challenger), "ChunkAsked")


def test_a_party_may_be_asked_that_did_not_submit(play, challenger):
    federation = play(EncryptedPhase.SUBMIT)
    federation.submit(range(4))
    federation.expire()
    federation.until(EncryptedPhase.SUM_CHALLENGE)
    with reverts("EncryptedTaskNoSuchStatement", UPDATE, 4):
        federation.ask(UPDATE, 4, challenger)


@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name)
def test_each_kind_has_its_phases(play, challenger, phase):
    federation = play(phase)
    if phase == EncryptedPhase.SHARE:
        federation.share([0])
    for kind in ASKABLE:
        if phase in ASKABLE[kind]:
            federation.ask(kind, 0, challenger)
            federation.show(challenger)
        else:
            with reverts("EncryptedTaskUnexpectedPhase", phase):
                federation.ask(kind, 0, challenger)


def test_the_last_second_is_in_time(federation, challenger):
    at(federation.deadline - 1)
    assert events(federation.ask(UPDATE, 0, challenger), "ChunkAsked")


def test_at_the_deadline_it_is_too_late(federation, challenger):
    at(federation.deadline)
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.SUM_CHALLENGE):
        federation.ask(UPDATE, 0, challenger)


def test_nothing_moves_on_while_it_is_open(federation, challenger):
    # INV-QUESTION-1
    at(federation.deadline - 1)
    federation.ask(UPDATE, 0, challenger)
    federation.pass_deadline()
    with reverts("EncryptedTaskQuestion", True):
        federation.advance()


def test_the_bond_doubles_with_every_answer(federation, challenger):
    # INV-QUESTION-2
    for asked in range(4):
        bond = 15 * ONE << asked
        assert federation.task.nextBond() == bond
        assert only_event(federation.ask(UPDATE, 0, challenger), "ChunkAsked")["bond"] == bond
        federation.show(challenger)


def test_the_same_chunk_can_be_asked_for_again(federation, challenger):
    for _ in range(2):
        federation.ask(UPDATE, 0, challenger, chunk=3)
        federation.show(challenger)
    assert federation.state["answered"] == 2


def test_the_bond_of_the_next_round_is_the_first_again(federation, challenger):
    federation.ask(UPDATE, 0, challenger)
    federation.show(challenger)
    federation.finish_round()
    assert federation.task.nextBond() == 15 * ONE


def test_another_sharing_does_not_lower_it(play, challenger):
    federation = play(EncryptedPhase.SHARE)
    federation.share([0])
    federation.ask(SHARE, 0, challenger)
    federation.show(challenger)
    federation.expire()
    assert (federation.state["period"], federation.task.nextBond()) == (2, 30 * ONE)
