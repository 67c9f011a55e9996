"""What `fl attack` says of an attack that is over."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from fl_client.cli.attack import show_duel
from fl_client.simulation.attacks import MODEL_ATTACKS, PROTOCOL_ATTACKS

FOUND: dict[str, Any] = {
    "attackers": 2,
    "trainers": 10,
    "partition": "iid",
    "rounds": 5,
    "rule": "mean",
    "seed": 0,
    **{f"{run}_accuracy": 0.9 for run in ("clean", "undefended", "defended")},
    "caught": [],
    "attacker_profit": 3.0,
    "attacker_profit_per_100_rounds": 60.0,
    "honest_profit": 4.0,
    "cheating_paid": True,
}
CAUGHT = {"who": "trainer 10", "slashed": [], "refused": None, "left_out": 5, "lost": 0.0, "profit": 0.0}


def shown(attack: str, **changes: Any) -> list[str]:
    text = io.StringIO()
    show_duel(Console(file=text, highlight=False, soft_wrap=True), FOUND | {"attack": attack} | changes)
    return [line.strip() for line in text.getvalue().splitlines()]


@pytest.mark.parametrize("attack", MODEL_ATTACKS)
def test_of_an_attack_on_the_model_it_says_why_nobody_is_caught(attack: str) -> None:
    said = "caught: nobody; the updates are well-formed, only the rule holds them down"
    assert said in shown(attack)


@pytest.mark.parametrize("attack", PROTOCOL_ATTACKS)
def test_of_an_attack_on_the_protocol_it_says_that_nobody_is_caught_and_no_more(attack: str) -> None:
    assert [line for line in shown(attack) if line.startswith("caught")] == ["caught: nobody"]


def test_whoever_is_caught_is_named_with_what_gave_it_away() -> None:
    lines = shown("withhold", caught=[CAUGHT])
    assert "caught: trainer 10 (left out of 5 rounds), lost 0 coins" in lines
    assert not any("nobody" in line for line in lines)
