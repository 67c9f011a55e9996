"""Proposing the new model."""

import pytest

from tests.contracts.federation import (
    ONE,
    PURSE,
    ZERO,
    advance_to,
    at,
    deadline_of,
    events,
    now,
    only_event,
    parameters_of,
    present,
    reverts,
)
from tests.contracts.task_types import ANYBODY, SUBSTITUTE, Phase, Role
from tests.contracts.unit.TrainingTask.entries import TAMPERED, hash_of, tampered

# Under coverage Brownie sends views as transactions too, whose blocks move the clock that these tests set.
pytestmark = pytest.mark.no_call_coverage

MODEL = b"\7" * 32
CONTENT = b"\11" * 32
SLOT = 400


@pytest.fixture
def frozen(task, aggregating, outsider):
    """The accepted set is fixed, and the first slot, that of seat 1, begins."""
    task.freezeRound(aggregating.entries, {"from": outsider})
    return aggregating


@pytest.fixture
def slots_begin(task, frozen):
    return deadline_of(task) - 4 * SLOT


def propose(task, sealer, seat, entries=()):
    posted = list(entries)
    accepted = hash_of(posted) if posted else task.setHash()
    number = task.clock()["round"]
    return task.proposeAggregate(number, accepted, posted, MODEL, CONTENT, seat, {"from": sealer})


def test_emits_aggregate_proposed(task, frozen, sealers):
    assert only_event(propose(task, sealers[1], 1), "AggregateProposed") == {
        "round": 1,
        "proposal": 1,
        "proposer": sealers[1],
        "model": MODEL,
        "contentId": CONTENT,
    }


def test_opens_the_challenge_window(task, frozen, sealers):
    propose(task, sealers[1], 1)
    assert (present(task), deadline_of(task)) == (Phase.CHALLENGE, now() + 900)


def test_names_model_and_author(task, frozen, sealers):
    propose(task, sealers[1], 1)
    model, proposer = task.proposedModel()
    assert (bytes(model), proposer) == (MODEL, sealers[1])


def test_leaves_the_base_model_alone(task, frozen, sealers):
    propose(task, sealers[1], 1)
    assert bytes(task.baseModel()) == frozen.base


def test_freezes_the_set_if_nobody_has(task, aggregating, sealers):
    transaction = propose(task, sealers[1], 1, aggregating.entries)
    assert only_event(transaction, "RoundFrozen")["acceptedMask"] == 0b11111
    assert present(task) == Phase.CHALLENGE


@pytest.mark.parametrize("number", [0, 2, 2**24 - 1])
def test_meant_for_another_round_reverts(task, frozen, sealers, number):
    with reverts("TrainingTaskOtherRound", number, 1):
        task.proposeAggregate(number, task.setHash(), [], MODEL, CONTENT, 1, {"from": sealers[1]})


def test_a_proposal_that_was_held_back_is_refused_in_a_set_that_was_frozen_for_it(
    task, vault, aggregating, active, sealers, outsider
):
    """Whoever holds it back would freeze the next round's set, let it in, and prove it wrong."""
    held = (1, hash_of(aggregating.entries), aggregating.entries, MODEL, CONTENT, 0)
    aggregating.propose()
    following = aggregating.finalize(outsider)
    following.until_attested(active)
    task.freezeRound(following.entries, {"from": outsider})
    with reverts("TrainingTaskOtherRound", 1, 2):
        task.proposeAggregate(*held, {"from": sealers[0]})
    assert vault.stakeOf(task, sealers[0], Role.SEALER)["amount"] == parameters_of(task).sealer_stake


@pytest.mark.parametrize("kind", TAMPERED)
def test_a_list_other_than_the_reveals_reverts(task, aggregating, sealers, kind):
    entries = tampered(aggregating.entries)[kind]
    with reverts("TrainingTaskWrongEntries", hash_of(entries), hash_of(aggregating.entries)):
        propose(task, sealers[1], 1, entries)


def test_below_the_quorum_the_round_is_void_and_nothing_proposed(task, attesting, active, sealers):
    attesting.attest(active, 0b00011)
    transaction = propose(task, sealers[1], 1, attesting.entries)
    assert len(events(transaction, "RoundVoided")) == 1
    assert events(transaction, "AggregateProposed") == []


def test_while_trainers_still_attest_reverts(task, attesting, sealers):
    with reverts("TrainingTaskUnexpectedPhase", Phase.ATTEST, Phase.AGGREGATE):
        propose(task, sealers[1], 1, attesting.entries)


def test_a_second_proposal_reverts(task, proposed, sealers):
    with reverts("TrainingTaskUnexpectedPhase", Phase.CHALLENGE, Phase.AGGREGATE):
        propose(task, sealers[0], 0)


