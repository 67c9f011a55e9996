"""What must not be forgotten: salts and commitments, and every transaction before it is sent."""

from __future__ import annotations

import os
import sqlite3
import threading
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from fl_client.chain.journal_rows import ScoresRow, SecretRow, StatementRow, TransactionRow, TransactionStatus
from fl_client.errors import ChainError, JournalUnwritable
from fl_client.types import Address

JOURNAL_FILE: Final = "journal.sqlite"
_VERSION: Final = 2

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS secrets (
    task TEXT NOT NULL, account TEXT NOT NULL, round INTEGER NOT NULL, attempt INTEGER NOT NULL,
    base_model BLOB NOT NULL, commitment BLOB NOT NULL, content_id BLOB NOT NULL,
    content_bytes INTEGER NOT NULL, samples INTEGER NOT NULL, milliseconds INTEGER NOT NULL, root_hash BLOB NOT NULL,
    root_sum TEXT NOT NULL, salt BLOB NOT NULL, digest BLOB NOT NULL,
    PRIMARY KEY (task, account, round, attempt)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS transactions (
    hash BLOB PRIMARY KEY, chain_id INTEGER NOT NULL, account TEXT NOT NULL, intent TEXT NOT NULL,
    nonce INTEGER NOT NULL, raw BLOB NOT NULL, status TEXT NOT NULL, sequence INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS scores (
    board TEXT NOT NULL, account TEXT NOT NULL, turn INTEGER NOT NULL, committee INTEGER NOT NULL,
    scores BLOB NOT NULL, salt BLOB NOT NULL, digest BLOB PRIMARY KEY
) STRICT;
CREATE TABLE IF NOT EXISTS statements (
    task TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, number INTEGER NOT NULL, about BLOB NOT NULL,
    root BLOB NOT NULL, content_id BLOB NOT NULL, content_bytes INTEGER NOT NULL, weight INTEGER NOT NULL,
    PRIMARY KEY (task, account, kind, number, about)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chains (chain_id INTEGER PRIMARY KEY, genesis BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS by_intent ON transactions (chain_id, account, intent);
"""

_SECRET_COLUMNS: Final = tuple(field.name for field in fields(SecretRow))
_SCORES_COLUMNS: Final = tuple(field.name for field in fields(ScoresRow))
_STATEMENT_COLUMNS: Final = tuple(field.name for field in fields(StatementRow))
_TRANSACTION_COLUMNS: Final = tuple(field.name for field in fields(TransactionRow))


class Journal:
    """One SQLite file in a state folder, held by one process at a time.

    Every write is on the disk when the method returns (``synchronous=FULL``), so that a process killed at
    any instant finds in it whatever the chain may have heard of.
    """

    def __init__(self, folder: Path | str) -> None:
        """Open, or make, the journal of a state folder.

        Args:
            folder: made with mode 0700 where missing; the file gets mode 0600.

        Raises:
            ChainError: another process holds it, or it cannot be opened.
        """
        self.path = Path(folder) / JOURNAL_FILE
        self._lock = threading.RLock()
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite's side files copy this mode
            os.chmod(self.path, 0o600)
            self._database = sqlite3.connect(
                self.path, timeout=0, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as problem:
            raise ChainError(f"cannot open the journal {self.path}: {problem}") from problem
        try:
            self._database.execute("PRAGMA locking_mode=EXCLUSIVE")  # held until the connection closes
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._database.execute("BEGIN EXCLUSIVE")
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version not in (0, _VERSION):
                raise ChainError(f"{self.path} has version {version}, this program writes {_VERSION}")
            for statement in _SCHEMA.split(";\n"):
                self._database.execute(statement)
            self._database.execute(f"PRAGMA user_version={_VERSION}")
            self._database.execute("COMMIT")
        except ChainError:
            self._database.close()
            raise
        except sqlite3.Error as problem:
            self._database.close()
            if "locked" in str(problem):
                raise ChainError(
                    f"another process works in {self.path.parent}: end it, or give this one its own folder"
                ) from problem
            if _is_full(problem):
                raise JournalUnwritable(
                    f"cannot open the journal {self.path} ({problem}): make room"
                ) from problem
            raise ChainError(f"{self.path} is not a sound journal ({problem}): restore a copy") from problem
        _sync(self.path.parent)

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let another process have the folder."""
        with self._lock:
            self._database.close()

    def record_secret(self, row: SecretRow) -> None:
        """Keep a commitment's secrets, before the commitment is sent.

        Raises:
            ChainError: another commitment is kept for this task, account, round and attempt: the chain may
                have it, and only what was committed can be revealed.
        """
        with self._lock:
            kept = self.secret(row.task, row.account, row.round, row.attempt)
            if kept is not None and kept != row:
                raise ChainError(
                    f"round {row.round}, attempt {row.attempt} of {row.task} has the commitment "
                    f"0x{kept.digest.hex()} in the journal: reveal that one, another cannot replace it"
                )
            if kept is None:
                values = [getattr(row, name) for name in _SECRET_COLUMNS]
                values[_SECRET_COLUMNS.index("root_sum")] = str(row.root_sum)  # 128 bits, SQLite has 64
                self._insert("secrets", _SECRET_COLUMNS, values)

    def secret(self, task: Address, account: Address, round_: int, attempt: int) -> SecretRow | None:
        """The secrets kept for a task, account, round and attempt, if there are any."""
        found = self._select(
            f"SELECT {','.join(_SECRET_COLUMNS)} FROM secrets "
            "WHERE task=? AND account=? AND round=? AND attempt=?",
            (task, account, round_, attempt),
        )
        if not found:
            return None
        columns = dict(zip(_SECRET_COLUMNS, found[0], strict=True))
        columns["root_sum"] = int(columns["root_sum"])
        return SecretRow(**columns)

    def record_scores(self, row: ScoresRow) -> None:
        """Keep a validator's scores, before it commits to them; keeping them twice changes nothing.

        Raises:
            ChainError: the disk refused it.
        """
        with self._lock:
            if not self._select("SELECT 1 FROM scores WHERE digest=?", (row.digest,)):
                self._insert("scores", _SCORES_COLUMNS, [getattr(row, name) for name in _SCORES_COLUMNS])

    def scores(self, board: Address, account: Address, turn: int, committee: int) -> tuple[ScoresRow, ...]:
        """The scores kept for a review; more than one only if a reorganisation changed the set of updates."""
        found = self._select(
            f"SELECT {','.join(_SCORES_COLUMNS)} FROM scores "
            "WHERE board=? AND account=? AND turn=? AND committee=? ORDER BY rowid",
            (board, account, turn, committee),
        )
        return tuple(ScoresRow(**dict(zip(_SCORES_COLUMNS, row, strict=True))) for row in found)

    def record_statement(self, row: StatementRow) -> None:
        """Keep a statement, before it is made; keeping it twice changes nothing.

        Raises:
            ChainError: another one about the same thing is kept, which the chain may have.
        """
        with self._lock:
            kept = next((one for one in self._same(row) if one.about == row.about), None)
            if kept is not None and kept != row:
                raise ChainError(
                    f"{row.kind} {row.number} of {row.task} has the root 0x{kept.root.hex()} in the journal: make "
                    "that statement, another cannot replace it"
                )
            if kept is None:
                self._insert(
                    "statements", _STATEMENT_COLUMNS, [getattr(row, name) for name in _STATEMENT_COLUMNS]
                )

    def statements(self, task: Address, account: Address, kind: str, number: int) -> tuple[StatementRow, ...]:
        """The statements of a kind and number that are kept."""
        found = self._select(
            f"SELECT {','.join(_STATEMENT_COLUMNS)} FROM statements "
            "WHERE task=? AND account=? AND kind=? AND number=?",
            (task, account, kind, number),
        )
        return tuple(StatementRow(**dict(zip(_STATEMENT_COLUMNS, row, strict=True))) for row in found)

    def _same(self, row: StatementRow) -> tuple[StatementRow, ...]:
        return self.statements(row.task, row.account, row.kind, row.number)

    def record_transaction(self, row: TransactionRow) -> None:
        """Keep a signed transaction, before it is sent; keeping it twice changes nothing.

        Raises:
            ChainError: the disk refused it.
        """
        with self._lock:
            if self._select("SELECT 1 FROM transactions WHERE hash=?", (row.hash,)):
                return
            ((sequence,),) = self._select("SELECT count(*) FROM transactions", ())
            values = [getattr(row, name) for name in _TRANSACTION_COLUMNS[:-1]]
            columns = (*_TRANSACTION_COLUMNS, "sequence")
            self._insert("transactions", columns, [*values, row.status.value, sequence])

    def set_status(self, transaction_hash: bytes, status: TransactionStatus) -> None:
        """Note how far a transaction has come."""
        with self._lock:
            self._run("UPDATE transactions SET status=? WHERE hash=?", (status.value, transaction_hash))

    def transactions(
        self, chain_id: int, account: Address, *, intent: str | None = None
    ) -> tuple[TransactionRow, ...]:
        """An account's transactions on a chain in the order of their signing, of one intent or of all."""
        return self._rows(
            "chain_id=? AND account=? AND (? IS NULL OR intent=?)", (chain_id, account, intent, intent)
        )

    def _rows(self, where: str, values: tuple[Any, ...]) -> tuple[TransactionRow, ...]:
        columns = ",".join(_TRANSACTION_COLUMNS)
        found = self._select(f"SELECT {columns} FROM transactions WHERE {where} ORDER BY sequence", values)
        rows = ((*row[:-1], TransactionStatus(row[-1])) for row in found)
        return tuple(TransactionRow(**dict(zip(_TRANSACTION_COLUMNS, row, strict=True))) for row in rows)

    def set_final(self, row: TransactionRow, status: TransactionStatus) -> None:
        """Note that a transaction was executed; no other one of its account has its nonce any more.

        Raises:
            JournalUnwritable: the disk refused it; the next look at the chain tells the same.
        """
        with self._lock:
            self._run(
                "UPDATE transactions SET status=CASE WHEN hash=? THEN ? ELSE ? END "
                "WHERE chain_id=? AND account=? AND nonce=? AND (hash=? OR status<>?)",
                (
                    row.hash,
                    status.value,
                    TransactionStatus.REPLACED.value,
                    row.chain_id,
                    row.account,
                    row.nonce,
                    row.hash,
                    TransactionStatus.REFUSED.value,
                ),
            )

    def transactions_from(self, chain_id: int, account: Address, nonce: int) -> tuple[TransactionRow, ...]:
        """An account's transactions on a chain with this nonce or a higher one, in the order of their signing."""
        return self._rows("chain_id=? AND account=? AND nonce>=?", (chain_id, account, nonce))

    def unfinished(self, chain_id: int, account: Address) -> tuple[str, ...]:
        """Intents of the transactions that may still be mined, in the order of their signing."""
        rows = self._rows(
            "chain_id=? AND account=? AND status=?", (chain_id, account, TransactionStatus.SIGNED.value)
        )
        return tuple(dict.fromkeys(row.intent for row in rows))

    def require_genesis(self, chain_id: int, genesis: bytes) -> None:
        """Remember the first block of a chain; a development chain that was reset keeps its id, not this.

        Raises:
            ChainError: this journal was used on another chain of that id.
        """
        with self._lock:
            found = self._select("SELECT genesis FROM chains WHERE chain_id=?", (chain_id,))
            if not found:
                self._insert("chains", ("chain_id", "genesis"), [chain_id, genesis])
            elif bytes(found[0][0]) != genesis:
                raise ChainError(
                    f"{self.path} is of another chain with the id {chain_id} (genesis 0x{bytes(found[0][0]).hex()}, "
                    f"now 0x{genesis.hex()}): give a new state folder, or the node of that chain"
                )

    def next_nonce(self, chain_id: int, account: Address) -> int:
        """One more than the highest nonce among the transactions that are mined or may still be, or 0."""
        ((highest,),) = self._select(
            "SELECT max(nonce) FROM transactions WHERE chain_id=? AND account=? AND status IN (?, ?)",
            (chain_id, account, TransactionStatus.SIGNED.value, TransactionStatus.MINED.value),
        )
        return 0 if highest is None else int(highest) + 1

    def _insert(self, table: str, columns: tuple[str, ...], values: list[Any]) -> None:
        marks = ",".join("?" * len(columns))
        self._run(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", tuple(values))

    def _run(self, statement: str, values: tuple[Any, ...]) -> None:
        try:
            self._database.execute(statement, values)
        except sqlite3.Error as problem:
            raise JournalUnwritable(
                f"cannot write the journal {self.path} ({problem}): make room"
            ) from problem

    def _select(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._database.execute(statement, values).fetchall()
            except sqlite3.Error as problem:
                raise ChainError(f"cannot read the journal {self.path}: {problem}") from problem


def _is_full(problem: sqlite3.Error) -> bool:
    """Whether the disk refused, rather than the file being damaged."""
    said = str(problem)
    return "full" in said or "disk I/O" in said or "readonly" in said


def _sync(folder: Path) -> None:
    """A new file survives a power cut only with its folder's entry."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # not on every system can a folder be opened
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
