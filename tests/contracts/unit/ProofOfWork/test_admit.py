"""Who may propose under proof of work, and what a work is bound to."""

import dataclasses

import brownie
import pytest

from fl_client.sealing import ANYBODY, EASIEST, first_target, next_target, relaxed, seat_with, work_of
from tests.contracts.federation import (
    ONE,
    advance_to,
    at,
    deadline_of,
    events,
    only_event,
    present,
    reverts,
    running_task,
)
from tests.contracts.mining import clock_word, nonce_for, propose_mined, propose_with, puzzle_of, target_of
from tests.contracts.rounds import Round
from tests.contracts.task_types import SUBSTITUTE, Phase, Role

# Under coverage Brownie sends views as transactions too, whose blocks move the clock that these tests set.
pytestmark = pytest.mark.no_call_coverage

SLOT, SEATS, RATE = 400, 2, 1
FIRST = first_target(RATE)


@pytest.fixture
def model(frozen):
    return frozen.commitment_to(frozen.new_model())


@pytest.fixture
def begins(task):
    return deadline_of(task) - (SEATS + 2) * SLOT


def failing(puzzle, target):
    """A nonce whose work does not lie below the target."""
    return next(nonce for nonce in range(10**6) if work_of(puzzle, nonce) >= target)


# ---------------------------------------------------------------------- who may propose


@pytest.mark.parametrize("seat", [0, 1])
def test_whoever_is_seated_may_propose_in_the_first_slot(task, policy, frozen, sealers, seat):
    propose_mined(policy, frozen, seat, sealers[seat])
    assert (present(task), task.proposedModel()[1]) == (Phase.CHALLENGE, sealers[seat])


def test_a_work_above_the_target_reverts(policy, frozen, model, sealers):
    puzzle = puzzle_of(policy, frozen, sealers[0], model)
    nonce = failing(puzzle, FIRST)
    with reverts("ProofOfWorkInsufficient", work_of(puzzle, nonce), FIRST):
        propose_with(frozen, model, seat_with(0, nonce), sealers[0])


def test_the_nonce_of_another_sealer_is_worth_nothing(policy, frozen, model, sealers):
    stolen = nonce_for(puzzle_of(policy, frozen, sealers[0], model), FIRST)
    own = work_of(puzzle_of(policy, frozen, sealers[1], model), stolen)
    with reverts("ProofOfWorkInsufficient", own, FIRST):
        propose_with(frozen, model, seat_with(1, stolen), sealers[1])


def test_the_nonce_for_another_model_is_worth_nothing(policy, frozen, model, sealers):
    nonce = nonce_for(puzzle_of(policy, frozen, sealers[0], model), FIRST)
    other = b"\7" * 32
    with reverts(
        "ProofOfWorkInsufficient", work_of(puzzle_of(policy, frozen, sealers[0], other), nonce), FIRST
    ):
        propose_with(frozen, other, seat_with(0, nonce), sealers[0])


def test_a_work_does_not_serve_two_tasks(system, people, policy, frozen, active, model, sealers, outsider):
    """INV-WORK-1. The same trainers reveal the same vectors there: the sets have one hash."""
    twin = running_task(system, people, sealing=policy.address, sealing_rate=RATE)
    round_ = Round.of(twin)
    round_.until_attested(active)
    twin.freezeRound(round_.entries, {"from": outsider})
    assert twin.setHash() == frozen.task.setHash()
    nonce = nonce_for(puzzle_of(policy, frozen, sealers[0], model), FIRST)
    with reverts(
        "ProofOfWorkInsufficient", work_of(puzzle_of(policy, round_, sealers[0], model), nonce), FIRST
    ):
        propose_with(round_, model, seat_with(0, nonce), sealers[0])
    propose_with(frozen, model, seat_with(0, nonce), sealers[0])


def test_work_without_a_seat_is_not_enough(policy, frozen, model, outsider):
    nonce = nonce_for(puzzle_of(policy, frozen, outsider, model), FIRST)
    with reverts("TrainingTaskNotYourSeat", outsider, 0):
        propose_with(frozen, model, seat_with(0, nonce), outsider)


def test_work_in_the_seat_of_another_is_not_enough(policy, frozen, model, sealers):
    nonce = nonce_for(puzzle_of(policy, frozen, sealers[0], model), FIRST)
    with reverts("TrainingTaskNotYourSeat", sealers[0], 1):
        propose_with(frozen, model, seat_with(1, nonce), sealers[0])


def test_whoever_is_no_task_is_refused(policy, outsider):
    with brownie.reverts():
        policy.admit(0, bytes(32), bytes(32), outsider, 0, {"from": outsider})


@pytest.mark.parametrize(
    "field", ["chain_id", "policy", "task", "round", "turn", "proposal", "set_hash", "model", "sealer"]
)
def test_a_work_is_bound_to_every_field(policy, frozen, model, sealers, field):
    """INV-WORK-1."""
    puzzle = puzzle_of(policy, frozen, sealers[0], model)
    value = getattr(puzzle, field)
    changed = {int: lambda: value + 1, bytes: lambda: b"\1" * 32}.get(
        type(value), lambda: sealers[1].address
    )()
    assert work_of(dataclasses.replace(puzzle, **{field: changed}), 5) != work_of(puzzle, 5)