# ---------------------------------------------------------------------- seats and slots


def test_an_account_without_seat_reverts(task, frozen, outsider):
    with reverts("TrainingTaskNotYourSeat", outsider, 1):
        propose(task, outsider, 1)


def test_the_seat_of_another_reverts(task, frozen, sealers):
    with reverts("TrainingTaskNotYourSeat", sealers[0], 1):
        propose(task, sealers[0], 1)


def test_a_seat_that_does_not_exist_reverts(task, frozen, sealers):
    with reverts("TrainingTaskNotYourSeat", sealers[0], 2):
        propose(task, sealers[0], 2)


def test_the_first_slot_of_round_one_is_that_of_seat_one(task, frozen, sealers):
    with reverts("TrainingTaskNotYourSlot", 0, 1):
        propose(task, sealers[0], 0)


def test_the_last_second_of_a_slot_belongs_to_its_seat(task, frozen, slots_begin, sealers):
    at(slots_begin + SLOT - 1)
    with reverts("TrainingTaskNotYourSlot", 0, 1):
        propose(task, sealers[0], 0)


def test_the_next_slot_is_that_of_the_next_seat(task, frozen, slots_begin, sealers):
    at(slots_begin + SLOT)
    propose(task, sealers[0], 0)
    assert task.proposedModel()[1] == sealers[0]


def test_the_slot_of_another_is_not_shared(task, frozen, slots_begin, sealers):
    at(slots_begin + SLOT)
    with reverts("TrainingTaskNotYourSlot", 1, 0):
        propose(task, sealers[1], 1)


@pytest.mark.parametrize("seat", [0, 1])
def test_after_every_seat_had_its_slot_any_sealer_may_propose(task, frozen, slots_begin, sealers, seat):
    at(slots_begin + 2 * SLOT)
    propose(task, sealers[seat], seat)
    assert task.proposedModel()[1] == sealers[seat]


def test_open_slots_are_for_sealers_only(task, frozen, slots_begin, outsider):
    at(slots_begin + 2 * SLOT)
    with reverts("TrainingTaskNotYourSeat", outsider, 0):
        propose(task, outsider, 0)


def test_the_last_second_of_the_open_slots_is_in_time(task, frozen, slots_begin, sealers):
    at(slots_begin + 4 * SLOT - 1)
    propose(task, sealers[0], 0)
    assert task.proposedModel()[1] == sealers[0]


@pytest.mark.parametrize("late", [0, 1])
def test_after_the_open_slots_reverts(task, frozen, slots_begin, sealers, late):
    at(slots_begin + 4 * SLOT + late)
    with reverts("TrainingTaskUnexpectedPhase", Phase.STALLED, Phase.AGGREGATE):
        propose(task, sealers[0], 0)


def test_the_slot_of_an_empty_seat_is_open(task, frozen, sealers):
    task.leaveTask(Role.SEALER, 1, {"from": sealers[1]})
    propose(task, sealers[0], 0)
    assert task.proposedModel()[1] == sealers[0]


def test_round_two_begins_with_seat_zero(task, proposed, active, sealers, outsider):
    following = proposed.finalize(outsider)
    following.until_attested(active)
    with reverts("TrainingTaskNotYourSlot", 1, 0):
        propose(task, sealers[1], 1, following.entries)


def test_when_nobody_froze_the_slots_begin_with_the_deadline(task, attesting, active, sealers):
    attesting.attest(active[:4])
    attest_ends = deadline_of(task)
    at(attest_ends + SLOT - 1)
    with reverts("TrainingTaskNotYourSlot", 0, 1):
        propose(task, sealers[0], 0, attesting.entries)


def test_without_freeze_the_stall_comes_at_the_same_time(task, attesting, active, sealers):
    attesting.attest(active[:4])
    attest_ends = deadline_of(task)
    at(attest_ends + 4 * SLOT)
    with reverts("TrainingTaskUnexpectedPhase", Phase.STALLED, Phase.AGGREGATE):
        propose(task, sealers[0], 0, attesting.entries)


# ---------------------------------------------------------------------- idle seats, and anybody under a bond


def test_whoever_let_its_slot_pass_is_displaced(task, frozen, slots_begin, sealers):
    at(slots_begin + SLOT)
    transaction = propose(task, sealers[0], 0)
    assert only_event(transaction, "SealerDisplaced") == {"sealer": sealers[1], "seat": 1}
    assert task.seats() == (sealers[0], ZERO)


