"""Steps of the lattice to the few bits that are encrypted, and sums of them back: integers, one rounding rule.

Every party must find the same new model, and so must the contract that is shown a chunk of it. The rounding is that of
``aggregation.combine`` and of ``FixedPoint.divide``: half away from zero.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fl_client.encoding import LIMIT, check_lattice
from fl_client.errors import EncodingError

MOST_SCALE_BITS: Final = 30
LEAST_VALUE_BITS: Final = 2
MOST_VALUE_BITS: Final = 32
"""With a scale of 0 bits this is the lattice itself."""


def quantise(update: NDArray[np.int32], scale_bits: int, value_bits: int) -> NDArray[np.int32]:
    """Round an update to steps of 2^scale_bits and clip it to what ``value_bits`` hold.

    Args:
        update: int32 (d,), steps of the lattice, each within +-(2^31 - 1).
        scale_bits: 0 to 30.
        value_bits: 2 to 32, the sign included.

    Returns:
        int32 (d,), each within +-(2^(value_bits - 1) - 1).

    Raises:
        EncodingError: no lattice vector, or bits out of range.

    >>> quantise(np.array([5, 6, -6, 90_000], dtype=np.int32), scale_bits=2, value_bits=8).tolist()
    [1, 2, -2, 127]
    """
    check_scale(scale_bits)
    if not LEAST_VALUE_BITS <= value_bits <= MOST_VALUE_BITS:
        raise EncodingError(f"values of {value_bits} bits; choose {LEAST_VALUE_BITS} to {MOST_VALUE_BITS}")
    check_lattice(update, "update")
    limit = (1 << (value_bits - 1)) - 1
    rounded = _divide(update.astype(np.int64), 1 << scale_bits)
    clipped: NDArray[np.int32] = np.clip(rounded, -limit, limit).astype(np.int32)
    return clipped


def apply_sum(
    base: NDArray[np.int32], sums: NDArray[np.int64] | NDArray[np.object_], weight: int, scale_bits: int
) -> NDArray[np.int32]:
    """The new model: old coordinate + sum * 2^scale_bits / weight, kept on the lattice.

    The sums need not be in the range of honest updates: a party may have packed any integer. Whatever they are, the
    result is exact, and the same everywhere.

    Args:
        base: int32 (d,), the old model.
        sums: int64 or object (d,), weighted sums of quantised values, of any size.
        weight: the total weight, 1 or more.
        scale_bits: 0 to 30.

    Returns:
        int32 (d,), each within +-(2^31 - 1).

    Raises:
        EncodingError: shapes that do not fit, no lattice vector, no weight, or bits out of range.

    >>> apply_sum(np.array([10, 10], dtype=np.int32), np.array([3, -3]), weight=2, scale_bits=0).tolist()
    [12, 8]
    """
    check_scale(scale_bits)
    check_lattice(base, "old model")
    if sums.shape != base.shape:
        raise EncodingError(f"sums of shape {sums.shape} for a model of shape {base.shape}")
    if weight < 1:
        raise EncodingError(f"a total weight of {weight}: a mean is over one update at least")
    greatest = max(abs(int(sums.max(initial=0))), abs(int(sums.min(initial=0))))
    # Twice a remainder and the old coordinate must fit as well; what does not is computed with Python's integers.
    fits = (greatest << scale_bits).bit_length() < 62 and int(weight).bit_length() < 62
    scaled: NDArray[Any] = sums.astype(np.int64 if fits else np.object_) * (1 << scale_bits)
    moved = _divide(scaled, int(weight)) + base
    new: NDArray[np.int32] = np.clip(moved, -LIMIT, LIMIT).astype(np.int32)
    return new


def check_scale(scale_bits: int) -> None:
    """Refuse a scale outside 0 to ``MOST_SCALE_BITS``.

    Raises:
        EncodingError: it is outside.
    """
    if not 0 <= scale_bits <= MOST_SCALE_BITS:
        raise EncodingError(f"a scale of {scale_bits} bits; choose 0 to {MOST_SCALE_BITS}")


def _divide(total: NDArray[Any], divisor: int) -> NDArray[Any]:
    """total / divisor, rounded half away from zero; ``total`` is used up."""
    quotient = total // divisor
    # The remainder is counted from the floor, so of a negative number a tie stays there: away from zero.
    total -= quotient * divisor
    total *= 2
    total -= quotient < 0
    quotient += total >= divisor
    return quotient
