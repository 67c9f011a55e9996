"""Vouching for others' bytes."""

import pytest

from tests.contracts.federation import advance_to, at, deadline_of, only_event, reverts
from tests.contracts.task_types import Phase, TrainerState


def test_emits_updates_attested(task, attesting, active):
    transaction = task.attestUpdates(0b10110, {"from": active[0]})
    assert only_event(transaction, "UpdatesAttested") == {
        "round": 1,
        "trainer": active[0],
        "bitmap": 0b10110,
    }


def test_records_the_bitmap(task, attesting, active):
    attesting.attest(active[1:2], 0b10110)
    assert task.trainerOf(active[1]).dict() == {
        "word": 0b10110,
        "turn": 1,
        "state": TrainerState.ATTESTED,
        "index": 1,
        "leaving": False,
    }


def test_may_vouch_for_nothing(task, attesting, active):
    attesting.attest(active[:1], 0)
    assert task.trainerOf(active[0])["state"] == TrainerState.ATTESTED


def test_the_bit_of_the_last_update_is_allowed(task, attesting, active):
    attesting.attest(active[:1], 0b10000)
    assert task.trainerOf(active[0])["word"] == 0b10000


def test_a_bit_beyond_the_last_update_reverts(task, attesting, active):
    with reverts("TrainingTaskBitmapTooLong", 0b100000, 5):
        attesting.attest(active[:1], 0b100000)


def test_twice_reverts(task, attesting, active):
    attesting.attest(active[:1])
    with reverts("TrainingTaskAlreadyActed", active[0], 1):
        attesting.attest(active[:1])


def test_a_stranger_reverts(attesting, outsider):
    with reverts("TrainingTaskUnexpectedTrainerState", outsider, TrainerState.NONE):
        attesting.attest([outsider])


def test_whoever_hid_its_update_reverts(task, revealing, active):
    round_, updates = revealing
    round_.reveal(updates[:4])
    with reverts("TrainingTaskUnexpectedTrainerState", active[4], TrainerState.COMMITTED):
        round_.attest(active[4:])


def test_whoever_did_not_commit_reverts(committing, active):
    committing.until_revealed(active[:4])
    with reverts("TrainingTaskUnexpectedTrainerState", active[4], TrainerState.READY):
        committing.attest(active[4:])


def test_before_the_reveal_phase_is_over_reverts(task, revealing, active):
    round_, updates = revealing
    round_.reveal(updates[:4])
    at(deadline_of(task) - 1)
    with reverts("TrainingTaskUnexpectedPhase", Phase.REVEAL, Phase.ATTEST):
        task.attestUpdates(0, {"from": active[0]})


def test_from_the_end_of_the_reveal_phase_on(task, revealing, active):
    round_, updates = revealing
    round_.reveal(updates[:4])
    at(deadline_of(task))
    task.attestUpdates(0, {"from": active[0]})
    assert task.trainerOf(active[0])["state"] == TrainerState.ATTESTED


def test_in_the_last_second_is_in_time(task, attesting, active):
    at(deadline_of(task) - 1)
    task.attestUpdates(0, {"from": active[0]})
    assert task.trainerOf(active[0])["state"] == TrainerState.ATTESTED


@pytest.mark.parametrize("late", [0, 1])
def test_from_the_deadline_on_reverts(task, attesting, active, late):
    at(deadline_of(task) + late)
    with reverts("TrainingTaskUnexpectedPhase", Phase.AGGREGATE, Phase.ATTEST):
        task.attestUpdates(0, {"from": active[0]})


def test_below_the_quorum_of_reveals_the_phase_is_skipped(task, committing, active):
    committing.until_revealed(active[:2])
    advance_to(task, Phase.VOID)
    with reverts("TrainingTaskUnexpectedPhase", Phase.VOID, Phase.ATTEST):
        task.attestUpdates(0, {"from": active[0]})


def test_reveals_of_an_earlier_attempt_count(task, committing, active, outsider):
    committing.until_revealed(active[:2])
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    committing.until_revealed(active[2:3])
    committing.attest(active[:1])
    assert task.trainerOf(active[0])["turn"] == 2


def test_attesting_again_in_a_later_attempt_is_allowed(task, attesting, active, outsider):
    attesting.attest(active, 0)
    task.freezeRound(attesting.entries, {"from": outsider})
    attesting.attest(active[:1])
    assert task.trainerOf(active[0])["word"] == 0b11111


def test_a_reveal_of_the_last_round_does_not_count(task, aggregating, active, outsider):
    aggregating.propose()
    following = aggregating.finalize(outsider)
    following.until_revealed(active[:4])
    with reverts("TrainingTaskUnexpectedTrainerState", active[4], TrainerState.ATTESTED):
        following.attest(active[4:])
