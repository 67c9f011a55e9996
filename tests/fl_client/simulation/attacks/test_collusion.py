"""Colluding validators decide who is paid once they are most of the committee; a minority loses its pay."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fl_client.simulation.attacks import Assault, Bout, DuelSettings, run_bout
from fl_client.simulation.attacks.collusion import JUDGES
from fl_client.simulation.plan import DemoSettings

TRAINERS = 6


def settings(out: Path) -> DemoSettings:
    duel = DuelSettings(attack="collude", rule="mean", fraction=0.17, participants=TRAINERS, rounds=1)
    return duel.run_settings("mean", out, defended=True)


@cache
def bout(judges: int) -> Bout:
    with TemporaryDirectory() as folder:
        return run_bout(settings(Path(folder)), Assault(name="collude", attackers=1, judges=judges))


def left_out(found: Bout) -> int:
    return next(one.left_out for one in found.offenders if one.who == f"trainer {TRAINERS}")


def test_a_minority_of_the_committee_is_outvoted_and_unpaid() -> None:
    found = bout(JUDGES // 2)
    assert left_out(found) == 1
    assert found.paid["colluding validator"] == 0
    assert found.paid["honest validator"] == 2
    # One for its attestation: its update is not paid.
    assert (found.paid["colluding trainer"], found.paid["honest trainer"]) == (1, 4)


def test_a_majority_of_the_committee_decides_who_is_paid() -> None:
    found = bout(JUDGES // 2 + 1)
    assert left_out(found) == 0
    assert found.paid["colluding validator"] == 2
    assert found.paid["honest validator"] == 0
    assert found.paid["colluding trainer"] == 4
    # The quorum is three: two of the five honest updates are let in, and three are not.
    assert found.paid["honest trainer"] == (2 * Decimal(4) + 3 * Decimal(1)) / 5


def test_nobody_is_slashed_for_a_score() -> None:
    for judges in (JUDGES // 2, JUDGES // 2 + 1):
        assert all(one.lost == 0 for one in bout(judges).offenders)


@pytest.mark.parametrize(("fraction", "minority"), [(0.1, 1), (0.45, 1)])
def test_the_defended_committee_has_an_honest_majority(fraction: float, minority: int) -> None:
    duel = DuelSettings(attack="collude", rule="mean", fraction=fraction)
    assert duel.judges == (JUDGES // 2 + 1, minority)
    assert DuelSettings(attack="copy", rule="mean").judges == (0, 0)
