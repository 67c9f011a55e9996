"""The challenger goes on to one of the nodes that were opened, and to nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.dissection import Dissection, deadline_of_dispute, node_tuple, packed
from tests.contracts.dissection import path_in_row as path
from tests.contracts.federation import at, now, only_event, parameters_of, reverts

NODE = 48
NODES, PICK, CHUNK = 1, 2, 3


@pytest.fixture
def opened(dispute: Dissection) -> Dissection:
    """The first 256 nodes are open."""
    dispute.open()
    dispute.answer()
    return dispute


def test_the_pick_is_recorded(court: Any, task: Any, opened: Dissection) -> None:
    picked = opened.pick()
    assert only_event(picked, "NodePicked") == {"task": task, "level": 1, "position": 85}
    record = court.disputeOf(task)
    assert (record["step"], record["level"], record["position"]) == (NODES, 1, 85)
    assert record["deadline"] == now() + parameters_of(task).answer_seconds


def test_a_picked_leaf_asks_for_its_chunk(court: Any, task: Any, opened: Dissection) -> None:
    opened.pick()
    opened.answer()
    picked = opened.pick()
    assert only_event(picked, "NodePicked") == {"task": task, "level": 0, "position": 171}
    assert court.disputeOf(task)["step"] == CHUNK


def test_any_node_may_be_picked(court: Any, task: Any, opened: Dissection) -> None:
    court.pickNode(
        task, 149, node_tuple(opened.row[149]), packed(path(opened.row, 149)), {"from": opened.challenger}
    )
    assert court.disputeOf(task)["position"] == 149


def test_only_the_challenger_picks(court: Any, task: Any, opened: Dissection) -> None:
    call = (task, 85, node_tuple(opened.row[85]), packed(path(opened.row, 85)))
    with reverts("DisputeCourtNotChallenger", opened.sealer, opened.challenger):
        court.pickNode(*call, {"from": opened.sealer})


def test_nothing_to_pick_before_the_answer(court: Any, task: Any, dispute: Dissection) -> None:
    dispute.open()
    with reverts("DisputeCourtUnexpectedStep", NODES, PICK):
        court.pickNode(task, 0, node_tuple(dispute.current), b"", {"from": dispute.challenger})


def test_a_pick_at_the_deadline_is_too_late(court: Any, task: Any, opened: Dissection) -> None:
    deadline = deadline_of_dispute(court, task)
    at(deadline)
    with reverts("DisputeCourtDeadline", deadline, deadline):
        opened.pick()


@pytest.mark.parametrize("pick", [150, 255])
def test_padding_cannot_be_picked(court: Any, task: Any, opened: Dissection, pick: int) -> None:
    call = (task, pick, node_tuple(opened.row[pick]), packed(path(opened.row, pick)))
    with reverts("DisputeCourtOutOfTree", pick):
        court.pickNode(*call, {"from": opened.challenger})


@pytest.mark.parametrize("pick", [256, 2**32 - 1])
def test_nothing_beyond_the_row_can_be_picked(court: Any, task: Any, opened: Dissection, pick: int) -> None:
    call = (task, pick, node_tuple(opened.row[0]), packed(path(opened.row, 0)))
    with reverts("DisputeCourtOutOfTree", pick):
        court.pickNode(*call, {"from": opened.challenger})


@pytest.mark.parametrize("count", [7, 9])
def test_another_number_of_siblings_reverts(court: Any, task: Any, opened: Dissection, count: int) -> None:
    siblings = (packed(path(opened.row, 85)) + bytes(NODE))[: count * NODE]
    with reverts("DisputeCourtWrongLength", count * NODE, 8 * NODE):
        court.pickNode(task, 85, node_tuple(opened.row[85]), siblings, {"from": opened.challenger})


def test_a_node_that_was_not_opened_reverts(court: Any, task: Any, opened: Dissection) -> None:
    own = opened.our_tree.nodes(1, 0, 256)[85]
    with pytest.raises(Exception, match="DisputeCourtWrongNode"):
        court.pickNode(task, 85, node_tuple(own), packed(path(opened.row, 85)), {"from": opened.challenger})


def test_a_node_under_another_place_reverts(court: Any, task: Any, opened: Dissection) -> None:
    with pytest.raises(Exception, match="DisputeCourtWrongNode"):
        court.pickNode(
            task, 84, node_tuple(opened.row[85]), packed(path(opened.row, 85)), {"from": opened.challenger}
        )
