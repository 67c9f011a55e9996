"""Events that were read once are not read again after a restart, unless they are not the chain's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from fl_client.chain import Connection, EventCursor, KeptEvents
from fl_client.errors import HistoryReplaced
from tests.fl_client.chain.conftest import LEDGER, World
from tests.fl_client.chain.test_events import Narrow, keys_of, store


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[KeptEvents]:
    with closing(KeptEvents(tmp_path, "a task")) as found:
        yield found


def cursor_of(world: World, kept: KeptEvents) -> EventCursor:
    return EventCursor(world.connection, [world.address], [LEDGER], 0, kept=kept)


def restored(cursor: EventCursor) -> list[int]:
    return [event.args["key"] for event in cursor.restore()]


def filled(world: World, tmp_path: Path, subject: str = "a task") -> None:
    """Another process reads two events and dies."""
    store(world, 7, 8)
    with closing(KeptEvents(tmp_path, subject)) as kept:
        assert keys_of(cursor_of(world, kept)) == [7, 8]


def test_only_new_blocks_are_asked_for_after_a_restart(world: World, tmp_path: Path) -> None:
    filled(world, tmp_path)
    node = Narrow(world.connection.node, widest=9)
    narrow = Connection(world.connection.web3, node, chain_id=world.connection.chain_id, url="narrow")
    read = world.connection.block_number()
    with closing(KeptEvents(tmp_path, "a task")) as kept:
        cursor = EventCursor(narrow, [world.address], [LEDGER], 0, kept=kept)
        assert restored(cursor) == [7, 8]
        store(world, 9)
        assert keys_of(cursor) == [9]
    assert node.asked == [(read + 1, read + 1)]


def test_restored_events_are_the_ones_that_were_read(world: World, tmp_path: Path) -> None:
    filled(world, tmp_path)
    fresh = EventCursor(world.connection, [world.address], [LEDGER], 0).poll()
    with closing(KeptEvents(tmp_path, "a task")) as kept:
        assert cursor_of(world, kept).restore() == fresh


def test_events_of_another_subject_are_forgotten(world: World, tmp_path: Path) -> None:
    filled(world, tmp_path, subject="another task")
    with closing(KeptEvents(tmp_path, "a task")) as kept:
        cursor = cursor_of(world, kept)
        assert restored(cursor) == []
        assert keys_of(cursor) == [7, 8]


def test_events_of_replaced_blocks_are_reported(world: World, tmp_path: Path) -> None:
    filled(world, tmp_path)
    other = Connection.embedded(seed=4, accounts=1)
    for _ in range(5):
        other.wait_until(other.now() + 1)
    with closing(KeptEvents(tmp_path, "a task")) as kept:
        cursor = EventCursor(other, [world.address], [LEDGER], 0, kept=kept)
        assert restored(cursor) == [7, 8]
        with pytest.raises(HistoryReplaced):
            cursor.poll()


@pytest.mark.parametrize("damage", ["file", "row", "version"])
def test_damaged_file_is_made_anew(
    world: World, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    filled(world, tmp_path)
    path = tmp_path / "events.sqlite"
    if damage == "file":
        path.write_bytes(b"no database at all" * 500)
    else:
        statement = "UPDATE logs SET block_hash = x'00'" if damage == "row" else "PRAGMA user_version=9"
        with closing(sqlite3.connect(path)) as database:
            database.execute(statement)
            database.commit()
    with closing(KeptEvents(tmp_path, "a task")) as kept:
        cursor = cursor_of(world, kept)
        assert restored(cursor) == []
        assert keys_of(cursor) == [7, 8]
    with closing(KeptEvents(tmp_path, "a task")) as kept:
        assert restored(cursor_of(world, kept)) == [7, 8]


def test_file_of_another_process_is_left_alone(world: World, tmp_path: Path) -> None:
    filled(world, tmp_path)
    with closing(KeptEvents(tmp_path, "a task")) as first:
        assert restored(cursor_of(world, first)) == [7, 8]
        with closing(KeptEvents(tmp_path, "a task")) as second:
            cursor = cursor_of(world, second)
            assert restored(cursor) == []
            assert keys_of(cursor) == [7, 8]
        assert restored(cursor_of(world, first)) == [7, 8]


def test_place_without_new_logs_is_kept_too(world: World, kept: KeptEvents) -> None:
    store(world, 7)
    cursor = cursor_of(world, kept)
    cursor.poll()
    for _ in range(120):
        world.connection.wait_until(world.connection.now() + 1)
    cursor.poll()
    found = kept.load()
    assert found is not None and f'"nextBlock": {cursor.next_block}' in found[0] and len(found[1]) == 1
