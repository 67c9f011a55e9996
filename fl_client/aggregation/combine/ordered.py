"""What the rules share that look at the order of values: the mean of those in the middle."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fl_client.aggregation.combine.integers import BLOCK, check_inputs, divide
from fl_client.encoding import LIMIT


def combine_middle(
    rows: NDArray[np.int32],
    weights: Sequence[int],
    base: NDArray[np.int32],
    dropped: Callable[[int], int],
) -> NDArray[np.int32]:
    """Return clamp(old + mean of the middle values), coordinate by coordinate.

    Args:
        rows, weights, base: see ``CombiningRule.combine``; an update of weight 0 is out, every other counts once.
        dropped: how many of n > 0 values are left out at either end; less than n / 2.

    Returns:
        int32 (d,), a new array; equal to ``base`` if no update is in.
    """
    counted = [row for row, weight in zip(rows, check_inputs(rows, weights, base), strict=True) if weight]
    result = base.copy()
    if not counted:
        return result
    first = dropped(len(counted))
    last = len(counted) - 1 - first
    for start in range(0, base.size, BLOCK):
        part = slice(start, start + BLOCK)
        block = np.array([row[part] for row in counted])  # int32 (n, b)
        # Between these two places, after it, stand the middle values, in any order: a sum needs no more.
        block.partition((first, last), axis=0)
        # Nothing wraps: n values of at most 2^31 - 1 stay below 2^63 up to n = 2^32, more rows than memory
        # holds; the quotient is at most 2^31 - 1 again, and with the old model below 2^32.
        total = block[first : last + 1].sum(axis=0, dtype=np.int64)  # (b,)
        mean = divide(total, last + 1 - first)
        mean += base[part]
        result[part] = np.clip(mean, -LIMIT, LIMIT, out=mean)
    return result
