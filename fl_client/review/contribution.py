"""What an update contributes: beside all others, or by Shapley's value.

A utility says what a set of updates is worth together, e.g. by how much the model that they give lowers the loss on
samples which no trainer has seen. It is asked often, so each set is asked once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

Utility = Callable[[frozenset[int]], float]
"""The worth of a set of updates; of the empty one it is that of the model before."""

Contribution = Callable[[Utility, Collection[int]], dict[int, float]]
"""One of the functions below."""


class _Asked:
    """Remembers what was asked."""

    def __init__(self, utility: Utility) -> None:
        self._utility = utility
        self._known: dict[frozenset[int], float] = {}

    def __call__(self, members: frozenset[int]) -> float:
        if members not in self._known:
            self._known[members] = self._utility(members)
        return self._known[members]


def leave_one_out(utility: Utility, members: Collection[int]) -> dict[int, float]:
    """All against all others: v(N) - v(N without i). Blind to updates that stand for each other."""
    everyone = frozenset(members)
    asked = _Asked(utility)
    return {one: asked(everyone) - asked(everyone - {one}) for one in members}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapleySettings:
    """How far ``guided_shapley`` goes.

    Attributes:
        round_truncation: a round whose updates together change less than this contributes nothing to anybody.
        truncation: a permutation ends when what is left of the way to v(N) is less than this.
        tolerance: the estimate stands when the last rounds of permutations changed it by less, relative to its size.
        permutations: at most so many per member.
        seed: of the permutations' tails.
    """

    round_truncation: float = 1e-4
    truncation: float = 1e-4
    tolerance: float = 0.02
    permutations: int = 12
    seed: int = 0


def guided_shapley(
    utility: Utility, members: Collection[int], settings: ShapleySettings | None = None
) -> dict[int, float]:
    """Shapley's value by guided, truncated permutations (Liu et al. 2022, GTG-Shapley, algorithm 1).

    Sub-models are rebuilt from the round's updates, nothing is trained again. Guided: each member comes first equally
    often, which is where marginals are greatest and truncation would bias them. With so few members that all
    permutations cost no more, the value is exact.

    Args:
        utility: of a set of members.
        members: who contributed.
        settings: how far to go.

    Returns:
        A value for each member; they add up to v(N) - v({}) up to what was truncated.
    """
    chosen = settings or ShapleySettings()
    order = sorted(members)
    asked = _Asked(utility)
    empty, whole = asked(frozenset()), asked(frozenset(order))
    values = dict.fromkeys(order, 0.0)
    if not order or (math.isfinite(whole - empty) and abs(whole - empty) < chosen.round_truncation):
        return values
    if 1 << len(order) <= chosen.permutations * len(order):
        return _exact(asked, order)
    generator = np.random.default_rng(chosen.seed)
    count = 0
    for _ in range(chosen.permutations):
        earlier = dict(values)
        for first in order:
            rest = [one for one in order if one != first]
            generator.shuffle(rest)
            count += 1
            for one, marginal in _marginals(asked, [first, *rest], whole, chosen.truncation).items():
                values[one] += (marginal - values[one]) / count
        size = sum(abs(value) for value in values.values())
        moved = sum(abs(values[one] - earlier[one]) for one in order)
        if count > len(order) and moved <= chosen.tolerance * size:
            break
    return values


def _marginals(asked: Utility, order: list[int], whole: float, truncation: float) -> dict[int, float]:
    """What each member adds to those before it; nothing once the rest cannot matter."""
    found, before, members = dict.fromkeys(order, 0.0), asked(frozenset()), frozenset[int]()
    for one in order:
        if abs(whole - before) < truncation:
            break
        members |= {one}
        after = asked(members)
        found[one], before = after - before, after
    return found


def _exact(asked: Utility, order: list[int]) -> dict[int, float]:
    """Over all subsets: sum of |S|! (n-|S|-1)! / n! times what the member adds to S."""
    count = len(order)
    values = dict.fromkeys(order, 0.0)
    for mask in range(1 << count):
        subset = frozenset(one for place, one in enumerate(order) if mask >> place & 1)
        if len(subset) == count:
            continue
        weight = math.factorial(len(subset)) * math.factorial(count - len(subset) - 1) / math.factorial(count)
        for one in order:
            if one not in subset:
                values[one] += weight * (asked(subset | {one}) - asked(subset))
    return values
