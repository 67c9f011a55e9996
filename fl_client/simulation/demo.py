"""The whole demonstration: run a federation, take everybody's money home, export, audit in another process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from fl_client.learning import export_model
from fl_client.simulation.encrypted_federation import EncryptedFederation
from fl_client.simulation.federation import Federation
from fl_client.simulation.folder import prepare_folder
from fl_client.simulation.member import RoundReport
from fl_client.simulation.plan import DemoSettings
from fl_client.simulation.summary import summarize

_AUDIT_SECONDS = 900

AnyFederation = TypeVar("AnyFederation", Federation, EncryptedFederation)


def run_demo(
    settings: DemoSettings,
    *,
    on_start: Callable[[Federation], None] = lambda federation: None,
    on_round: Callable[[RoundReport], None] = lambda report: None,
) -> dict[str, Any]:
    """Run a federation to its end.

    Args:
        settings: what to run.
        on_start: called when everything is deployed.
        on_round: called as each round becomes final.

    Returns:
        The summary, which is also written to ``summary.json``; the audit's verdict is in it.
    """
    prepare_folder(settings.out)
    federation = Federation(settings)
    return run_through(federation, summarize, on_start=on_start, on_round=on_round)


def run_through(
    federation: AnyFederation,
    summarize: Callable[..., dict[str, Any]],
    *,
    on_start: Callable[[AnyFederation], None],
    on_round: Callable[[RoundReport], None],
) -> dict[str, Any]:
    """Run a federation of either kind that was founded in an empty folder; export its chain, and have it audited.

    Args:
        federation: just founded.
        summarize: puts what became of it into one object, as ``summary.summarize`` does.
        on_start, on_round: as of ``run_demo``.

    Returns:
        The summary, which is also written to ``summary.json``; the audit's verdict is in it.
    """
    out = federation.settings.out
    federation.deployment.write(out / "deployment.json")
    on_start(federation)
    reports: list[RoundReport] = []
    wall_seconds: list[float] = []
    began = time.monotonic()
    for report in federation.run():
        now = time.monotonic()
        reports.append(report)
        wall_seconds.append(now - began)
        began = now
        on_round(report)
    head = federation.close()
    last = federation.contract.base_model()
    module = federation.model.module(federation.model_after(len(reports)))
    export_model(
        module,
        out / "model.safetensors",
        # One entry: the file's header keeps several in no fixed order.
        metadata={"model_root": "0x" + last.hex()},
    )
    summary = summarize(federation, reports, head="0x" + head.hex(), wall_seconds=wall_seconds)
    summary["audit"] = audit_elsewhere(out, summary["head"])
    text = json.dumps(summary, indent=2, sort_keys=True) + "\n"
    (out / "summary.json").write_text(text, encoding="utf-8")
    return summary


def audit_elsewhere(out: Path, head: str) -> dict[str, Any]:
    """Audit a run in a process of its own, which knows nothing but the folder and the head's hash."""
    command = [sys.executable, "-m", "fl_client.cli.app", "audit", str(out), "--head", head, "--json"]
    return verdict_of(
        subprocess.run(command, capture_output=True, text=True, timeout=_AUDIT_SECONDS, check=False)
    )


def verdict_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What `fl audit --json` printed, whatever it ended with; where it could not begin, that it checked nothing."""
    try:
        verdict: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        verdict = {}
    if "passed" in verdict:
        return verdict
    # It could not even begin, and said why in place of a verdict.
    said = verdict.get("error") or next(iter(done.stderr.strip().splitlines()[-1:]), "")
    reason = str(said or f"exit code {done.returncode}")
    return {"passed": False, "rounds_checked": 0, "first_difference": None, "unchecked": reason}
