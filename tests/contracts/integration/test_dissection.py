"""A wrong model whose bytes are hidden, dissected to one coordinate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fl_client.encoding import MerkleSumTree, VectorKind, commit_vector, set_hash
from tests.contracts.dissection import Dissection, altered, deadline_of_dispute, disputed
from tests.contracts.federation import (
    PURSE,
    People,
    System,
    advance_to,
    deadline_of,
    fund,
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

STEP_GAS = 600_000
PROOF_GAS = 1_000_000

DEEP = 1_663_370
"""Coordinates of the FedAvg paper's CNN for MNIST: 25,991 chunks, a tree of 15 levels."""


@pytest.fixture(scope="module")
def _deep_model(system: System, people: People) -> Dissection:
    return disputed(system, people, 64 * 33 + 7, dimension=64 * 40)


@pytest.fixture
def dispute(_deep_model: Dissection) -> Dissection:
    """A wrong model of 40 chunks, a tree of six levels."""
    return replace(_deep_model, gas=[])


# ---------------------------------------------------------------------- who is right


@pytest.mark.parametrize(("dimension", "coordinate", "steps"), [(10, 9, 3), (64 * 40, 64 * 33 + 7, 5)])
def test_a_wrong_model_is_located_and_proved(
    system: System, people: People, dimension: int, coordinate: int, steps: int
) -> None:
    dispute = disputed(system, people, coordinate, dimension=dimension)
    proved = dispute.run()
    assert len(dispute.gas) == steps
    assert only_event(proved, "AggregateProvedWrong") == {
        "task": dispute.task,
        "challenger": people.challenger,
        "coordinate": coordinate,
    }
    assert only_event(proved, "DisputeResolved")["challengerWon"] is True


def test_the_sealer_loses_stake_and_seat(dispute: Dissection, vault: Any) -> None:
    task = dispute.task
    parameters = parameters_of(task)
    seat = task.seats().index(dispute.sealer)
    proved = dispute.run()
    assert only_event(proved, "AggregateRejected") == {
        "round": 1,
        "proposal": 1,
        "proposer": dispute.sealer,
        "evidence": Evidence.WRONG_AGGREGATE,
    }
    assert int(task.seats()[seat], 16) == 0
    stake = vault.stakeOf(task, dispute.sealer, Role.SEALER)
    assert stake["amount"] == parameters.sealer_stake - parameters.seal_penalty
    assert stake["releasableAt"] == now() + parameters.unbonding_seconds


def test_a_lying_leaf_sum_in_the_model_is_located_too(system: System, people: People) -> None:
    """All coordinates are right; one claimed sum of the hidden tree is not."""
    task = running_task(system, people, dimension=64 * 40)
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    model = round_.new_model()
    sums = [node.sum for node in MerkleSumTree.build(model).level(0)[:40]]
    sums[21] += 1
    lying = MerkleSumTree.build(model, sums)
    commitment = bytes(commit_vector(lying.root, round_.form(VectorKind.MODEL)))
    seat = round_.first_seat()
    sealer = task.seats()[seat]
    task.proposeAggregate(
        round_.number,
        set_hash(round_.entries),
        round_.entries,
        commitment,
        bytes(32),
        seat,
        {"from": sealer},
    )
    dispute = Dissection(
        court=system.court,
        round=round_,
        sealer=next(account for account in people.sealers if account == sealer),
        challenger=people.challenger,
        theirs=model,
        ours=model,
        their_tree=lying,
    )
    proved = dispute.run()
    assert only_event(proved, "AggregateProvedWrong")["coordinate"] == 21 * 64


def test_an_honest_sealer_cannot_be_convicted(system: System, people: People) -> None:
    """The challenger is led to the sealer's right chunk and has nothing to prove there."""
    task = running_task(system, people, dimension=64 * 40)
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    right = round_.new_model()
    round_.propose(right)
    baseless = Dissection(
        court=system.court,
        round=round_,
        sealer=next(sealer for sealer in people.sealers if sealer == task.proposedModel()[1]),
        challenger=people.challenger,
        theirs=right,
        ours=altered(right, 64 * 33 + 7),
    )
    baseless.until_chunk()
    baseless.answer_chunk()
    with reverts("DisputeCourtNothingWrong"):
        baseless.prove()


# ---------------------------------------------------------------------- the challenger's model stands


def test_the_replacement_is_the_new_proposal(dispute: Dissection) -> None:
    task = dispute.task
    proved = dispute.run()
    assert bytes(task.proposedModel()[0]) == dispute.replacement
    assert task.proposedModel()[1] == dispute.challenger
    proposed = only_event(proved, "AggregateProposed")
    assert (proposed["proposal"], proposed["proposer"]) == (2, dispute.challenger)
    assert deadline_of(task) == now() + parameters_of(task).challenge_seconds


