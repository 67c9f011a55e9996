"""A finished run in one object: what `summary.json`, the report and the metrics are made from."""

from __future__ import annotations

import dataclasses
import platform
from importlib.metadata import version
from typing import Any

from fl_client import __version__
from fl_client.rounds import RoundRecord
from fl_client.simulation.federation import Federation, RoundReport, evidence_name
from fl_client.simulation.findings import Findings
from fl_client.simulation.plan import DemoSettings
from fl_client.simulation.record import History
from fl_client.types import Address

_ROLES = {1: "trainer", 2: "aggregator", 3: "challenger"}
# Options of `fl demo` that are not called as their setting is.
_OPTIONS = {"learning_rate": "lr"}
_LIBRARIES = ("torch", "numpy", "web3", "py-evm")
_KINDS = ("updates", "attestations", "seals", "bounties")


def summarize(
    federation: Federation, reports: list[RoundReport], *, head: str, wall_seconds: list[float]
) -> dict[str, Any]:
    """Put a finished run into one object that JSON can hold.

    Args:
        federation: after its end.
        reports: one a final round.
        head: hash of the chain's latest block, 0x-prefixed.
        wall_seconds: how long each of those rounds took here.

    Returns:
        Amounts are in 1e-18 coin, times in seconds since 1970 on the chain's clock.
    """
    ledger, settings, history = federation.watch.ledger, federation.settings, federation.history()
    findings = Findings(federation, history).all()
    return {
        "final_accuracy": reports[-1].accuracy if reports else None,
        "metric": getattr(federation.task, "metric_name", "accuracy"),
        "rounds": _rounds(federation, history, reports, wall_seconds),
        "slashes": [
            {
                "role": _ROLES.get(slash.role, "unknown"),
                "who": federation.name_of(slash.account),
                "round": slash.round,
                "evidence": evidence_name(slash.evidence, slash.copied),
                "amount": slash.taken,
                "burned": slash.burned,
                "bounty": slash.bounty,
                **detail,
            }
            for slash, detail in zip(ledger.slashes, findings, strict=True)
        ],
        "balances": _balances(federation),
        "earnings": earnings(federation),
        "gas": {"total": federation.gas.total, "by_role": federation.gas.summary()},
        "timeline": [_turns(history, record) for record in ledger.rounds.values()],
        "acts": [act.to_json() for act in history.acts],
        "terms": _terms(federation),
        "model_root": "0x" + federation.contract.base_model().hex(),
        "head": head,
        "blocks": max(history.stamps),
        "task": federation.contract.address,
        "settings": _settings(settings, federation),
        "command": _command(settings, federation),
        "environment": _environment(),
        "left_out": list(federation.left_out),
        "out": str(settings.out),
    }


def _rounds(
    federation: Federation, history: History, reports: list[RoundReport], wall_seconds: list[float]
) -> list[dict[str, Any]]:
    ledger = federation.watch.ledger
    return [
        {
            "round": report.round,
            "accuracy": report.accuracy,
            "loss": report.loss,
            "accepted": report.accepted,
            "revealed": len(ledger.rounds[report.round].reveals),
            "gas": report.gas,
            "slashes": len(report.slashes),
            "seconds": _duration(history, report.round),
            "wall_seconds": round(wall, 3),
        }
        for report, wall in zip(reports, wall_seconds, strict=True)
    ]


def _duration(history: History, number: int) -> int:
    """Chain time of a round, all its attempts together, in seconds."""
    spans = [span for span in history.spans if span.round == number]
    return spans[-1].ends - spans[0].begins if spans else 0


def _turns(history: History, record: RoundRecord) -> dict[str, Any]:
    """A round's phases, and how many came in each."""
    spans = [span for span in history.spans if span.round == record.number]
    return {
        "round": record.number,
        "final": record.finalized,
        "attempts": record.attempt + 1,
        "voids": len(history.found("RoundVoided", round=record.number)),
        "committed": len(record.commits),
        "revealed": len(record.reveals),
        "attested": len(history.found("UpdatesAttested", round=record.number)),
        "accepted": None if record.accepted_mask is None else record.accepted_mask.bit_count(),
        "proposals": len(record.proposals),
        "phases": [
            {"phase": span.phase, "attempt": span.attempt, "begins": span.begins, "ends": span.ends}
            for span in spans
        ],
    }


