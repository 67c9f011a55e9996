"""Disputes about entries that are right: a sealer that answers keeps its stake, one that is silent loses it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fl_client.audit import audit_folder
from fl_client.chain.contracts import Phase, Role, Step
from fl_client.disputes import table_opening
from fl_client.records import Facts, RecordWatch, Scores
from fl_client.roles import Aggregator, ModelBook, Owner
from fl_client.simulation import DemoSettings, Federation

from .test_answering import SALT, Stage


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    settings = DemoSettings(
        participants=3, rounds=1, epochs=1, honest=True, rule="krum:0+mean", out=tmp_path / "run"
    )
    return Stage(Federation(settings))


def deny(stage: Stage) -> Aggregator:
    """Dispute an entry of the standing table as the owner, which has coins for any bond; returns its author."""
    stage.until(Phase.CHALLENGE)
    contract, (owner,) = stage.federation.contract, stage.of(Owner)
    stage.federation.watch.refresh()
    standing = stage.federation.watch.ledger.current().standing
    assert standing is not None and standing.table is not None
    owner.allow(contract.connection.call(contract.task.functions.nextBond()))
    opening = table_opening(owner.address, contract.address, 1, (0, 2), SALT)
    owner.send(contract.court.functions.openEvidence(opening))
    contract.connection.wait_until(contract.connection.now() + 1)
    opened = contract.court.functions.openTableDispute(contract.address, 1, 0, 2, standing.table.data, SALT)
    owner.send(opened)
    (sealer,) = (one for one in stage.of(Aggregator) if one.address == standing.proposer)
    assert contract.open_dispute() == contract.table_dispute()
    return sealer


def to_the_end(stage: Stage) -> None:
    for _ in stage.federation.run():
        pass
    stage.federation.close()


def slashes_of(stage: Stage) -> list[dict[str, Any]]:
    """What the records say of every slash."""
    watch = RecordWatch(stage.federation.contract, start_block=0)
    watch.read()
    models = ModelBook(watch, stage.federation.store)
    found: list[dict[str, Any]] = Facts(watch, models, Scores(None, models)).on_chain()["slashes"]
    return found


def test_a_right_table_is_answered_for_and_the_challenger_loses_its_bond(stage: Stage) -> None:
    sealer, contract = deny(stage), stage.federation.contract
    (owner,) = stage.of(Owner)
    assert contract.table_dispute().step is Step.SUMS
    assert sealer.step() == "split a distance"
    assert contract.table_dispute().step is Step.PICK_SUM
    contract.connection.wait_until(contract.table_dispute().deadline)
    for member in stage.federation.members:
        member.participant.step()
    assert contract.table_dispute().step is Step.NONE
    assert contract.proposed_model()[1] == sealer.address
    assert contract.stake(sealer.address, Role.SEALER)[0] == contract.parameters.sealer_stake
    assert contract.stake(owner.address, Role.CHALLENGER)[0] == 0
    to_the_end(stage)
    result = audit_folder(stage.federation.settings.out)
    assert result.passed and result.rounds_checked == 1, result


def test_a_right_table_that_nobody_answers_for_is_rejected_and_the_audit_knows_why(stage: Stage) -> None:
    sealer, contract = deny(stage), stage.federation.contract
    contract.connection.wait_until(contract.table_dispute().deadline)
    for member in stage.federation.members:
        if member.participant is not sealer:
            member.participant.step()
    stage.federation.watch.refresh()
    (rejected,) = stage.federation.watch.ledger.rounds[1].proposals[:1]
    assert rejected.proposer == sealer.address and rejected.evidence is not None and rejected.unanswered
    assert contract.stake(sealer.address, Role.SEALER)[0] < contract.parameters.sealer_stake
    to_the_end(stage)
    (told,) = slashes_of(stage)
    assert (told["evidence"], told["facts"]["round"]) == ("no-answer", 1)
    assert told["facts"]["denied"] == ["trainer 1", "trainer 3"]
    result = audit_folder(stage.federation.settings.out)
    assert result.passed and result.slashes == 1 and result.rounds_checked == 1, result
