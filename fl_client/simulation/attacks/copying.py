"""Copying: sending somebody else's work of the round before as one's own of this one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fl_client.simulation.attacks.attack import ModelPoisoning
from fl_client.simulation.attacks.knowledge import Knowledge, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleCopy(ModelPoisoning):
    """Every colluder sends one honest trainer's update of the round before, under a commitment of its own.

    This round's updates cannot be copied (a commitment binds its sender); last round's are public, and a copy of one
    is a well-formed update. In the first round nothing can be copied, and they send nothing.

    Source: protocol.md section 4 (a commitment is never refused because it was seen).
    """

    name: str = "stale-copy"

    def craft(self, known: Knowledge, random: np.random.Generator) -> Rows:
        """See ``Attack.craft``."""
        if known.past is None or not len(known.past.honest):
            return known.everybody(np.zeros(known.own.shape[1]))
        victim = int(random.integers(len(known.past.honest)))
        return known.everybody(known.past.honest[victim].astype(np.float64))
