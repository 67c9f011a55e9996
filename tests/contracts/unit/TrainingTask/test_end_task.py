"""Ending a task that cannot go on."""

import pytest

from tests.contracts.federation import (
    ONE,
    PURSE,
    advance_to,
    at,
    create_task,
    deadline_of,
    join_all,
    now,
    only_event,
    pass_time,
    present,
    reverts,
)
from tests.contracts.task_types import Phase, Role


@pytest.fixture
def frozen(task, aggregating, outsider):
    """The accepted set is fixed and its rewards are booked; no sealer has come yet."""
    task.freezeRound(aggregating.entries, {"from": outsider})
    return aggregating


def test_before_the_last_slot_is_over_reverts(task, frozen, outsider):
    at(deadline_of(task) - 1)
    with reverts("TrainingTaskUnexpectedPhase", Phase.AGGREGATE, Phase.STALLED):
        task.endTask({"from": outsider})


@pytest.mark.parametrize("late", [0, 1])
def test_after_it_anybody_ends_the_task(task, frozen, outsider, late):
    at(deadline_of(task) + late)
    task.endTask({"from": outsider})
    assert present(task) == Phase.ENDED


@pytest.mark.parametrize("phase", [Phase.COMMIT, Phase.VOID])
def test_a_task_that_can_go_on_reverts(task, outsider, phase):
    advance_to(task, phase)
    with reverts("TrainingTaskUnexpectedPhase", phase, Phase.STALLED):
        task.endTask({"from": outsider})


def test_during_a_challenge_reverts(task, proposed, outsider):
    with reverts("TrainingTaskUnexpectedPhase", Phase.CHALLENGE, Phase.STALLED):
        task.endTask({"from": outsider})


def test_twice_reverts(task, frozen, outsider):
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
    with reverts("TrainingTaskUnexpectedPhase", Phase.ENDED, Phase.STALLED):
        task.endTask({"from": outsider})


def test_emits_task_ended(task, frozen, outsider):
    advance_to(task, Phase.STALLED)
    assert only_event(task.endTask({"from": outsider}), "TaskEnded") == {
        "round": 1,
        "model": frozen.base,
    }


def test_notes_when(task, frozen, outsider):
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
    assert task.clock()["mark"] == now()


def test_a_proposal_that_was_never_final_is_not_the_model(task, aggregating, active, outsider):
    aggregating.propose()
    following = aggregating.finalize(outsider)
    following.until_attested(active)
    task.freezeRound(following.entries, {"from": outsider})
    advance_to(task, Phase.STALLED)
    assert only_event(task.endTask({"from": outsider}), "TaskEnded")["model"] == following.base


def test_the_sealer_of_the_last_final_model_is_paid(task, pool, proposed, sealers, active, outsider):
    following = proposed.finalize(outsider)
    following.until_attested(active)
    task.freezeRound(following.entries, {"from": outsider})
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
    assert pool.earningsOf(sealers[1])["claimable"] == 2 * ONE


def test_before_the_rewards_are_booked_reverts(task, aggregating, outsider):
    advance_to(task, Phase.STALLED)
    with reverts("TrainingTaskNotFrozen", 1):
        task.endTask({"from": outsider})


def test_they_can_be_booked_even_then(task, pool, aggregating, active, outsider):
    advance_to(task, Phase.STALLED)
    task.freezeRound(aggregating.entries, {"from": outsider})
    task.endTask({"from": outsider})
    assert [pool.earningsOf(trainer)["claimable"] for trainer in active] == [4 * ONE] * 5


def test_trainers_of_a_frozen_round_are_paid(task, pool, frozen, active, outsider):
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
    assert [pool.earningsOf(trainer)["claimable"] for trainer in active] == [4 * ONE] * 5


def test_the_rest_of_the_escrow_goes_to_the_owner(task, coin, frozen, owner, outsider):
    before = coin.balanceOf(owner)
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
    assert coin.balanceOf(owner) - before == 3 * (8 * 4 + 2) * ONE - 5 * 4 * ONE


def test_everybody_gets_its_stake_back(task, coin, vault, frozen, active, sealers, outsider):
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
    members = [(trainer, Role.TRAINER, 0) for trainer in active]
    members += [(sealer, Role.SEALER, seat) for seat, sealer in enumerate(sealers)]
    for account, role, seat in members:
        task.leaveTask(role, seat, {"from": account})
    pass_time(5_000)
    for account, role, _ in members:
        task.withdraw(role, {"from": account})
    assert [coin.balanceOf(account) for account, _, _ in members] == [PURSE] * len(members)
    assert vault.held() == 0


# ---------------------------------------------------------------------- abandoned while joining


@pytest.fixture
def waiting(system, people):
    """A task that two trainers and one sealer have joined: one trainer too few."""
    task = create_task(system, people.owner)
    join_all(task, people.trainers[:2], people.sealers[:1])
    return task


def test_while_members_may_still_join_reverts(waiting, outsider):
    at(deadline_of(waiting) - 1)
    with reverts("TrainingTaskUnexpectedPhase", Phase.JOIN, Phase.STALLED):
        waiting.endTask({"from": outsider})


def test_with_too_few_members_anybody_ends_it(waiting, outsider):
    at(deadline_of(waiting))
    waiting.endTask({"from": outsider})
    assert present(waiting) == Phase.ENDED


def test_with_enough_members_reverts(waiting, trainers, outsider):
    waiting.joinAsTrainer({"from": trainers[2]})
    at(deadline_of(waiting))
    with reverts("TrainingTaskUnexpectedPhase", Phase.JOIN, Phase.STALLED):
        waiting.endTask({"from": outsider})


def test_the_whole_budget_goes_back(waiting, coin, owner, outsider):
    before = coin.balanceOf(owner)
    at(deadline_of(waiting))
    waiting.endTask({"from": outsider})
    assert coin.balanceOf(owner) - before == 3 * (8 * 4 + 2) * ONE


def test_the_model_is_the_initial_one(waiting, outsider):
    base = bytes(waiting.baseModel())
    at(deadline_of(waiting))
    assert only_event(waiting.endTask({"from": outsider}), "TaskEnded") == {"round": 0, "model": base}
