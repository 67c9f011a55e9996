"""BlockFL's regression on the embedded chain: SVRG at every trainer, bit for bit the same from one seed."""

import json
from pathlib import Path
from typing import Any

import pytest

from fl_client.audit import audit_folder

from .conftest import run_fl


def run(out: Path, *more: str) -> dict[str, Any]:
    done = run_fl(
        *(
            "demo",
            "--task",
            "blockfl-regression",
            "--participants",
            "3",
            "--partition",
            "iid",
            "--rounds",
            "3",
        ),
        *("--rule", "dane", "--honest", "--seed", "9", "--out", str(out), "--json", *more),
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return run(tmp_path_factory.mktemp("blockfl") / "run")


def test_every_round_explains_more_than_the_one_before(summary: dict[str, Any]) -> None:
    scores = [one["accuracy"] for one in summary["rounds"]]
    assert summary["metric"] == "R2"
    assert summary["settings"]["solver"] == "svrg"
    assert scores == sorted(scores)
    assert scores[-1] > 0.9


def test_the_audit_recomputes_it(summary: dict[str, Any]) -> None:
    result = audit_folder(Path(summary["out"]))
    assert result.passed and result.rounds_checked == 3


def test_the_same_seed_gives_the_same_chain_and_another_solver_another_one(
    summary: dict[str, Any], tmp_path: Path
) -> None:
    again, other = run(tmp_path / "again"), run(tmp_path / "other", "--solver", "sgd", "--lr", "0.005")
    assert (again["head"], again["model_root"]) == (summary["head"], summary["model_root"])
    assert other["model_root"] != summary["model_root"]
    assert "--solver sgd" in " ".join(other["command"])