def test_the_stake_of_the_displaced_unbonds(task, vault, frozen, slots_begin, sealers):
    at(slots_begin + SLOT)
    propose(task, sealers[0], 0)
    assert vault.stakeOf(task, sealers[1], Role.SEALER) == (200 * ONE, now() + 5_000)


def test_in_the_first_slot_nobody_is_displaced(task, frozen, sealers):
    assert events(propose(task, sealers[1], 1), "SealerDisplaced") == []


def test_whoever_proposes_late_is_not_displaced(task, frozen, slots_begin, sealers):
    at(slots_begin + 2 * SLOT)
    transaction = propose(task, sealers[1], 1)
    assert only_event(transaction, "SealerDisplaced") == {"sealer": sealers[0], "seat": 0}


def test_at_last_anybody_may_propose_under_a_bond(task, vault, frozen, slots_begin, challenger):
    at(slots_begin + 2 * SLOT)
    transaction = propose(task, challenger, ANYBODY)
    assert only_event(transaction, "AggregateProposed")["proposer"] == challenger
    assert vault.stakeOf(task, challenger, Role.CHALLENGER) == (190 * ONE, 0)
    assert task.clock()["sealer"] == SUBSTITUTE


def test_then_every_idle_seat_is_free(task, frozen, slots_begin, challenger, sealers):
    at(slots_begin + 2 * SLOT)
    displaced = events(propose(task, challenger, ANYBODY), "SealerDisplaced")
    assert displaced == [{"sealer": sealers[1], "seat": 1}, {"sealer": sealers[0], "seat": 0}]


def test_before_that_a_bond_is_not_enough(task, frozen, slots_begin, challenger):
    at(slots_begin + 2 * SLOT - 1)
    with reverts("TrainingTaskNotYourSlot", ANYBODY, 1):
        propose(task, challenger, ANYBODY)


def test_without_coins_for_the_bond_reverts(task, vault, frozen, slots_begin, outsider):
    at(slots_begin + 2 * SLOT)
    with reverts("ERC20InsufficientAllowance", vault, 0, 190 * ONE):
        propose(task, outsider, ANYBODY)


def test_whoever_proposed_under_a_bond_answers_for_it(task, frozen, slots_begin, challenger):
    at(slots_begin + 2 * SLOT)
    propose(task, challenger, ANYBODY)
    with reverts("TrainingTaskStillEngaged", challenger):
        task.leaveTask(Role.CHALLENGER, 0, {"from": challenger})


def test_once_the_round_is_closed_its_bond_is_free(task, coin, frozen, slots_begin, challenger, outsider):
    at(slots_begin + 2 * SLOT)
    propose(task, challenger, ANYBODY)
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": outsider})
    task.leaveTask(Role.CHALLENGER, 0, {"from": challenger})
    task.withdraw(Role.CHALLENGER, {"from": challenger})
    assert coin.balanceOf(challenger) == PURSE


def test_even_a_task_without_sealers_goes_on(task, frozen, slots_begin, sealers, challenger, outsider):
    for seat, sealer in enumerate(sealers):
        task.leaveTask(Role.SEALER, seat, {"from": sealer})
    at(slots_begin + 2 * SLOT)
    propose(task, challenger, ANYBODY)
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": outsider})
    assert present(task) == Phase.COMMIT


# ---------------------------------------------------------------------- its reward


def test_the_sealer_is_not_paid_before_the_next_set_is_frozen(task, pool, proposed, sealers, outsider):
    proposed.finalize(outsider)
    assert pool.earningsOf(sealers[1])["claimable"] == 0


def test_the_next_frozen_set_pays_the_last_sealer(task, pool, proposed, active, sealers, outsider):
    following = proposed.finalize(outsider)
    following.until_attested(active)
    task.freezeRound(following.entries, {"from": outsider})
    assert [pool.earningsOf(sealer)["claimable"] for sealer in sealers] == [0, 2 * ONE]


def test_a_void_round_does_not_pay_the_sealer_twice(task, pool, proposed, active, sealers, outsider):
    following = proposed.finalize(outsider)
    following.until_attested(active, 0)
    task.freezeRound(following.entries, {"from": outsider})
    following.attest(active)
    task.freezeRound(following.entries, {"from": outsider})
    assert pool.earningsOf(sealers[1])["claimable"] == 2 * ONE


def test_the_wait_can_end_before_the_deadline(task, aggregating, sealers):
    assert present(task) == Phase.ATTEST
    propose(task, sealers[1], 1, aggregating.entries)
    assert present(task) == Phase.CHALLENGE


def test_waiting_leads_to_aggregate_by_itself(task, attesting):
    advance_to(task, Phase.AGGREGATE)
    assert deadline_of(task) == now() + 4 * SLOT
