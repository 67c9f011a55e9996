"""Evidence is announced a block before it is shown, by whoever will show it."""

from __future__ import annotations

from typing import Any

import brownie
import pytest
from brownie import chain
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.contracts.dissection import (
    CONTENT,
    SALT,
    Dissection,
    hash_of_proof,
    open_dispute,
    open_evidence,
    proof_of,
    prove,
)
from tests.contracts.federation import ZERO, System, only_event, reverts
from tests.contracts.unit.DisputeCourt.conftest import WRONG

OPENING = b"\x0f" * 32


def test_event_names_the_announcer(court: Any, challenger: Any) -> None:
    opened = court.openEvidence(OPENING, {"from": challenger})
    assert only_event(opened, "EvidenceOpened") == {
        "opening": OPENING,
        "challenger": challenger,
    }


def test_opening_of_evidence_is_a_hash_of_who_and_what(court: Any, challenger: Any, task: Any) -> None:
    evidence = b"\x77" * 32
    types = ["string", "address", "address", "bytes32", "bytes32"]
    expected = keccak(encode(types, ["evidence", challenger.address, task.address, evidence, SALT]))
    assert bytes(court.evidenceOpening(challenger, task, evidence, SALT)) == expected


def test_opening_of_a_dispute_is_in_a_domain_of_its_own(court: Any, challenger: Any, task: Any) -> None:
    model = b"\x77" * 32
    types = ["string", "address", "address", "bytes32", "bytes32"]
    expected = keccak(encode(types, ["dispute", challenger.address, task.address, model, SALT]))
    assert bytes(court.disputeOpening(challenger, task, model, SALT)) == expected
    assert court.disputeOpening(challenger, task, model, SALT) != court.evidenceOpening(
        challenger, task, model, SALT
    )


def test_evidence_that_was_not_opened_reverts(court: Any, task: Any, dispute: Dissection) -> None:
    proof = proof_of(dispute.round, dispute.theirs, WRONG)
    opening = court.evidenceOpening(dispute.challenger, task, hash_of_proof(proof), SALT)
    with reverts("DisputeCourtNotOpened", opening):
        court.proveWrongAggregate(task, proof, SALT, {"from": dispute.challenger})


def test_another_salt_does_not_open(court: Any, task: Any, dispute: Dissection) -> None:
    proof = proof_of(dispute.round, dispute.theirs, WRONG)
    open_evidence(court, task, dispute.challenger, hash_of_proof(proof))
    opening = court.evidenceOpening(dispute.challenger, task, hash_of_proof(proof), CONTENT)
    with reverts("DisputeCourtNotOpened", opening):
        court.proveWrongAggregate(task, proof, CONTENT, {"from": dispute.challenger})


def test_copied_evidence_of_another_account_reverts(
    court: Any, task: Any, dispute: Dissection, trainers: Any
) -> None:
    """The thief saw the proof in the pool of pending transactions; its opening has the challenger's name."""
    thief = trainers[0]
    proof = proof_of(dispute.round, dispute.theirs, WRONG)
    open_evidence(court, task, dispute.challenger, hash_of_proof(proof))
    with reverts("DisputeCourtNotOpened", court.evidenceOpening(thief, task, hash_of_proof(proof), SALT)):
        court.proveWrongAggregate(task, proof, SALT, {"from": thief})


def test_a_copied_opening_is_of_no_use_to_the_thief(
    court: Any, task: Any, dispute: Dissection, trainers: Any
) -> None:
    thief = trainers[0]
    proof = proof_of(dispute.round, dispute.theirs, WRONG)
    opening = court.evidenceOpening(dispute.challenger, task, hash_of_proof(proof), SALT)
    court.openEvidence(opening, {"from": thief})
    with reverts("DisputeCourtNotOpened", court.evidenceOpening(thief, task, hash_of_proof(proof), SALT)):
        court.proveWrongAggregate(task, proof, SALT, {"from": thief})


@pytest.fixture
def crowd(owner: Any, system: System) -> Any:
    """Two accounts whose calls come in one block."""
    deployed = owner.deploy(brownie.PuppetCrowd)
    deployed.grow(2, {"from": owner})
    return deployed


def shows_in_one_block(court: Any, task: Any, dispute: Dissection, crowd: Any, opener: int) -> None:
    """Account ``opener`` announces, account 0 shows what it announced or had announced, in one block."""
    proof = proof_of(dispute.round, dispute.theirs, WRONG)
    opening = court.evidenceOpening(crowd.members()[0], task, hash_of_proof(proof), SALT)
    show = court.proveWrongAggregate.encode_input(task, proof, SALT)
    calls = [court.openEvidence.encode_input(opening), show]
    crowd.order([opener, 0], court, calls, {"from": dispute.challenger})


def test_evidence_in_the_block_of_its_opening_reverts(
    court: Any, task: Any, dispute: Dissection, crowd: Any
) -> None:
    proof = proof_of(dispute.round, dispute.theirs, WRONG)
    opening = court.evidenceOpening(crowd.members()[0], task, hash_of_proof(proof), SALT)
    with reverts("DisputeCourtNotOpened", opening):
        shows_in_one_block(court, task, dispute, crowd, opener=0)


def test_a_third_party_cannot_renew_an_opening(
    court: Any, task: Any, dispute: Dissection, crowd: Any
) -> None:
    """Opened again in the block in which it is shown, it would count as just opened."""
    proof = proof_of(dispute.round, dispute.theirs, WRONG)
    opening = court.evidenceOpening(crowd.members()[0], task, hash_of_proof(proof), SALT)
    crowd.order([0], court, [court.openEvidence.encode_input(opening)], {"from": dispute.challenger})
    shows_in_one_block(court, task, dispute, crowd, opener=1)
    assert ZERO in task.seats()


def test_an_opening_stays_open(court: Any, task: Any, dispute: Dissection) -> None:
    proof = proof_of(dispute.round, dispute.theirs, WRONG)
    open_evidence(court, task, dispute.challenger, hash_of_proof(proof))
    chain.mine(50)
    court.proveWrongAggregate(task, proof, SALT, {"from": dispute.challenger})
    assert ZERO in task.seats()


def test_a_dispute_that_was_not_opened_reverts(court: Any, task: Any, dispute: Dissection) -> None:
    opening = court.disputeOpening(dispute.challenger, task, dispute.replacement, SALT)
    with reverts("DisputeCourtNotOpened", opening):
        court.openDispute(task, 1, 1, dispute.replacement, CONTENT, SALT, {"from": dispute.challenger})


def test_opened_evidence_opens_no_dispute(court: Any, task: Any, dispute: Dissection) -> None:
    open_evidence(court, task, dispute.challenger, dispute.replacement)
    opening = court.disputeOpening(dispute.challenger, task, dispute.replacement, SALT)
    with reverts("DisputeCourtNotOpened", opening):
        court.openDispute(task, 1, 1, dispute.replacement, CONTENT, SALT, {"from": dispute.challenger})


def test_whoever_opens_evidence_itself_may_show_it(
    court: Any, task: Any, dispute: Dissection, trainers: Any
) -> None:
    proof = proof_of(dispute.round, dispute.theirs, WRONG)
    open_evidence(court, task, dispute.challenger, hash_of_proof(proof))
    shown = prove(court, task, trainers[0], proof)
    assert only_event(shown, "AggregateProvedWrong")["challenger"] == trainers[0]
    with brownie.reverts():
        open_dispute(court, task, dispute.challenger, dispute.replacement)
