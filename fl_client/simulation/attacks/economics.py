"""Whether cheating pays: some rounds on the embedded chain with the contracts' real parameters, scaled to 100."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Final

from fl_client.simulation.attacks.duel import SCALED_TO, Bout
from fl_client.simulation.plan import DemoSettings

PROVABLE: Final = ("copy", "no-reveal", "replay", "lying-norm", "lying-sealer", "lying-table", "grief")
"""Attacks that evidence can show; their profit over a hundred rounds has to be negative."""

_PARTICIPANTS = 4


def economy(
    rounds: int, out: Path, *, seed: int = 0, participants: int = _PARTICIPANTS, rule: str = "mean"
) -> DemoSettings:
    """A small federation that learns as little as possible: only its coins matter."""
    return DemoSettings(
        participants=participants,
        rounds=rounds,
        partition="iid",
        rule=rule,
        seed=seed,
        out=out,
        honest=True,
        epochs=1,
        batch_size=0,
        learning_rate=0.1,
    )


def profit_without_slashes(bout: Bout) -> Decimal:
    """What the attackers would have gained had the contracts taken nothing: the control of every claim here."""
    return bout.profit + sum((one.lost for one in bout.offenders), Decimal(0))


def scaled(profit: Decimal, rounds: int) -> Decimal:
    """A profit as it would be after a hundred rounds of the same, in coins."""
    return profit * SCALED_TO / rounds
