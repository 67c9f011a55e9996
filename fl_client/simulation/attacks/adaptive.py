"""The attacker that reads the public record: what it sent, what was taken, and where the model went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from fl_client.simulation.attacks.attack import ModelPoisoning
from fl_client.simulation.attacks.knowledge import Knowledge, Rows

_WAYS: Final[tuple[Callable[[Knowledge], Rows], ...]] = (
    lambda known: -known.mean,
    lambda known: -known.deviation * (_length(known.mean) / max(_length(known.deviation), 1e-300)),
    lambda known: -np.sign(known.mean) * float(np.sqrt(np.mean(known.mean**2))),
)
"""Against the honest mean, against its spread, against its signs; each as long as the mean."""

_STRENGTHS: Final = (0.5, 1.0, 2.0, 4.0)
_BACK, _ON, _WEAKEST, _STRONGEST = 0.5, 1.25, 1 / 8, 8.0
_NEAR = 0.25
"""Below this place between the floor and the others, a score is too near the floor to go further."""
_TAKEN = 0.5
"""From this share of the harm that was to be expected on, an attack went through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptive(ModelPoisoning):
    """Every colluder sends what would do the most harm under the task's public rule, at a strength that it corrects by
    what became of the last one.

    It tries a few ways and strengths on the crowd with the rule itself (Fang et al., "Local Model Poisoning Attacks",
    arXiv 1911.11815, in place of their rule-specific solutions). Then it looks at the round before: if its updates
    were not accepted, or the model went where honest updates alone would have taken it (less than half of the harm
    came through), or their scores fell to near the floor of the review, the rule or the judges knew them, and it
    comes closer to the honest; otherwise it grows bolder.
    """

    name: str = "adaptive"

    def craft(self, known: Knowledge, random: np.random.Generator) -> Rows:
        """See ``Attack.craft``."""
        del random
        boldness = known.boldness
        tried = [
            boldness * strength * way(known) + (1 - min(boldness, 1.0)) * known.mean
            for way in _WAYS
            for strength in _STRENGTHS
        ]
        mean = known.mean
        return known.everybody(min(tried, key=lambda update: float(known.moved(update) @ mean)))

    def learn(self, known: Knowledge) -> float:
        """See ``Attack.learn``."""
        return min(max(known.boldness * correction(known), _WEAKEST), _STRONGEST)


def correction(known: Knowledge) -> float:
    """By what the strength is multiplied after the round before: 1 / 2 if it was seen through, 5 / 4 if it was not.

    Of the round before it compares three steps along the honest mean h: the one that h makes, the one that the rule
    gave with the colluders' updates, and the one that a mean of all would have given. It is 1 where nothing can be
    learnt: in the first round, or where the colluders did no harm to a mean. Where judges score, their medians come
    first: who is near the floor is seen through, whatever the model did.
    """
    past = known.past
    if past is None or not len(past.honest):
        return 1.0
    if not len(past.colluding) or (past.standing is not None and past.standing < _NEAR):
        return _BACK
    honest = past.honest.mean(axis=0)
    square = float(honest @ honest)
    if not square:
        return 1.0
    step = past.outcome.astype(np.float64) - past.base
    everybody = np.concatenate([past.honest, past.colluding]).mean(axis=0)
    expected = 1 - float(everybody @ honest) / square
    if expected <= 0:
        return 1.0
    harm = 1 - float(step @ honest) / square
    return _ON if harm >= _TAKEN * expected else _BACK


def _length(vector: Rows) -> float:
    return float(np.linalg.norm(vector))
