"""Attestation under attack: what a minority cannot do, what a served majority can, and what nobody loses."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fl_client.roles import Trainer
from fl_client.simulation.attacks import Assault, Bout, run_bout
from fl_client.simulation.attacks.economics import economy

ROUNDS = 1
TRAINERS = 5


@cache
def bout(name: str, attackers: int) -> Bout:
    with TemporaryDirectory() as folder:
        small = economy(ROUNDS, Path(folder), participants=TRAINERS)
        return run_bout(small, Assault(name=name, attackers=attackers))


@pytest.mark.parametrize("name", ["withhold", "vouch-blindly"])
def test_a_colluding_minority_cannot_vouch_for_what_only_it_has(name: str) -> None:
    found = bout(name, 2)
    assert found.rounds == ROUNDS  # the others go on without them
    assert [one.left_out for one in found.offenders] == [ROUNDS] * 2


def test_a_blind_vouch_is_paid_like_an_honest_one() -> None:
    """The contract pays for an attestation whatever it says: nobody can show that bytes were not there."""
    found = bout("vouch-blindly", 2)
    assert [one.profit for one in found.offenders] == [ROUNDS] * 2
    assert all(one.slashed == () for one in found.offenders)


def test_an_update_served_to_a_bare_majority_reaches_everybody() -> None:
    """Whoever vouches serves: the round goes on as if its author had published."""
    found = bout("serve-some", 1)
    assert found.rounds == ROUNDS
    (offender,) = found.offenders
    assert offender.left_out == 0 and offender.profit == found.honest_profit == 4


def test_without_those_who_vouch_nobody_could_make_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the attack did, and does where a majority of those who vouch is in one hand."""
    monkeypatch.setattr(Trainer, "_serve", lambda self, number, reveal: None)
    with TemporaryDirectory() as folder:
        small = economy(ROUNDS, Path(folder), participants=TRAINERS)
        assert run_bout(small, Assault(name="serve-some", attackers=1)).rounds == 0
