"""`fl prune`: what is promised stays, the rest goes, and an audit afterwards says what it lacks."""

import json
import shutil
from pathlib import Path

import pytest

from fl_client.chain import Connection, import_chain
from fl_client.chain.contracts import Deployment, TaskContract, find_factories
from fl_client.errors import ConfigError, StorageError
from fl_client.rounds import TaskWatch, everything, retention_of
from fl_client.storage import LocalStore
from tests.fl_client.storage.kubo_stub import KuboStub

from .conftest import Run, run_fl

LATER = 2**40


@pytest.fixture
def out(run: Run, tmp_path: Path) -> Path:
    """A copy of the run; copied files are as old as the first ones."""
    shutil.copytree(run.out, tmp_path / "run")
    return tmp_path / "run"


def files(out: Path) -> dict[str, int]:
    return {str(path.relative_to(out)): path.stat().st_size for path in out.rglob("*") if path.is_file()}


def pruned(out: Path, *options: str) -> dict[str, object]:
    done = run_fl("prune", str(out), "--json", *options)
    assert done.returncode == 0, done.stderr
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_within_the_retention_time_the_audit_still_agrees(run: Run, out: Path) -> None:
    before = files(out)
    report = pruned(out)
    after = files(out)
    assert report["freed_bytes"] == sum(before.values()) - sum(after.values()) > 0
    audit = run_fl("audit", str(out), "--head", run.summary["head"], "--json")
    assert audit.returncode == 0, audit.stdout
    assert json.loads(audit.stdout)["rounds_checked"] == 6


def test_afterwards_only_the_last_model_is_left_and_the_audit_names_what_it_lacks(
    run: Run, out: Path
) -> None:
    pruned(out, "--ignore-retention")
    assert len(list((out / "store").iterdir())) == 1
    audit = run_fl("audit", str(out), "--head", run.summary["head"], "--json")
    assert audit.returncode == 2
    verdict = json.loads(audit.stdout)
    assert verdict["first_difference"] is None
    assert "bafk" in verdict["unchecked"]
    assert pruned(out, "--ignore-retention")["freed_bytes"] == 0


def test_a_dry_run_says_the_same_and_leaves_everything(out: Path) -> None:
    before = files(out)
    said = pruned(out, "--dry-run", "--ignore-retention")
    assert files(out) == before
    done = pruned(out, "--ignore-retention")
    assert (said["dry_run"], done["dry_run"]) == (True, False)
    assert said["stores"] == done["stores"]


def test_an_outbox_keeps_only_what_was_never_made_public(run: Run, out: Path) -> None:
    pruned(out)
    left = {path.parent.parent.name: path.name for path in out.glob("state/*/outbox/*")}
    silent = next(slash["who"] for slash in run.summary["slashes"] if slash["evidence"] == "no-reveal")
    assert set(left) == {silent.replace(" ", "-")}
    pruned(out, "--all-unknown")
    assert not list(out.glob("state/*/outbox/*"))


def test_a_daemon_lets_go_of_what_is_over_and_of_nothing_else(run: Run, out: Path) -> None:
    store = LocalStore(out / "store")
    watch = watch_at(run, 1.0)
    kept = {content.cid for content in retention_of(watch, now=LATER).needed}
    with KuboStub().running() as daemon:
        daemon.pins = {content.cid for content in everything(watch) if store.has(content)} | {"bafyforeign"}
        before = set(daemon.pins)
        assert pruned(out, "--ignore-retention", "--ipfs", daemon.url, "--dry-run")["unpinned"]
        assert daemon.pins == before
        report = pruned(out, "--ignore-retention", "--ipfs", daemon.url)
        assert daemon.pins == kept | {"bafyforeign"} != before
        assert set(report["unpinned"]) >= before - daemon.pins  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("address", "code", "word"),
    [
        ("no address", ConfigError.exit_code, "multiaddr"),
        ("http://127.0.0.1:1", StorageError.exit_code, "unpin"),
    ],
)
def test_nothing_is_deleted_where_a_daemon_cannot_be_told(
    out: Path, address: str, code: int, word: str
) -> None:
    before = files(out)
    done = run_fl("prune", str(out), "--ignore-retention", "--ipfs", address)
    assert done.returncode == code and word in done.stderr, done.stderr
    assert files(out) == before


def test_foreign_files_stay_unless_told(out: Path) -> None:
    (out / "store" / "notes.txt").write_text("mine")
    pruned(out, "--ignore-retention")
    assert (out / "store" / "notes.txt").exists()
    pruned(out, "--ignore-retention", "--all-unknown")
    assert not (out / "store" / "notes.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [((), "--rpc-url"), (("--rpc-url", "http://127.0.0.1:1"), "--deployment")],
)
def test_a_store_alone_needs_a_chain(out: Path, arguments: tuple[str, ...], word: str) -> None:
    done = run_fl("prune", str(out / "store"), *arguments)
    assert done.returncode == 3
    assert word in done.stderr


def test_a_task_that_does_not_exist_is_refused_before_anything_goes(out: Path) -> None:
    before = files(out)
    done = run_fl("prune", str(out), "--task", "0x" + 40 * "1", "--ignore-retention")
    assert done.returncode == 3
    assert "--task" in done.stderr
    assert files(out) == before


# ---------------------------------------------------------------------- while a task runs


def watch_at(run: Run, part: float) -> TaskWatch:
    """The run's task after a part of its blocks."""
    whole = import_chain(run.out / "chain")
    chain = type(whole.node)(whole.node.genesis)  # type: ignore[attr-defined, call-arg]
    import rlp

    for number in range(1, int(whole.block_number() * part)):
        chain.import_block(rlp.encode(whole.node.block(number)))  # type: ignore[attr-defined]
    connection = Connection.around(chain)  # type: ignore[arg-type]
    ((factory, task, _),) = find_factories(connection)
    watch = TaskWatch(
        TaskContract(connection, Deployment.of_factory(connection, factory), task), start_block=0
    )
    watch.refresh()
    return watch


@pytest.mark.parametrize("part", [0.3, 0.55, 0.8])
def test_while_a_task_runs_the_open_round_and_its_history_stay_whatever_the_time(
    run: Run, part: float
) -> None:
    watch = watch_at(run, part)
    retention = retention_of(watch, LATER)
    open_round = watch.ledger.current()
    assert not open_round.finalized
    store = LocalStore(run.out / "store")
    digests = {content.digest for content in retention.needed}
    assert watch.ledger.initial_content in digests
    assert {reveal.content_id for reveal in open_round.reveals} <= digests
    assert {proposal.content_id for proposal in open_round.proposals} <= digests
    for number, record in watch.ledger.rounds.items():
        if record.finalized:
            assert {reveal.content_id for reveal in watch.accepted(number)} <= digests
    assert not retention.needed & retention.finished
    assert any(store.has(content) for content in retention.needed)
