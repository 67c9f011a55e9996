"""The cheats of a demonstration: where they come, and why some do not."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.errors import ConfigError
from fl_client.records import AGGREGATE, COPY, NORM, SILENT
from fl_client.simulation import DemoSettings, plan_cheats

ALL = {SILENT, COPY, NORM, AGGREGATE}


def test_with_rounds_and_participants_enough_nothing_is_left_out() -> None:
    placed, left_out = plan_cheats(DemoSettings(participants=6, rounds=5))
    assert [(cheat.evidence, cheat.round) for cheat in placed] == [
        (SILENT, 2),
        (COPY, 3),
        (NORM, 4),
        (AGGREGATE, 5),
    ]
    assert left_out == {}


def test_an_honest_run_leaves_nothing_out() -> None:
    assert plan_cheats(DemoSettings(rounds=1, honest=True)) == ((), {})


@pytest.mark.parametrize(
    ("changes", "names", "why"),
    [
        ({"sealing": "proof-of-work"}, {AGGREGATE}, "by proof-of-work nobody knows beforehand who seals"),
        ({"fraction": 0.7}, ALL - {AGGREGATE}, "of drawn trainers nobody knows beforehand who is drawn"),
        ({"participants": 3}, ALL - {AGGREGATE}, "with 3 participants no round can do without one"),
        ({"rounds": 3}, {NORM, AGGREGATE}, ", there are 3"),
    ],
)
def test_a_cheat_is_left_out_for_its_own_reason(changes: dict[str, Any], names: set[str], why: str) -> None:
    placed, left_out = plan_cheats(DemoSettings(**{"participants": 6, "rounds": 5} | changes))
    assert set(left_out) == names and {cheat.evidence for cheat in placed} == ALL - names
    assert all(why in reason for reason in left_out.values())
    assert ("round 4" in left_out.get(NORM, "round 4")) is ("participants" not in changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"participants": 33}, "--privacy paillier: 33 parties: give 3 to 32"),
        ({"participants": 7, "threshold": 2}, "a threshold of 2: give 3 to 6"),
        ({"participants": 7, "threshold": 7}, "a threshold of 7: give 3 to 6"),
    ],
)
def test_what_no_encrypted_task_takes_is_refused_before_anything_is_built(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        DemoSettings(privacy="paillier", **changes)
