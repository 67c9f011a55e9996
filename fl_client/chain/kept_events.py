"""Logs that were read once, kept beside the journal: a process that starts again reads only what is new.

Only a cache. It is made anew whenever it is damaged, of another chain, or of blocks that were replaced; nothing that
cannot be read again is in it, so writes need not be on the disk before anything goes on.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fl_client.chain.node import LogEntry
from fl_client.types import Address, Bytes32

_log = logging.getLogger(__name__)

EVENTS_FILE: Final = "events.sqlite"
_WORD: Final = 32
_VERSION: Final = 1
_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS cursor (only INTEGER PRIMARY KEY CHECK (only = 0), subject TEXT NOT NULL, "
    "state TEXT NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS logs (block INTEGER NOT NULL, position INTEGER NOT NULL, address TEXT NOT NULL, "
    "topics BLOB NOT NULL, data BLOB NOT NULL, block_hash BLOB NOT NULL, transaction_hash BLOB NOT NULL, "
    "PRIMARY KEY (block, position)) STRICT",
)


class KeptEvents:
    """One SQLite file for the events that one participant follows."""

    def __init__(self, folder: Path | str, subject: str) -> None:
        """Open it, or make it.

        Args:
            folder: the state folder.
            subject: what the events are of (chain, contracts, first block); kept ones of another are forgotten.
        """
        self.path = Path(folder) / EVENTS_FILE
        self._subject = subject
        self._database: sqlite3.Connection | None = None
        try:
            self._open()
        except sqlite3.Error as problem:
            if "locked" in str(problem):
                self._give_up(problem)  # another process's: not ours to make anew
            else:
                self._start_over()
        except OSError as problem:
            self._give_up(problem)

    def load(self) -> tuple[str, tuple[LogEntry, ...]] | None:
        """Where the cursor was and every log before it; ``None`` if nothing sound is kept."""
        if self._database is None:
            return None
        try:
            row = self._database.execute("SELECT subject, state FROM cursor").fetchone()
            if row is None or row[0] != self._subject:
                self.clear()
                return None
            query = "SELECT * FROM logs ORDER BY block, position"
            return row[1], tuple(_entry(found) for found in self._database.execute(query))
        except (sqlite3.Error, ValueError, TypeError) as problem:
            _log.warning("%s is damaged (%s): reading the events again", self.path, problem)
            self._start_over()
            return None

    def append(self, entries: Sequence[LogEntry], state: str) -> None:
        """Keep what was read, and how far; both or neither."""
        if self._database is None:
            return
        try:
            with self._database:
                self._database.execute("BEGIN")
                self._database.executemany(
                    "INSERT INTO logs VALUES (?, ?, ?, ?, ?, ?, ?)", [_row(entry) for entry in entries]
                )
                self._database.execute("REPLACE INTO cursor VALUES (0, ?, ?)", (self._subject, state))
        except sqlite3.Error as problem:
            self._give_up(problem)

    def clear(self) -> None:
        """Forget everything: what was read is not of this chain, or not any more."""
        if self._database is None:
            return
        try:
            with self._database:
                self._database.execute("BEGIN")
                self._database.execute("DELETE FROM logs")
                self._database.execute("DELETE FROM cursor")
        except sqlite3.Error as problem:
            self._give_up(problem)

    def close(self) -> None:
        """Let go of the file."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def _open(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._database = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            raise sqlite3.DatabaseError(f"version {version}")
        for statement in _SCHEMA:
            self._database.execute(statement)
        self._database.execute(f"PRAGMA user_version={_VERSION}")

    def _start_over(self) -> None:
        self.close()
        try:
            for path in (self.path, *(Path(f"{self.path}-{side}") for side in ("wal", "shm"))):
                path.unlink(missing_ok=True)
            self._open()
        except (OSError, sqlite3.Error) as problem:
            self._give_up(problem)

    def _give_up(self, problem: Exception) -> None:
        """Go on without: after the next start everything is read again."""
        _log.warning("cannot keep events in %s (%s): going on without", self.path, problem)
        self.close()


def _row(entry: LogEntry) -> tuple[object, ...]:
    return (
        entry.block,
        entry.index,
        entry.address,
        b"".join(entry.topics),
        entry.data,
        entry.block_hash,
        entry.transaction_hash,
    )


def _entry(row: Sequence[object]) -> LogEntry:
    block, position, address, topics, data, block_hash, transaction_hash = row
    if not (
        isinstance(block, int)
        and isinstance(position, int)
        and isinstance(address, str)
        and isinstance(topics, bytes)
        and isinstance(data, bytes)
        and isinstance(block_hash, bytes)
        and isinstance(transaction_hash, bytes)
        and len(topics) % _WORD == 0
        and len(block_hash) == len(transaction_hash) == _WORD
    ):
        raise ValueError("a row that is no log")
    return LogEntry(
        address=Address(address),
        topics=tuple(topics[start : start + _WORD] for start in range(0, len(topics), _WORD)),
        data=data,
        block=block,
        block_hash=Bytes32(block_hash),
        transaction_hash=Bytes32(transaction_hash),
        index=position,
    )
