"""One federation with its four cheats, run once through the command line for all tests of this folder."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from fl_client.cli.demo import introduce_encrypted, show_run
from fl_client.roles.encrypted_plan import EncryptedPlan
from fl_client.simulation.encrypted_demo import run_encrypted_demo
from fl_client.simulation.member import RoundReport
from fl_client.simulation.plan import DemoSettings
from tests.encrypted_stage import test_key

FL = [sys.executable, "-m", "fl_client.cli.app"]


@dataclass(frozen=True)
class Run:
    """What a command left: its folder, what it printed, and that output parsed."""

    out: Path
    stdout: str
    summary: dict[str, Any]


def run_fl(*arguments: str, timeout: float = 1_200) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*FL, *arguments], capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("runs") / "cheats"
    done = run_fl("demo", "--rounds", "6", "--seed", "3", "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    return Run(out=out, stdout=done.stdout, summary=json.loads(done.stdout))


@pytest.fixture(scope="session")
def encrypted_run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The summary of an encrypted federation with its three cheats; its folder is in it."""
    out = tmp_path_factory.mktemp("runs") / "encrypted"
    settings = DemoSettings(out=out, rounds=2, privacy="paillier", partition="iid", participants=7)
    reports: list[RoundReport] = []

    def short(settings: DemoSettings, **others: Any) -> dict[str, Any]:
        shown = others.pop("on_round")
        others["on_round"] = lambda report: (reports.append(report), shown(report))
        return run_encrypted_demo(settings, plan=EncryptedPlan(modulus_bytes=64), source=test_key, **others)

    with pytest.raises(typer.Exit) as ended:
        show_run(settings, short, introduce_encrypted, as_json=False)
    assert ended.value.exit_code == 0
    found: dict[str, Any] = json.loads((out / "summary.json").read_text())
    # What the terminal shows while it runs is what the chain says afterwards.
    assert [(one.gas, len(one.slashes)) for one in reports] == [
        (entry["gas"], entry["slashes"]) for entry in found["rounds"]
    ]
    return found
