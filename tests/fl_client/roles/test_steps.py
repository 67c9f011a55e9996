"""What a role may assume while it acts, with others acting at the same time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fl_client.chain import PASSES_NOW
from fl_client.chain.contracts import Phase, TrainerState
from fl_client.errors import ContractReverted
from fl_client.roles import Participant, Trainer
from fl_client.simulation import DemoSettings, Federation


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    """Three trainers, before anybody joined."""
    return Federation(DemoSettings(participants=3, rounds=1, epochs=1, honest=True, out=tmp_path / "run"))


def until(federation: Federation, phase: Phase) -> None:
    """Let everybody act, one deed at a time, until the task is in a phase."""
    for _ in range(20):
        for member in federation.members:
            if federation.contract.phase()[0] is phase:
                return
            member.participant.step()
    raise AssertionError(f"{phase.name} was not reached")


def first_trainer(federation: Federation) -> Trainer:
    found = federation.members[0].participant
    assert isinstance(found, Trainer)
    return found


def test_views_of_a_step_are_of_one_block(federation: Federation) -> None:
    contract = federation.contract
    with contract.held():
        before = contract.clock()
        until_joined = federation.members[0].participant
        # Another process's step: it does not hold this one's views.
        contract._held = None
        until_joined.step()
        number = federation.connection.block_number() - 2
        contract._held = (number, federation.connection.block_hash(number))
        assert contract.clock() == before
        contract.look_again()
        assert contract.clock().active == before.active + 1


def test_ledger_and_phase_are_of_the_same_block(federation: Federation) -> None:
    until(federation, Phase.REVEAL)
    contract, block = federation.contract, federation.connection.head()
    members = [member.participant for member in federation.members[:3]]
    for trainer in members:
        trainer.step()
    fresh = type(federation.watch)(contract)
    contract._held = block
    phase, _ = fresh.refresh()
    contract._held = None
    assert (phase, len(fresh.ledger.current().reveals)) == (Phase.REVEAL, 0)
    phase, _ = fresh.refresh()
    assert (phase, len(fresh.ledger.current().reveals)) == (Phase.ATTEST, 3)


def test_update_that_took_longer_than_its_turn_is_not_committed(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(federation, Phase.COMMIT)
    trainer, owner = first_trainer(federation), federation.members[-1].participant
    prepare = trainer.prepare

    def slow(round_: int, attempt: int) -> Any:
        secret = prepare(round_, attempt)
        contract = federation.contract
        federation.connection.wait_until(contract.phase()[1] + 1)
        owner.send(contract.task.functions.voidRound())
        return secret

    monkeypatch.setattr(trainer, "prepare", slow)
    assert trainer.step() is None
    assert federation.contract.clock().attempt == 1
    assert federation.contract.trainer(trainer.address).state is TrainerState.READY


def test_late_trainer_commits_in_the_turn_that_follows(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    test_update_that_took_longer_than_its_turn_is_not_committed(federation, monkeypatch)
    monkeypatch.undo()
    assert first_trainer(federation).step() == "committed"


class Refused(Participant):
    """Whatever it does is refused when it is mined."""

    def act(self, phase: Phase) -> str | None:
        raise ContractReverted(PASSES_NOW)


def test_call_that_a_deadline_overtook_is_tried_again_three_times(federation: Federation) -> None:
    owner = federation.members[-1].participant
    refused = Refused(federation.watch, owner.sender, federation.gas)
    assert [refused.step() for _ in range(3)] == [None] * 3
    with pytest.raises(ContractReverted, match=PASSES_NOW):
        refused.step()


class Overtaken(Participant):
    """Refused by a name that says nothing of a race; something may have happened meanwhile."""

    meanwhile: Any = None

    def act(self, phase: Phase) -> str | None:
        if self.meanwhile is not None:
            self.contract._held, held = None, self.contract._held
            self.meanwhile.step()
            self.contract._held = held
        raise ContractReverted("DisputeCourtNothingWrong")


def test_a_refusal_is_passed_over_where_the_task_stands_elsewhere_by_now(federation: Federation) -> None:
    owner, trainer = federation.members[-1].participant, first_trainer(federation)
    overtaken = Overtaken(federation.watch, owner.sender, federation.gas)
    overtaken.meanwhile = trainer
    assert overtaken.step() is None
    assert federation.contract.trainer(trainer.address).state is not TrainerState.NONE
    overtaken.meanwhile = None
    with pytest.raises(ContractReverted, match="DisputeCourtNothingWrong"):
        overtaken.step()