def test_no_dispute_is_open_afterwards(dispute: Dissection) -> None:
    dispute.run()
    assert dispute.task.clock()["disputeOpen"] is False


def test_the_replacement_becomes_final(dispute: Dissection) -> None:
    task = dispute.task
    dispute.run()
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": dispute.challenger})
    assert bytes(task.baseModel()) == dispute.replacement
    assert present(task) == Phase.COMMIT


def test_the_challenger_is_paid_for_sealing(dispute: Dissection, pool: Any, people: People) -> None:
    dispute.run()
    parameters = parameters_of(dispute.task)
    before = pool.earningsOf(dispute.challenger)["claimable"]
    following = dispute.round.finalize(people.owner)
    following.until_attested(people.trainers[:5])
    dispute.task.freezeRound(following.entries, {"from": people.owner})
    assert pool.earningsOf(dispute.challenger)["claimable"] - before == parameters.seal_reward


def test_the_replacement_can_be_challenged_in_its_turn(
    dispute: Dissection, people: People, vault: Any
) -> None:
    """A silent sealer falls to a challenger whose own model is wrong; that one falls to the next."""
    task = dispute.task
    liar = replace(dispute, ours=altered(dispute.ours, 64 * 3), gas=[])
    liar.open()
    mine_at(deadline_of_dispute(dispute.court, task))
    dispute.court.resolveDispute(task, {"from": liar.challenger})
    honest = replace(
        dispute,
        sealer=liar.challenger,
        challenger=people.trainers[0],
        theirs=liar.ours,
        their_tree=None,
        gas=[],
    )
    honest.run()
    # Only a sealer is replaced by its challenger: after a second wrong model it is a seat's turn again.
    assert int(task.proposedModel()[1], 16) == 0
    assert present(task) == Phase.AGGREGATE
    # Whoever stood in loses all that it has bonded.
    assert vault.stakeOf(task, liar.challenger, Role.CHALLENGER)["amount"] == 0


def test_without_a_dispute_left_the_bond_comes_back(dispute: Dissection, vault: Any, coin: Any) -> None:
    task = dispute.task
    dispute.run()
    with reverts("TrainingTaskStillEngaged", dispute.challenger):
        task.leaveTask(Role.CHALLENGER, 0, {"from": dispute.challenger})
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": dispute.challenger})
    task.leaveTask(Role.CHALLENGER, 0, {"from": dispute.challenger})
    task.withdraw(Role.CHALLENGER, {"from": dispute.challenger})
    assert coin.balanceOf(dispute.challenger) == PURSE
    assert vault.stakeOf(task, dispute.challenger, Role.CHALLENGER)["amount"] == 0


# ---------------------------------------------------------------------- what it costs


def test_gas_of_a_deep_dispute_with_sixteen_trainers(system: System, accounts: Any) -> None:
    people = People(
        owner=accounts[0],
        trainers=tuple(accounts[1:17]),
        sealers=tuple(accounts[17:19]),
        challenger=accounts[19],
        outsider=None,
    )
    fund(system, people)
    task = running_task(system, people, 16, dimension=DEEP, max_trainers=16, norm_bound_squared=2**100)
    round_ = Round.of(task)
    generator = np.random.default_rng(7)
    places = np.concatenate([generator.integers(0, DEEP, 1_000), np.arange(1_300_000, 1_300_064)])
    updates = []
    for trainer in people.trainers:
        vector = np.zeros(DEEP, dtype=np.int32)
        vector[places] = generator.integers(-(2**30), 2**30, places.size)
        updates.append(round_.update(trainer, vector=vector))
    round_.commit_updates(updates)
    round_.reveal(updates)
    round_.attest(people.trainers)
    right = round_.new_model()
    wrong = altered(right, 1_300_037)
    round_.propose(wrong)
    dispute = Dissection(
        court=system.court,
        round=round_,
        sealer=next(sealer for sealer in people.sealers if sealer == task.proposedModel()[1]),
        challenger=people.challenger,
        theirs=wrong,
        ours=right,
    )
    proved = dispute.run()
    assert only_event(proved, "AggregateProvedWrong")["coordinate"] == 1_300_037
    print(f"\ndispute, d = {DEEP}, depth {dispute.their_tree.depth}, 16 trainers")
    for step, gas in dispute.gas:
        print(f"  {step:20} {gas:>9,}")
    *steps, (last, proof_gas) = dispute.gas
    assert [step for step, _ in steps] == [
        "openDispute",
        "answerNodes",
        "pickNode",
        "answerNodes",
        "pickNode",
        "answerChunk",
    ]
    assert max(gas for _, gas in steps) <= STEP_GAS
    assert (last, proof_gas <= PROOF_GAS) == ("proveWrongAggregate", True)
