"""What attackers can know when they have to commit: their own work, each other's, and the public record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fl_client.encoding import LIMIT
from fl_client.learning.shortening import shortened
from fl_client.rounds import Vector

Rows = NDArray[np.float64]
"""Updates in lattice units, float64 (k, d)."""

Combine = Callable[[Vector], Rows]
"""What a rule makes of updates, int32 (k, d): by how much it would move the model, float64 (d,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRound:
    """A finished round as everybody can read it.

    Attributes:
        base: the model that it started from, int32 (d,).
        outcome: the model that it ended with, int32 (d,).
        honest: accepted updates of the others, int32 (k, d).
        colluding: accepted updates of the attackers, int32 (j, d); fewer than they sent where some were not accepted.
        standing: where the worst of the attackers' median scores lay between the review's floor (0) and the mean of
            the others' (1); None where nobody reviewed.
    """

    base: Vector = field(repr=False)
    outcome: Vector = field(repr=False)
    honest: Vector = field(repr=False)
    colluding: Vector = field(repr=False)
    standing: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What colluding attackers know in one round.

    Commitments come before reveals, so nobody sees this round's updates of the others in time: what honest
    trainers send now is guessed from the colluders' own honest work and from the round before. An attacker that
    does see them (`crowd` made of this round's updates) is stronger than the protocol allows; it is offered
    for comparison with the literature.

    Attributes:
        round: from 1.
        trainers: n, all that take part.
        norm_bound: greatest Euclidean norm of an update that the contract takes, in lattice units.
        base: the model of this round, int32 (d,).
        own: what honest training on the colluders' data gives, float64 (f, d).
        crowd: what they take for the updates of honest trainers, float64 (k, d), k >= 1.
        past: the latest finished round; None in the first.
        boldness: what an adaptive attack learnt so far, see ``Attack.learn``; 1 in the first round.
        combine: the task's rule; it is public.
    """

    round: int
    trainers: int
    norm_bound: float
    base: Vector = field(repr=False)
    own: Rows = field(repr=False)
    crowd: Rows = field(repr=False)
    past: PastRound | None = field(repr=False)
    combine: Combine = field(repr=False)
    boldness: float = 1.0

    @property
    def attackers(self) -> int:
        """f."""
        return len(self.own)

    @property
    def mean(self) -> Rows:
        """The crowd's mean, float64 (d,)."""
        return np.asarray(self.crowd.mean(axis=0))

    @property
    def deviation(self) -> Rows:
        """The crowd's standard deviation by coordinate, float64 (d,)."""
        return np.asarray(self.crowd.std(axis=0))

    def everybody(self, update: Rows) -> Rows:
        """The same update from every colluder, float64 (f, d)."""
        return np.tile(update, (self.attackers, 1))

    def moved(self, update: Rows) -> Rows:
        """By how much the rule would move the model if every colluder sent this, float64 (d,)."""
        rows = np.concatenate([self.crowd[: self.trainers - self.attackers], self.everybody(update)])
        return self.combine(on_lattice(rows, self.norm_bound))


def on_lattice(rows: Rows, norm_bound: float) -> Vector:
    """What an attacker can send of a wish: no longer than the contract takes, rounded, within int32.

    Args:
        rows: float64 (k, d), finite.
        norm_bound: greatest Euclidean norm.

    Returns:
        int32 (k, d).

    >>> on_lattice(np.array([[3.0, -4.0], [0.4, 0.6]]), norm_bound=2.5).tolist()
    [[1, -1], [0, 1]]
    """
    return np.clip(np.rint(shortened(rows, norm_bound)), -LIMIT, LIMIT).astype(np.int32)


def crowd_of(own: Rows, past: PastRound | None) -> Rows:
    """What honest trainers probably send now: the colluders' own work, and what the others sent a round ago.

    Args:
        own: float64 (f, d).
        past: the round before, if there was one.
    """
    if past is None or not len(past.honest):
        return own
    return np.concatenate([past.honest.astype(np.float64), own])
