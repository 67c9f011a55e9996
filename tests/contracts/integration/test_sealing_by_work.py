"""A lying sealer under proof of work: its work does not save it, and the next proposal is another puzzle."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.sealing import first_target, seat_with, work_of
from tests.contracts.dissection import Dissection, altered, proof_of, prove
from tests.contracts.federation import People, System, advance_to, only_event, present, reverts, running_task
from tests.contracts.mining import nonce_for, propose_mined, propose_with, puzzle_of, target_of
from tests.contracts.rounds import Round
from tests.contracts.task_types import Evidence, Phase, Role

pytestmark = pytest.mark.no_call_coverage

RATE = 1


@pytest.fixture
def lied(system: System, people: People) -> Dissection:
    """The first sealer found work for a wrong model and proposed it."""
    task = running_task(system, people, sealing=system.proof_of_work.address, sealing_rate=RATE)
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    task.freezeRound(round_.entries, {"from": people.outsider})
    wrong = altered(round_.new_model(), 7)
    commitment = round_.commitment_to(wrong)
    puzzle = puzzle_of(system.proof_of_work, round_, people.sealers[0], commitment)
    propose_with(round_, commitment, seat_with(0, nonce_for(puzzle, first_target(RATE))), people.sealers[0])
    return Dissection(
        court=system.court,
        round=round_,
        sealer=people.sealers[0],
        challenger=people.challenger,
        theirs=wrong,
        ours=round_.new_model(),
    )


def test_work_saves_no_liar(lied: Dissection, vault: Any, people: People) -> None:
    proved = lied.run()
    assert only_event(proved, "AggregateRejected")["evidence"] == Evidence.WRONG_AGGREGATE
    assert people.sealers[0].address not in lied.task.seats()
    assert vault.stakeOf(lied.task, people.sealers[0], Role.SEALER)["releasableAt"] > 0


def test_after_a_proof_by_anybody_another_sealer_needs_another_nonce(
    lied: Dissection, system: System, people: People
) -> None:
    policy, round_, sealer = system.proof_of_work, lied.round, people.sealers[1]
    model = round_.commitment_to(round_.new_model())
    before = target_of(policy, round_.task)
    early = nonce_for(puzzle_of(policy, round_, sealer, model, proposal=0), before)
    reject(lied, people)
    assert present(round_.task) == Phase.AGGREGATE
    found = work_of(puzzle_of(policy, round_, sealer, model), early)
    assert found >= before  # with these accounts and updates, so that the next line shows something
    with reverts("ProofOfWorkInsufficient", found, before):
        propose_with(round_, model, seat_with(1, early), sealer)
    propose_mined(policy, round_, 1, sealer)
    advance_to(round_.task, Phase.FINAL)
    round_.task.finalizeRound({"from": people.outsider})
    assert bytes(round_.task.baseModel()) == model


def reject(lied: Dissection, people: People) -> None:
    """Prove the model wrong without a dispute: the bytes are public."""
    prove(lied.court, lied.task, people.outsider, proof_of(lied.round, lied.theirs, 7))
