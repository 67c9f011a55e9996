"""The rule that a task's parameters name, and tasks whose rule nobody here can compute."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fl_client.aggregation import AggregationRule, parse_aggregation
from fl_client.audit import audit_task
from fl_client.chain.contracts import NOBODY, TaskContract
from fl_client.errors import ConfigError, UnknownRule
from fl_client.roles import ModelBook
from fl_client.rounds import TaskWatch, rule_of, rule_parameters
from fl_client.simulation import DemoSettings, Federation

SHARE = "trimmed-mean:0.2"


def federation(rule: str, folder: Path) -> Federation:
    return Federation(DemoSettings(participants=3, rounds=1, epochs=1, honest=True, rule=rule, out=folder))


@pytest.fixture(scope="module")
def trimmed(tmp_path_factory: pytest.TempPathFactory) -> Federation:
    return federation(SHARE, tmp_path_factory.mktemp("trimmed"))


def with_other_rules(found: Federation, **rules: str) -> TaskContract:
    """The same task, seen by a client that knows other rules."""
    contract = found.contract
    return TaskContract(contract.connection, replace(contract.deployment, **rules), contract.address)


@pytest.mark.parametrize("name", ["mean", SHARE, "nnm:1+clip+median"])
def test_task_aggregates_by_the_rule_it_was_made_with(name: str, tmp_path: Path) -> None:
    found = federation(name, tmp_path)
    assert rule_of(found.contract) == parse_aggregation(name)
    # Every member computes by it.
    models = [getattr(member.participant, "models", None) for member in found.members]
    assert [book.rule.name for book in models if book is not None] == [name] * 6


@pytest.mark.parametrize(
    "name",
    [
        *(
            "mean",
            "median",
            SHARE,
            "equal+mean",
            "reputation+median",
            "fltrust+mean",
            "clip+mean",
            "clip:0.5+mean",
        ),
        *("krum:2+mean", "krum:0.25+mean", "multi-krum:1:3+mean", "nnm+mean", "nnm:2+krum:1+mean"),
    ],
)
def test_every_rule_comes_back_from_its_parameters(trimmed: Federation, name: str) -> None:
    rule = parse_aggregation(name)
    contract = with_other_rules(trimmed)
    contract.parameters = replace(contract.parameters, **rule_parameters(trimmed.deployment, rule))
    assert rule_of(contract) == rule


def test_weighing_by_samples_names_no_contract(trimmed: Federation) -> None:
    assert rule_parameters(trimmed.deployment, parse_aggregation("median"))["weighing"] == NOBODY


def test_task_of_an_unknown_weighing_rule_is_refused(trimmed: Federation) -> None:
    contract = with_other_rules(trimmed)
    contract.parameters = replace(contract.parameters, weighing=trimmed.deployment.coin)
    with pytest.raises(
        UnknownRule, match=f"weighs by {trimmed.deployment.coin}, which this version does not"
    ):
        rule_of(contract)


def test_argument_that_the_weighing_rule_does_not_take_is_refused(trimmed: Federation) -> None:
    contract = with_other_rules(trimmed)
    mixing = trimmed.deployment.mixing_weighing
    contract.parameters = replace(contract.parameters, weighing=mixing, weighing_argument=9 << 16)
    with pytest.raises(UnknownRule, match="NeighbourMixing takes no argument 589824"):
        rule_of(contract)


def test_task_of_an_unknown_rule_is_refused(trimmed: Federation) -> None:
    contract = with_other_rules(trimmed, trimmed_mean_rule=trimmed.deployment.coin)
    with pytest.raises(
        UnknownRule, match=f"combines by {trimmed.contract.parameters.rule}, which this version"
    ):
        ModelBook(TaskWatch(contract), trimmed.store)


@pytest.mark.parametrize("name", ["mean", "median"])
def test_argument_that_the_rule_does_not_take_is_refused(trimmed: Federation, name: str) -> None:
    address = trimmed.deployment.trimmed_mean_rule
    field = f"{name}_rule"
    contract = with_other_rules(trimmed, **{field: address, "trimmed_mean_rule": trimmed.deployment.coin})
    with pytest.raises(UnknownRule, match=f"by the {name} with the argument 2000, which it does not take"):
        rule_of(contract)


def test_share_that_leaves_nothing_is_refused(trimmed: Federation) -> None:
    contract = with_other_rules(trimmed)
    contract.parameters = replace(contract.parameters, rule_argument=5_000)
    with pytest.raises(UnknownRule, match="drops 5000 bps a side"):
        rule_of(contract)


def test_audit_says_that_an_unknown_rule_cannot_be_checked(trimmed: Federation) -> None:
    contract = with_other_rules(trimmed, trimmed_mean_rule=trimmed.deployment.coin)
    result = audit_task(contract, trimmed.store)
    assert result.exit_code == 2 and "which this version does not know" in (result.unchecked or "")


def test_rule_without_a_contract_is_refused(trimmed: Federation) -> None:
    @dataclass(frozen=True)
    class Foreign:
        name: str = "krum"
        argument: int = 0

        def combine(self, rows, weights, base):  # type: ignore[no-untyped-def]
            return base

    with pytest.raises(ConfigError, match="no contract of this deployment computes the rule 'krum'"):
        rule_parameters(trimmed.deployment, AggregationRule(combine=Foreign()))
