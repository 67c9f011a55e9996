"""Which combining rule a task's parameters name: from the chain to the rule, and back."""

from __future__ import annotations

from fl_client.aggregation import CombiningRule, Median, TrimmedMean, WeightedMean
from fl_client.chain.contracts import Deployment, TaskContract
from fl_client.errors import ConfigError, UnknownRule
from fl_client.types import Address


def rule_of(contract: TaskContract) -> CombiningRule:
    """Return the rule that a task combines by.

    Raises:
        UnknownRule: its contract is none of the deployment's, or it does not take the task's argument.
    """
    deployment, address = contract.deployment, contract.parameters.rule
    argument = contract.parameters.rule_argument
    if address == deployment.trimmed_mean_rule:
        try:
            return TrimmedMean(argument)
        except ConfigError as problem:
            raise UnknownRule(f"the argument of the task's rule is wrong: {problem}") from None
    plain: dict[Address, CombiningRule] = {
        deployment.mean_rule: WeightedMean(),
        deployment.median_rule: Median(),
    }
    if address not in plain:
        raise UnknownRule(
            f"the task combines by {address}, which this version does not know: use a newer one"
        )
    if argument:
        raise UnknownRule(
            f"the task combines by the {plain[address].name} with the argument {argument}, which it does not take: "
            "use the version of the client that the task was made with"
        )
    return plain[address]


def rule_contract(deployment: Deployment, rule: CombiningRule) -> Address:
    """Return the contract that computes a rule; ``rule.argument`` belongs beside it.

    Raises:
        ConfigError: the deployment has none.
    """
    if isinstance(rule, TrimmedMean):
        return deployment.trimmed_mean_rule
    if isinstance(rule, Median):
        return deployment.median_rule
    if isinstance(rule, WeightedMean):
        return deployment.mean_rule
    raise ConfigError(f"no contract of this deployment computes the rule {rule.name!r}")
