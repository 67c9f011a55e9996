"""Answering a question, and what the verifier is asked then."""

import pytest
from brownie import chain, web3
from eth_abi.abi import encode

from tests.contracts.encrypted import RIGHT, WRONG
from tests.contracts.encrypted_types import EncryptedPhase, StatementKind
from tests.contracts.federation import ONE, at, events, now, only_event, reverts

PHASE = EncryptedPhase.SUM_CHALLENGE
LAST = EncryptedPhase.RESULT_CHALLENGE
UPDATE, SUM, SHARE = StatementKind.UPDATE, StatementKind.SUM, StatementKind.SHARE

CLAIM = (
    "(uint8,uint32,uint32,uint8,uint8,uint8,uint8,uint8,uint8,uint8,uint16,uint32,uint32,"
    "bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32[],uint256[])"
)


@pytest.fixture
def asked(federation, challenger):
    federation.ask(UPDATE, 2, challenger, chunk=5)
    return federation


def test_emits_chunk_shown(asked, challenger, outsider):
    shown = asked.show(outsider)
    assert only_event(shown, "ChunkShown") == {"turn": 1, "asker": challenger, "answerer": outsider}


def test_closes_the_question(asked, outsider):
    asked.show(outsider)
    assert asked.task.question()["kind"] == StatementKind.NONE
    assert asked.state["answered"] == 1


def test_the_bond_pays_the_answerer_and_the_rest_burns(asked, challenger, outsider, coin):
    supply = coin.totalSupply()
    shown = asked.show(outsider)
    assert asked.earned(outsider) == 3 * ONE
    assert supply - coin.totalSupply() == 12 * ONE
    assert asked.bond_of(challenger) == 0
    assert only_event(shown, "StakeSlashed")["account"] == challenger


def test_nobody_else_loses(asked, outsider):
    asked.show(outsider)
    assert all(asked.stake_of(place) == 100 * ONE for place in asked.places)


def test_a_wrong_answer_reverts(asked, outsider):
    with reverts("EncryptedTaskWrongAnswer"):
        asked.show(outsider, WRONG)


def test_after_a_wrong_answer_a_right_one_counts(asked, outsider):
    with reverts("EncryptedTaskWrongAnswer"):
        asked.show(outsider, WRONG)
    assert events(asked.show(outsider, RIGHT), "ChunkShown")


def test_what_the_verifier_refuses_reverts_with_its_error(asked, outsider):
    with reverts("EncryptedVerifierLength", 0, 1):
        asked.show(outsider, b"")


def test_without_a_question_reverts(federation, outsider):
    with reverts("EncryptedTaskQuestion", False):
        federation.show(outsider)


def test_a_second_answer_reverts(asked, outsider):
    asked.show(outsider)
    with reverts("EncryptedTaskQuestion", False):
        asked.show(outsider)


def test_the_last_second_is_in_time(asked, outsider):
    at(asked.task.question()["deadline"] - 1)
    assert events(asked.show(outsider), "ChunkShown")


def test_at_the_deadline_it_is_too_late(asked, outsider):
    at(asked.task.question()["deadline"])
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.SUM_CHALLENGE):
        asked.show(outsider)


def test_opens_a_fresh_window(federation, challenger, outsider):
    at(federation.deadline - 1)
    federation.ask(UPDATE, 0, challenger)
    federation.show(outsider)
    assert federation.deadline == now() + 800


def test_sharing_gets_no_window(play, challenger, outsider):
    federation = play(EncryptedPhase.SHARE)
    federation.share([0])
    before = federation.deadline
    federation.ask(SHARE, 0, challenger)
    federation.show(outsider)
    assert federation.deadline == before


def test_an_earlier_bond_is_not_taken(federation, challenger, outsider):
    """A bond that came free and was not withdrawn lies beside the present one."""
    federation.ask(UPDATE, 4, challenger)
    federation.strike()
    federation.propose_sum()
    federation.ask(UPDATE, 0, challenger)
    assert federation.bond_of(challenger) == 30 * ONE
    federation.show(outsider)
    assert federation.bond_of(challenger) == 15 * ONE
    federation.task.withdraw(3, {"from": challenger})


def test_the_asker_may_answer_itself(asked, challenger):
    asked.show(challenger)
    assert asked.earned(challenger) == 3 * ONE


# ---------------------------------------------------------------------- what is claimed


