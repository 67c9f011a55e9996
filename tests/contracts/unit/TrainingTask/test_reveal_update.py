"""Publishing the committed update."""

import numpy as np
import pytest
from brownie import web3
from eth_abi.abi import encode

from fl_client.encoding import Node, VectorKind, commit_vector, set_hash
from tests.contracts.federation import (
    advance_to,
    at,
    create_task,
    deadline_of,
    join_all,
    now,
    only_event,
    present,
    reverts,
    running_task,
    start,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase, TrainerState


def shown(digest):
    """The part of a digest that a trainer's record keeps."""
    return digest[:26] + bytes(6)


def extended(running, entry):
    return bytes(web3.keccak(encode(("bytes32", "address", "uint32", "bytes32"), (running, *entry))))


def test_emits_update_revealed(task, revealing, active):
    _, updates = revealing
    transaction = task.revealUpdate(*updates[0].opening, {"from": active[0]})
    assert only_event(transaction, "UpdateRevealed") == {
        "round": 1,
        "trainer": active[0],
        "index": 0,
        "rootHash": updates[0].root.hash,
        "rootSum": updates[0].root.sum,
        "contentId": updates[0].content_id,
        "report": updates[0].report,
        "salt": updates[0].salt,
    }


def test_places_are_given_in_order(task, revealing, active):
    round_, updates = revealing
    round_.reveal(reversed(updates))
    assert [task.trainerOf(trainer)["index"] for trainer in active] == [4, 3, 2, 1, 0]


def test_makes_the_trainer_revealed(task, revealing, active):
    round_, updates = revealing
    round_.reveal(updates[:1])
    assert task.trainerOf(active[0]).dict() == {
        "word": 0,
        "turn": 1,
        "state": TrainerState.REVEALED,
        "index": 0,
        "leaving": False,
    }


def test_counts_reveals(task, revealing):
    round_, updates = revealing
    round_.reveal(updates[:2])
    assert (task.clock()["revealed"], task.clock()["pending"]) == (2, 3)


def test_records_round_and_commitment(task, revealing, active):
    round_, updates = revealing
    round_.reveal(updates[:1])
    expected = web3.keccak(encode(("uint24", "bytes32"), (1, updates[0].commitment)))
    assert bytes(task.recordOf(active[0])) == bytes(expected)


def test_extends_the_running_hash(task, revealing):
    round_, updates = revealing
    round_.reveal(updates[:2])
    first = extended(bytes(32), updates[0].entry)
    assert bytes(task.setHash()) == extended(first, updates[1].entry)


def test_weight_is_capped(task, committing, active):
    updates = committing.commit(active[:1], samples=1_001)
    committing.reveal(updates)
    assert bytes(task.setHash()) == extended(bytes(32), (active[0].address, 1_000, updates[0].commitment))


def test_weight_at_the_cap_counts_in_full(task, committing, active):
    updates = committing.commit(active[:1], samples=1_000)
    committing.reveal(updates)
    assert bytes(task.setHash()) == extended(bytes(32), (active[0].address, 1_000, updates[0].commitment))


# ---------------------------------------------------------------------- time


def test_before_the_commit_phase_is_over_reverts(task, committing, active):
    updates = committing.commit(active[:1])
    at(deadline_of(task) - 1)
    with reverts("TrainingTaskUnexpectedPhase", Phase.COMMIT, Phase.REVEAL):
        task.revealUpdate(*updates[0].opening, {"from": active[0]})


def test_from_the_end_of_the_commit_phase_on(task, committing, active):
    updates = committing.commit(active[:1])
    at(deadline_of(task))
    task.revealUpdate(*updates[0].opening, {"from": active[0]})
    assert task.clock()["revealed"] == 1


def test_in_the_last_second_is_in_time(task, revealing, active):
    _, updates = revealing
    at(deadline_of(task) - 1)
    task.revealUpdate(*updates[0].opening, {"from": active[0]})
    assert task.clock()["revealed"] == 1


@pytest.mark.parametrize("late", [0, 1])
def test_from_the_deadline_on_reverts(task, revealing, active, late):
    round_, updates = revealing
    round_.reveal(updates[:3])
    at(deadline_of(task) + late)
    with reverts("TrainingTaskUnexpectedPhase", Phase.ATTEST, Phase.REVEAL):
        task.revealUpdate(*updates[3].opening, {"from": active[3]})


def test_a_reveal_does_not_move_the_deadline(task, revealing):
    round_, updates = revealing
    before = deadline_of(task)
    round_.reveal(updates[:1])
    assert deadline_of(task) == before


def test_the_last_one_ends_the_phase(task, revealing):
    round_, updates = revealing
    round_.reveal(updates)
    assert (present(task), deadline_of(task)) == (Phase.ATTEST, now() + 800)


def test_the_deadline_of_attest_counts_from_that_of_reveal(task, revealing):
    round_, updates = revealing
    round_.reveal(updates[:4])
    reveal_ends = deadline_of(task)
    advance_to(task, Phase.ATTEST)
    assert deadline_of(task) == reveal_ends + 800


# ---------------------------------------------------------------------- what is checked


def test_no_samples_revert(task, committing, active):
    updates = committing.commit(active)
    root_hash, root_sum, content_id, _, salt = updates[0].opening
    with reverts("TrainingTaskNoSamples"):
        task.revealUpdate(root_hash, root_sum, content_id, 0, salt, {"from": active[0]})


def test_a_time_without_samples_reverts(task, committing, active):
    """The count is the report's low half."""
    updates = committing.commit(active)
    root_hash, root_sum, content_id, _, salt = updates[0].opening
    with reverts("TrainingTaskNoSamples"):
        task.revealUpdate(root_hash, root_sum, content_id, 2**32, salt, {"from": active[0]})


def test_the_time_weighs_nothing(task, committing, active):
    """Whatever hashes entries hashes the capped count alone."""
    (update,) = committing.commit(active[:1], milliseconds=2**32 - 1)
    committing.reveal([update])
    assert bytes(task.setHash()) == set_hash([(active[0].address, update.samples, update.commitment)])


@pytest.fixture
def short(system, people):
    """A task whose updates may have a sum of squares of 25."""
    return running_task(system, people, norm_bound_squared=25)


def vector_of(*coordinates):
    vector = np.zeros(150, dtype=np.int32)
    vector[: len(coordinates)] = coordinates
    return vector


def test_an_update_at_the_norm_bound_is_accepted(short, active):
    round_ = Round.of(short)
    round_.reveal(round_.commit(active[:1], vector=vector_of(3, 4)))
    assert short.clock()["revealed"] == 1


def test_an_update_beyond_the_norm_bound_reverts(short, active):
    round_ = Round.of(short)
    with reverts("TrainingTaskNormTooLarge", 26, 25):
        round_.reveal(round_.commit(active[:1], vector=vector_of(3, 4, 1)))


@pytest.mark.parametrize("place", range(5), ids=["root", "sum", "content", "report", "salt"])
def test_every_field_is_bound_by_the_commitment(task, revealing, active, place):
    round_, updates = revealing
    opening = list(updates[0].opening)
    other = updates[1].opening[place]
    opening[place] = opening[place] + 1 if opening[place] == other else other
    altered = encode_digest(round_, updates[0], opening)
    with reverts("TrainingTaskCommitmentMismatch", altered, shown(updates[0].digest)):
        task.revealUpdate(*opening, {"from": active[0]})


def encode_digest(round_, update, opening, **message):
    """The digest that the contract computes from other fields than those committed to."""
    root_hash, root_sum, content_id, report, salt = opening
    commitment = commit_vector(Node(hash=root_hash, sum=root_sum), round_.form(VectorKind.UPDATE))
    fields = {
        "commitment": commitment,
        "content_id": content_id,
        "samples": report & 0xFFFFFFFF,
        "milliseconds": report >> 32,
        "salt": salt,
    } | message
    return round_.update(update.trainer, **fields).digest


@pytest.mark.parametrize(
    "message",
    [
        {"round": 2},
        {"attempt": 1},
        {"base_model": b"\1" * 32},
        {"task": "0x" + 40 * "1"},
    ],
    ids=lambda message: next(iter(message)),
)
def test_a_commitment_made_for_another_place_reverts(task, committing, active, message):
    right = committing.update(active[0])
    wrong = committing.update(active[0], **message)
    task.commitUpdate(1, wrong.digest, {"from": active[0]})
    advance_to(task, Phase.REVEAL)
    with reverts("TrainingTaskCommitmentMismatch", right.digest, shown(wrong.digest)):
        task.revealUpdate(*right.opening, {"from": active[0]})


def test_a_copied_commitment_cannot_be_revealed(task, committing, active):
    (original,) = committing.commit(active[:1])
    task.commitUpdate(1, original.digest, {"from": active[1]})
    advance_to(task, Phase.REVEAL)
    task.revealUpdate(*original.opening, {"from": active[0]})
    mine = committing.update(
        active[1],
        samples=original.samples,
        milliseconds=original.milliseconds,
        vector=original.vector,
        salt=original.salt,
        content_id=original.content_id,
    )
    with reverts("TrainingTaskCommitmentMismatch", mine.digest, shown(original.digest)):
        task.revealUpdate(*original.opening, {"from": active[1]})


def test_a_commitment_of_another_task_reverts(system, people, task, committing, active):
    other = create_task(system, people.owner)
    join_all(other, active, people.sealers)
    start(other, people.owner)
    elsewhere = Round.of(other)
    (update,) = committing.commit(active[:1])
    other.commitUpdate(1, update.digest, {"from": active[0]})
    advance_to(other, Phase.REVEAL)
    right = elsewhere.update(active[0])
    with reverts("TrainingTaskCommitmentMismatch", right.digest, shown(update.digest)):
        other.revealUpdate(*right.opening, {"from": active[0]})


def test_a_commitment_of_the_last_round_reverts(task, aggregating, active, outsider):
    old = aggregating.revealed[0]
    aggregating.propose()
    following = aggregating.finalize(outsider)
    task.commitUpdate(2, old.digest, {"from": active[0]})
    advance_to(task, Phase.REVEAL)
    right = following.update(active[0], vector=old.vector, salt=old.salt, samples=old.samples)
    with reverts("TrainingTaskCommitmentMismatch", right.digest, shown(old.digest)):
        task.revealUpdate(*old.opening, {"from": active[0]})


def test_without_commitment_reverts(task, committing, active):
    committing.commit(active[:1])
    advance_to(task, Phase.REVEAL)
    with reverts("TrainingTaskUnexpectedTrainerState", active[1], TrainerState.READY):
        task.revealUpdate(*committing.update(active[1]).opening, {"from": active[1]})


def test_twice_reverts(task, revealing, active):
    round_, updates = revealing
    round_.reveal(updates[:1])
    with reverts("TrainingTaskUnexpectedTrainerState", active[0], TrainerState.REVEALED):
        task.revealUpdate(*updates[0].opening, {"from": active[0]})


def test_a_commitment_of_an_earlier_attempt_reverts(task, committing, active, outsider):
    (late,) = committing.commit(active[:1])
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    committing.commit(active[1:2])
    advance_to(task, Phase.REVEAL)
    with reverts("TrainingTaskUnexpectedTrainerState", active[0], TrainerState.COMMITTED):
        task.revealUpdate(*late.opening, {"from": active[0]})


def test_in_a_later_attempt_the_reveals_go_on(task, committing, active, outsider):
    committing.until_revealed(active[:2])
    advance_to(task, Phase.VOID)
    task.voidRound({"from": outsider})
    committing.until_revealed(active[2:3])
    running = bytes(32)
    for update in committing.revealed:
        running = extended(running, update.entry)
    assert bytes(task.setHash()) == running
    assert task.trainerOf(active[2])["index"] == 2
