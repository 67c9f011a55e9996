"""The one place where attacks meet the task's rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fl_client.aggregation import AggregationRule, parse_aggregation
from fl_client.aggregation.weigh import Needs
from fl_client.errors import ConfigError
from fl_client.roles import FRACTION_BITS
from fl_client.rounds import Vector
from fl_client.simulation.attacks.knowledge import Rows

DEFAULT_RMS: Final = 4.0
"""Root mean square of a coordinate that a task takes unless its owner says otherwise (``TaskPlan.norm_bound``)."""

DEFAULT_RULE: Final = "nnm:2+trimmed-mean:0.2"
"""What `make bench-attacks` holds against the limits and `fl attack` defends with; it asks for nobody's trust."""


BOUND: Final = "bound"
"""Before a rule: the task's own norm bound, e.g. ``bound:1+nnm:2+trimmed-mean:0.2``."""


@dataclass(frozen=True, slots=True)
class Defence:
    """A rule by its name, as simulated federations use it.

    Attributes:
        rule: how updates are weighed and combined.
        bound: greatest Euclidean norm of an update, in the model's units; 0: the one that tasks have by default.
            The contract refuses longer updates, and honest trainers shorten theirs to it.
    """

    rule: AggregationRule
    bound: float = 0.0

    @classmethod
    def named(cls, text: str, *, on_chain: bool = False) -> Defence:
        """Read a rule's name.

        Args:
            text: ``[bound:NORM+]RULE``.
            on_chain: of a task, whose owner gives what the rule asks for.

        Raises:
            ConfigError: there is none, or it reads what only a chain keeps.
        """
        bound, name = split_bound(text)
        rule = parse_aggregation(name)
        if rule.needs & Needs.REPUTATIONS and not on_chain:
            raise ConfigError(
                f"the rule {text!r} reads reputations, which a simulation without a chain has not"
            )
        return cls(rule, bound)

    @property
    def wants_trust(self) -> bool:
        """Whether it compares with a trusted update."""
        return bool(self.rule.needs & Needs.TRUST)

    def norm_bound(self, dimension: int) -> float:
        """Greatest norm of an update, in lattice units."""
        scale = float(2**FRACTION_BITS)
        return self.bound * scale if self.bound else DEFAULT_RMS * math.sqrt(dimension) * scale

    def aggregate(
        self, updates: Vector, samples: Sequence[int], base: Vector, trust: Vector | None = None
    ) -> Vector:
        """The new model: exactly what a chain would accept of these updates, int32 (d,)."""
        given = trust if self.wants_trust else None
        known = [1] * len(updates) if self.rule.needs & Needs.REPUTATIONS else None
        return self.rule.aggregate(updates, samples, base, trust=given, reputations=known).model

    def step(self, updates: Vector, trust: Vector | None = None) -> Rows:
        """By how much updates of equal sample counts and reputations move a model, float64 (d,)."""
        zero = np.zeros(updates.shape[1], dtype=np.int32)
        return self.aggregate(updates, [1] * len(updates), zero, trust).astype(np.float64)

    def guessed_step(self, updates: Vector) -> Rows:
        """The same for whoever does not know the trusted update, and takes it for the middle one."""
        trust = np.median(updates, axis=0).astype(np.int32) if self.wants_trust else None
        return self.step(updates, trust)


def split_bound(text: str) -> tuple[float, str]:
    """The norm bound before a rule's name, 0 for none, and the rest.

    Raises:
        ConfigError: it is no length.

    >>> split_bound("bound:0.7+mean"), split_bound("median")
    ((0.7, 'mean'), (0.0, 'median'))
    """
    first, _, rest = text.partition("+")
    kind, _, number = first.partition(":")
    if kind != BOUND:
        return 0.0, text
    try:
        bound = float(number)
    except ValueError:
        bound = math.nan
    if not (0 < bound < 1e6 and rest):
        raise ConfigError(f"the rule is {text!r}: give bound:LENGTH+RULE, e.g. bound:1+median")
    return bound, rest
