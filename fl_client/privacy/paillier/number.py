"""Long integers: the only module that knows which library computes with them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

import gmpy2

from fl_client.errors import CryptoError

if TYPE_CHECKING:
    Number = int
else:
    # gmpy2's integers behave like Python's, and are many times faster at these lengths.
    Number = type(gmpy2.mpz(0))

PRIME_ROUNDS: Final = 40
"""Miller-Rabin rounds: a composite passes with a probability below 2^-80."""


def number(value: int) -> Number:
    """An integer of the fast kind."""
    result: Number = gmpy2.mpz(value)
    return result


def power(base: int, exponent: int, modulus: int) -> Number:
    """base ** exponent mod modulus; an exponent below zero inverts first.

    Raises:
        CryptoError: the base has no inverse.
    """
    try:
        result: Number = gmpy2.powmod(base, exponent, modulus)
    except (ValueError, ZeroDivisionError):
        raise CryptoError("a number that must be invertible is not") from None
    return result


def secret_power(base: int, exponent: int, modulus: int) -> Number:
    """The same for an exponent above zero that nobody may learn; the modulus must be odd.

    gmpy2 takes about the same time whatever the exponent's bits are. Nothing else here does (``FixedBase``, which
    encrypts, reads a table by them), so timing is no promise of this package.
    """
    result: Number = gmpy2.powmod_sec(base, exponent, modulus)
    return result


def inverse(value: int, modulus: int) -> Number:
    """value ** -1 mod modulus.

    Raises:
        CryptoError: there is none.
    """
    return power(value, -1, modulus)


def is_unit(value: int, modulus: int) -> bool:
    """Whether 0 < value < modulus and the two share no factor."""
    return 0 < value < modulus and gmpy2.gcd(value, modulus) == 1


def is_prime(value: int) -> bool:
    """Whether a number is prime, but for the odds of ``PRIME_ROUNDS``."""
    return bool(gmpy2.is_prime(value, PRIME_ROUNDS))


def is_perfect_power(value: int) -> bool:
    """Whether a number is a square, a cube, or any higher power of another."""
    return bool(gmpy2.is_power(value))


def greatest_common_divisor(first: int, second: int) -> Number:
    """The greatest number that divides both."""
    result: Number = gmpy2.gcd(first, second)
    return result


def product_of_primes(limit: int) -> Number:
    """The product of all primes up to that limit."""
    result: Number = gmpy2.primorial(limit)
    return result


def random_below(limit: int) -> Number:
    """A secret number from 0 to limit - 1, from the system's generator."""
    return number(secrets.randbelow(int(limit)))


def to_bytes(value: int, length: int) -> bytes:
    """Big-endian bytes of exactly that length.

    Raises:
        CryptoError: the number is negative or longer.
    """
    if value < 0 or value.bit_length() > 8 * length:
        raise CryptoError(f"a number of {value.bit_length()} bits does not fit into {length} bytes")
    return int(value).to_bytes(length, "big")


def from_bytes(data: bytes) -> Number:
    """The number that big-endian bytes stand for."""
    return number(int.from_bytes(data, "big"))
