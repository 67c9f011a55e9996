"""A small federation by each of the other rules: it learns, its cheats fall, and a stranger's audit agrees."""

import json
from pathlib import Path
from typing import Any

import pytest

from fl_client.audit import audit_folder
from fl_client.chain import import_chain
from fl_client.chain.contracts import Deployment, TaskContract, find_factories

from .conftest import run_fl

SMALL = ("--participants", "5", "--partition", "iid", "--epochs", "1", "--seed", "4")


# With the four cheats, and without.
RUNS = {"median": ("--rounds", "5"), "trimmed-mean:0.2": ("--rounds", "2", "--honest")}


@pytest.fixture(scope="module", params=RUNS)
def summary(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("rules") / "run"
    done = run_fl("demo", *SMALL, "--rule", request.param, *RUNS[request.param], "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["settings"]["rule"] == request.param
    return found


def test_audit_recomputes_every_round_by_the_tasks_rule(summary: dict[str, Any]) -> None:
    result = audit_folder(Path(summary["out"]))
    assert result.passed and result.rounds_checked == summary["settings"]["rounds"]
    assert result.model_root == summary["model_root"]


def test_the_model_learns(summary: dict[str, Any]) -> None:
    assert summary["final_accuracy"] > 0.8


def test_rule_and_argument_are_the_tasks_own(summary: dict[str, Any]) -> None:
    connection = import_chain(Path(summary["out"]) / "chain")
    ((factory, task, _),) = find_factories(connection)
    deployment = Deployment.of_factory(connection, factory)
    parameters = TaskContract(connection, deployment, task).parameters
    expected = {
        "median": (deployment.median_rule, 0),
        "trimmed-mean:0.2": (deployment.trimmed_mean_rule, 2_000),
    }
    assert (parameters.rule, parameters.rule_argument) == expected[summary["settings"]["rule"]]


def test_every_planted_cheat_is_caught(summary: dict[str, Any]) -> None:
    planted = [cheat["evidence"] for cheat in summary["settings"]["cheats"]]
    assert [slash["evidence"] for slash in summary["slashes"]] == planted
    assert len(planted) == (0 if summary["settings"]["honest"] else 4)
