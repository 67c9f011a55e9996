"""Updates that hold no work: noise, nothing, or what the model did a round ago."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fl_client.simulation.attacks.attack import ModelPoisoning
from fl_client.simulation.attacks.knowledge import Knowledge, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaussian(ModelPoisoning):
    """Each colluder sends independent noise, N(0, s^2) a coordinate, s = factor * root mean square of m.

    byzfl's ``Gaussian`` has s = 50 of the model's own units, which no norm bound lets pass; relative to honest
    updates the same attack stays within what a contract takes. Source: Blanchard et al., "Machine Learning with
    Adversaries" (NIPS 2017), section 6.
    """

    name: str = "gaussian"
    factor: float = 100.0

    def craft(self, known: Knowledge, random: np.random.Generator) -> Rows:
        """See ``Attack.craft``."""
        scale = self.factor * float(np.sqrt(np.mean(known.mean**2)))
        return random.normal(0.0, scale, size=known.own.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeRider(ModelPoisoning):
    """Each colluder sends what the model did in the round before, plus a little noise, and trains nothing.

    The delta-weights attack with disguise: x = (w_t - w_(t-1)) + N(0, s^2), s = share of its root mean square. In
    the first round there is only the noise, of one step of the lattice. Source: Lin, Du and Liu, "Free-riders in
    Federated Learning: Attacks and Defenses" (arXiv 1911.12560), sections 3.2 and 3.3.

    Args:
        share: of noise; 0 for none.
        idle: send nothing but noise in every round (their random-weights attack at its weakest).
    """

    name: str = "free-rider"
    share: float = 0.1
    idle: bool = False

    def craft(self, known: Knowledge, random: np.random.Generator) -> Rows:
        """See ``Attack.craft``."""
        if known.past is None or self.idle:
            return random.normal(0.0, 1.0, size=known.own.shape)
        step = known.past.outcome.astype(np.float64) - known.past.base
        scale = self.share * float(np.sqrt(np.mean(step**2)))
        return known.everybody(step) + random.normal(0.0, scale, size=known.own.shape)
