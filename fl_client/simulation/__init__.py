"""Simulation: a whole federation in one process, with the cheats that a demonstration plants."""

from __future__ import annotations

from fl_client.simulation.demo import run_demo
from fl_client.simulation.federation import Federation, RoundReport
from fl_client.simulation.plan import Cheat, DemoSettings, plan_cheats

__all__ = ["Cheat", "DemoSettings", "Federation", "RoundReport", "plan_cheats", "run_demo"]
