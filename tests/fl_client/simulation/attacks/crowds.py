"""What attackers know, made up."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from fl_client.simulation.attacks.knowledge import Knowledge, PastRound

Rows = NDArray[np.float64]


def mean_of(rows: NDArray[np.int32]) -> Rows:
    return np.asarray(rows.mean(axis=0))


def known(
    crowd: Rows,
    *,
    attackers: int = 2,
    trainers: int = 10,
    past: PastRound | None = None,
    boldness: float = 1.0,
    combine: Callable[[NDArray[np.int32]], Rows] = mean_of,
) -> Knowledge:
    """Knowledge of a crowd, the last of whom are the colluders' own honest updates."""
    return Knowledge(
        round=1 if past is None else 2,
        trainers=trainers,
        norm_bound=1e12,
        base=np.zeros(crowd.shape[1], dtype=np.int32),
        own=crowd[-attackers:],
        crowd=crowd,
        past=past,
        combine=combine,
        boldness=boldness,
    )


def crowd(seed: int, *, count: int = 8, dimension: int = 30) -> Rows:
    random = np.random.default_rng(seed)
    centre = random.normal(size=dimension) * 1_000
    return np.rint(centre + random.normal(size=(count, dimension)) * random.uniform(1, 2_000))


def past(*, honest: Rows, colluding: Rows, step: Rows, base: int = 0) -> PastRound:
    """A round whose model moved by `step`."""
    start = np.full(honest.shape[1], base, dtype=np.int32)
    return PastRound(
        base=start,
        outcome=(start + np.rint(step)).astype(np.int32),
        honest=honest.astype(np.int32),
        colluding=colluding.astype(np.int32),
    )
