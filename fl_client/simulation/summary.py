"""A finished run in one object: what `summary.json`, the report and the metrics are made from."""

from __future__ import annotations

import dataclasses
import platform
from importlib.metadata import version
from typing import Any

from fl_client import __version__
from fl_client.learning import LocalTraining
from fl_client.records import EncryptedFacts, Facts, Scores
from fl_client.roles import ModelBook
from fl_client.simulation.encrypted_federation import EncryptedFederation
from fl_client.simulation.federation import Federation
from fl_client.simulation.member import RoundReport
from fl_client.simulation.plan import DemoSettings

# Options of `fl demo` that are not called as their setting is.
_OPTIONS = {"learning_rate": "lr"}
_LIBRARIES = ("torch", "numpy", "web3", "py-evm")


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
    watch = federation.records()
    models = ModelBook(watch, federation.store)
    facts = Facts(watch, models, Scores(None, models), refused=federation.refusals).on_chain()
    settings, training = federation.settings, federation.training
    own = {
        "data": None if settings.data is None else str(settings.data),
        "rule": settings.aggregation.name,
        "sealing": settings.sealing,
        "validators": settings.validators,
        "reward": settings.reward,
        "fraction": settings.fraction,
        "epochs": training.epochs,
        "batch_size": training.batch_size,
        "learning_rate": training.learning_rate,
        "solver": training.solver,
        "device": settings.device,
        "dimension": federation.contract.parameters.dimension,
    }
    return _of_run(federation, facts, reports, own, head=head, wall_seconds=wall_seconds)


def summarize_encrypted(
    federation: EncryptedFederation, reports: list[RoundReport], *, head: str, wall_seconds: list[float]
) -> dict[str, Any]:
    """The same of a finished encrypted run."""
    facts = EncryptedFacts(federation.records(), Scores(None, federation.book()))
    own = facts.settings() | {"dimension": federation.contract.parameters.dimension}
    return _of_run(federation, facts.on_chain(), reports, own, head=head, wall_seconds=wall_seconds)


def _of_run(
    federation: Federation | EncryptedFederation,
    facts: dict[str, Any],
    reports: list[RoundReport],
    own: dict[str, Any],
    *,
    head: str,
    wall_seconds: list[float],
) -> dict[str, Any]:
    """What the chain says, and what only the process of the run knows; ``own``: settings of this kind of run."""
    settings = federation.settings
    return facts | {
        "final_accuracy": reports[-1].accuracy if reports else None,
        "metric": getattr(federation.task, "metric_name", "accuracy"),
        "rounds": [
            entry | {"accuracy": report.accuracy, "loss": report.loss, "wall_seconds": round(wall, 3)}
            for entry, report, wall in zip(facts["rounds"], reports, wall_seconds, strict=True)
        ],
        "balances": _balances(federation, facts["balances"]),
        "head": head,
        "settings": own
        | {
            "task": settings.task,
            "participants": settings.participants,
            "rounds": settings.rounds,
            "partition": settings.partition,
            "seed": settings.seed,
            "honest": settings.honest,
            "cheats": [
                {"evidence": cheat.evidence, "who": cheat.actor, "round": cheat.round}
                for cheat in federation.cheats
            ],
        },
        "command": command_of(settings, federation.training),
        "environment": environment(),
        "left_out": list(federation.left_out),
        "left_out_why": federation.left_out,
        "out": str(settings.out),
    }


def _balances(
    federation: Federation | EncryptedFederation, by_events: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """What the coin's contract says now, and what each account was given in the beginning."""
    return {
        member.name: by_events[member.name] | {"before": member.coins_before}
        for member in federation.members
        if member.name in by_events
    }


def command_of(settings: DemoSettings, training: LocalTraining) -> list[str]:
    """The command that repeats the run: every setting, those of the task filled in."""
    resolved = {
        "epochs": training.epochs,
        "batch_size": training.batch_size or "inf",
        "learning_rate": training.learning_rate,
        "solver": training.solver,
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


def environment() -> dict[str, str]:
    """What ran: the same seed gives the same chain with the same build of PyTorch."""
    libraries = {name: version(name) for name in _LIBRARIES}
    return {
        "gradbond": __version__,
        "python": platform.python_version(),
        **libraries,
        "platform": platform.platform(),
        "machine": platform.machine(),
    }
