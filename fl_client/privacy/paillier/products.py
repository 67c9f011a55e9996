"""Products of many powers at once: what makes checking thousands of chunks together cheap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fl_client.privacy.paillier.number import Number, inverse, number, power

MOST_WINDOW_BITS: Final = 12


def product_of_powers(bases: Sequence[int], exponents: Sequence[int], modulus: int) -> Number:
    """The product of base ** exponent modulo n, for exponents not below zero; not for secret ones.

    Pippenger's buckets: k bases with exponents of b bits take about b / w (k + 2^(w + 1)) products, for windows of w
    bits. Where that is more than one power each takes, each is taken.
    """
    bits = max((exponent.bit_length() for exponent in exponents), default=0)
    window = _best_window(len(bases), bits)
    if len(bases) < 8:
        result = number(1)
        for base, exponent in zip(bases, exponents, strict=True):
            result = result * power(base, exponent, modulus) % modulus
        return result
    result = number(1)
    for shift in reversed(range(0, bits, window)):
        for _ in range(window):
            result = result * result % modulus
        result = result * _one_window(bases, exponents, shift, window, modulus) % modulus
    return result


def signed_product_of_powers(bases: Sequence[int], exponents: Sequence[int], modulus: int) -> Number:
    """The same with exponents of either sign, by one inverse.

    Raises:
        CryptoError: what must be inverted cannot be.
    """
    pairs = list(zip(bases, exponents, strict=True))
    above = [(base, exponent) for base, exponent in pairs if exponent > 0]
    below = [(base, -exponent) for base, exponent in pairs if exponent < 0]
    result = _product(above, modulus)
    return result * inverse(_product(below, modulus), modulus) % modulus if below else result


def _product(pairs: Sequence[tuple[int, int]], modulus: int) -> Number:
    return product_of_powers([base for base, _ in pairs], [exponent for _, exponent in pairs], modulus)


def _best_window(count: int, bits: int) -> int:
    """The width that takes the fewest products."""
    return min(range(1, MOST_WINDOW_BITS + 1), key=lambda width: -(-bits // width) * (count + (2 << width)))


def _one_window(
    bases: Sequence[int], exponents: Sequence[int], shift: int, window: int, modulus: int
) -> Number:
    """The product for one window of every exponent: bases into buckets by their digit, then sums of suffixes."""
    mask = (1 << window) - 1
    buckets: dict[int, Number] = {}
    for base, exponent in zip(bases, exponents, strict=True):
        if digit := exponent >> shift & mask:
            held = buckets.get(digit)
            buckets[digit] = number(base) if held is None else held * base % modulus
    suffix = result = number(1)
    for digit in range(mask, 0, -1):
        if digit in buckets:
            suffix = suffix * buckets[digit] % modulus
        result = result * suffix % modulus
    return result
