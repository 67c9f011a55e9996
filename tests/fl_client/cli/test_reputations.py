"""The file of reputations that an owner may keep by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fl_client.chain import Journal, TransactionSender, demo_account
from fl_client.cli.participate import Seat, owner, reputations_in
from fl_client.cli.settings import Settings
from fl_client.errors import ConfigError
from fl_client.roles import GasBook, ModelBook
from fl_client.rounds import TaskLedger
from fl_client.simulation import DemoSettings, Federation
from fl_client.types import Address, Bytes32

ALICE = Address("0x" + "11" * 20)
LEDGER = TaskLedger(ALICE, Bytes32(bytes(32)), Bytes32(bytes(32)))


def test_the_file_is_read_anew_for_each_round(tmp_path: Path) -> None:
    file = tmp_path / "reputations.json"
    file.write_text(json.dumps({ALICE: 3}))
    source = reputations_in(file)
    assert source(LEDGER) == {ALICE: 3}
    file.write_text(json.dumps({ALICE: 0}))
    assert source(LEDGER) == {ALICE: 0}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[1]", "holds no reputations"),
        ('{"0x1111111111111111111111111111111111111111": 1.5}', "counts from 0"),
        ('{"0x1111111111111111111111111111111111111111": -1}', "counts from 0"),
        ('{"alice": 1}', "is 'alice': give an address"),
        ("{", "cannot read the reputations"),
    ],
)
def test_a_file_that_holds_none_is_refused_before_anything_runs(tmp_path: Path, text: str, line: str) -> None:
    file = tmp_path / "reputations.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match=line):
        reputations_in(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the reputations .*nowhere.json"):
        reputations_in(tmp_path / "nowhere.json")


def seat_of(folder: Path, rule: str) -> Seat:
    """An owner's seat in a task that combines by a rule."""
    federation = Federation(DemoSettings(out=folder / "run", participants=3, rule=rule, honest=True))
    models, journal = ModelBook(federation.watch, federation.store), Journal(folder / "state")
    sender = TransactionSender(federation.connection, demo_account(0, 0), journal)
    return Seat(settings=Settings(), models=models, sender=sender, journal=journal, gas=GasBook())


def test_a_rule_that_reads_none_is_given_none(tmp_path: Path) -> None:
    file = tmp_path / "reputations.json"
    file.write_text(json.dumps({ALICE: 3}))
    with pytest.raises(ConfigError, match=r"--reputations is .*, and the task's rule median reads none"):
        owner(seat_of(tmp_path, "median"), file)


def test_a_rule_that_reads_them_has_the_file_read_before_anything_runs(tmp_path: Path) -> None:
    seat, file = seat_of(tmp_path, "reputation+mean"), tmp_path / "reputations.json"
    file.write_text(json.dumps({ALICE: 3}))
    assert owner(seat, file).role == "owner"
    file.write_text("{")
    with pytest.raises(ConfigError, match="cannot read the reputations"):
        owner(seat, file)
