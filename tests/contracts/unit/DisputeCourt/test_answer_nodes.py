"""The sealer opens its tree towards the chunk asked for, and can show nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.encoding import MerkleSumTree, commit_vector
from fl_client.encoding import VectorKind as Kind
from tests.contracts.dissection import Dissection, deadline_of_dispute, node_tuple, packed
from tests.contracts.federation import at, now, only_event, parameters_of, reverts

NODE = 48
NODES, PICK, CHUNK = 1, 2, 3


def shown(dispute: Dissection, count: int) -> bytes:
    """The answer as a log has it: whoever asks needs no call's data, which another contract could hide."""
    row = packed(dispute.row)
    assert len(row) == NODE * count
    return row


def test_the_answer_is_recorded(court: Any, task: Any, dispute: Dissection) -> None:
    dispute.open()
    answered = dispute.answer()
    opened = {"task": task, "level": 9, "position": 0, "nodes": shown(dispute, 256)}
    assert only_event(answered, "NodesOpened") == opened
    record = court.disputeOf(task)
    assert (record["step"], record["level"], record["position"]) == (PICK, 9, 0)
    assert record["deadline"] == now() + parameters_of(task).answer_seconds


def test_the_last_rows_are_shorter(task: Any, dispute: Dissection) -> None:
    dispute.open()
    dispute.answer()
    dispute.pick()
    answered = dispute.answer()
    opened = {"task": task, "level": 1, "position": 85, "nodes": shown(dispute, 2)}
    assert only_event(answered, "NodesOpened") == opened


def test_anybody_may_answer_who_has_the_nodes(dispute: Dissection, trainers: Any) -> None:
    dispute.open()
    assert only_event(dispute.answer(by=trainers[0]), "NodesOpened")["nodes"] == shown(dispute, 256)


def test_without_a_dispute_nothing_is_asked(court: Any, task: Any, dispute: Dissection) -> None:
    with reverts("DisputeCourtUnexpectedStep", 0, NODES):
        dispute.answer()


def test_a_second_answer_reverts(dispute: Dissection) -> None:
    dispute.open()
    dispute.answer()
    with reverts("DisputeCourtUnexpectedStep", PICK, NODES):
        dispute.answer()


def test_an_answer_at_the_deadline_is_too_late(court: Any, task: Any, dispute: Dissection) -> None:
    dispute.open()
    deadline = deadline_of_dispute(court, task)
    at(deadline)
    with reverts("DisputeCourtDeadline", deadline, deadline):
        dispute.answer()


def test_an_answer_a_second_earlier_is_in_time(court: Any, task: Any, dispute: Dissection) -> None:
    dispute.open()
    at(deadline_of_dispute(court, task) - 1)
    dispute.answer()
    assert court.disputeOf(task)["step"] == PICK


def test_another_root_than_the_proposed_one_reverts(court: Any, task: Any, dispute: Dissection) -> None:
    dispute.open()
    other = MerkleSumTree.build(dispute.ours)
    given = bytes(commit_vector(other.root, dispute.round.form(Kind.MODEL)))
    row = packed(other.nodes(1, 0, 256))
    with reverts("DisputeCourtWrongNode", given, task.proposedModel()[0]):
        court.answerNodes(task, node_tuple(other.root), row, {"from": dispute.sealer})


@pytest.mark.parametrize("count", [0, 255, 257])
def test_another_number_of_nodes_reverts(court: Any, task: Any, dispute: Dissection, count: int) -> None:
    dispute.open()
    row = (packed(dispute.nodes_due()) + bytes(NODE))[: count * NODE]
    with reverts("DisputeCourtWrongLength", count * NODE, 256 * NODE):
        court.answerNodes(task, node_tuple(dispute.current), row, {"from": dispute.sealer})


def test_a_row_of_a_deeper_level_reverts(court: Any, task: Any, dispute: Dissection) -> None:
    dispute.open()
    row = packed(dispute.their_tree.nodes(0, 0, 512))
    with reverts("DisputeCourtWrongLength", 512 * NODE, 256 * NODE):
        court.answerNodes(task, node_tuple(dispute.current), row, {"from": dispute.sealer})


def test_an_altered_node_reverts(court: Any, task: Any, dispute: Dissection) -> None:
    dispute.open()
    row = list(dispute.nodes_due())
    row[3] = row[4]
    with pytest.raises(Exception, match="DisputeCourtWrongNode"):
        court.answerNodes(task, node_tuple(dispute.current), packed(row), {"from": dispute.sealer})


def test_sums_moved_between_two_nodes_revert(court: Any, task: Any, dispute: Dissection) -> None:
    """The total is right and no hash of a node has changed."""
    dispute.open()
    row = bytearray(packed(dispute.nodes_due()))
    for place, step in ((0, 1), (1, -1)):
        at_ = slice(place * NODE + 32, (place + 1) * NODE)
        row[at_] = (int.from_bytes(row[at_], "big") + step).to_bytes(16, "big")
    with pytest.raises(Exception, match="DisputeCourtWrongNode"):
        court.answerNodes(task, node_tuple(dispute.current), bytes(row), {"from": dispute.sealer})


def test_altered_padding_reverts(court: Any, task: Any, dispute: Dissection) -> None:
    """Of the 256 nodes those from 150 on cover no chunk."""
    dispute.open()
    row = bytearray(packed(dispute.nodes_due()))
    row[150 * NODE] ^= 1
    with reverts("MerkleSumTreePaddingAltered", 1):
        court.answerNodes(task, node_tuple(dispute.current), bytes(row), {"from": dispute.sealer})


def test_nodes_below_another_node_revert(court: Any, task: Any, dispute: Dissection) -> None:
    dispute.open()
    dispute.answer()
    dispute.pick()
    elsewhere = dispute.their_tree.nodes(1, 3, 1)[0]
    row = packed(dispute.their_tree.nodes(0, 6, 2))
    with pytest.raises(Exception, match="DisputeCourtWrongNode"):
        court.answerNodes(task, node_tuple(elsewhere), row, {"from": dispute.sealer})
