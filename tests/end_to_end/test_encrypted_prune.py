"""`fl prune` where tasks are encrypted: what their history rests on stays, the rest goes, and an audit still agrees."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain import export_chain
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.errors import ConfigError
from tests.encrypted_stage import Stage, make_ground

from .conftest import run_fl
from .test_prune import files, pruned


@pytest.fixture
def out(encrypted_run: dict[str, Any], tmp_path: Path) -> Path:
    """A copy of the run; copied files are as old as the first ones."""
    shutil.copytree(encrypted_run["out"], tmp_path / "run")
    return tmp_path / "run"


def audited(out: Path) -> tuple[int, dict[str, Any]]:
    done = run_fl("audit", str(out), "--json")
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("options", [(), ("--all-unknown",)], ids=["named", "unknown"])
def test_within_the_retention_time_the_audit_still_agrees(out: Path, options: tuple[str, ...]) -> None:
    (out / "store" / "notes.txt").write_text("mine")
    before = files(out)
    report = pruned(out, *options)
    after = files(out)
    assert report["freed_bytes"] == sum(before.values()) - sum(after.values()) > 0
    assert ("store/notes.txt" in after) == (not options)
    code, verdict = audited(out)
    assert (code, verdict["rounds_checked"]) == (0, 2)


def test_afterwards_only_the_last_model_is_left_and_the_audit_names_what_it_lacks(out: Path) -> None:
    pruned(out, "--ignore-retention")
    assert len(list((out / "store").iterdir())) == 1
    code, verdict = audited(out)
    assert code == 2 and verdict["first_difference"] is None
    assert "the initial model" in verdict["unchecked"]
    assert pruned(out, "--ignore-retention")["freed_bytes"] == 0


def test_an_outbox_keeps_only_what_was_never_made_public(out: Path) -> None:
    """The late party made an update that the chain did not take."""
    pruned(out)
    assert {path.parent.parent.name for path in out.glob("state/*/outbox/*")} <= {"party-7"}


def test_a_task_that_does_not_exist_is_refused_before_anything_goes(out: Path) -> None:
    before = files(out)
    done = run_fl("prune", str(out), "--task", "0x" + 40 * "1", "--ignore-retention")
    assert done.returncode == ConfigError.exit_code and "--task" in done.stderr
    assert files(out) == before


def test_what_a_running_task_needs_stays_and_so_does_what_was_not_chosen(tmp_path: Path) -> None:
    """Two tasks of one chain in one store: one has ended, one has an open sum."""
    ground = make_ground(tmp_path)
    ended, running = Stage(ground).run(), Stage(ground).run_to(EncryptedPhase.RESULT)
    out = tmp_path / "run"
    export_chain(ground.connection, out / "chain")
    for stage in (ended, running):
        shutil.copytree(stage.folder / "store", out / "store", dirs_exist_ok=True)
    of_running = {path.name for path in (running.folder / "store").iterdir()}
    other = ["--task", running.contract.address, "--all-unknown", "--ignore-retention"]
    assert pruned(out, *other)["freed_bytes"] == 0
    pruned(out, "--ignore-retention", "--all-unknown")
    left = {path.name for path in (out / "store").iterdir()}
    assert of_running < left and len(left - of_running) == 1


@pytest.mark.parametrize("option", ["--all-unknown", "--ignore-retention"])
def test_a_chain_without_a_task_says_nothing_of_a_store(tmp_path: Path, option: str) -> None:
    out = tmp_path / "run"
    export_chain(make_ground(tmp_path).connection, out / "chain")
    (out / "store").mkdir()
    (out / "store" / "notes.txt").write_text("mine")
    done = run_fl("prune", str(out), option)
    assert done.returncode == ConfigError.exit_code and "the chain holds no task" in done.stderr
    assert (out / "store" / "notes.txt").exists()
