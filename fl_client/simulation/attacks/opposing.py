"""Attacks that send the honest direction times a negative number: sign flip, scaling, inner-product manipulation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fl_client.simulation.attacks.attack import ModelPoisoning
from fl_client.simulation.attacks.knowledge import Knowledge, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Opposing(ModelPoisoning):
    """Every colluder sends -factor * m, m being the mean of what honest trainers are believed to send.

    - sign-flip, factor 1: as long as an honest update, so that no norm bound notices it (byzfl's ``SignFlipping``;
      Li et al., "RSA", arXiv 1811.03761).
    - scaling, factor 10: boosts as far as the contract lets it (Bagdasaryan et al., "How To Backdoor Federated
      Learning", arXiv 1807.00459, section 3, with the opposite goal).
    - ipm, factor 3: inner-product manipulation. The mean's inner product with m is (n - f - factor * f) / n: with
      factor above (n - f) / f the model goes backwards, below it learning slows (Xie, Koyejo and Gupta, "Fall of
      Empires", arXiv 1903.03936, section 3; 3 is what the figures to compare with were taken with).
    """

    name: str
    factor: float

    def craft(self, known: Knowledge, random: np.random.Generator) -> Rows:
        """See ``Attack.craft``."""
        del random
        return known.everybody(-self.factor * known.mean)
