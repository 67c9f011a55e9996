"""The rule that a task's parameters name, and tasks whose rule nobody here can compute."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fl_client.aggregation import parse_rule
from fl_client.audit import audit_task
from fl_client.chain.contracts import TaskContract
from fl_client.errors import ConfigError, UnknownRule
from fl_client.roles import ModelBook
from fl_client.rounds import TaskWatch, rule_contract, rule_of
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


@pytest.mark.parametrize("name", ["mean", "median", SHARE])
def test_task_combines_by_the_rule_it_was_made_with(name: str, tmp_path: Path) -> None:
    found = federation(name, tmp_path)
    assert rule_of(found.contract) == parse_rule(name)
    # Every member computes by it.
    models = [getattr(member.participant, "models", None) for member in found.members]
    assert [book.rule.name for book in models if book is not None] == [name] * 6


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
        rule_contract(trimmed.deployment, Foreign())
