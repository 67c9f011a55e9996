"""The weighing rules on a chain, and their figures as the contracts take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import brownie
import numpy as np

from fl_client.aggregation.weigh import FOLLOWING, NeighbourMixing, RoundFigures, Weighing, WeighingRule

CONTRACTS = {
    "Samples": "SamplesWeighing",
    "Equal": "EqualWeighing",
    "Clip": "ClipWeighing",
    "Krum": "KrumWeighing",
    "MultiKrum": "MultiKrumWeighing",
    "FLTrust": "FLTrustWeighing",
    "Reputation": "ReputationWeighing",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """Every weighing contract, and the harness that applies what they say."""

    harness: Any
    following: list[Any]
    mixing: Any

    def contract_of(self, rule: WeighingRule) -> Any:
        """The contract that computes a rule of the client."""
        if isinstance(rule, NeighbourMixing):
            return self.mixing
        return self.following[FOLLOWING.index(type(rule))]

    def weigh(self, rule: WeighingRule, figures: RoundFigures) -> Weighing:
        """What the contract says, in the client's form."""
        said = self.contract_of(rule).weigh(as_struct(figures), rule.argument)
        return weighing_of(said, figures.count)


def deploy_rules(account: Any) -> Rules:
    """Deploy all of them; those that may follow a mixing stand at the client's places."""
    following = [account.deploy(getattr(brownie, CONTRACTS[kind.__name__])) for kind in FOLLOWING]
    mixing = account.deploy(brownie.NeighbourMixing, following)
    return Rules(account.deploy(brownie.WeighingHarness), following, mixing)


def as_struct(figures: RoundFigures) -> tuple[Any, ...]:
    """``RoundFigures`` in the contracts' order of fields."""
    return (
        figures.samples,
        figures.reputations,
        figures.norms,
        figures.distances,
        figures.trust_distances,
        figures.trust_norm,
        figures.scale,
    )


def weighing_of(said: Any, count: int) -> Weighing:
    """A contract's ``Weighing`` with whole rows."""
    diagonal, coefficients, divisors, weights = said
    if diagonal:
        rows = np.zeros((count, count), dtype=object)
        rows[np.diag_indices(count)] = coefficients
    else:
        rows = np.array(coefficients, dtype=object).reshape(len(divisors), count)
    return Weighing(
        coefficients=tuple(tuple(int(x) for x in row) for row in rows),
        divisors=tuple(int(x) for x in divisors),
        weights=tuple(int(x) for x in weights),
    )
