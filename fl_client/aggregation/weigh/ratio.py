"""Square roots and ratios of lengths, in integers."""

from __future__ import annotations

from math import isqrt
from typing import Final

RATIO_BITS: Final = 32
"""Binary places of a ratio of lengths: what it scales is off by half a step of the lattice at most."""

RATIO_ONE: Final = 1 << RATIO_BITS
"""The ratio 1."""


def root(square: int) -> int:
    """Return floor(sqrt(square) * 2^32).

    Args:
        square: 0 to 2^192 - 1.

    >>> root(2) / 2**32
    1.4142135621514171
    """
    return isqrt(square << 64)


def ratio(square: int, over: int) -> int:
    """Return sqrt(square / over) with 32 binary places, from the two squares, rounded down.

    Args:
        square: 0 to 2^158 - 1: its root has 111 bits, and 32 more fit a word of the contracts' with ease.
        over: 1 to 2^158 - 1.

    >>> ratio(1, 4) == 2**31, ratio(9, 9) == 2**32
    (True, True)
    """
    return (root(square) << RATIO_BITS) // root(over)
