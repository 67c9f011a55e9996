"""Simulation: a whole federation in one process with the cheats of a demonstration, and the latency of a round."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fl_client.simulation.demo import run_demo
    from fl_client.simulation.federation import Federation
    from fl_client.simulation.member import RoundReport
    from fl_client.simulation.plan import Cheat, DemoSettings, plan_cheats

__all__ = ["Cheat", "DemoSettings", "Federation", "RoundReport", "plan_cheats", "run_demo"]

_HOMES = {
    "run_demo": "demo",
    "Federation": "federation",
    "RoundReport": "member",
    **dict.fromkeys(("Cheat", "DemoSettings", "plan_cheats"), "plan"),
}


def __getattr__(name: str) -> Any:
    # When first asked for: a federation brings torch and web3, which `latency` does without.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
