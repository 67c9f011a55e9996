"""An audit in a process of its own: whatever it ends with, its verdict is kept, and decides how a run ends."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fl_client.cli.ending import exit_code_of
from fl_client.cli.network import Network, NetworkPlan
from fl_client.simulation.demo import verdict_of

AGREES = {"passed": True, "rounds_checked": 2, "first_difference": None, "unchecked": None}
DIFFERS = {"passed": False, "rounds_checked": 1, "first_difference": "round 2: 3 coins", "unchecked": None}
UNCHECKED = {"passed": False, "rounds_checked": 1, "first_difference": None, "unchecked": "no bytes"}


def ended(code: int, stdout: str, stderr: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], code, stdout, stderr)


@pytest.mark.parametrize(("code", "verdict"), [(0, AGREES), (1, DIFFERS), (2, UNCHECKED)])
def test_a_verdict_is_kept_and_decides_the_exit_code(code: int, verdict: dict[str, Any]) -> None:
    found = verdict_of(ended(code, json.dumps(verdict) + "\n"))
    assert (found, exit_code_of(found)) == (verdict, code)


@pytest.mark.parametrize(
    ("done", "reason"),
    [
        (ended(7, '{"error": "nobody answers", "exit_code": 7}', "fl: nobody answers"), "nobody answers"),
        (ended(70, "", "Traceback\nMemoryError\n"), "MemoryError"),
        (ended(-9, ""), "exit code -9"),
    ],
)
def test_an_audit_that_could_not_begin_checked_nothing(
    done: subprocess.CompletedProcess[str], reason: str
) -> None:
    found = verdict_of(done)
    assert (found["passed"], found["first_difference"], found["unchecked"]) == (False, None, reason)
    assert exit_code_of(found) == 2


def test_a_network_whose_node_is_gone_has_a_verdict_still(tmp_path: Path) -> None:
    network = Network(NetworkPlan(out=tmp_path))
    network.url = "http://127.0.0.1:9"
    (tmp_path / "task.json").write_text(json.dumps({"task": "0x" + "11" * 20}))
    found = network.audit()
    assert not found["passed"] and "deployment" in found["unchecked"]
    assert exit_code_of(found) == 2
