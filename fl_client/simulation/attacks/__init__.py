"""Attacks on a federation: on its model, and on its protocol; each tried against the defences."""

from __future__ import annotations

from fl_client.simulation.attacks.assaulted import ATTACKS, PROTOCOL_ATTACKS, Assault, AssaultedFederation
from fl_client.simulation.attacks.duel import Bout, DuelSettings, Offender, Verdict, run_bout, run_duel
from fl_client.simulation.attacks.grid import Cell, GridSettings, Outcome, run_grid
from fl_client.simulation.attacks.naming import MODEL_ATTACKS, attack_named
from fl_client.simulation.attacks.rules import DEFAULT_RULE, Defence
from fl_client.simulation.attacks.words import WORDS

__all__ = [
    "ATTACKS",
    "DEFAULT_RULE",
    "MODEL_ATTACKS",
    "PROTOCOL_ATTACKS",
    "WORDS",
    "Assault",
    "AssaultedFederation",
    "Bout",
    "Cell",
    "Defence",
    "DuelSettings",
    "GridSettings",
    "Offender",
    "Outcome",
    "Verdict",
    "attack_named",
    "run_bout",
    "run_duel",
    "run_grid",
]
