"""Fixing the accepted set."""

import pytest

from tests.contracts.federation import (
    ONE,
    advance_to,
    at,
    deadline_of,
    events,
    now,
    only_event,
    present,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase, TrainerState
from tests.contracts.unit.TrainingTask.entries import TAMPERED, hash_of, tampered

# ---------------------------------------------------------------------- when


def test_early_when_everybody_has_attested(task, aggregating, outsider):
    task.freezeRound(aggregating.entries, {"from": outsider})
    # Two seats and two open slots of 400 seconds follow at once.
    assert (present(task), deadline_of(task)) == (Phase.AGGREGATE, now() + 4 * 400)


def test_early_while_somebody_has_not_attested_reverts(task, attesting, active, outsider):
    attesting.attest(active[:4])
    with reverts("TrainingTaskUnexpectedPhase", Phase.ATTEST, Phase.AGGREGATE):
        task.freezeRound(attesting.entries, {"from": outsider})


def test_one_second_before_the_deadline_reverts(task, attesting, active, outsider):
    attesting.attest(active[:4])
    at(deadline_of(task) - 1)
    with reverts("TrainingTaskUnexpectedPhase", Phase.ATTEST, Phase.AGGREGATE):
        task.freezeRound(attesting.entries, {"from": outsider})


def test_at_the_deadline_whoever_is_silent_is_not_awaited(task, attesting, active, outsider):
    attesting.attest(active[:4])
    at(deadline_of(task))
    task.freezeRound(attesting.entries, {"from": outsider})
    assert task.clock()["accepted"] == 5


def test_slots_count_from_the_end_of_attest_whenever_it_is_frozen(task, attesting, active, outsider):
    attesting.attest(active[:4])
    attest_ends = deadline_of(task)
    at(attest_ends + 700)
    task.freezeRound(attesting.entries, {"from": outsider})
    assert deadline_of(task) == attest_ends + 4 * 400


def test_during_reveal_reverts(task, revealing, outsider):
    round_, updates = revealing
    round_.reveal(updates[:4])
    with reverts("TrainingTaskUnexpectedPhase", Phase.REVEAL, Phase.AGGREGATE):
        task.freezeRound(round_.entries, {"from": outsider})


def test_twice_reverts(task, aggregating, outsider):
    task.freezeRound(aggregating.entries, {"from": outsider})
    with reverts("TrainingTaskUnexpectedPhase", Phase.AGGREGATE, Phase.ATTEST):
        task.freezeRound(aggregating.entries, {"from": outsider})


def test_without_sealer_the_rewards_are_still_owed(task, pool, aggregating, active, outsider):
    advance_to(task, Phase.STALLED)
    task.freezeRound(aggregating.entries, {"from": outsider})
    assert pool.earningsOf(active[0])["claimable"] == 4 * ONE
    assert present(task) == Phase.STALLED


# ---------------------------------------------------------------------- what


def test_emits_round_frozen(task, attesting, active, outsider):
    attesting.attest(active[:4])
    advance_to(task, Phase.AGGREGATE)
    transaction = task.freezeRound(attesting.entries, {"from": outsider})
    assert only_event(transaction, "RoundFrozen") == {
        "round": 1,
        "acceptedMask": 0b11111,
        "attestedMask": 0b01111,
    }


@pytest.mark.parametrize("kind", TAMPERED)
def test_a_list_other_than_the_reveals_reverts(task, aggregating, outsider, kind):
    entries = tampered(aggregating.entries)[kind]
    with reverts("TrainingTaskWrongEntries", hash_of(entries), hash_of(aggregating.entries)):
        task.freezeRound(entries, {"from": outsider})


def test_keeps_the_hash_when_everything_is_accepted(task, aggregating, outsider):
    task.freezeRound(aggregating.entries, {"from": outsider})
    assert bytes(task.setHash()) == hash_of(aggregating.entries)


def test_half_of_the_attesters_are_not_enough(system, people, trainers, outsider):
    task = running_task(system, people, trainers=6)
    round_ = Round.of(task)
    round_.until_revealed(trainers[:6])
    round_.attest(trainers[:3], 0b111111)
    round_.attest(trainers[3:6], 0b011111)
    transaction = task.freezeRound(round_.entries, {"from": outsider})
    assert only_event(transaction, "RoundFrozen")["acceptedMask"] == 0b011111


def test_one_more_than_half_are_enough(task, attesting, active, outsider):
    attesting.attest(active[:3], 0b11111)
    attesting.attest(active[3:], 0b01111)
    transaction = task.freezeRound(attesting.entries, {"from": outsider})
    assert only_event(transaction, "RoundFrozen")["acceptedMask"] == 0b11111


def test_whoever_stays_silent_counts_as_not_vouching(task, attesting, active, outsider):
    attesting.attest(active[:2], 0b11111)
    attesting.attest(active[2:3], 0b01111)
    advance_to(task, Phase.AGGREGATE)
    transaction = task.freezeRound(attesting.entries, {"from": outsider})
    assert only_event(transaction, "RoundFrozen")["acceptedMask"] == 0b01111


def test_an_update_that_is_not_accepted_is_neither_paid_nor_slashed(task, pool, attesting, active, outsider):
    attesting.attest(active, 0b01111)
    task.freezeRound(attesting.entries, {"from": outsider})
    assert pool.earningsOf(active[4])["claimable"] == 1 * ONE
    assert task.trainerOf(active[4])["state"] == TrainerState.ATTESTED


def test_the_hash_becomes_that_of_the_accepted(task, attesting, active, outsider):
    attesting.attest(active, 0b10111)
    task.freezeRound(attesting.entries, {"from": outsider})
    accepted = [entry for i, entry in enumerate(attesting.entries) if i != 3]
    assert bytes(task.setHash()) == hash_of(accepted)


def test_pays_updates_and_attestations(task, pool, attesting, active, outsider):
    attesting.attest(active[:3])
    advance_to(task, Phase.AGGREGATE)
    task.freezeRound(attesting.entries, {"from": outsider})
    earned = [pool.earningsOf(trainer)["claimable"] for trainer in active]
    assert earned == [4 * ONE, 4 * ONE, 4 * ONE, 3 * ONE, 3 * ONE]


# ---------------------------------------------------------------------- the quorum


def test_at_the_quorum_the_set_is_frozen(task, attesting, active, outsider):
    attesting.attest(active, 0b00111)
    task.freezeRound(attesting.entries, {"from": outsider})
    assert task.clock()["accepted"] == 3


def test_below_the_quorum_the_round_is_void(task, attesting, active, outsider):
    attesting.attest(active, 0b00011)
    transaction = task.freezeRound(attesting.entries, {"from": outsider})
    assert only_event(transaction, "RoundVoided") == {"round": 1, "attempt": 0, "voids": 1}
    assert present(task) == Phase.COMMIT


def test_a_void_round_pays_nobody(task, pool, attesting, active, outsider):
    attesting.attest(active, 0b00011)
    transaction = task.freezeRound(attesting.entries, {"from": outsider})
    assert events(transaction, "RoundFrozen") == []
    assert pool.earningsOf(active[0])["claimable"] == 0


def test_attestations_of_an_earlier_attempt_do_not_count(task, attesting, active, outsider):
    attesting.attest(active, 0)
    task.freezeRound(attesting.entries, {"from": outsider})
    attesting.attest(active[:3], 0b11111)
    advance_to(task, Phase.AGGREGATE)
    transaction = task.freezeRound(attesting.entries, {"from": outsider})
    assert only_event(transaction, "RoundFrozen") == {
        "round": 1,
        "acceptedMask": 0b11111,
        "attestedMask": 0b00111,
    }


def test_a_copy_of_what_an_earlier_attempt_published_is_not_accepted(task, committing, active, outsider):
    committing.until_revealed(active[:2])
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    copy = committing.commit(active[2:3], vector=committing.revealed[0].vector)
    own = committing.commit(active[3:])
    committing.reveal([*copy, *own])
    committing.attest(active)
    advance_to(task, Phase.AGGREGATE)
    transaction = task.freezeRound(committing.entries, {"from": outsider})
    assert only_event(transaction, "RoundFrozen") == {
        "round": 1,
        "acceptedMask": 0b11011,
        "attestedMask": 0b11011,
    }


def test_equal_updates_of_one_attempt_are_all_accepted(task, committing, active, outsider):
    same = committing.update(active[0]).vector
    committing.reveal(committing.commit(active, vector=same))
    committing.attest(active)
    transaction = task.freezeRound(committing.entries, {"from": outsider})
    assert only_event(transaction, "RoundFrozen")["acceptedMask"] == 0b11111
