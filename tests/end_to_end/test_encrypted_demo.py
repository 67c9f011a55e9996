"""The demonstration of encrypted rounds: three faults, each found out, and an audit by another process."""

import json
from pathlib import Path
from typing import Any

import pytest

from fl_client.errors import ConfigError
from fl_client.records import Subject
from fl_client.reporting import render_html
from fl_client.roles.encrypted_plan import EncryptedPlan
from fl_client.simulation.encrypted_founding import plan_faults
from fl_client.simulation.plan import DemoSettings

from .conftest import run_fl


@pytest.fixture
def run(encrypted_run: dict[str, Any]) -> dict[str, Any]:
    return encrypted_run


def test_the_report_is_written_beside_the_metrics(run: dict[str, Any]) -> None:
    out = Path(run["out"])
    page = (out / "report.html").read_text()
    assert len(page) == len(render_html(run)) and run["settings"]["dealer"] in page
    for words in ("Key and dealer", "party 7: an update that did not come in time", "The audit agrees"):
        assert words in page
    rows = (out / "metrics.csv").read_text().splitlines()
    assert len(rows) == 3 and rows[0].startswith("round,accuracy,loss,accepted,submitted,shared,gas")


def test_a_page_of_the_folder_alone_says_the_same(run: dict[str, Any]) -> None:
    subject = Subject(where=run["out"]).open()
    watch = subject.watch()
    watch.read()
    found = json.loads(json.dumps(subject.facts(watch, None).of_task()))
    for key in ("acts", "ceremonies", "earnings", "gas", "slashes", "timeline", "turns"):
        assert found[key] == run[key], key
    assert {name: entry["change"] for name, entry in found["balances"].items()} == {
        name: entry["change"] for name, entry in run["balances"].items()
    }


def test_every_planted_fault_is_slashed_on_its_evidence(run: dict[str, Any]) -> None:
    found = {(slash["evidence"], slash["who"], slash["round"]) for slash in run["slashes"]}
    assert found >= {
        ("late-update", "party 7", 1),
        ("wrong-statement", "party 6", 1),
        ("wrong-statement", "party 5", 2),
    }
    assert {who for _, who, _ in found} == {"party 5", "party 6", "party 7"}


def test_the_model_learns_from_what_nobody_saw(run: dict[str, Any]) -> None:
    assert [entry["accepted"] for entry in run["rounds"]] == [5, 7]
    assert run["final_accuracy"] > 0.8


def test_the_honest_end_richer_and_the_faulty_poorer(run: dict[str, Any]) -> None:
    change = {name: entry["change"] for name, entry in run["balances"].items()}
    assert min(change[f"party {number}"] for number in (1, 2, 3, 4)) > 0
    assert max(change[f"party {number}"] for number in (5, 6)) < 0


def test_another_process_audits_it_from_chain_and_store(run: dict[str, Any]) -> None:
    assert run["audit"]["passed"]
    assert run["audit"]["rounds_checked"] == 2
    assert run["audit"]["model_root"] == run["model_root"]


def test_an_audit_of_a_store_that_lost_an_update_cannot_check(run: dict[str, Any], tmp_path: Path) -> None:
    import shutil

    shutil.copytree(Path(run["out"]) / "chain", tmp_path / "chain")
    (tmp_path / "store").mkdir()
    done = run_fl("audit", str(tmp_path), "--json")
    assert done.returncode == 2, done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--privacy", "rot13"], "--privacy is 'rot13'"),
        (["--threshold", "3"], "it goes with --privacy"),
        (["--groups", "3"], "it goes with --privacy"),
        (["--privacy", "paillier", "--groups", "2"], "2 groups: give an odd number"),
        (["--privacy", "paillier", "--rule", "median"], "leave out --rule"),
        (["--privacy", "paillier", "--threshold", "2"], "a threshold of 2"),
        (["--privacy", "paillier", "--participants", "40"], "40 parties"),
    ],
    ids=["scheme", "threshold-alone", "groups-alone", "even-groups", "rule", "threshold", "parties"],
)
def test_settings_that_no_encrypted_run_has_are_refused(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    done = run_fl("demo", *arguments, "--out", str(tmp_path / "run"))
    assert (done.returncode, done.stdout) == (ConfigError.exit_code, "")
    assert said in " ".join(done.stderr.split())


@pytest.mark.parametrize(("parties", "left"), [(3, 2), (4, 2), (6, 1), (7, 0)])
def test_faults_that_a_run_cannot_bear_are_left_out(parties: int, left: int) -> None:
    settings = DemoSettings(participants=parties, rounds=2, privacy="paillier")
    planted, left_out = plan_faults(
        settings, EncryptedPlan(parties=parties, threshold=2 if parties < 4 else 0)
    )
    assert (len(planted), len(left_out)) == (3 - left, left)


@pytest.mark.parametrize(("parties", "left"), [(9, 2), (10, 1), (11, 0)])
def test_faults_leave_enough_for_every_group(parties: int, left: int) -> None:
    settings = DemoSettings(participants=parties, rounds=2, privacy="paillier", groups=3)
    planted, left_out = plan_faults(settings, EncryptedPlan(parties=parties, groups=3))
    assert (len(planted), len(left_out)) == (3 - left, left)
