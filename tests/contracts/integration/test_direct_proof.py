"""A wrong model whose bytes are public falls in one transaction, without a bond."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import brownie
import pytest

from tests.contracts.dissection import (
    Dissection,
    altered,
    deadline_of_dispute,
    disputed,
    hash_of_proof,
    open_dispute,
    open_evidence,
    proof_of,
    prove,
)
from tests.contracts.federation import (
    People,
    System,
    advance_to,
    mine_at,
    now,
    only_event,
    parameters_of,
    present,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Evidence, Phase, Role

WRONG = 77


@pytest.fixture(scope="module")
def _proposed(system: System, people: People) -> Dissection:
    return disputed(system, people, WRONG)


@pytest.fixture
def dispute(_proposed: Dissection) -> Dissection:
    return replace(_proposed, gas=[])


@pytest.fixture
def task(dispute: Dissection) -> Any:
    return dispute.task


@pytest.fixture
def proof(dispute: Dissection) -> Any:
    return proof_of(dispute.round, dispute.theirs, WRONG)


def test_the_proposal_is_rejected(court: Any, task: Any, dispute: Dissection, proof: Any) -> None:
    proved = prove(court, task, dispute.challenger, proof)
    assert only_event(proved, "AggregateProvedWrong") == {
        "task": task,
        "challenger": dispute.challenger,
        "coordinate": WRONG,
    }
    assert only_event(proved, "AggregateRejected")["evidence"] == Evidence.WRONG_AGGREGATE
    assert present(task) == Phase.AGGREGATE


def test_no_bond_is_needed(court: Any, task: Any, dispute: Dissection, proof: Any, vault: Any) -> None:
    prove(court, task, dispute.challenger, proof)
    assert vault.stakeOf(task, dispute.challenger, Role.CHALLENGER)["amount"] == 0


def test_the_slash_is_split(court: Any, task: Any, dispute: Dissection, proof: Any, pool: Any) -> None:
    parameters = parameters_of(task)
    slashed = only_event(prove(court, task, dispute.challenger, proof), "StakeSlashed")
    assert slashed == {
        "task": task,
        "account": dispute.sealer,
        "role": Role.SEALER,
        "evidence": Evidence.WRONG_AGGREGATE,
        "taken": parameters.seal_penalty,
        "burned": parameters.seal_penalty * parameters.burn_bps // 10_000,
        "beneficiary": dispute.challenger,
        "bounty": parameters.bounty,
    }
    rest = slashed["taken"] - slashed["burned"] - slashed["bounty"]
    assert pool.escrowOf(task)["bonus"] == rest
    assert pool.earningsOf(dispute.challenger)["claimable"] == parameters.bounty


def test_another_sealer_may_propose_at_once(
    court: Any, task: Any, dispute: Dissection, proof: Any, people: People
) -> None:
    prove(court, task, dispute.challenger, proof)
    other = next(sealer for sealer in people.sealers if sealer != dispute.sealer)
    seat = task.seats().index(other)
    proposed = dispute.round.propose(dispute.ours, seat)
    assert only_event(proposed, "AggregateProposed")["proposal"] == 2
    assert task.proposedModel()[1] == other


def test_the_rejected_sealer_may_not(court: Any, task: Any, dispute: Dissection, proof: Any) -> None:
    seat = task.seats().index(dispute.sealer)
    prove(court, task, dispute.challenger, proof)
    with reverts("TrainingTaskNotYourSeat", dispute.sealer, seat):
        task.proposeAggregate(1, task.setHash(), [], bytes(32), bytes(32), seat, {"from": dispute.sealer})


def test_the_slots_begin_anew(court: Any, task: Any, dispute: Dissection, proof: Any) -> None:
    prove(court, task, dispute.challenger, proof)
    parameters = parameters_of(task)
    assert task.clock()["mark"] == now()
    assert task.phase()[1] == now() + 4 * parameters.seal_seconds


def test_the_frozen_set_stays(court: Any, task: Any, dispute: Dissection, proof: Any) -> None:
    before = (task.setHash(), task.clock()["accepted"])
    prove(court, task, dispute.challenger, proof)
    assert (task.setHash(), task.clock()["accepted"]) == before


def test_one_aggregate_is_slashed_once(
    court: Any, task: Any, dispute: Dissection, proof: Any, people: People
) -> None:
    prove(court, task, dispute.challenger, proof)
    with reverts("TrainingTaskUnexpectedPhase", Phase.AGGREGATE, Phase.CHALLENGE):
        prove(court, task, people.trainers[0], proof)


def test_evidence_against_an_honest_sealer_shows_nothing_wrong(
    court: Any, task: Any, dispute: Dissection, proof: Any, people: People
) -> None:
    prove(court, task, dispute.challenger, proof)
    other = next(sealer for sealer in people.sealers if sealer != dispute.sealer)
    dispute.round.propose(dispute.ours, task.seats().index(other))
    honest = proof_of(dispute.round, dispute.ours, WRONG)
    with reverts("DisputeCourtNothingWrong"):
        prove(court, task, dispute.challenger, honest)


def test_a_right_coordinate_of_a_wrong_model_shows_nothing_wrong(
    court: Any, task: Any, dispute: Dissection
) -> None:
    with reverts("DisputeCourtNothingWrong"):
        prove(court, task, dispute.challenger, proof_of(dispute.round, dispute.theirs, WRONG + 1))


def test_a_wrong_model_can_be_proved_until_somebody_finalises(
    court: Any, task: Any, dispute: Dissection, proof: Any
) -> None:
    advance_to(task, Phase.FINAL)
    prove(court, task, dispute.challenger, proof)
    assert present(task) == Phase.AGGREGATE


def test_a_final_model_cannot_be_proved_wrong(court: Any, task: Any, dispute: Dissection, proof: Any) -> None:
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": dispute.challenger})
    with brownie.reverts():
        prove(court, task, dispute.challenger, proof)


# ---------------------------------------------------------------------- together with a dispute


def test_a_third_party_with_the_proof_ends_an_open_dispute(
    court: Any, task: Any, dispute: Dissection, proof: Any, people: People, vault: Any
) -> None:
    dispute.open()
    prove(court, task, people.trainers[0], proof)
    assert court.disputeOf(task)["step"] == 0
    assert task.clock()["disputeOpen"] is False
    assert present(task) == Phase.AGGREGATE
    task.leaveTask(Role.CHALLENGER, 0, {"from": dispute.challenger})
    task.withdraw(Role.CHALLENGER, {"from": dispute.challenger})
    assert vault.stakeOf(task, dispute.challenger, Role.CHALLENGER)["amount"] == 0


def test_the_challenger_may_prove_at_any_step(dispute: Dissection, court: Any, task: Any, proof: Any) -> None:
    dispute.open()
    court.proveWrongAggregate(task, proof, bytes(32), {"from": dispute.challenger})
    assert bytes(task.proposedModel()[0]) == dispute.replacement


def test_the_challenger_may_not_prove_after_its_deadline(
    dispute: Dissection, court: Any, task: Any, proof: Any
) -> None:
    dispute.until_chunk()
    dispute.answer_chunk()
    deadline = deadline_of_dispute(court, task)
    mine_at(deadline)
    with brownie.reverts(revert_pattern=f"DisputeCourtDeadline: {deadline}, .*"):
        court.proveWrongAggregate(task, proof, bytes(32), {"from": dispute.challenger})


def test_a_right_replacement_survives_the_old_proof(
    court: Any, task: Any, dispute: Dissection, proof: Any, people: People
) -> None:
    open_evidence(court, task, people.trainers[0], hash_of_proof(proof))
    dispute.run()
    with brownie.reverts(revert_pattern="AggregateVerifierWrongVector: .*"):
        prove(court, task, people.trainers[1], proof)


def test_a_wrong_replacement_falls_to_a_proof(
    court: Any, task: Any, dispute: Dissection, people: People, vault: Any
) -> None:
    liar = altered(dispute.ours, 3)
    open_dispute(court, task, dispute.challenger, dispute.round.commitment_to(liar))
    mine_at(deadline_of_dispute(court, task))
    court.resolveDispute(task, {"from": dispute.challenger})
    slashed = only_event(
        prove(court, task, people.trainers[0], proof_of(dispute.round, liar, 3)), "StakeSlashed"
    )
    assert (slashed["account"], slashed["role"]) == (dispute.challenger, Role.CHALLENGER)
    # Whoever stood in loses all that it has bonded.
    assert slashed["taken"] == parameters_of(task).challenge_bond
    assert vault.stakeOf(task, dispute.challenger, Role.CHALLENGER)["amount"] == 0
    assert present(task) == Phase.AGGREGATE


def test_an_update_left_unaccepted_is_no_part_of_the_aggregate(
    court: Any, system: System, people: People
) -> None:
    """Four of five are vouched for; the proof opens the four."""
    fresh = running_task(system, people)
    round_ = Round.of(fresh)
    round_.until_attested(people.trainers[:5], bitmap=0b11011)
    accepted = [round_.revealed[place] for place in (0, 1, 3, 4)]
    honest = round_.new_model(accepted)
    round_.propose(altered(honest, 9), accepted=accepted)
    prove(court, fresh, people.challenger, proof_of(round_, altered(honest, 9), 9, accepted=accepted))
    assert present(fresh) == Phase.AGGREGATE
