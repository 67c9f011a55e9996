"""Powers of one base many times, and products of powers of many: tables and buckets instead of single powers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import Number, number, power

_FEW: Final = 16
"""Below so many bases, buckets cost more than a power each."""
_MANY: Final = 400
"""From so many bases on, buckets of eight bits cost less than those of four."""


class FixedBase:
    """Powers of one base by a table of base^(k * 256^i): one product for every byte of an exponent, and no squares.

    Source: Brickell, Gordon, McCurley and Wilson, "Fast exponentiation with precomputation", 1992, with a full table.

    Args:
        base: below the modulus.
        modulus: of the powers.
        exponent_bytes: length of the longest exponent; the table holds 256 numbers for each.
    """

    def __init__(self, base: int, modulus: int, exponent_bytes: int) -> None:
        self._modulus = number(modulus)
        self._bytes = exponent_bytes
        self._rows = []
        step = number(base)
        for _ in range(exponent_bytes):
            row = [number(1)]
            for _ in range(255):
                row.append(row[-1] * step % self._modulus)
            self._rows.append(row)
            step = row[-1] * step % self._modulus

    def power(self, exponent: int) -> Number:
        """base ** exponent mod modulus.

        Raises:
            CryptoError: the exponent is negative or longer than the table.
        """
        if exponent < 0 or exponent.bit_length() > 8 * self._bytes:
            raise CryptoError(f"an exponent of {exponent.bit_length()} bits is not one of this table")
        result, modulus = number(1), self._modulus
        for row, digit in zip(self._rows, int(exponent).to_bytes(self._bytes, "little"), strict=True):
            if digit:
                result = result * row[digit] % modulus
        return result


def product_of_powers(bases: Sequence[int], exponents: Sequence[int], modulus: int) -> Number:
    """The product of base ** exponent mod modulus over all pairs, faster than one power after the other.

    Not for secret exponents: which products are taken depends on their digits.

    Source: Pippenger, "On the evaluation of powers and related problems", 1976, as the bucket method.

    Args:
        bases: numbers modulo ``modulus``.
        exponents: as many, 0 or more.

    Raises:
        CryptoError: a negative exponent.
    """
    if any(exponent < 0 for exponent in exponents):
        raise CryptoError("a product of powers takes no negative exponents")
    result, modulus = number(1), number(modulus)
    if len(bases) < _FEW:
        for base, exponent in zip(bases, exponents, strict=True):
            result = result * power(base, exponent, modulus) % modulus
        return result
    bits = 4 if len(bases) < _MANY else 8
    for digits in _digits(exponents, bits):
        for _ in range(bits):
            result = result * result % modulus
        buckets = [number(1)] * (1 << bits)
        for base, digit in zip(bases, digits, strict=True):
            buckets[digit] = buckets[digit] * base % modulus
        result = result * _bucket_product(buckets, modulus) % modulus
    return result


def _bucket_product(buckets: Sequence[Number], modulus: Number) -> Number:
    """The product of bucket[d] ** d: each bucket is multiplied in d times by running down."""
    running = total = number(1)
    for bucket in reversed(buckets[1:]):
        running = running * bucket % modulus
        total = total * running % modulus
    return total


def _digits(exponents: Sequence[int], bits: int) -> list[list[int]]:
    """The digits of all exponents, highest first: one list a place, one digit an exponent."""
    length = max(1, max((exponent.bit_length() + 7) // 8 for exponent in exponents))
    data = b"".join(int(exponent).to_bytes(length, "big") for exponent in exponents)
    places = np.frombuffer(data, dtype=np.uint8).reshape(len(exponents), length)  # (n, length)
    if bits == 4:
        places = np.stack([places >> 4, places & 15], axis=2).reshape(len(exponents), 2 * length)
    digits: list[list[int]] = places.T.tolist()
    return digits
