"""Colluding trainers: they share what they learnt, remember the record, and send what their attack says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fl_client.rounds import Vector
from fl_client.simulation.attacks.attack import Attack
from fl_client.simulation.attacks.knowledge import Combine, Knowledge, PastRound, crowd_of, on_lattice


class Crew:
    """The attackers of one federation."""

    def __init__(
        self, attack: Attack, *, trainers: int, norm_bound: float, combine: Combine, seed: int
    ) -> None:
        """Make a crew.

        Args:
            trainers: n, the attackers among them.
            norm_bound: greatest length of an update that the task takes, in lattice units.
            combine: the task's rule.
            seed: of what is random in the attack.
        """
        self.attack = attack
        self._trainers, self._norm_bound, self._combine = trainers, norm_bound, combine
        self._random = np.random.default_rng([seed, 0xA77AC4])
        self._past: PastRound | None = None
        self._boldness = 1.0

    def send(
        self, round_: int, base: Vector, own: NDArray[np.int32], seen: NDArray[np.int32] | None = None
    ) -> NDArray[np.int32]:
        """What the colluders commit to in a round.

        Args:
            round_: from 1.
            base: the model of the round, int32 (d,).
            own: what training on their (poisoned) shares gave, int32 (f, d).
            seen: this round's honest updates, int32 (n - f, d), for an attacker that sees them before it commits.

        Returns:
            int32 (f, d), each no longer than the task takes.
        """
        mine = own.astype(np.float64)
        known = Knowledge(
            round=round_,
            trainers=self._trainers,
            norm_bound=self._norm_bound,
            base=base,
            own=mine,
            crowd=crowd_of(mine, self._past) if seen is None else seen.astype(np.float64),
            past=self._past,
            combine=self._combine,
            boldness=self._boldness,
        )
        self._boldness = self.attack.learn(known)
        wish = self.attack.craft(replace(known, boldness=self._boldness), self._random)
        return on_lattice(wish, self._norm_bound)

    def note(self, past: PastRound) -> None:
        """Remember a round that is over."""
        self._past = past
