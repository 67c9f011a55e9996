"""Scores as the chain has them: 16 bits an update (``types/ReviewTypes.sol``)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from fl_client.errors import EncodingError
from fl_client.review.tally import UNAVAILABLE

ZERO_SCORE: Final = 32_768
"""The score of an update that is worth nothing."""

STEPS: Final = 10_000
"""Scores for a worth of one."""

_BYTES: Final = 2


def score_of(worth: float) -> int:
    """The score of a worth, e.g. of a fall of the loss in nats; 0 to 65,534.

    What is not finite is a model that the update broke: the lowest score.

    >>> score_of(0.0), score_of(0.01), score_of(float("nan"))
    (32768, 32868, 0)
    """
    if not math.isfinite(worth):
        return 0
    nearest = round(min(10.0, max(-10.0, worth)) * STEPS)  # beyond either end of the scale
    return min(UNAVAILABLE - 1, max(0, ZERO_SCORE + nearest))


def pack_scores(scores: Sequence[int]) -> bytes:
    """Two big-endian bytes an update, in the order of the reveals.

    Raises:
        EncodingError: a score does not fit.
    """
    for place, score in enumerate(scores):
        if not 0 <= score <= UNAVAILABLE:
            raise EncodingError(f"score {place} is {score}: give 0 to {UNAVAILABLE}")
    return b"".join(score.to_bytes(_BYTES, "big") for score in scores)


def unpack_scores(row: bytes) -> tuple[int, ...]:
    """The scores of a row.

    Raises:
        EncodingError: it has an odd length.
    """
    if len(row) % _BYTES:
        raise EncodingError(f"a row of scores has {len(row)} bytes: give two for each update")
    return tuple(int.from_bytes(row[at : at + _BYTES], "big") for at in range(0, len(row), _BYTES))
