"""`fl demo --network` of an encrypted task: three parties, a dealer and an auditor, each a process; a short key."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer

from fl_client.cli.encrypted_network import EncryptedNetworkPlan
from fl_client.cli.network_demo import run_network_demo

pytestmark = pytest.mark.slow

PARTIES = 3
GUESSED = 0.1  # of ten digits
EACH = 3 + 1 + 2  # coins for an update, an attestation and shares, as a task pays by default
SUM, RESULT = 2, 2


@dataclass(frozen=True, kw_only=True)
class Run:
    """What the demonstration left."""

    out: Path
    code: int
    summary: dict[str, Any]
    said: dict[str, list[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("network") / "run"
    plan = EncryptedNetworkPlan(out=out, parties=PARTIES, rounds=1, partition="iid", modulus_bits=512)
    printed = StringIO()
    with redirect_stdout(printed), pytest.raises(typer.Exit) as ended:
        run_network_demo(plan, as_json=True)
    deeds = {
        log.stem: [entry["deed"] for line in log.open() if "deed" in (entry := json.loads(line))]
        for log in (out / "logs").glob("*.log")
    }
    return Run(out=out, code=ended.value.exit_code, summary=json.loads(printed.getvalue()), said=deeds)


def test_its_round_is_scored_and_its_audit_agrees(run: Run) -> None:
    (only,) = run.summary["rounds"]
    assert (run.code, only["round"], only["accepted"]) == (0, 1, PARTIES)
    assert run.summary["final_accuracy"] == only["metric"] > GUESSED
    assert run.summary["audit"]["passed"] and run.summary["audit"]["rounds_checked"] == 1
    assert run.summary["audit"]["model_root"] == run.summary["model_root"]
    assert json.loads((run.out / "summary.json").read_text()) == run.summary


def test_everybody_earned_what_its_work_is_worth(run: Run) -> None:
    earned = {name: float(coins["earned"]) for name, coins in run.summary["coins"].items()}
    assert [earned[name] for name in ("auditor", "dealer", "owner")] == [0, 0, 0]
    parties = [earned[f"party-{number + 1}"] for number in range(PARTIES)]
    assert min(parties) >= EACH and sum(parties) == PARTIES * EACH + SUM + RESULT


def test_each_is_a_process_that_ends_with_its_work(run: Run) -> None:
    parties = {f"party-{number + 1}" for number in range(PARTIES)}
    assert set(run.said) == {"auditor", "dealer", *parties}
    assert all(deeds[-1].startswith("done: ") for deeds in run.said.values())
    assert f"posted a key for {PARTIES} parties" in run.said["dealer"]
    for name in parties:
        assert {"submitted its encrypted update", "gave its shares"} <= set(run.said[name])
    assert not any(path.read_text() for path in (run.out / "logs").glob("*.err"))
