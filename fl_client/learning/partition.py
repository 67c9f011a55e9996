"""Sharing a data set out among trainers: evenly, by sorted shards, or skewed by a Dirichlet draw."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fl_client.errors import ConfigError

Indices = NDArray[np.int64]
Scheme = Literal["iid", "shards", "dirichlet"]

MINIMUM_SAMPLES = 10
"""Samples that every trainer gets at least: one batch of ten, the paper's small batch."""

SHARDS_PER_CLIENT = 2
"""McMahan et al. 1602.05629, section 3: sorted by label, two shards a client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """A rule for sharing samples out.

    Args:
        scheme: `iid` (shuffled, equal shares), `shards` (sorted by label, two shards each) or `dirichlet`
            (each label shared out in proportions drawn from Dir(alpha), so shares differ in size and mix).
        alpha: concentration, from 0.001 to 1e6, for `dirichlet` only; the smaller, the more skewed.

    Raises:
        ConfigError: alpha is missing, out of range or given to another scheme.
    """

    scheme: Scheme
    alpha: float | None = None

    def __post_init__(self) -> None:
        if self.scheme != "dirichlet":
            if self.alpha is not None:
                raise ConfigError(f"partition {self.scheme!r} takes no number: leave out {self.alpha}")
        elif self.alpha is None or not 1e-3 <= self.alpha <= 1e6:
            raise ConfigError(f"Dirichlet alpha is {self.alpha}: give a number from 0.001 to 1000000")

    def __str__(self) -> str:
        return self.scheme if self.alpha is None else f"{self.scheme}:{self.alpha}"


def parse_partition(text: str) -> Partition:
    """Read a partition from a command line.

    Args:
        text: `iid`, `shards` or `dirichlet:ALPHA`.

    Raises:
        ConfigError: the text is none of them.

    >>> str(parse_partition("dirichlet:0.5"))
    'dirichlet:0.5'
    """
    scheme, colon, number = text.strip().lower().partition(":")
    if scheme == "iid" and not colon:
        return Partition(scheme="iid")
    if scheme == "shards" and not colon:
        return Partition(scheme="shards")
    if scheme == "dirichlet" and colon:
        try:
            alpha = float(number)
        except ValueError:
            alpha = math.nan
        return Partition(scheme="dirichlet", alpha=alpha)
    raise ConfigError(f"partition {text!r} is unknown: give iid, shards or dirichlet:1.0")


def split(
    partition: Partition,
    targets: ArrayLike,
    *,
    participants: int,
    generator: np.random.Generator,
    minimum: int = MINIMUM_SAMPLES,
) -> tuple[Indices, ...]:
    """Share all samples out: each to exactly one participant, the same for the same generator state.

    Args:
        targets: int (n,) labels; any numeric (n, ...) for `iid`.
        participants: how many shares, >= 1.
        generator: the only source of randomness.
        minimum: samples each share has at least, >= 1; lowered to n // participants on small data. A share
            that a skewed draw left smaller takes samples from the largest.

    Returns:
        One ascending int64 array of row numbers per participant.

    Raises:
        ConfigError: too few samples, or targets that the scheme cannot sort by label.

    >>> rng = np.random.default_rng(0)
    >>> shares = split(parse_partition("iid"), [0, 1] * 50, participants=4, generator=rng)
    >>> [len(share) for share in shares]
    [25, 25, 25, 25]
    """
    values = np.asarray(targets)
    if participants < 1 or minimum < 1:
        raise ConfigError(f"{participants} participants of at least {minimum} samples: both start from 1")
    if values.ndim == 0 or len(values) < participants:
        raise ConfigError(f"{values.size} samples for {participants} participants: each needs at least one")
    if partition.scheme == "iid":
        shares = np.array_split(generator.permutation(len(values)), participants)
    else:
        _check_labels(partition, values)
        by_scheme = _shards if partition.scheme == "shards" else _dirichlet
        shares = by_scheme(partition, values, participants, generator)
    _top_up(shares, min(minimum, len(values) // participants), generator)
    return tuple(np.sort(share).astype(np.int64) for share in shares)


def share_out(text: str, targets: ArrayLike, *, participants: int, seed: int) -> tuple[Indices, ...]:
    """Share all samples out as a partition's name and a seed say: whoever knows both has the same shares.

    Args:
        text: `iid`, `shards` or `dirichlet:ALPHA`.
        targets, participants: as in ``split``.
        seed: 0 <= seed < 2^32.

    Raises:
        ConfigError: no such partition, too few samples, or targets that it cannot sort by label.
    """
    generator = np.random.default_rng(seed)
    return split(parse_partition(text), targets, participants=participants, generator=generator)


def part_of(count: int, part: int, whole: int) -> Indices:
    """Rows of the K-th of N equal parts: every N-th from the K-th on, so that each part has every kind of sample.

    Args:
        count: samples in all.
        part, whole: K and N, 1 <= K <= N.

    >>> part_of(7, 2, 3)
    array([1, 4])
    """
    return np.arange(part - 1, count, whole)


def _check_labels(partition: Partition, values: NDArray[np.generic]) -> None:
    if values.ndim == 1 and (np.issubdtype(values.dtype, np.integer) or values.dtype == np.bool_):
        return
    raise ConfigError(
        f"partition {str(partition)!r} needs one whole-number label per sample, these targets are"
        f" {values.dtype} {values.shape}: use iid"
    )


def _shards(
    partition: Partition, labels: NDArray[np.generic], participants: int, generator: np.random.Generator
) -> list[Indices]:
    del partition
    shards = participants * SHARDS_PER_CLIENT
    shuffled = generator.permutation(len(labels))
    # Shuffled first, so that which samples of a label share a shard depends on the generator.
    by_label = shuffled[np.argsort(labels[shuffled], kind="stable")]
    pieces = np.array_split(by_label, shards)
    dealt = generator.permutation(shards).reshape(participants, SHARDS_PER_CLIENT)  # (participants, 2)
    return [np.concatenate([pieces[shard] for shard in hand]) for hand in dealt]


def _dirichlet(
    partition: Partition, labels: NDArray[np.generic], participants: int, generator: np.random.Generator
) -> list[Indices]:
    pieces: list[list[Indices]] = [[] for _ in range(participants)]
    concentration = np.full(participants, partition.alpha, dtype=np.float64)
    for label in np.unique(labels):
        rows = generator.permutation(np.flatnonzero(labels == label))
        ends = np.cumsum(generator.dirichlet(concentration))[:-1] * len(rows)
        cuts = np.split(rows, np.clip(np.rint(ends), 0, len(rows)).astype(np.int64))
        for share, piece in zip(pieces, cuts, strict=True):
            share.append(piece)
    return [np.concatenate(share) for share in pieces]


def _top_up(shares: list[Indices], minimum: int, generator: np.random.Generator) -> None:
    """Move random samples from the largest share, first of equals, to each that is below the minimum."""
    for needy, share in enumerate(shares):
        taken: list[int] = []
        while len(share) + len(taken) < minimum:
            donor = max(range(len(shares)), key=lambda index: len(shares[index]))
            position = int(generator.integers(len(shares[donor])))
            taken.append(int(shares[donor][position]))
            shares[donor] = np.delete(shares[donor], position)
        if taken:
            shares[needy] = np.concatenate([share, np.asarray(taken, dtype=np.int64)])
