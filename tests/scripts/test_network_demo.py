"""`fl demo --network`, once as a command: a node, three trainers, an aggregator and an auditor, each a process."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from fl_client.cli.network_demo import show_ended
from tests.scripts.nodes import run_fl

pytestmark = pytest.mark.slow

TRAINERS = 3
RUN_SECONDS = 480  # a limit for a busy machine; an idle one takes a tenth of it
GUESSED = 0.1  # of ten digits
UPDATE, ATTEST, SEAL = 3, 1, 5  # coins that a task pays by default


@dataclass(frozen=True, kw_only=True)
class Run:
    """What the command left."""

    out: Path
    summary: dict[str, Any]
    said: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("network") / "run"
    options = ["--participants", TRAINERS, "--rounds", 1, "--partition", "iid", "--seed", 4, "--out", out]
    done = run_fl("demo", "--network", *options, "--json", timeout=RUN_SECONDS)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    return Run(out=out, summary=json.loads(done.stdout), said=done.stderr)


def test_the_summary_is_kept_as_it_was_printed(run: Run) -> None:
    assert json.loads((run.out / "summary.json").read_text()) == run.summary


def test_its_round_is_scored_and_its_audit_agrees(run: Run) -> None:
    (only,) = run.summary["rounds"]
    assert (only["round"], only["accepted"]) == (1, TRAINERS)
    assert run.summary["final_accuracy"] == only["metric"] > GUESSED
    assert run.summary["audit"]["passed"] and run.summary["audit"]["rounds_checked"] == 1
    assert run.summary["audit"]["model_root"] == run.summary["model_root"]


def test_everybody_earned_what_its_work_is_worth(run: Run) -> None:
    earned = {name: float(coins["earned"]) for name, coins in run.summary["coins"].items()}
    trainers = {f"trainer-{number + 1}": UPDATE + ATTEST for number in range(TRAINERS)}
    assert earned == {**trainers, "aggregator": SEAL, "auditor": 0, "owner": 0}
    assert run.summary["coins"].keys() == run.summary["accounts"].keys()


def test_a_person_sees_who_earned_what_and_that_the_audit_agrees(run: Run) -> None:
    assert f"starting a node, {TRAINERS} trainers, an aggregator and an auditor" in run.said
    text = io.StringIO()
    show_ended(Console(file=text, width=100), run.out, run.summary)
    lines = [line.split() for line in text.getvalue().splitlines()]
    assert ["trainer-1", str(UPDATE + ATTEST)] in lines and ["aggregator", str(SEAL)] in lines
    assert ["model", "root", run.summary["model_root"]] in lines
    assert ["logs", str(run.out / "logs")] in lines
    assert ["audit", "agrees,", "1", "round", "recomputed"] in lines


def test_a_second_run_leaves_the_first_ones_folder_alone(run: Run) -> None:
    before = sorted(run.out.iterdir())
    done = run_fl("demo", "--network", "--participants", TRAINERS, "--out", run.out)
    assert (done.returncode, done.stdout.startswith("starting a node")) == (3, True)
    assert f"--out {run.out} is not empty" in done.stderr and sorted(run.out.iterdir()) == before
