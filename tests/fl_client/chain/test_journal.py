"""What the journal keeps, refuses and hides."""

from __future__ import annotations

import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fl_client.chain import Journal, SecretRow, TransactionRow, TransactionStatus, demo_account
from fl_client.errors import ChainError
from fl_client.types import Bytes32

TASK, ACCOUNT = demo_account(1, 0).address, demo_account(1, 1).address

SECRET = SecretRow(
    task=TASK, account=ACCOUNT, round=3, attempt=0, base_model=Bytes32(b"b" * 32),
    commitment=Bytes32(b"c" * 32), content_id=Bytes32(b"i" * 32), content_bytes=1_000, samples=60,
    root_hash=Bytes32(b"r" * 32), root_sum=2**128 - 1, salt=Bytes32(b"s" * 32), digest=Bytes32(b"d" * 32),
)  # fmt: skip

SENT = TransactionRow(
    chain_id=7, account=ACCOUNT, intent="commit 3.0", nonce=4, raw=b"\x02raw", hash=Bytes32(b"h" * 32),
    status=TransactionStatus.SIGNED,
)  # fmt: skip


def test_secret_survives_a_restart(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.record_secret(SECRET)
    with Journal(tmp_path) as journal:
        assert journal.secret(TASK, ACCOUNT, 3, 0) == SECRET


def test_secret_that_was_never_kept_is_none(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        assert journal.secret(TASK, ACCOUNT, 3, 1) is None


def test_same_secret_twice_changes_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.record_secret(SECRET)
        journal.record_secret(SECRET)
        assert journal.secret(TASK, ACCOUNT, 3, 0) == SECRET


@pytest.mark.parametrize(
    "change", [{"salt": Bytes32(b"t" * 32)}, {"commitment": Bytes32(b"x" * 32)}, {"samples": 61}]
)
def test_second_commitment_for_a_round_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    with Journal(tmp_path) as journal:
        journal.record_secret(SECRET)
        with pytest.raises(ChainError, match="round 3, attempt 0"):
            journal.record_secret(replace(SECRET, **change))  # type: ignore[arg-type]
        assert journal.secret(TASK, ACCOUNT, 3, 0) == SECRET


def test_next_attempt_has_its_own_commitment(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.record_secret(SECRET)
        journal.record_secret(replace(SECRET, attempt=1, salt=Bytes32(b"t" * 32)))
        assert journal.secret(TASK, ACCOUNT, 3, 0) == SECRET


def test_salt_is_not_shown() -> None:
    assert "salt" not in repr(SECRET) and "73737373" not in repr(SECRET)


def test_transaction_survives_a_restart_with_its_status(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.record_transaction(SENT)
        journal.set_status(SENT.hash, TransactionStatus.MINED)
    with Journal(tmp_path) as journal:
        assert journal.transactions(7, ACCOUNT) == (replace(SENT, status=TransactionStatus.MINED),)


def test_transactions_of_another_chain_are_not_mixed_in(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.record_transaction(SENT)
        assert journal.transactions(8, ACCOUNT) == ()


def test_transactions_are_found_by_intent(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.record_transaction(SENT)
        assert journal.transactions(7, ACCOUNT, intent="reveal 3.0") == ()
        assert journal.transactions(7, ACCOUNT, intent="commit 3.0") == (SENT,)


def test_files_belong_to_the_owner_alone(tmp_path: Path) -> None:
    with Journal(tmp_path / "state") as journal:
        journal.record_secret(SECRET)
        assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
        for path in (tmp_path / "state").iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_second_journal_on_a_folder_is_refused(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(ChainError, match="another process works in"):
        Journal(tmp_path)


def test_second_process_on_a_folder_is_refused(tmp_path: Path) -> None:
    script = "import sys; from fl_client.chain import Journal; Journal(sys.argv[1])"
    command = [sys.executable, "-c", script, str(tmp_path)]
    root = Path(__file__).parents[3]
    with Journal(tmp_path):
        second = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=root)
    assert "another process works in" in second.stderr
    assert subprocess.run(command, capture_output=True, timeout=60, cwd=root).returncode == 0


def test_secret_of_a_killed_process_is_kept(tmp_path: Path) -> None:
    script = (
        "import os, sys; from fl_client.chain import Journal\n"
        "from tests.fl_client.chain.test_journal import SECRET\n"
        "Journal(sys.argv[1]).record_secret(SECRET); os.kill(os.getpid(), 9)"
    )
    root = Path(__file__).parents[3]
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], timeout=60, cwd=root)
    assert killed.returncode == -9
    with Journal(tmp_path) as journal:
        assert journal.secret(TASK, ACCOUNT, 3, 0) == SECRET


def test_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"something else, long enough to be read" * 40)
    with pytest.raises(ChainError, match="not a sound journal"):
        Journal(tmp_path)


def test_full_disk_is_not_taken_for_a_damaged_journal(tmp_path: Path) -> None:
    """Whoever is told to restore a copy may lose the only secret that can still be revealed."""
    script = (
        "import resource, signal, sys\n"
        "from fl_client.chain import Journal\n"
        "from fl_client.errors import GradbondError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, 8_192))\n"
        "try: Journal(sys.argv[1])\n"
        "except GradbondError as problem: sys.exit(f'{problem.passing} {problem}')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr.startswith("True cannot open the journal") and "make room" in done.stderr


def test_journal_of_a_chain_that_was_reset_is_refused(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.require_genesis(7, b"g" * 32)
        journal.require_genesis(7, b"g" * 32)
        journal.require_genesis(8, b"h" * 32)
    with Journal(tmp_path) as journal, pytest.raises(ChainError, match="is of another chain with the id 7"):
        journal.require_genesis(7, b"h" * 32)


def test_nonce_belongs_to_the_transaction_that_was_executed(tmp_path: Path) -> None:
    """Others of the same nonce are replaced, except what a node had refused before."""
    others = [replace(SENT, hash=Bytes32(bytes([number]) * 32)) for number in (1, 2)]
    with Journal(tmp_path) as journal:
        for row in (*others, SENT):
            journal.record_transaction(row)
        journal.set_status(others[1].hash, TransactionStatus.REFUSED)
        journal.set_final(SENT, TransactionStatus.MINED)
        statuses = [row.status for row in journal.transactions(7, ACCOUNT)]
        assert statuses == [TransactionStatus.REPLACED, TransactionStatus.REFUSED, TransactionStatus.MINED]
        assert journal.unfinished(7, ACCOUNT) == () and journal.next_nonce(7, ACCOUNT) == SENT.nonce + 1
