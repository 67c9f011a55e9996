"""The weighted mean in exact integers: division rounds half away from zero, the result is clamped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fl_client.aggregation.combine.integers import BLOCK, check_inputs, divide
from fl_client.encoding import LIMIT

_INT64_WEIGHT: Final = (2**63 - 1) // LIMIT
"""Up to this sum of weights (2^32 + 2) every weighted sum of lattice values fits in an int64."""


@dataclass(frozen=True, slots=True)
class WeightedMean:
    """new = clamp(old + sum(w * x) / sum(w)), with the quotient rounded half away from zero.

    Sums of weights beyond int64's reach, as three inflated sample counts make them, are computed in Python
    integers: slower, and just as exact.

    Source: protocol.md section 1.

    >>> rows = np.array([[1, -1], [2, -2]], dtype=np.int32)
    >>> WeightedMean().combine(rows, [1, 1], np.array([10, 10], dtype=np.int32)).tolist()
    [12, 8]
    """

    @property
    def name(self) -> str:
        """As a user writes it."""
        return "mean"

    @property
    def argument(self) -> int:
        """It takes none."""
        return 0

    def combine(
        self, rows: NDArray[np.int32], weights: Sequence[int], base: NDArray[np.int32]
    ) -> NDArray[np.int32]:
        """Return the new model; see ``CombiningRule.combine``."""
        reduced = _reduced(check_inputs(rows, weights, base))
        divisor = sum(reduced)
        result = base.copy()
        if divisor == 0:
            return result
        counted = [(row, weight) for row, weight in zip(rows, reduced, strict=True) if weight]
        exact = divisor > _INT64_WEIGHT
        for start in range(0, base.size, BLOCK):
            part = slice(start, start + BLOCK)
            block = [(row[part], weight) for row, weight in counted]
            mean = _exact_mean(block, divisor) if exact else _int64_mean(block, divisor)
            mean += base[part]
            result[part] = np.clip(mean, -LIMIT, LIMIT, out=mean)
        return result


def _reduced(weights: list[int]) -> list[int]:
    """Return the weights divided by their greatest common divisor: the quotient stays, equal weights become 1."""
    divisor = gcd(*weights) or 1
    return [weight // divisor for weight in weights]


def _int64_mean(block: list[tuple[NDArray[np.int32], int]], divisor: int) -> NDArray[np.int64]:
    """Return round(sum(w * x) / divisor), for sums that fit; int64 (b,)."""
    total = np.zeros(block[0][0].shape, dtype=np.int64)
    scratch = np.empty_like(total)
    for row, weight in block:
        total += row if weight == 1 else np.multiply(row, weight, out=scratch, dtype=np.int64)
    return divide(total, divisor)


def _exact_mean(block: list[tuple[NDArray[np.int32], int]], divisor: int) -> NDArray[np.int64]:
    """Return the same for sums of any size; int64 (b,)."""
    total: NDArray[Any] = np.zeros(block[0][0].shape, dtype=object)
    for row, weight in block:
        total += row.astype(object) * weight
    return np.array(
        [(2 * abs(value) + divisor) // (2 * divisor) * (1 if value >= 0 else -1) for value in total.tolist()],
        dtype=np.int64,
    )
