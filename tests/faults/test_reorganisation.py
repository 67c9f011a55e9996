"""The chain replaces blocks in the middle of a round: what was done in them is done again, the same and once."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from fl_client.chain.contracts import Phase, TrainerState
from fl_client.errors import ChainUnavailable
from fl_client.roles import Trainer
from fl_client.types import Bytes32
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
    for fast in [(moment, depth) in [(after_reveal, 10)]]
]


@pytest.mark.parametrize(("moment", "depth"), CELLS)
def test_round_settles_with_one_commit_and_one_reveal(place: Place, moment: object, depth: int) -> None:
    stage = place.full()
    assert callable(moment)
    stage.until(lambda: moment(stage))
    reorganise(stage, depth)
    stage.until_home()
    stage.assert_settled()


def test_ledger_is_made_anew_where_as_many_blocks_took_their_place(place: Place) -> None:
    """The number of the latest block is the same as before, and so is none of the views."""
    stage = place.full()
    stage.until(lambda: after_commit(stage))
    watch = stage.ledger()
    assert len(watch.ledger.current().commits) == 2
    before = stage.connection.head()
    reorganise(stage, 1)
    assert stage.connection.head()[0] == before[0]
    watch.refresh()
    assert watch.reorganisations == 1 and len(watch.ledger.current().commits) == 1
    assert watch.contract.trainer(watch.ledger.current().commits[0].trainer).state is TrainerState.COMMITTED


def test_lost_commitment_is_sent_again_byte_for_byte(place: Place) -> None:
    stage = place.full()
    stage.until(lambda: after_commit(stage))
    member = stage.members["trainer-2"]
    assert member.journal is not None and member.participant is not None

    def commitments() -> set[bytes]:
        assert member.journal is not None
        rows = member.journal.transactions(place.deployment.chain_id, member.account.address)
        return {row.raw for row in rows if row.intent.startswith("commit")}

    before = commitments()
    reorganise(stage, 1)
    assert member.participant.step() == "committed"
    stage.until_home()
    assert commitments() == before and len(before) == 1
    stage.assert_settled()


def test_attempt_whose_base_changed_is_sat_out(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """Its update cannot be revealed on another base, and a second commitment is never made."""
    stage = place.full()
    stage.until(lambda: stage.phase is Phase.COMMIT)
    trainer = stage.members["trainer-1"].participant
    assert isinstance(trainer, Trainer)
    trainer.watch.refresh()
    prepared = trainer.journal.record_secret
    trainer.journal.record_secret = lambda row: prepared(replace(row, base_model=Bytes32(bytes(32))))  # type: ignore[method-assign]
    trainer.prepare(1, 0)
    with caplog.at_level(logging.WARNING):
        assert trainer.step() is None
    assert "has another base by now" in caplog.text
    assert stage.contract.trainer(trainer.address).state is TrainerState.READY


def test_node_that_is_behind_is_waited_for_and_then_believed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = place.full()
    stage.until(lambda: stage.phase is Phase.COMMIT)
    watch = stage.ledger()
    stage.until(lambda: after_commit(stage))
    watch.refresh()
    ask(stage.connection, "anvil_rollback", 1)
    with pytest.raises(ChainUnavailable, match="it is behind, wait for it"):
        watch.refresh()
    assert watch.reorganisations == 0 and len(watch.ledger.current().commits) == 2
    monkeypatch.setattr("fl_client.rounds.following.BEHIND_SECONDS", 0)
    watch.refresh()
    assert watch.reorganisations == 1 and len(watch.ledger.current().commits) == 1
