"""What an attack is: a poisoned share of data, a crafted update, or both."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from fl_client.learning import Samples
from fl_client.simulation.attacks.knowledge import Knowledge, Rows


class Attack(Protocol):
    """Colluding trainers' deviation from honest work; without state of its own."""

    @property
    def name(self) -> str:
        """As a user writes it."""
        ...

    def poison(self, share: Samples) -> Samples:
        """What a colluder trains on in place of its share."""
        ...

    def craft(self, known: Knowledge, random: np.random.Generator) -> Rows:
        """What the colluders send.

        Args:
            known: where ``known.own`` was trained on the poisoned shares.
            random: the only source of randomness.

        Returns:
            float64 (f, d), in lattice units; the sender shortens it to what the contract takes.
        """
        ...

    def learn(self, known: Knowledge) -> float:
        """How bold to be in this round, from how bold one was before (``known.boldness``) and what came of it."""
        ...


class Unlearning:
    """The part of an attack that reads nothing of what became of it."""

    def learn(self, known: Knowledge) -> float:
        """Stay as bold."""
        return known.boldness


class ModelPoisoning(Unlearning):
    """The half of an attack that leaves data alone."""

    def poison(self, share: Samples) -> Samples:
        """Honest data."""
        return share


class DataPoisoning(Unlearning):
    """The half of an attack that trains as it should, on bad data."""

    def craft(self, known: Knowledge, random: np.random.Generator) -> Rows:
        """What the poisoned data gives."""
        del random
        return known.own
