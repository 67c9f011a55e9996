"""The whole demonstration: run a federation, take everybody's money home, export, audit in another process."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fl_client.errors import ConfigError
from fl_client.learning import export_model
from fl_client.simulation.federation import Federation, RoundReport, evidence_name
from fl_client.simulation.plan import DemoSettings

# What a run leaves in its folder: these are replaced, anything else there is refused.
_OURS = frozenset(
    {"chain", "model.safetensors", "report.html", "state", "store", "summary.json", "deployment.json"}
)
_ROLES = {1: "trainer", 2: "aggregator", 3: "challenger"}
_AUDIT_SECONDS = 900


def prepare_folder(out: Path) -> None:
    """Empty a folder that an earlier run made.

    Raises:
        ConfigError: it holds something that no run made, or cannot be written.
    """
    try:
        if out.exists():
            strangers = sorted(entry.name for entry in out.iterdir() if entry.name not in _OURS)
            if strangers:
                raise ConfigError(
                    f"--out {out} holds {strangers[0]!r}, which no run made: give a folder of its own"
                )
            for entry in out.iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ConfigError(f"cannot write to --out {out}: {problem.strerror}") from problem


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
    federation.deployment.write(settings.out / "deployment.json")
    on_start(federation)
    reports = []
    for report in federation.run():
        reports.append(report)
        on_round(report)
    head = federation.close()
    last = federation.contract.base_model()
    module = federation.model.module(federation.model_after(len(reports)))
    export_model(
        module,
        settings.out / "model.safetensors",
        # One entry: the file's header keeps several in no fixed order.
        metadata={"model_root": "0x" + last.hex()},
    )
    summary = _summary(federation, reports, "0x" + head.hex())
    summary["audit"] = audit_elsewhere(settings.out, summary["head"])
    text = json.dumps(summary, indent=2, sort_keys=True) + "\n"
    (settings.out / "summary.json").write_text(text, encoding="utf-8")
    return summary


def audit_elsewhere(out: Path, head: str) -> dict[str, Any]:
    """Audit a run in a process of its own, which knows nothing but the folder and the head's hash."""
    command = [sys.executable, "-m", "fl_client.cli.app", "audit", str(out), "--head", head, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_AUDIT_SECONDS, check=False)
    try:
        verdict: dict[str, Any] = json.loads(done.stdout)
        return verdict
    except ValueError:
        reason = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        return {"passed": False, "rounds_checked": 0, "first_difference": None, "unchecked": reason[0]}


def _summary(federation: Federation, reports: list[RoundReport], head: str) -> dict[str, Any]:
    ledger, settings = federation.watch.ledger, federation.settings
    return {
        "final_accuracy": reports[-1].accuracy if reports else None,
        "metric": getattr(federation.task, "metric_name", "accuracy"),
        "rounds": [
            {
                "round": report.round,
                "accuracy": report.accuracy,
                "loss": report.loss,
                "accepted": report.accepted,
                "gas": report.gas,
            }
            for report in reports
        ],
        "slashes": [
            {
                "role": _ROLES.get(slash.role, "unknown"),
                "who": federation.name_of(slash.account),
                "round": slash.round,
                "evidence": evidence_name(slash.evidence, slash.copied),
                "amount": slash.taken,
                "burned": slash.burned,
                "bounty": slash.bounty,
            }
            for slash in ledger.slashes
        ],
        "balances": _balances(federation),
        "gas": {"total": federation.gas.total, "by_role": federation.gas.summary()},
        "model_root": "0x" + federation.contract.base_model().hex(),
        "head": head,
        "task": federation.contract.address,
        "settings": _settings(settings, federation),
        "left_out": list(federation.left_out),
        "out": str(settings.out),
    }


def _balances(federation: Federation) -> dict[str, dict[str, Any]]:
    found = {}
    for member in federation.members[:-1]:
        account = member.participant.address
        now = federation.contract.balance(account)
        found[member.name] = {
            "account": account,
            "before": member.coins_before,
            "after": now,
            "change": now - member.coins_before,
        }
    return found


def _settings(settings: DemoSettings, federation: Federation) -> dict[str, Any]:
    return {
        "task": settings.task,
        "data": None if settings.data is None else str(settings.data),
        "participants": settings.participants,
        "rounds": settings.rounds,
        "partition": settings.partition,
        "rule": settings.rule,
        "fraction": settings.fraction,
        "epochs": federation.training.epochs,
        "batch_size": federation.training.batch_size,
        "learning_rate": federation.training.learning_rate,
        "seed": settings.seed,
        "honest": settings.honest,
        "dimension": federation.contract.parameters.dimension,
        "cheats": [
            {"evidence": cheat.evidence, "who": cheat.actor, "round": cheat.round}
            for cheat in federation.cheats
        ],
    }