def claim_of(federation, kind, place, **chosen):
    """What the task is to tell the verifier."""
    task, state = federation.task, federation.state
    accepted = [one for one in federation.places if state["accepted"] >> one & 1]
    fields = {
        "kind": int(kind),
        "chunk": 0,
        "chunks": 7,
        "groups": 1,
        "party": place,
        "parties": len(federation.parties),
        "value_bits": 16,
        "slot_bits": 21,
        "scale_bits": 4,
        "fraction_bits": 20,
        "modulus_bytes": 64,
        "dimension": 150,
        "total_weight": 2 * len(accepted),
        "seed": bytes(32),
        "key_hash": bytes(task.keyHash()),
        "binding": bytes(task.bindingOf(place)),
        "root": federation.statement(kind, place),
        "sum_root": bytes(task.sum()["root"]),
        "result_root": bytes(32),
        "base_model": bytes(task.baseModel()),
        "inputs": [],
        "weights": [],
    }
    return web3.keccak(encode([CLAIM], [tuple((fields | chosen).values())]))


def test_of_an_update(federation, challenger):
    federation.ask(UPDATE, 2, challenger, chunk=5)
    assert events(federation.show(challenger, claim_of(federation, UPDATE, 2, chunk=5)), "ChunkShown")


def test_another_claim_is_not_found_right(federation, challenger):
    federation.ask(UPDATE, 2, challenger, chunk=5)
    with reverts("EncryptedTaskWrongAnswer"):
        federation.show(challenger, claim_of(federation, UPDATE, 2, chunk=4))


def test_of_a_sum_with_what_was_summed(play, challenger):
    federation = play(EncryptedPhase.SUBMIT)
    for place in federation.places:
        federation.submit([place], weight=place + 1)
    federation.attest(bitmap=0b11010)
    federation.advance()
    federation.propose_sum()
    federation.ask(SUM, 0, challenger)
    inputs = [federation.root("update", place) for place in (1, 3, 4)]
    claim = claim_of(federation, SUM, 0, inputs=inputs, weights=[2, 4, 5], total_weight=11)
    assert events(federation.show(challenger, claim), "ChunkShown")


@pytest.mark.parametrize(("kind", "place"), [(SHARE, 3), (StatementKind.RESULT, 0), (StatementKind.MODEL, 0)])
def test_of_shares_result_and_model(play, challenger, kind, place):
    federation = play(EncryptedPhase.RESULT_CHALLENGE)
    federation.ask(kind, place, challenger, chunk=2)
    claim = claim_of(federation, kind, place, chunk=2, result_root=federation.root("result"))
    assert events(federation.show(challenger, claim), "ChunkShown")


@pytest.mark.parametrize(
    ("kind", "place", "inputs"),
    [(UPDATE, 2, False), (SUM, 0, True), (SHARE, 3, False), (StatementKind.RESULT, 0, False)],
)
def test_of_a_task_of_several_groups(in_groups, challenger, kind, place, inputs):
    """Sums are checked with all that was accepted and the seed that deals it; so is a model, below."""
    in_groups.until({UPDATE: PHASE, SUM: PHASE, SHARE: EncryptedPhase.RESULT}.get(kind, LAST))
    in_groups.ask(kind, place, challenger, chunk=6)
    fields = {"chunk": 6} | grouped(in_groups, inputs=inputs)
    if kind == StatementKind.RESULT:
        fields["result_root"] = in_groups.root("result")
    assert events(in_groups.show(challenger, claim_of(in_groups, kind, place, **fields)), "ChunkShown")


def test_of_a_model_with_the_weights_of_what_was_summed(in_groups, challenger):
    in_groups.until(LAST)
    in_groups.ask(StatementKind.MODEL, 0, challenger, chunk=1)
    fields = {"chunk": 1, "result_root": in_groups.root("result")} | grouped(in_groups, inputs=True)
    claim = claim_of(in_groups, StatementKind.MODEL, 0, **fields)
    assert events(in_groups.show(challenger, claim), "ChunkShown")


def grouped(federation, *, inputs):
    """The fields of a claim that differ where there are several groups."""
    seed = bytes.fromhex(str(federation.task.dealing())[2:])
    assert any(seed)
    fields = {"groups": 3, "seed": seed}
    if inputs:
        fields |= {
            "inputs": [federation.root("update", place) for place in federation.places],
            "weights": [2] * len(federation.parties),
        }
    return fields


def test_a_binding_names_chain_task_round_turn_account_place_and_key(federation):
    fields = (
        bytes(web3.keccak(text="Gradbond.EncryptedStatement")),
        chain.id,
        federation.task.address,
        1,
        1,
        federation.parties[3].address,
        3,
        bytes(federation.task.keyHash()),
    )
    types = ["bytes32", "uint256", "address", "uint24", "uint24", "address", "uint8", "bytes32"]
    assert bytes(federation.task.bindingOf(3)) == bytes(web3.keccak(encode(types, fields)))
