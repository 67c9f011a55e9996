"""The demonstration of encrypted rounds: run them, take everybody's money home, export, audit in another process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fl_client.roles.dealer import KeySource, fresh_key
from fl_client.roles.encrypted_plan import EncryptedPlan
from fl_client.simulation.demo import run_through
from fl_client.simulation.encrypted_federation import EncryptedFederation
from fl_client.simulation.folder import prepare_folder
from fl_client.simulation.member import RoundReport
from fl_client.simulation.plan import DemoSettings
from fl_client.simulation.summary import summarize_encrypted


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
    return run_through(federation, summarize_encrypted, on_start=on_start, on_round=on_round)
