"""A participant is killed (SIGKILL) at every step of every deed, and started anew with the same state folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fl_client.chain import Journal
from fl_client.chain.contracts import Role
from fl_client.roles import Aggregator
from fl_client.simulation.attackers import HidingAggregator
from tests.faults.place import TRAINERS, Place, Stage
from tests.scripts.nodes import ENVIRONMENT, ROOT

KILLED = -9
_LIFE_SECONDS = 120


class Mortal:
    """A member in a process of its own, which is started again whenever it dies."""

    def __init__(self, stage: Stage, name: str, die_at: str) -> None:
        self.stage, self.name, self.die_at = stage, name, die_at
        self.said: list[str] = []
        self.deaths: list[str] = []
        self.folder = stage.folder / name
        self.folder.mkdir(parents=True, exist_ok=True)
        member = stage.members.get(name) or stage.add(name)
        stage.contract.deployment.write(self.folder / "deployment.json")
        self._settings = self.folder / "settings.json"
        settings = {
            "account": member.key,
            "deployment": str(self.folder / "deployment.json"),
            "role": member.kind,
            "seed": member.learns,
            "state": str(self.folder),
            "store": str(stage.folder / "store"),
            "task": stage.contract.address,
            "url": member.url,
        }
        self._settings.write_text(json.dumps(settings))
        self._process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        self._began = time.monotonic()
        with (self.folder / "log").open("a") as log, (self.folder / "errors").open("a") as errors:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.faults.member", str(self._settings)],
                stdout=log,
                stderr=errors,
                text=True,
                cwd=ROOT,
                env=ENVIRONMENT | {"GRADBOND_DIE_AT": self.die_at},
            )

    def is_alive(self) -> bool:
        """Whether it still has something to do; brings it back to life after a death."""
        code = self._process.poll()
        if code is None:
            assert time.monotonic() - self._began < _LIFE_SECONDS, (self.log(), self.errors())
            time.sleep(0.05)
            return True
        if code == KILLED:
            self._process = self._start()
            return True
        assert code == 0, self.errors()
        return False

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def errors(self) -> str:
        return (self.folder / "errors").read_text()

    def died_at(self) -> list[str]:
        """Where it died, in order."""
        path = self._settings.with_suffix(".deaths")
        return path.read_text().split() if path.exists() else []

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextmanager
def mortal(stage: Stage, name: str, die_at: str) -> Iterator[Mortal]:
    one = Mortal(stage, name, die_at)
    try:
        yield one
    finally:
        one.kill()


def report(mortal: Mortal) -> None:
    """Where it died, for whoever wants to read it."""
    if path := os.environ.get("GRADBOND_FAULT_REPORT"):
        with Path(path).open("a") as out:
            line = {"cell": f"SIGKILL x {mortal.name} x {mortal.die_at}", "died_at": mortal.died_at()}
            out.write(json.dumps(line) + "\n")


def run(stage: Stage, one: Mortal) -> None:
    """To the end of the task, and until the mortal has gone home."""
    stage.until_home(also=one.is_alive)
    while one.is_alive():
        stage.sweep()
    report(one)


STEPS = ("kept:before", "kept:after", "sent:before", "sent:after", "final:before", "final:after")
BYTES = ("secret:before", "secret:after", "outbox:before", "outbox:after", "publish:before", "publish:after")
HOME = ("claim", "leaveTask", "withdraw")
TRAINERS_DEEDS = ("approve", "joinAsTrainer", "commitUpdate", "revealUpdate", "attestUpdates", *HOME)
SEALERS_DEEDS = ("approve", "joinAsSealer", "proposeAggregate", *HOME)
DISPUTE = ("openEvidence", "approve", "openDispute", "pickNode", "proveWrongAggregate")


def cells(deeds: tuple[str, ...], fast: list[str], more: tuple[str, ...] = ()) -> list[object]:
    """One cell a step, with a death at that step of every deed; and a fast one."""
    points = {step: [f"{deed}:{step}" for deed in deeds] for step in STEPS}
    if more:
        points["bytes"] = list(more)
    whole = [pytest.param(found, id=name, marks=pytest.mark.matrix) for name, found in points.items()]
    return [*whole, pytest.param(fast, id="fast")]


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


@pytest.mark.parametrize("points", cells(SEALERS_DEEDS, ["proposeAggregate:sent:after"], BYTES[-2:]))
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


@pytest.mark.parametrize("points", cells((*DISPUTE, *HOME), ["openDispute:sent:after", "pickNode:final:after"]))
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
