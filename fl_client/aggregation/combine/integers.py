"""What all rules share: checked inputs, blocks that fit a cache, and the one rounding rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fl_client.encoding import check_lattice
from fl_client.errors import EncodingError

BLOCK: Final = 1 << 14
"""Coordinates worked on at a time: the int64 blocks stay in a core's cache."""


def check_inputs(rows: NDArray[np.int32], weights: Sequence[int], base: NDArray[np.int32]) -> list[int]:
    """Check what is combined, and return the weights as plain integers.

    Args:
        rows: int32 (n, d), one update a row.
        weights: n integers, 0 or more.
        base: int32 (d,), the old model.

    Raises:
        EncodingError: shapes, dtypes or values that are no lattice vectors, or a weight that is no count.
    """
    check_lattice(base, "old model")
    if rows.ndim != 2 or rows.shape[1] != base.size:
        raise EncodingError(f"the updates have shape {rows.shape}; the old model asks for (n, {base.size})")
    if len(weights) != len(rows):
        raise EncodingError(f"{len(weights)} weights were given for {len(rows)} updates; give one an update")
    plain = [int(weight) for weight in weights]
    for index, weight in enumerate(plain):
        if weight < 0 or weight != weights[index]:
            raise EncodingError(f"weight {index} is {weights[index]}; weights are integers from 0")
        check_lattice(rows[index], f"update {index}")
    return plain


def divide(total: NDArray[np.int64], divisor: int) -> NDArray[np.int64]:
    """Return total / divisor, rounded half away from zero; ``total`` is used up.

    Args:
        total: int64 (b,), of any value whose double remainder fits: ``divisor`` below 2^62.
        divisor: 1 or more.

    >>> divide(np.array([3, -3, 4, -5]), 2).tolist()
    [2, -2, 2, -3]
    """
    quotient = total // divisor
    # The remainder is counted from the floor, so of a negative number a tie stays there: away from zero.
    total -= quotient * divisor
    total *= 2
    total -= quotient < 0
    quotient += total >= divisor
    return quotient
