"""Floats to the int32 lattice and back, with one rounding rule: half away from zero."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fl_client.encoding.vector import check_fraction_bits
from fl_client.errors import EncodingError

LIMIT: Final = 2**31 - 1
"""Largest magnitude of a coordinate; -2^31 is an int32 but not a value of the lattice."""

_BLOCK: Final = 1 << 15
"""Coordinates worked on at a time: three float64 blocks of this size stay in a core's cache."""


def quantise(values: NDArray[np.float32] | NDArray[np.float64], fraction_bits: int) -> NDArray[np.int32]:
    """Round floats to the lattice: x becomes round(x * 2^fraction_bits), half away from zero.

    Args:
        values: float32 or float64 (d,), finite.
        fraction_bits: binary places, 0 to 30.

    Returns:
        int32 (d,), each within +-``LIMIT``.

    Raises:
        EncodingError: a value is NaN, infinite or out of range (its index and value are named), or the
            array is no float vector.

    Source: protocol.md section 1.

    >>> quantise(np.array([0.5, -0.5, 1.25, -0.125]), fraction_bits=1).tolist()
    [1, -1, 3, 0]
    """
    check_fraction_bits(fraction_bits)
    if values.dtype not in (np.float32, np.float64) or values.ndim != 1:
        raise EncodingError(
            f"cannot quantise {values.dtype} of shape {values.shape}; pass float32 or float64 of shape (d,)"
        )
    scale = float(1 << fraction_bits)
    result = np.empty(values.shape, dtype=np.int32)
    for start in range(0, values.size, _BLOCK):
        block = values[start : start + _BLOCK]
        # NaN and overflow are looked for in the result, where one comparison finds all of them.
        with np.errstate(invalid="ignore", over="ignore"):
            scaled = np.multiply(block, scale, dtype=np.float64)  # exact: a power of two
            rounded = np.trunc(scaled)
            # The fraction is exact, and twice it truncates to -1, 0 or 1. Adding 0.5 before truncating
            # would be wrong for the float just below one half.
            scaled -= rounded
            scaled *= 2.0
            rounded += np.trunc(scaled, out=scaled)
        if not (rounded.min() >= -LIMIT and rounded.max() <= LIMIT):
            _raise_for_first_bad(block, rounded, start=start, fraction_bits=fraction_bits)
        result[start : start + _BLOCK] = rounded
    return result


def dequantise(coordinates: NDArray[np.int32], fraction_bits: int) -> NDArray[np.float64]:
    """Return the numbers that lattice coordinates stand for, exactly.

    float64 holds every coordinate exactly and float32 does not (beyond 2^24 steps). Whoever needs the
    difference of a trained float32 model to its base takes the base as the module holds it.

    Args:
        coordinates: int32 (d,), each within +-``LIMIT``.
        fraction_bits: binary places, 0 to 30.

    Returns:
        float64 (d,), of which ``quantise`` is the exact inverse.

    Raises:
        EncodingError: the array is no lattice vector.

    >>> dequantise(np.array([3, -1], dtype=np.int32), fraction_bits=1).tolist()
    [1.5, -0.5]
    """
    check_fraction_bits(fraction_bits)
    check_lattice(coordinates)
    return np.multiply(coordinates, 1.0 / (1 << fraction_bits), dtype=np.float64)


def check_lattice(coordinates: NDArray[np.int32], what: str = "vector") -> None:
    """Refuse anything but a native int32 vector of lattice values.

    Args:
        coordinates: the array to check.
        what: its name in the message.

    Raises:
        EncodingError: wrong dtype, wrong number of axes, or a coordinate is -2^31.
    """
    # dtype('>i4') is unequal to int32 here, so foreign byte order is refused as well.
    if not isinstance(coordinates, np.ndarray) or coordinates.dtype != np.int32 or coordinates.ndim != 1:
        shown = (
            f"{coordinates.dtype} of shape {coordinates.shape}"
            if isinstance(coordinates, np.ndarray)
            else type(coordinates).__name__
        )
        raise EncodingError(f"the {what} is {shown}; pass int32 of shape (d,), made by quantise()")
    if coordinates.size and coordinates.min() < -LIMIT:
        index = int(np.argmin(coordinates))
        raise EncodingError(
            f"the {what} has coordinate {index} = {int(coordinates[index])}, which is not a value of the"
            f" lattice; use -{LIMIT} to {LIMIT}"
        )


def _raise_for_first_bad(
    block: NDArray[np.float32] | NDArray[np.float64],
    rounded: NDArray[np.float64],
    *,
    start: int,
    fraction_bits: int,
) -> None:
    offset = int(np.argmin(np.abs(rounded) <= LIMIT))  # a comparison with NaN is False
    value = float(block[offset])
    if np.isfinite(value):
        bound = LIMIT / (1 << fraction_bits)
        raise EncodingError(
            f"coordinate {start + offset} is {value!r}, beyond +-{bound!r} at {fraction_bits} fraction bits;"
            " train with a smaller step or choose fewer fraction bits"
        )
    raise EncodingError(
        f"coordinate {start + offset} is {value!r}; training diverged, lower the learning rate"
    )
