"""A participant is killed (SIGKILL) at every step of every deed, and started anew with the same state folder."""

from __future__ import annotations

import pytest

from fl_client.chain import Journal
from fl_client.chain.contracts import Role
from fl_client.roles import Aggregator
from fl_client.simulation.attackers import HidingAggregator
from tests.faults.mortal import mortal, run
from tests.faults.place import TRAINERS, Place

STEPS = ("kept:before", "kept:after", "sent:before", "sent:after", "final:before", "final:after")
BYTES = ("secret:before", "secret:after", "outbox:before", "outbox:after", "publish:before", "publish:after")
HOME = ("claim", "leaveTask", "withdraw")
TRAINERS_DEEDS = ("approve", "joinAsTrainer", "commitUpdate", "revealUpdate", "attestUpdates", *HOME)
SEALERS_DEEDS = ("approve", "joinAsSealer", "proposeAggregate", *HOME)
DISPUTE = ("openEvidence", "approve", "openDispute", "pickNode", "proveWrongAggregate")


def cells(deeds: tuple[str, ...], fast: list[str], more: tuple[str, ...] = ()) -> list[object]:
    """One cell a step, with a death at that step of every deed; and, unless empty, a fast one."""
    points = {step: [f"{deed}:{step}" for deed in deeds] for step in STEPS}
    if more:
        points["bytes"] = list(more)
    whole = [pytest.param(found, id=name, marks=pytest.mark.matrix) for name, found in points.items()]
    return [*whole, *([pytest.param(fast, id="fast")] if fast else [])]


@pytest.mark.parametrize(
    "points",
    cells(TRAINERS_DEEDS, ["secret:after", "commitUpdate:sent:after", "revealUpdate:kept:after"], BYTES),
)
def test_trainer_that_dies_goes_on_and_loses_nothing(place: Place, points: list[str]) -> None:
    stage = place.stage()
    with mortal(stage, "trainer-1", ",".join(points)) as one:
        for name in ("trainer-2", "trainer-3", "aggregator"):
            stage.enter(name)
        run(stage, one)
    assert sorted(one.died_at()) == sorted(points)
    stage.assert_settled()


@pytest.mark.parametrize("points", cells(SEALERS_DEEDS, [], BYTES[-2:]))
def test_aggregator_that_dies_proposes_once_and_loses_nothing(place: Place, points: list[str]) -> None:
    stage = place.stage()
    with mortal(stage, "aggregator", ",".join(points)) as one:
        for name in TRAINERS:
            stage.enter(name)
        run(stage, one)
    assert sorted(one.died_at()) == sorted(points)
    stage.assert_settled()
    (record,) = stage.ledger().ledger.rounds.values()
    assert len(record.proposals) == 1
    assert stage.gained()["aggregator"] == stage.contract.parameters.seal_reward


class Liar(HidingAggregator):
    """Wrong in the first round, its bytes hidden: only the dissection shows where."""

    cheats_in = 1


@pytest.mark.parametrize("points", cells((*DISPUTE, *HOME), ["pickNode:final:after"]))
def test_auditor_that_dies_in_a_dispute_wins_it(place: Place, points: list[str]) -> None:
    """In the middle of it nothing is left in memory: all that it needs is on the chain."""
    stage = place.stage()
    with mortal(stage, "auditor", ",".join(points)) as one:
        for name in TRAINERS:
            stage.enter(name)
        stage.enter("aggregator", kind=Liar)
        run(stage, one)
    # Of the three ways home only what was earned or locked is taken: the bond has no unbonding time.
    expected = {point for point in points if point.split(":")[0] in DISPUTE}
    assert expected <= set(one.died_at()) <= set(points)
    ledger = stage.ledger().ledger
    (record,) = ledger.rounds.values()
    auditor, liar = (stage.members[name].account.address for name in ("auditor", "aggregator"))
    assert record.finalized and [one.proposer for one in record.proposals] == [liar, auditor]
    assert [slash.account for slash in ledger.slashes] == [liar]
    assert stage.gained()["auditor"] > 0
    stage.assert_conserved()
    for name in TRAINERS:
        stage.assert_one_digest(name)


def test_state_folder_that_is_gone_costs_no_more_than_the_penalty(place: Place) -> None:
    """Nothing can be revealed without it; the error names the folder, and nothing else is signed."""
    stage = place.full()
    stage.until(lambda: "committed" in stage.members["trainer-1"].said)
    stage.members["trainer-1"].close()
    (stage.folder / "trainer-1").rename(stage.folder / "lost")
    lost = stage.enter("trainer-1")
    with pytest.raises(Exception, match="has no secret of it: start with the state folder"):
        stage.until(lambda: False)
    with Journal(stage.folder / "elsewhere") as journal:
        assert journal.unfinished(place.deployment.chain_id, lost.address) == ()
    assert stage.contract.stake(lost.address, Role.TRAINER)[0] == stage.contract.parameters.trainer_stake
    assert isinstance(stage.members["aggregator"].participant, Aggregator)