def test_contract_and_client_compute_the_same_work(task, policy, frozen, model, sealers):
    puzzle = puzzle_of(policy, frozen, sealers[0], model)
    for nonce in (0, 1, 2**200, 2**248 - 1):
        found = policy.workOf(task, clock_word(task), task.setHash(), model, sealers[0], nonce)
        assert found == work_of(puzzle, nonce)


# ---------------------------------------------------------------------- the target


def test_the_first_target_follows_from_the_rate(task, policy):
    assert policy.targetOf(task) == (FIRST, 0)


@pytest.mark.parametrize("elapsed", [1, 3, 5, 100, SLOT - 1])
def test_the_target_follows_the_wanted_rate(task, policy, frozen, begins, model, sealers, elapsed):
    nonce = nonce_for(puzzle_of(policy, frozen, sealers[1], model), FIRST)
    at(begins + elapsed)
    admitted = propose_with(frozen, model, seat_with(1, nonce), sealers[1])
    following = next_target(FIRST, elapsed=elapsed, rate=RATE, slot_seconds=SLOT, worked=True)
    assert policy.targetOf(task) == (following, begins + elapsed)
    assert only_event(admitted, "WorkAdmitted") == {
        "task": task,
        "round": 1,
        "proposal": 0,
        "sealer": sealers[1],
        "seat": seat_with(1, nonce),
        "elapsed": elapsed,
        "next": following,
    }


def test_a_time_out_doubles_the_target(task, policy, frozen, begins, model, sealers):
    puzzle = puzzle_of(policy, frozen, sealers[0], model)
    nonce = next(n for n in range(10**7) if FIRST <= work_of(puzzle, n) < 2 * FIRST)
    at(begins + SLOT - 1)
    with reverts("ProofOfWorkInsufficient", work_of(puzzle, nonce), FIRST):
        propose_with(frozen, model, seat_with(0, nonce), sealers[0])
    at(begins + SLOT)
    propose_with(frozen, model, seat_with(0, nonce), sealers[0])
    assert target_of(policy, task) == 2 * FIRST


def test_nobody_is_displaced_for_bad_luck(task, policy, frozen, begins, sealers):
    at(begins + SLOT)
    proposed = propose_mined(policy, frozen, 0, sealers[0], relaxed(FIRST, 1))
    assert events(proposed, "SealerDisplaced") == []
    assert task.seats() == tuple(sealers)


# ---------------------------------------------------------------------- the open slot


def test_at_last_anybody_may_propose_under_a_bond_without_work(
    task, policy, vault, frozen, begins, model, challenger
):
    at(begins + SEATS * SLOT - 1)
    with reverts("TrainingTaskNotYourSlot", ANYBODY, SEATS - 1):
        propose_with(frozen, model, ANYBODY, challenger)
    at(begins + SEATS * SLOT)
    proposed = propose_with(frozen, model, ANYBODY, challenger)
    assert task.clock()["sealer"] == SUBSTITUTE
    assert vault.stakeOf(task, challenger, Role.CHALLENGER) == (190 * ONE, 0)
    assert target_of(policy, task) == 4 * FIRST
    assert events(proposed, "SealerDisplaced") == []


def test_a_task_without_sealers_does_not_make_the_target_harder(
    task, policy, frozen, model, sealers, challenger, begins
):
    for seat, sealer in enumerate(sealers):
        task.leaveTask(Role.SEALER, seat, {"from": sealer})
    at(begins + SEATS * SLOT)
    propose_with(frozen, model, ANYBODY, challenger)
    assert target_of(policy, task) == 4 * FIRST


def test_past_the_open_slots_a_work_comes_too_late(task, policy, frozen, begins, model, sealers):
    nonce = nonce_for(puzzle_of(policy, frozen, sealers[0], model), FIRST)
    at(begins + (SEATS + 2) * SLOT)
    with reverts("TrainingTaskUnexpectedPhase", Phase.STALLED, Phase.AGGREGATE):
        propose_with(frozen, model, seat_with(0, nonce), sealers[0])


def test_seats_that_find_nothing_where_nothing_is_asked_are_idle(
    task, policy, frozen, active, challenger, outsider, sealers
):
    """Whoever takes every seat and does nothing delays some rounds: each makes the next target easier."""
    round_, displaced = frozen, []
    for _ in range(3):
        advance_to(task, Phase.AGGREGATE)
        at(deadline_of(task) - 1)
        model = round_.commitment_to(round_.new_model())
        displaced.append(events(propose_with(round_, model, ANYBODY, challenger), "SealerDisplaced"))
        if displaced[-1] or task.clock()["round"] == 3:
            break
        round_ = round_.finalize(outsider)
        task.leaveTask(Role.CHALLENGER, 0, {"from": challenger})
        task.withdraw(Role.CHALLENGER, {"from": challenger})
        round_.until_attested(active)
        task.freezeRound(round_.entries, {"from": outsider})
    assert [len(found) for found in displaced] == [0, 0, SEATS]
    assert {entry["sealer"] for entry in displaced[-1]} == set(sealers)


def test_a_target_is_never_out_of_range(policy):
    """What a contract computes of the ends is compared with the client in tests/forge/unit/ProofOfWork.t.sol."""
    assert relaxed(EASIEST, 300) == EASIEST
    assert next_target(EASIEST, elapsed=99, rate=1, slot_seconds=400, worked=True) == EASIEST