def _terms(federation: Federation) -> dict[str, int]:
    """What the task pays and takes, in 1e-18 coin, and how long its phases may last, in seconds."""
    parameters = federation.contract.parameters
    names = (
        "quorum",
        "update_reward",
        "attest_reward",
        "seal_reward",
        "trainer_stake",
        "sealer_stake",
        "commit_seconds",
        "reveal_seconds",
        "attest_seconds",
        "seal_seconds",
        "challenge_seconds",
        "answer_seconds",
    )
    return {name: getattr(parameters, name) for name in names}


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


def earnings(federation: Federation) -> dict[str, dict[str, int]]:
    """What each account earned and lost by the rules, from the events; amounts in 1e-18 coin.

    Returns:
        By name: counts of accepted updates, attestations, seals and slashes shown, what each kind earned,
        its shares of slashed coins, and what slashes took. Without stakes, which come back.
    """
    ledger, parameters = federation.watch.ledger, federation.contract.parameters
    found = {
        member.name: dict.fromkeys(_KINDS, 0)
        | dict.fromkeys((f"{kind}_earned" for kind in _KINDS), 0)
        | {"shares_earned": 0, "slashed": 0}
        for member in federation.members
    }

    def book(account: Address, kind: str, amount: int) -> None:
        entry = found[federation.name_of(account)]
        entry[kind] += 1
        entry[f"{kind}_earned"] += amount

    for number, record in ledger.rounds.items():
        for reveal in record.reveals:
            if (record.accepted_mask or 0) >> reveal.index & 1:
                book(reveal.trainer, "updates", parameters.update_reward)
                found[federation.name_of(reveal.trainer)]["shares_earned"] += ledger.bonus_shares.get(
                    number, 0
                )
            if record.attested_mask >> reveal.index & 1:
                book(reveal.trainer, "attestations", parameters.attest_reward)
        if record.finalized and record.standing is not None:
            book(record.standing.proposer, "seals", parameters.seal_reward)
    for slash in ledger.slashes:
        if slash.bounty:
            book(slash.beneficiary, "bounties", slash.bounty)
        found[federation.name_of(slash.account)]["slashed"] += slash.taken
    return found


def _settings(settings: DemoSettings, federation: Federation) -> dict[str, Any]:
    return {
        "task": settings.task,
        "data": None if settings.data is None else str(settings.data),
        "participants": settings.participants,
        "rounds": settings.rounds,
        "partition": settings.partition,
        "rule": settings.combining_rule.name,
        "fraction": settings.fraction,
        "epochs": federation.training.epochs,
        "batch_size": federation.training.batch_size,
        "learning_rate": federation.training.learning_rate,
        "seed": settings.seed,
        "honest": settings.honest,
        "device": settings.device,
        "dimension": federation.contract.parameters.dimension,
        "cheats": [
            {"evidence": cheat.evidence, "who": cheat.actor, "round": cheat.round}
            for cheat in federation.cheats
        ],
    }


def _command(settings: DemoSettings, federation: Federation) -> list[str]:
    """The command that repeats the run: every setting, those of the task filled in."""
    training = federation.training
    resolved = {
        "epochs": training.epochs,
        "batch_size": training.batch_size or "inf",
        "learning_rate": training.learning_rate,
    }
    words = ["fl", "demo"]
    for field in dataclasses.fields(settings):
        value = resolved.get(field.name, getattr(settings, field.name))
        option = "--" + _OPTIONS.get(field.name, field.name).replace("_", "-")
        if value is True:
            words.append(option)
        elif value is not None and value is not False:
            words += [option, str(value)]
    return words


def _environment() -> dict[str, str]:
    """What ran: the same seed gives the same chain with the same build of PyTorch."""
    libraries = {name: version(name) for name in _LIBRARIES}
    return {
        "gradbond": __version__,
        "python": platform.python_version(),
        **libraries,
        "platform": platform.platform(),
        "machine": platform.machine(),
    }
