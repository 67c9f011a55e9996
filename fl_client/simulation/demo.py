"""The whole demonstration: run a federation, take everybody's money home, export, audit in another process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from fl_client.learning import export_model
from fl_client.simulation.federation import Federation
from fl_client.simulation.folder import prepare_folder
from fl_client.simulation.member import RoundReport
from fl_client.simulation.plan import DemoSettings
from fl_client.simulation.summary import summarize

if TYPE_CHECKING:
    from fl_client.simulation.encrypted_federation import EncryptedFederation

_AUDIT_SECONDS = 900
AnyFederation = TypeVar("AnyFederation", "Federation", "EncryptedFederation")
Summarized = TypeVar("Summarized", contravariant=True)


class Summarize(Protocol[Summarized]):
    """Puts a finished run into one object that JSON can hold (``simulation.summary`` says what is in it)."""

    def __call__(
        self, federation: Summarized, reports: list[RoundReport], *, head: str, wall_seconds: list[float]
    ) -> dict[str, Any]: ...


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
    return run_to_the_end(Federation(settings), summarize, on_start, on_round)


def run_to_the_end(
    federation: AnyFederation,
    summarize: Summarize[AnyFederation],
    on_start: Callable[[AnyFederation], None],
    on_round: Callable[[RoundReport], None],
) -> dict[str, Any]:
    """Run a federation of either kind, and write down what it leaves beside chain, store and states.

    Args:
        federation: just built, its folder prepared before.
        summarize: puts it into one object when it has ended.
        on_start, on_round: as ``run_demo`` has them.

    Returns:
        The summary, with the audit's verdict.
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
