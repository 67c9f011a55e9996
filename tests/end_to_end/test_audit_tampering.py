"""The audit by somebody who was never there: it agrees with a true history and names what was tampered with."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fl_client.audit import AuditResult, audit_folder, audit_task
from fl_client.chain import Connection, import_chain
from fl_client.chain.contracts import Deployment, TaskContract, find_factories
from fl_client.encoding import VectorFormat, VectorKind, encoded_size
from fl_client.rounds import TaskWatch
from fl_client.storage import ContentId, LocalStore

from .conftest import Run, run_fl


@pytest.fixture(scope="session")
def contract(run: Run) -> TaskContract:
    """The run's chain, executed again once."""
    connection: Connection = import_chain(run.out / "chain")
    ((factory, task, _),) = find_factories(connection)
    return TaskContract(connection, Deployment.of_factory(connection, factory), task)


@pytest.fixture
def store(run: Run, tmp_path: Path) -> Iterator[LocalStore]:
    """A copy of the run's store, to tamper with."""
    shutil.copytree(run.out / "store", tmp_path / "store")
    yield LocalStore(tmp_path / "store")


@pytest.fixture(scope="session")
def watch(contract: TaskContract) -> TaskWatch:
    found = TaskWatch(contract, start_block=0)
    found.refresh()
    return found


def content_of(watch: TaskWatch, digest: bytes) -> ContentId:
    form = VectorFormat(dimension=watch.contract.parameters.dimension, kind=VectorKind.UPDATE)
    return ContentId.from_digest(digest, encoded_size(form))


def block_file(store: LocalStore, content: ContentId) -> Path:
    (found,) = [path for path in store.folder.rglob("*") if path.name.startswith(content.cid)]
    return found


def audited(contract: TaskContract, store: LocalStore) -> AuditResult:
    return audit_task(contract, store, alone=True)


def test_a_true_history_agrees_in_every_round(run: Run, contract: TaskContract, store: LocalStore) -> None:
    result = audited(contract, store)
    assert result.passed and result.exit_code == 0
    assert result.rounds_checked == 6 and result.slashes == 4
    assert result.model_root == run.summary["model_root"]


def test_the_audit_never_reads_the_summary(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.out, tmp_path / "copy")
    (tmp_path / "copy" / "summary.json").write_text("{}")
    (tmp_path / "copy" / "deployment.json").unlink()
    done = run_fl("audit", str(tmp_path / "copy"), "--head", run.summary["head"], "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["head"] == run.summary["head"]


@pytest.mark.parametrize("place", [0, 7, 40, -1])
def test_a_byte_changed_in_an_accepted_update_is_named(
    watch: TaskWatch, contract: TaskContract, store: LocalStore, place: int
) -> None:
    content = content_of(watch, watch.ledger.rounds[2].reveals[1].content_id)
    path = block_file(store, content)
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(bytes(data))
    result = audited(contract, store)
    assert result.exit_code == 1
    assert "round 2" in (result.first_difference or "") and content.cid in (result.first_difference or "")


def test_a_missing_block_of_an_accepted_update_cannot_be_checked(
    watch: TaskWatch, contract: TaskContract, store: LocalStore
) -> None:
    content = content_of(watch, watch.ledger.rounds[3].reveals[0].content_id)
    block_file(store, content).unlink()
    result = audited(contract, store)
    assert result.exit_code == 2 and not result.passed
    assert "round 3" in (result.unchecked or "") and content.cid in (result.unchecked or "")


@pytest.mark.parametrize(("what", "altered"), [("initial", 1), ("final", 1), ("liar", 2)])
def test_every_stored_content_counts(
    watch: TaskWatch, contract: TaskContract, store: LocalStore, what: str, altered: int
) -> None:
    """Other bytes than a liar's own say nothing against the proof that convicted it; they leave it unchecked."""
    ledger = watch.ledger
    liar = next(slash.account for slash in ledger.slashes if slash.evidence == 2)
    digest = {
        "initial": contract.parameters.initial_content,
        "final": ledger.rounds[6].proposals[-1].content_id,
        "liar": next(one.content_id for one in ledger.rounds[4].reveals if one.trainer == liar),
    }[what]
    path = block_file(store, content_of(watch, digest))
    data = bytearray(path.read_bytes())
    data[-1] ^= 0x80
    path.write_bytes(bytes(data))
    assert audited(contract, store).exit_code == altered
    path.unlink()
    assert audited(contract, store).exit_code == 2


def test_no_stored_block_is_unaccounted_for(
    watch: TaskWatch, contract: TaskContract, store: LocalStore
) -> None:
    """Deleting any single block changes the verdict."""
    blocks = sorted(path for path in store.folder.rglob("*") if path.is_file())
    for path in blocks[:: max(1, len(blocks) // 12)]:
        data = path.read_bytes()
        path.unlink()
        assert not audited(contract, store).passed, path.name
        path.write_bytes(data)


def test_an_altered_chain_block_is_refused(run: Run, tmp_path: Path) -> None:
    shutil.copytree(run.out, tmp_path / "copy")
    path = tmp_path / "copy" / "chain" / "blocks.rlp"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    result = audit_folder(tmp_path / "copy")
    assert result.exit_code == 1 and "block" in (result.first_difference or "")


def test_another_head_than_the_pinned_one_is_refused(run: Run) -> None:
    result = audit_folder(run.out, head=bytes(32))
    assert result.exit_code == 1 and "head" in (result.first_difference or "")


def test_a_folder_without_a_run_ends_in_one_clear_line(tmp_path: Path) -> None:
    done = run_fl("audit", str(tmp_path))
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1 and "chain/" in done.stderr
