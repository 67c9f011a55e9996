"""A task is paid for once, however often its creation is begun."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain import Journal, TransactionSender, demo_account
from fl_client.chain.contracts import TaskContract
from fl_client.chain.delivery import Delivery
from fl_client.roles import create_task
from fl_client.simulation import DemoSettings, Federation

SEED = 7


class Killed(BaseException):
    """Stands for a death right after a transaction was sent."""


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    return Federation(DemoSettings(participants=3, rounds=1, honest=True, seed=SEED, out=tmp_path / "run"))


def create(federation: Federation, journal: Journal, intent: str | None) -> TaskContract:
    """As a process that was just started: everything but the journal is new."""
    sender = TransactionSender(federation.connection, demo_account(SEED, 0), journal)
    parameters = replace(federation.contract.parameters, rounds=2)
    return create_task(
        federation.connection, federation.deployment, sender, parameters, federation.gas, intent=intent
    )


def coins(federation: Federation) -> int:
    owner = federation.contract.parameters.owner
    found: int = federation.connection.call(federation.contract.coin.functions.balanceOf(owner))
    return found


def test_creation_that_died_before_its_receipt_is_found_again(
    federation: Federation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    budget, before = replace(federation.contract.parameters, rounds=2).budget, coins(federation)
    finish = Delivery.finish

    def dies(self: Delivery, intent: str, rows: Any) -> Any:
        if intent.startswith("createTask"):
            raise Killed
        return finish(self, intent, rows)

    with Journal(tmp_path / "owner") as journal:
        monkeypatch.setattr(Delivery, "finish", dies)
        with pytest.raises(Killed):
            create(federation, journal, "createTask mine")
        monkeypatch.undo()
        first = create(federation, journal, "createTask mine")
        assert create(federation, journal, "createTask mine").address == first.address
        assert coins(federation) == before - budget
        assert create(federation, journal, "createTask another").address != first.address
        assert coins(federation) == before - 2 * budget


def test_creations_without_a_name_are_tasks_of_their_own(federation: Federation, tmp_path: Path) -> None:
    with Journal(tmp_path / "owner") as journal:
        assert create(federation, journal, None).address != create(federation, journal, None).address
