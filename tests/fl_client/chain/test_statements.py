"""What an encrypted task will hear is on the disk first, and is never said differently."""

from dataclasses import replace
from pathlib import Path

import pytest

from fl_client.chain import Journal, StatementRow
from fl_client.errors import ChainError
from fl_client.types import Address, Bytes32

ROW = StatementRow(
    task=Address("0x" + "11" * 20),
    account=Address("0x" + "22" * 20),
    kind="share",
    number=3,
    about=Bytes32(b"s" * 32),
    root=Bytes32(b"r" * 32),
    content_id=Bytes32(b"c" * 32),
    content_bytes=100,
)


def kept(folder: Path) -> tuple[StatementRow, ...]:
    with Journal(folder) as journal:
        return journal.statements(ROW.task, ROW.account, ROW.kind, ROW.number)


def test_a_statement_survives_the_process(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.record_statement(ROW)
    assert kept(tmp_path) == (ROW,)


def test_keeping_a_statement_twice_changes_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.record_statement(ROW)
        journal.record_statement(ROW)
    assert kept(tmp_path) == (ROW,)


def test_another_statement_about_the_same_thing_is_refused(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.record_statement(ROW)
        with pytest.raises(ChainError, match="another cannot replace it"):
            journal.record_statement(replace(ROW, root=Bytes32(b"x" * 32)))
    assert kept(tmp_path) == (ROW,)


def test_statements_about_other_things_stand_beside_it(tmp_path: Path) -> None:
    other = replace(ROW, about=Bytes32(b"t" * 32))
    with Journal(tmp_path) as journal:
        journal.record_statement(ROW)
        journal.record_statement(other)
    assert set(kept(tmp_path)) == {ROW, other}
