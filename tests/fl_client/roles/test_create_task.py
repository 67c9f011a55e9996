"""A task is paid for once, however often its creation is begun."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain import Journal, TransactionSender, demo_account
from fl_client.chain.contracts import ReviewTerms, TaskContract
from fl_client.chain.delivery import Delivery
from fl_client.errors import ConfigError, ContractReverted
from fl_client.roles import ReviewPlan, create_task
from fl_client.roles.encrypted_plan import EncryptedPlan, create_encrypted_task
from fl_client.simulation import DemoSettings, Federation
from fl_client.types import Bytes32

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


@pytest.mark.parametrize(
    ("burn_bps", "terms", "name"),
    [(10_001, None, "burnBps"), (2_000, replace(ReviewPlan().terms(60), committee=99), "committee")],
)
def test_nothing_is_paid_for_what_the_factory_does_not_take(
    federation: Federation, tmp_path: Path, burn_bps: int, terms: ReviewTerms | None, name: str
) -> None:
    parameters = replace(federation.contract.parameters, burn_bps=burn_bps)
    height = federation.connection.block_number()
    with Journal(tmp_path / "owner") as journal:
        sender = TransactionSender(federation.connection, demo_account(SEED, 0), journal)
        args = (federation.connection, federation.deployment, sender, parameters, federation.gas)
        with pytest.raises(ContractReverted, match=f"TaskFactoryParameterOutOfBounds.*{name}"):
            create_task(*args, terms=terms)
    assert federation.connection.block_number() == height


def test_nothing_is_paid_for_an_encrypted_task_that_the_factory_does_not_take(
    federation: Federation, tmp_path: Path
) -> None:
    parameters = EncryptedPlan(modulus_bytes=64).parameters(
        owner=demo_account(SEED, 0).address,
        dealer=demo_account(SEED, 1).address,
        definition_hash=Bytes32(bytes(32)),
        initial_model=Bytes32(b"m" * 32),
        initial_content=Bytes32(b"c" * 32),
        dimension=10,
    )
    height = federation.connection.block_number()
    with Journal(tmp_path / "owner") as journal:
        sender = TransactionSender(federation.connection, demo_account(SEED, 0), journal)
        args = (federation.connection, federation.deployment, sender, parameters, federation.gas)
        with pytest.raises(ContractReverted, match="TaskFactoryParameterOutOfBounds.*modulusBytes, 64, 256"):
            create_encrypted_task(*args)
    assert federation.connection.block_number() == height


@pytest.mark.parametrize("number", [-1, 2**256])
def test_a_number_that_fits_into_no_word_is_refused(federation: Federation, number: int) -> None:
    for given, name in ((federation.contract.parameters, "max_voids"), (ReviewPlan().terms(60), "stake")):
        with pytest.raises(ConfigError, match=f"{name}.* is .*: give a number from 0, below 2"):
            replace(given, **{name: number})
