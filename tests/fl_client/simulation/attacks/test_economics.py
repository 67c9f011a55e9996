"""Cheating by what evidence can show loses money, and would not without the penalties."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fl_client.errors import ConfigError
from fl_client.simulation.attacks import ATTACKS, WORDS, Assault, Bout, DuelSettings, run_bout
from fl_client.simulation.attacks.economics import PROVABLE, economy, profit_without_slashes, scaled

ROUNDS = 2
# A griefer's dust: what it gives away is its own.
DUST = Decimal("0.000001")


@cache
def bout(name: str) -> Bout:
    rule = "krum:0+mean" if name == "lying-table" else "mean"
    with TemporaryDirectory() as folder:
        return run_bout(economy(ROUNDS, Path(folder), rule=rule), Assault(name=name, attackers=1))


@pytest.mark.parametrize("name", PROVABLE)
def test_a_hundred_rounds_of_it_lose_money(name: str) -> None:
    found = bout(name)
    assert found.rounds == ROUNDS  # it did not stop the task
    assert scaled(found.profit, found.rounds) < -100


@pytest.mark.parametrize("name", PROVABLE)
def test_without_the_penalties_it_would_lose_nothing(name: str) -> None:
    """The control: it is the slashes that make the claim above true."""
    found = bout(name)
    assert sum(one.lost for one in found.offenders) > 0
    assert profit_without_slashes(found) >= -DUST


@pytest.mark.parametrize("name", PROVABLE)
def test_the_honest_gain(name: str) -> None:
    assert bout(name).honest_profit > 0


@pytest.mark.parametrize(
    ("name", "evidence"),
    [
        ("copy", "copied-commitment"),
        ("no-reveal", "no-reveal"),
        ("replay", "no-reveal"),
        ("lying-norm", "wrong-norm"),
        ("lying-sealer", "wrong-aggregate"),
        ("lying-table", "wrong-aggregate"),
        ("grief", "lost-dispute"),
    ],
)
def test_it_is_slashed_on_its_evidence(name: str, evidence: str) -> None:
    (offender,) = bout(name).offenders
    assert set(offender.slashed) == {evidence}


@pytest.mark.parametrize("name", ["copy", "replay"])
def test_the_contract_refuses_what_is_not_the_senders_own(name: str) -> None:
    assert bout(name).offenders[0].refused == "TrainingTaskCommitmentMismatch"


def test_withheld_updates_are_left_out_and_unpaid() -> None:
    found = bout("withhold")
    (offender,) = found.offenders
    assert offender.left_out == ROUNDS
    assert offender.profit < found.honest_profit / 2


def test_a_split_stake_does_not_get_in() -> None:
    found = bout("sybil")
    refused = [one for one in found.offenders if one.who.startswith("split")]
    assert len(refused) == 2
    assert {one.refused for one in refused} == {"ERC20InsufficientBalance"}
    assert all(one.profit == 0 for one in refused)


def test_every_attack_has_its_words() -> None:
    assert tuple(WORDS) == ATTACKS


def test_settings_are_refused_in_one_line() -> None:
    with pytest.raises(ConfigError, match="--fraction is 0.5"):
        DuelSettings(attack="copy", rule="mean", fraction=0.5)
    with pytest.raises(ConfigError, match="2 of 4 trainers would attack, which is no minority"):
        DuelSettings(attack="copy", rule="mean", participants=4, fraction=0.49)
    for few in (2, -5):
        with pytest.raises(ConfigError, match=f"--participants is {few}: give 3 to 128"):
            DuelSettings(attack="copy", rule="mean", participants=few)
    with pytest.raises(ConfigError, match="no attack 'bribe'"):
        DuelSettings(attack="bribe", rule="mean")
    with pytest.raises(ConfigError, match="lying-table needs a rule that reads distances, not median"):
        DuelSettings(attack="lying-table", rule="median")
    with pytest.raises(ConfigError, match="--rule"):
        DuelSettings(attack="copy", rule="kruml")
