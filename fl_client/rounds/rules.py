"""Which aggregation rule a task's parameters name: from the chain to the rule, and back."""

from __future__ import annotations

from typing import Final, TypedDict

from fl_client.aggregation import AggregationRule, CombiningRule, Median, TrimmedMean, WeightedMean
from fl_client.aggregation.weigh import (
    Clip,
    Equal,
    FLTrust,
    Krum,
    MultiKrum,
    NeighbourMixing,
    Reputation,
    Samples,
    WeighingRule,
    weighing_from,
)
from fl_client.chain.contracts import NOBODY, Deployment, TaskContract
from fl_client.errors import ConfigError, UnknownRule
from fl_client.types import Address

_COMBINING: Final[dict[type, str]] = {
    WeightedMean: "mean_rule",
    Median: "median_rule",
    TrimmedMean: "trimmed_mean_rule",
}
_WEIGHING: Final[dict[type, str]] = {
    Samples: "samples_weighing",
    Equal: "equal_weighing",
    Clip: "clip_weighing",
    Krum: "krum_weighing",
    MultiKrum: "multi_krum_weighing",
    FLTrust: "fltrust_weighing",
    Reputation: "reputation_weighing",
    NeighbourMixing: "mixing_weighing",
}
"""Each rule's class, and what a deployment calls its contract."""


def rule_of(contract: TaskContract) -> AggregationRule:
    """Return the rule that a task weighs and combines by.

    Raises:
        UnknownRule: one of its contracts is none of the deployment's, or does not take the task's argument.
    """
    return AggregationRule(_combining_of(contract), _weighing_of(contract))


def rule_name(contract: TaskContract) -> str:
    """The task's rule as a user writes it; why it has none here, where this version does not know it."""
    try:
        return rule_of(contract).name
    except UnknownRule as problem:
        return str(problem)


class RuleParameters(TypedDict):
    """What a task's parameters say of its rule."""

    rule: Address
    rule_argument: int
    weighing: Address
    weighing_argument: int


def rule_parameters(deployment: Deployment, rule: AggregationRule) -> RuleParameters:
    """Return what a task's parameters say of a rule.

    Raises:
        ConfigError: the deployment has no contract for it.
    """
    # Who weighs by samples computes nothing: no contract is named.
    plain = isinstance(rule.weigh, Samples)
    return {
        "rule": _contract_of(deployment, rule.combine, _COMBINING),
        "rule_argument": rule.combine.argument,
        "weighing": NOBODY if plain else _contract_of(deployment, rule.weigh, _WEIGHING),
        "weighing_argument": rule.weigh.argument,
    }


def _contract_of(
    deployment: Deployment, rule: CombiningRule | WeighingRule, known: dict[type, str]
) -> Address:
    if type(rule) not in known:
        raise ConfigError(f"no contract of this deployment computes the rule {rule.name!r}")
    return Address(getattr(deployment, known[type(rule)]))


def _combining_of(contract: TaskContract) -> CombiningRule:
    deployment, address = contract.deployment, contract.parameters.rule
    argument = contract.parameters.rule_argument
    kind = _kind_of(deployment, address, _COMBINING)
    if kind is None:
        raise UnknownRule(
            f"the task combines by {address}, which this version does not know: use a newer one"
        )
    if kind is TrimmedMean:
        try:
            return TrimmedMean(argument)
        except ConfigError as problem:
            raise UnknownRule(f"the argument of the task's rule is wrong: {problem}") from None
    plain = Median() if kind is Median else WeightedMean()
    if argument:
        raise UnknownRule(
            f"the task combines by the {plain.name} with the argument {argument}, which it does not take: "
            "use the version of the client that the task was made with"
        )
    return plain


def _weighing_of(contract: TaskContract) -> WeighingRule:
    address, argument = contract.parameters.weighing, contract.parameters.weighing_argument
    kind = Samples if address == NOBODY else _kind_of(contract.deployment, address, _WEIGHING)
    if kind is None:
        raise UnknownRule(f"the task weighs by {address}, which this version does not know: use a newer one")
    try:
        return weighing_from(kind, argument)
    except ConfigError as problem:
        raise UnknownRule(
            f"the argument of the task's weighing rule is wrong: {problem}: use the version of the client that "
            "the task was made with"
        ) from None


def _kind_of(deployment: Deployment, address: Address, known: dict[type, str]) -> type | None:
    """Whose contract this is."""
    return next((kind for kind, field in known.items() if getattr(deployment, field) == address), None)
