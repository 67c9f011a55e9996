"""From coefficients to the rows that are combined: exact, rounded once, clamped."""

from __future__ import annotations

from math import gcd
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fl_client.aggregation.combine.integers import divide
from fl_client.encoding import LIMIT

_FLOAT_EXACT: Final = 1 << 53
_INT64: Final = 1 << 63
_ESTIMATE_DIVISOR: Final = 1 << 60
_ESTIMATE_FACTOR: Final = 1 << 512


def weighted_row(
    updates: NDArray[np.int32], coefficients: tuple[int, ...], divisor: int
) -> NDArray[np.int32]:
    """Return clamp(round(sum_i coefficients[i] * x_i / divisor)), rounded half away from zero.

    Exact for integers of any size: what a row's coefficients have in common is taken out first, so that most are 0 or
    1 and their sum is a plain one.

    Args:
        updates: int32 (n, b), each coordinate within +-(2^31 - 1).
        coefficients: n integers.
        divisor: 1 or more.

    Returns:
        int32 (b,), within +-(2^31 - 1); a view of ``updates`` if the row is one of them.

    >>> weighted_row(np.array([[1, -1], [2, -2]], dtype=np.int32), (1, 1), 2).tolist()  # 1.5 and -1.5
    [2, -2]
    >>> weighted_row(np.array([[3, -9]], dtype=np.int32), (10**30,), 6 * 10**30).tolist()  # 0.5 and -1.5
    [1, -2]
    """
    places = [index for index, coefficient in enumerate(coefficients) if coefficient]
    if not places:
        return np.zeros(updates.shape[1], dtype=np.int32)
    common = gcd(*coefficients)
    small = [coefficients[index] // common for index in places]
    shared = gcd(common, divisor)
    factor, divisor = common // shared, divisor // shared
    if len(places) == 1 and small == [1] and factor == divisor:
        row: NDArray[np.int32] = updates[places[0]]
        return row
    reach = sum(map(abs, small)) * LIMIT  # of the sum, in magnitude
    if reach < _FLOAT_EXACT:
        # Every partial sum is an integer below 2^53: exact in whatever order it is added up.
        total = (np.array([small], dtype=np.float64) @ updates[places].astype(np.float64))[0].astype(np.int64)
        if reach * factor + divisor < _INT64 // 2:
            return _clamped(divide(total * factor, divisor))
        if divisor < _ESTIMATE_DIVISOR and factor < _ESTIMATE_FACTOR:
            return _scaled(total, factor, divisor)
    return _plain_row(updates[places], small, factor, divisor)


def _clamped(values: NDArray[np.int64]) -> NDArray[np.int32]:
    return np.clip(values, -LIMIT, LIMIT, out=values).astype(np.int32)


def _scaled(total: NDArray[np.int64], factor: int, divisor: int) -> NDArray[np.int32]:
    """Return clamp(round(total * factor / divisor)) where the product exceeds an int64.

    A float64 estimates the quotient; the remainder that this leaves is computed modulo 2^64, which is exact, since it
    is small: an estimate within +-2^32 is off by less than 1, and the remainder below 2^60.

    Args:
        total: int64 (b,), below 2^53.
        factor: 1 to 2^512 - 1.
        divisor: 1 to 2^60 - 1.
    """
    estimate = total.astype(np.float64) * (factor / divisor)
    beyond = np.abs(estimate) >= 2.0**32  # clamped whatever the error
    quotient = np.where(beyond, 0.0, np.rint(estimate)).astype(np.int64)
    with np.errstate(over="ignore"):
        product = total.view(np.uint64) * np.uint64(factor % (1 << 64))
        remainder = (product - quotient.view(np.uint64) * np.uint64(divisor)).view(np.int64)
    # Now total * factor = quotient * divisor + remainder. From here on as in `divide`.
    down = remainder // divisor
    quotient += down
    remainder -= down * divisor
    remainder *= 2
    remainder -= quotient < 0
    quotient += remainder >= divisor
    quotient[beyond] = np.where(total[beyond] >= 0, LIMIT, -LIMIT)
    return _clamped(quotient)


def _plain_row(updates: NDArray[np.int32], small: list[int], factor: int, divisor: int) -> NDArray[np.int32]:
    """Return the row in Python's integers: slow, and exact for all."""
    total: NDArray[Any] = np.zeros(updates.shape[1], dtype=object)
    for update, coefficient in zip(updates, small, strict=True):
        total += update.astype(object) * coefficient
    numbers = (value * factor for value in total.tolist())
    rounded = ((2 * abs(value) + divisor) // (2 * divisor) * (1 if value >= 0 else -1) for value in numbers)
    return np.array([max(-LIMIT, min(LIMIT, value)) for value in rounded], dtype=np.int32)
