"""The chain replaces blocks in the middle of a round: what was done in them is done again, the same and once."""

from __future__ import annotations

import pytest

from fl_client.chain.contracts import Phase
from tests.faults.place import TRAINERS, Place, Stage, ask

DEPTHS = (1, 3, 10)


def reorganise(stage: Stage, depth: int) -> None:
    """Replace the latest blocks by as many empty ones; nobody's pool remembers what was in them."""
    ask(stage.connection, "anvil_reorg", depth, [])


def after_commit(stage: Stage) -> bool:
    return sum("committed" in stage.members[name].said for name in TRAINERS) >= 2


def after_reveal(stage: Stage) -> bool:
    return sum("revealed" in stage.members[name].said for name in TRAINERS) >= 2


def across_a_phases_end(stage: Stage) -> bool:
    """The block that the last of three acted in, which ended the phase before its time."""
    return stage.phase is Phase.ATTEST


def across_a_deadline(stage: Stage) -> bool:
    """The time for challenges was over in a block that is replaced by one from before."""
    return "finalised the round" in stage.members["owner"].said + stage.members["aggregator"].said


MOMENTS = (after_commit, after_reveal, across_a_phases_end, across_a_deadline)
CELLS = [
    pytest.param(moment, depth, id=f"{moment.__name__}-{depth}", marks=() if fast else pytest.mark.matrix)
    for moment in MOMENTS
    for depth in DEPTHS
    for fast in [(moment, depth) in [(after_commit, 3), (after_reveal, 10), (across_a_deadline, 3)]]
]


@pytest.mark.parametrize(("moment", "depth"), CELLS)
def test_round_settles_with_one_commit_and_one_reveal(place: Place, moment: object, depth: int) -> None:
    stage = place.full()
    assert callable(moment)
    stage.until(lambda: moment(stage))
    reorganise(stage, depth)
    stage.until_home()
    stage.assert_settled()
