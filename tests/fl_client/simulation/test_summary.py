"""What is kept of a finished run, whether or not its round became final."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.records import AGGREGATE, COPY, NORM, SILENT
from fl_client.simulation import DemoSettings, Federation
from fl_client.simulation.summary import summarize


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One round of three trainers that validators score, sealed by work: too short for any cheat."""
    settings = DemoSettings(
        out=tmp_path_factory.mktemp("summary") / "run",
        participants=3,
        rounds=1,
        epochs=1,
        partition="iid",
        sealing="proof-of-work",
        validators=3,
        reward="samples",
    )
    federation = Federation(settings)
    reports = list(federation.run())
    return summarize(federation, reports, head="0x", wall_seconds=[1.0 for _ in reports])


def test_the_settings_name_who_seals_who_scores_and_what_pays(summary: dict[str, Any]) -> None:
    told = {name: summary["settings"][name] for name in ("sealing", "validators", "reward")}
    assert told == {"sealing": "proof-of-work", "validators": 3, "reward": "samples"}


def test_every_cheat_that_was_left_out_stands_with_its_reason(summary: dict[str, Any]) -> None:
    assert summary["left_out"] == [SILENT, COPY, NORM, AGGREGATE]
    assert list(summary["left_out_why"]) == summary["left_out"]
    assert "who seals" in summary["left_out_why"][AGGREGATE]
