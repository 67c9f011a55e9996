"""Whoever misses a step of a dispute loses it: what that costs, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contracts.dissection import Dissection, deadline_of_dispute, disputed, open_dispute
from tests.contracts.federation import (
    ONE,
    PURSE,
    People,
    System,
    advance_to,
    deadline_of,
    mine_at,
    now,
    only_event,
    parameters_of,
    present,
)
from tests.contracts.task_types import BPS, Evidence, Phase, Role

SEALER_OWES = {
    "nodes": ("open",),
    "lower nodes": ("open", "answer", "pick"),
    "chunk": ("open", "answer", "pick", "answer", "pick"),
}
CHALLENGER_OWES = {
    "pick": ("open", "answer"),
    "lower pick": ("open", "answer", "pick", "answer"),
    "proof": ("open", "answer", "pick", "answer", "pick", "answer_chunk"),
}


@pytest.fixture(scope="module")
def _proposed(system: System, people: People) -> Dissection:
    return disputed(system, people, 64 * 171 + 5, dimension=64 * 300, bounty=1_000 * ONE)


@pytest.fixture
def dispute(_proposed: Dissection) -> Dissection:
    """A wrong model of 300 chunks, in a task that promises greater bounties than a slash can pay."""
    return replace(_proposed, gas=[])


@pytest.fixture
def task(dispute: Dissection) -> Any:
    return dispute.task


def stop_at(dispute: Dissection, steps: tuple[str, ...]) -> Any:
    """Play these steps, let the next one be missed, and resolve."""
    for step in steps:
        getattr(dispute, step)()
    mine_at(deadline_of_dispute(dispute.court, dispute.task))
    return dispute.court.resolveDispute(dispute.task, {"from": dispute.round.revealed[0].trainer})


# ---------------------------------------------------------------------- the sealer


@pytest.mark.parametrize("awaited", SEALER_OWES)
def test_a_silent_sealer_is_slashed(task: Any, dispute: Dissection, vault: Any, awaited: str) -> None:
    resolved = stop_at(dispute, SEALER_OWES[awaited])
    slashed = only_event(resolved, "StakeSlashed")
    assert (slashed["account"], slashed["role"]) == (dispute.sealer, Role.SEALER)
    assert (slashed["evidence"], slashed["taken"]) == (Evidence.NO_ANSWER, parameters_of(task).seal_penalty)


@pytest.mark.parametrize("awaited", SEALER_OWES)
def test_the_model_of_the_challenger_stands(task: Any, dispute: Dissection, awaited: str) -> None:
    stop_at(dispute, SEALER_OWES[awaited])
    assert bytes(task.proposedModel()[0]) == dispute.replacement
    assert task.proposedModel()[1] == dispute.challenger
    assert deadline_of(task) == now() + parameters_of(task).challenge_seconds


def test_bounty_and_burn_keep_their_bounds(task: Any, dispute: Dissection) -> None:
    """A fifth at most comes back to whoever accuses itself; a fifth at least is lost for good."""
    slashed = only_event(stop_at(dispute, SEALER_OWES["nodes"]), "StakeSlashed")
    assert slashed["bounty"] == slashed["taken"] // 5
    assert slashed["burned"] == slashed["taken"] * parameters_of(task).burn_bps // BPS
    assert 5 * slashed["burned"] >= slashed["taken"]


def test_every_coin_of_the_slash_is_accounted_for(
    task: Any, dispute: Dissection, coin: Any, vault: Any, pool: Any
) -> None:
    parameters = parameters_of(task)
    dispute.open()
    supply, staked, owed = coin.totalSupply(), vault.held(), pool.held()
    mine_at(deadline_of_dispute(dispute.court, task))
    slashed = only_event(dispute.court.resolveDispute(task, {"from": dispute.challenger}), "StakeSlashed")
    rest = slashed["taken"] - slashed["burned"] - slashed["bounty"]
    assert supply - coin.totalSupply() == slashed["burned"]
    assert staked - vault.held() == parameters.seal_penalty
    assert pool.held() - owed == slashed["bounty"] + rest
    assert pool.earningsOf(dispute.challenger)["claimable"] == slashed["bounty"]
    assert pool.escrowOf(task)["bonus"] == rest
    assert coin.balanceOf(vault) == vault.held()
    assert coin.balanceOf(pool) == pool.held()


def test_the_rest_goes_to_the_honest_of_the_next_set(
    task: Any, dispute: Dissection, pool: Any, people: People
) -> None:
    slashed = only_event(stop_at(dispute, SEALER_OWES["nodes"]), "StakeSlashed")
    rest = slashed["taken"] - slashed["burned"] - slashed["bounty"]
    following = dispute.round.finalize(people.owner)
    following.until_attested(people.trainers[:5])
    before = [pool.earningsOf(trainer)["claimable"] for trainer in people.trainers[:5]]
    frozen = task.freezeRound(following.entries, {"from": people.owner})
    assert only_event(frozen, "BonusShared") == {"task": task, "accepted": 5, "share": rest // 5}
    parameters = parameters_of(task)
    each = parameters.update_reward + parameters.attest_reward + rest // 5
    after = [pool.earningsOf(trainer)["claimable"] for trainer in people.trainers[:5]]
    assert [new - old for new, old in zip(after, before, strict=True)] == [each] * 5
    assert pool.escrowOf(task)["bonus"] == rest % 5


def test_the_slashed_sealer_gets_the_rest_of_its_stake(task: Any, dispute: Dissection, coin: Any) -> None:
    parameters = parameters_of(task)
    stop_at(dispute, SEALER_OWES["nodes"])
    mine_at(now() + parameters.unbonding_seconds)
    task.withdraw(Role.SEALER, {"from": dispute.sealer})
    assert coin.balanceOf(dispute.sealer) == PURSE - parameters.seal_penalty


# ---------------------------------------------------------------------- the challenger


@pytest.mark.parametrize("awaited", CHALLENGER_OWES)
def test_a_silent_challenger_loses_its_bond(task: Any, dispute: Dissection, vault: Any, awaited: str) -> None:
    parameters = parameters_of(task)
    resolved = stop_at(dispute, CHALLENGER_OWES[awaited])
    assert only_event(resolved, "StakeSlashed") == {
        "task": task,
        "account": dispute.challenger,
        "role": Role.CHALLENGER,
        "evidence": Evidence.LOST_DISPUTE,
        "taken": parameters.challenge_bond,
        "burned": parameters.challenge_bond - parameters.answer_fee,
        "beneficiary": dispute.sealer,
        "bounty": parameters.answer_fee,
    }
    assert vault.stakeOf(task, dispute.challenger, Role.CHALLENGER)["amount"] == 0


def test_the_answer_fee_is_repaid_and_the_rest_burned(
    task: Any, dispute: Dissection, coin: Any, pool: Any
) -> None:
    parameters = parameters_of(task)
    supply, earned = coin.totalSupply(), pool.earningsOf(dispute.sealer)["claimable"]
    stop_at(dispute, CHALLENGER_OWES["pick"])
    assert pool.earningsOf(dispute.sealer)["claimable"] - earned == parameters.answer_fee
    assert supply - coin.totalSupply() == parameters.challenge_bond - parameters.answer_fee
    assert pool.escrowOf(task)["bonus"] == 0


def test_the_proposal_stays_and_gets_a_fresh_window(task: Any, dispute: Dissection) -> None:
    model = task.proposedModel()
    stop_at(dispute, CHALLENGER_OWES["proof"])
    assert task.proposedModel() == model
    assert present(task) == Phase.CHALLENGE
    assert deadline_of(task) == now() + parameters_of(task).challenge_seconds
    assert task.clock()["disputeOpen"] is False


def test_the_next_bond_is_twice_as_high(task: Any, dispute: Dissection, vault: Any, people: People) -> None:
    bond = parameters_of(task).challenge_bond
    assert task.nextBond() == bond
    stop_at(dispute, CHALLENGER_OWES["pick"])
    assert task.nextBond() == 2 * bond
    open_dispute(dispute.court, task, people.trainers[0], dispute.replacement)
    assert vault.stakeOf(task, people.trainers[0], Role.CHALLENGER)["amount"] == 2 * bond


def test_a_blocking_dispute_does_not_save_a_wrong_model(dispute: Dissection, people: People) -> None:
    """A friend of the sealer lets a first dispute run out; the next challenger wins all the same."""
    stop_at(dispute, CHALLENGER_OWES["proof"])
    second = replace(
        dispute,
        challenger=people.trainers[0],
        their_tree=None,
        position=0,
        row=(),
        siblings=(),
        gas=[],
    )
    second.run()
    assert bytes(dispute.task.proposedModel()[0]) == dispute.replacement


def test_the_bond_is_single_again_in_the_next_round(task: Any, dispute: Dissection) -> None:
    stop_at(dispute, CHALLENGER_OWES["pick"])
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": dispute.challenger})
    assert task.nextBond() == parameters_of(task).challenge_bond
