"""The sealer's last answer: the very chunk that its tree holds at the leaf reached."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.encoding import chunk_bytes
from tests.contracts.dissection import Dissection, deadline_of_dispute, disputed, node_tuple
from tests.contracts.federation import People, System, at, now, only_event, parameters_of, reverts

NODES, CHUNK, PROOF = 1, 3, 4


@pytest.fixture
def reached(dispute: Dissection) -> Dissection:
    """The sealer owes chunk 171."""
    dispute.until_chunk()
    return dispute


def test_the_chunk_is_recorded(court: Any, task: Any, reached: Dissection) -> None:
    answered = reached.answer_chunk()
    opened = {"task": task, "index": 171, "sum": reached.current.sum, "chunk": reached.shown}
    assert only_event(answered, "ChunkOpened") == opened
    record = court.disputeOf(task)
    assert (record["step"], record["deadline"]) == (PROOF, now() + parameters_of(task).answer_seconds)


def test_anybody_may_answer_who_has_the_chunk(
    court: Any, task: Any, reached: Dissection, trainers: Any
) -> None:
    reached.answer_chunk(by=trainers[0])
    assert court.disputeOf(task)["step"] == PROOF


def test_not_before_the_leaf_is_reached(dispute: Dissection) -> None:
    dispute.open()
    with reverts("DisputeCourtUnexpectedStep", NODES, CHUNK):
        dispute.answer_chunk()


def test_a_chunk_at_the_deadline_is_too_late(court: Any, task: Any, reached: Dissection) -> None:
    deadline = deadline_of_dispute(court, task)
    at(deadline)
    with reverts("DisputeCourtDeadline", deadline, deadline):
        reached.answer_chunk()


@pytest.mark.parametrize("length", [0, 255, 257])
def test_another_length_reverts(court: Any, task: Any, reached: Dissection, length: int) -> None:
    chunk = (chunk_bytes(reached.theirs, 171) + b"\0")[:length]
    with reverts("DisputeCourtWrongLength", length, 256):
        court.answerChunk(task, node_tuple(reached.current), chunk, {"from": reached.sealer})


def test_another_chunk_reverts(court: Any, task: Any, reached: Dissection) -> None:
    """The right chunk is not the one that the sealer committed to."""
    chunk = chunk_bytes(reached.ours, 171)
    given = reached.our_tree.nodes(0, 171, 1)[0].hash
    with reverts("DisputeCourtWrongNode", given, reached.current.hash):
        court.answerChunk(task, node_tuple(reached.current), chunk, {"from": reached.sealer})


def test_another_leaf_reverts(court: Any, task: Any, reached: Dissection) -> None:
    leaf = reached.their_tree.nodes(0, 170, 1)[0]
    with pytest.raises(Exception, match="DisputeCourtWrongNode"):
        court.answerChunk(task, node_tuple(leaf), chunk_bytes(reached.theirs, 170), {"from": reached.sealer})


def test_another_sum_of_the_leaf_reverts(court: Any, task: Any, reached: Dissection) -> None:
    leaf = (reached.current.hash, reached.current.sum + 1)
    with pytest.raises(Exception, match="DisputeCourtWrongNode"):
        court.answerChunk(task, leaf, chunk_bytes(reached.theirs, 171), {"from": reached.sealer})


def test_the_only_chunk_of_a_small_model_is_known_by_the_commitment(
    court: Any, system: System, people: People
) -> None:
    small = disputed(system, people, 3, dimension=10)
    small.open()
    chunk = chunk_bytes(small.theirs, 0)
    with pytest.raises(Exception, match="DisputeCourtWrongNode"):
        court.answerChunk(small.task, node_tuple(small.our_tree.root), chunk, {"from": small.sealer})
    small.answer_chunk()
    assert court.disputeOf(small.task)["step"] == PROOF
