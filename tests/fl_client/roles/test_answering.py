"""Whoever stands for a model answers for it, seat or no seat; a dispute that nobody pursues comes to its end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain.contracts import Phase, Role, Step
from fl_client.disputes import dispute_opening
from fl_client.roles import Aggregator, Auditor, Owner, Trainer
from fl_client.rounds import Reveal, SealedVector, Vector, seal_vector
from fl_client.simulation import DemoSettings, Federation
from fl_client.types import Bytes32

SALT = Bytes32(bytes(31) + b"\x05")
JUNK = Bytes32(bytes(31) + b"\x06")


@dataclass
class Stage:
    """An honest federation, and the owner as the attacker: it has coins for any bond."""

    federation: Federation

    def of(self, kind: type[Any]) -> list[Any]:
        return [one.participant for one in self.federation.members if isinstance(one.participant, kind)]

    @property
    def phase(self) -> Phase:
        return self.federation.contract.phase()[0]

    def until(self, phase: Phase) -> None:
        """Let everybody act, and time pass where nobody has anything to do, until the task is in a phase."""
        for _ in range(60):
            busy = False
            for member in self.federation.members:
                if self.phase is phase:
                    return
                busy |= member.participant.step() is not None
            if not busy:
                self.federation.connection.wait_until(self.federation.contract.phase()[1])
        raise AssertionError(f"{phase.name} was not reached")

    def pass_deadline(self) -> None:
        connection = self.federation.connection
        connection.wait_until(self.federation.contract.dispute().deadline)

    def attack(self) -> None:
        """Dispute the standing model with one that is nobody's."""
        contract, (owner,) = self.federation.contract, self.of(Owner)
        owner.allow(contract.connection.call(contract.task.functions.nextBond()))
        opening = dispute_opening(owner.address, contract.address, JUNK, SALT)
        owner.send(contract.court.functions.openEvidence(opening))
        self.federation.connection.wait_until(self.federation.connection.now() + 1)
        clock = contract.clock()
        owner.send(
            contract.court.functions.openDispute(
                contract.address, clock.round, clock.proposal, JUNK, JUNK, SALT
            )
        )

    def assert_answered_for(self, participant: Any, role: Role) -> None:
        """The attack is answered, ends by itself, and costs its author the bond, the honest one nothing."""
        contract, (owner,) = self.federation.contract, self.of(Owner)
        before, _ = contract.stake(participant.address, role)
        assert before > 0
        self.attack()
        assert participant.step() == "opened its tree"
        assert contract.dispute().step is Step.PICK
        self.pass_deadline()
        for other in self.federation.members:
            other.participant.step()
        assert contract.dispute().step is Step.NONE
        assert contract.proposed_model()[1] == participant.address
        assert contract.stake(participant.address, role)[0] == before
        assert contract.stake(owner.address, Role.CHALLENGER)[0] == 0


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    settings = DemoSettings(participants=3, rounds=1, epochs=1, honest=True, out=tmp_path / "run")
    return Stage(Federation(settings))


def test_a_sealer_answers_for_its_seat(stage: Stage) -> None:
    stage.until(Phase.CHALLENGE)
    proposer = stage.federation.contract.proposed_model()[1]
    (sealer,) = (one for one in stage.of(Aggregator) if one.address == proposer)
    stage.assert_answered_for(sealer, Role.SEALER)


def test_an_auditor_answers_for_the_model_that_it_put_in_place_of_a_wrong_one(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = Aggregator.aggregate

    def wrong(self: Aggregator, number: int, accepted: tuple[Reveal, ...]) -> tuple[Vector, SealedVector]:
        altered = right(self, number, accepted)[0].copy()
        altered[-1] += 1
        return altered, seal_vector(altered, self.watch.model_form)

    monkeypatch.setattr(Aggregator, "aggregate", wrong)
    monkeypatch.setattr(Aggregator, "publish", lambda self, sealed: JUNK)
    (auditor,), sealers = stage.of(Auditor), tuple(stage.of(Aggregator))
    stage.until(Phase.CHALLENGE)
    for _ in range(4):
        auditor.step()
    assert stage.federation.contract.dispute().challenger == auditor.address
    stage.pass_deadline()
    assert auditor.step() is not None  # the sealers are silent
    assert sealers[0].address != stage.federation.contract.proposed_model()[1] == auditor.address
    stage.assert_answered_for(auditor, Role.CHALLENGER)


def test_an_aggregator_without_a_seat_answers_for_its_bond(stage: Stage) -> None:
    contract, sealers = stage.federation.contract, stage.of(Aggregator)
    stage.until(Phase.COMMIT)
    for sealer in sealers:
        seat = contract.seats().index(sealer.address)
        sealer.send(contract.task.functions.leaveTask(int(Role.SEALER), seat))
    stage.until(Phase.ATTEST)
    for trainer in stage.of(Trainer):
        trainer.step()
    stage.federation.connection.wait_until(contract.phase()[1])
    opens = contract.phase()[1] - 2 * contract.parameters.seal_seconds
    stage.federation.connection.wait_until(opens)
    assert "proposed" in str(sealers[0].step())
    stage.assert_answered_for(sealers[0], Role.CHALLENGER)


def test_dispute_is_of_the_same_block_as_the_ledger(stage: Stage) -> None:
    """A sealer that answered meanwhile must not meet a challenger whose ledger has no answer yet."""
    stage.until(Phase.CHALLENGE)
    contract = stage.federation.contract
    with contract.held():
        contract_before = contract.dispute().step
        stage.attack()
        assert contract.dispute().step is contract_before is Step.NONE
    assert contract.dispute().step is Step.NODES
