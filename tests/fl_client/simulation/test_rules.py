"""Rules that a demonstration, or an attack, is too small or too large for are refused before anything runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fl_client.cli.network import Network, NetworkPlan
from fl_client.errors import ConfigError
from fl_client.simulation import DemoSettings
from fl_client.simulation.attacks import DEFAULT_RULE, DuelSettings

LINE = (
    "krum:2 bears 2 bad of 7 or more updates (n > 2 F + 2): plan at least 7 trainers, not 6, or a smaller F"
)


def test_a_demonstration_says_which_participants_its_rule_needs() -> None:
    with pytest.raises(ConfigError, match=f"^--rule: {re.escape(LINE)}$"):
        DemoSettings(participants=6, rule="krum:2+mean")


def test_an_attack_on_a_rule_says_the_same() -> None:
    with pytest.raises(ConfigError, match=re.escape(LINE)):
        DuelSettings(attack="sign-flip", rule="bound:1+krum:2+mean", participants=6)


def test_so_does_a_network_before_it_starts_a_node(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape(LINE)):
        Network(NetworkPlan(out=tmp_path / "run", trainers=6, rule="krum:2+mean"))


@pytest.mark.parametrize("rule", [DEFAULT_RULE, "fltrust+mean", "reputation+median", "nnm:1+krum:2+mean"])
def test_rules_that_fit_are_taken_by_an_attack_on_chain(rule: str) -> None:
    duel = DuelSettings(attack="sign-flip", rule=rule)
    assert duel.run_settings(rule, DemoSettings().out, defended=True).rule == rule


def test_an_unknown_rule_is_named_with_those_that_there_are() -> None:
    with pytest.raises(ConfigError, match="the rule is 'majority': give .*krum"):
        DemoSettings(rule="majority")
