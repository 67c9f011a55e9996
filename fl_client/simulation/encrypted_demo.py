"""The demonstration of encrypted rounds: run them, take everybody's money home, export, audit in another process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fl_client.chain.contracts import Role
from fl_client.roles.dealer import KeySource, fresh_key
from fl_client.roles.encrypted_plan import EncryptedPlan
from fl_client.simulation.demo import run_to_the_end
from fl_client.simulation.encrypted_federation import EVIDENCE, EncryptedFederation
from fl_client.simulation.folder import prepare_folder
from fl_client.simulation.member import RoundReport
from fl_client.simulation.plan import DemoSettings
from fl_client.simulation.summary import command_of, environment

_TIMES = 3


def run_encrypted_demo(
    settings: DemoSettings,
    *,
    plan: EncryptedPlan | None = None,
    source: KeySource = fresh_key,
    on_start: Callable[[EncryptedFederation], None] = lambda federation: None,
    on_round: Callable[[RoundReport], None] = lambda report: None,
) -> dict[str, Any]:
    """Run an encrypted federation to its end.

    Args:
        settings: what to run.
        plan: the task; None takes what the settings say.
        source: of the dealer's keys.
        on_start: called when everything is deployed.
        on_round: called as each round becomes final.

    Returns:
        The summary, which is also written to ``summary.json``; the audit's verdict is in it.
    """
    prepare_folder(settings.out)
    federation = EncryptedFederation(settings, plan=plan, source=source)
    return run_to_the_end(federation, _summarize, on_start, on_round)


def _summarize(
    federation: EncryptedFederation, reports: list[RoundReport], *, head: str, wall_seconds: list[float]
) -> dict[str, Any]:
    """The run in one object that JSON can hold; amounts in 1e-18 coin."""
    parameters, settings = federation.contract.parameters, federation.settings
    return {
        "task": federation.contract.address,
        "chain_id": federation.connection.chain_id,
        "model_root": "0x" + federation.contract.base_model().hex(),
        "final_accuracy": reports[-1].accuracy if reports else None,
        "metric": getattr(federation.task, "metric_name", "accuracy"),
        "rounds": [
            {
                "round": report.round,
                "accuracy": report.accuracy,
                "loss": report.loss,
                "accepted": report.accepted,
                "gas": report.gas,
                "slashes": list(report.slashes),
                "wall_seconds": round(wall, _TIMES),
            }
            for report, wall in zip(reports, wall_seconds, strict=True)
        ],
        "balances": _balances(federation),
        "gas": {"total": federation.gas.total, "by_role": federation.gas.summary()},
        "slashes": _slashes(federation),
        "story": [{"who": name, "did": done} for name, done in federation.said],
        "settings": {
            "task": settings.task,
            "participants": settings.participants,
            "rounds": settings.rounds,
            "partition": settings.partition,
            "rule": "mean",
            "privacy": settings.privacy,
            "threshold": parameters.threshold,
            "modulus_bits": 8 * parameters.modulus_bytes,
            "dealer": parameters.dealer,
            "seed": settings.seed,
            "honest": settings.honest,
            "dimension": parameters.dimension,
            "cheats": [
                {"evidence": cheat.evidence, "who": cheat.actor, "round": cheat.round}
                for cheat in federation.cheats
            ],
        },
        "head": head,
        "command": command_of(settings, federation.training),
        "environment": environment(),
        "left_out": list(federation.left_out),
        "left_out_why": federation.left_out,
        "out": str(settings.out),
        "files": {"summary": "summary.json", "model": "model.safetensors"},
    }


def _balances(federation: EncryptedFederation) -> dict[str, dict[str, int]]:
    """What each account was given, and has in the end."""
    found = {}
    for member in federation.members:
        address = member.participant.address
        after = federation.contract.balance(address) + federation.contract.earnings(address)[0]
        after += sum(federation.contract.stake(address, role)[0] for role in (Role.TRAINER, Role.CHALLENGER))
        before = member.coins_before
        found[member.name] = {"before": before, "after": after, "change": after - before}
    return found


def _slashes(federation: EncryptedFederation) -> list[dict[str, Any]]:
    ledger = federation.watch.ledger
    names = {one.participant.address: one.name for one in federation.members}
    return [
        {
            "round": ledger.turns[slash.turn].round,
            "who": names.get(slash.account, slash.account),
            "account": slash.account,
            "evidence": EVIDENCE.get(slash.evidence, f"evidence {slash.evidence}"),
            "amount": slash.taken,
            "burned": slash.burned,
            "bounty": slash.bounty,
            "shared": slash.taken - slash.burned - slash.bounty,
        }
        for slash in ledger.slashes
    ]
