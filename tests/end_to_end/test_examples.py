"""The example tasks run as a user runs them, and so does what `fl task new` writes."""

import json
from pathlib import Path

import pytest

from .conftest import run_fl

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SMALL = ("--participants", "3", "--rounds", "2", "--epochs", "1", "--json")


@pytest.mark.parametrize("task", ["breast_cancer.py:BreastCancer"])
def test_the_example_runs_and_its_audit_agrees(tmp_path: Path, task: str) -> None:
    done = run_fl("demo", "--task", f"{EXAMPLES}/{task}", *SMALL, "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["audit"]["passed"] and summary["audit"]["rounds_checked"] == 2
    assert summary["metric"] == "balanced accuracy"
    assert summary["settings"]["dimension"] == 31 * 32 + 33 * 2


def test_the_example_learns(tmp_path: Path) -> None:
    run = ("--participants", "3", "--rounds", "6", "--honest", "--json", "--out", str(tmp_path / "run"))
    done = run_fl("demo", "--task", f"{EXAMPLES}/breast_cancer.py:BreastCancer", *run)
    assert json.loads(done.stdout)["final_accuracy"] >= 0.85


def test_what_task_new_writes_runs_and_its_audit_agrees(tmp_path: Path) -> None:
    assert run_fl("task", "new", str(tmp_path / "mine.py")).returncode == 0
    done = run_fl("demo", "--task", f"{tmp_path}/mine.py:Mine", *SMALL, "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["audit"]["passed"]


def test_every_example_is_listed_and_tested() -> None:
    readme, own = (EXAMPLES / "README.md").read_text(), Path(__file__).read_text()
    names = [path.name for path in EXAMPLES.glob("*.py")]
    assert names and all(name in readme and name in own for name in names)
