"""Safe primes p = 2 p' + 1 with p' prime: the squares modulo their product have no small subgroups."""

from __future__ import annotations

from typing import Final

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import Number, is_prime, number, power, random_below

SIEVED_CANDIDATES: Final = 1 << 16
"""Looked at from one random start; one odd p' in some 190,000 makes a safe prime of 1,024 bits."""
SIEVE_LIMIT: Final = 1 << 16
"""Candidates with a prime factor below it never see a power."""
LEAST_BITS: Final = 24


def is_safe_prime(value: int) -> bool:
    """Whether p and (p - 1) / 2 are both prime."""
    return value > 5 and value % 2 == 1 and is_prime(value >> 1) and is_prime(value)


def safe_prime(bits: int) -> Number:
    """A random safe prime with its two highest bits set, so that two make a modulus of twice that length.

    Raises:
        CryptoError: of fewer than 24 bits, where the sieve would strike out the primes themselves.
    """
    if bits < LEAST_BITS:
        raise CryptoError(f"a safe prime of {bits} bits is too short to be sieved: {LEAST_BITS} at least")
    primes = _odd_primes(min(SIEVE_LIMIT, 1 << (bits // 2 - 1)))
    while True:
        half = number((0b11 << (bits - 3)) + (random_below(1 << (bits - 3)) | 1))
        if (found := _first_from(half, bits, primes)) is not None:
            return found


def _first_from(start: Number, bits: int, primes: list[int]) -> Number | None:
    """The first safe prime 2 p' + 1 with p' = start + 2 k that survives the sieve and every test."""
    count = min(SIEVED_CANDIDATES, 1 << (bits - 4))
    survivors = bytearray(b"\1") * count
    for prime in primes:
        inverse_of_two = (prime + 1) // 2
        rest = int(start % prime)
        # p' = 0 and p = 2 p' + 1 = 0 modulo the prime, that is p' = (prime - 1) / 2.
        for residue in (0, (prime - 1) // 2):
            first = (residue - rest) * inverse_of_two % prime
            survivors[first::prime] = bytes(len(range(first, count, prime)))
    at = survivors.find(1)
    while at >= 0:
        half = start + 2 * at
        candidate = 2 * half + 1
        # One cheap power each before forty rounds: nearly no composite passes them.
        if (
            candidate.bit_length() == bits
            and power(2, half - 1, half) == 1
            and power(2, candidate - 1, candidate) == 1
            and is_safe_prime(candidate)
        ):
            return candidate
        at = survivors.find(1, at + 1)
    return None


def _odd_primes(limit: int) -> list[int]:
    """The odd primes below a limit."""
    odd = bytearray(b"\1") * limit
    for at in range(3, int(limit**0.5) + 1, 2):
        if odd[at]:
            odd[at * at :: 2 * at] = bytes(len(range(at * at, limit, 2 * at)))
    return [at for at in range(3, limit, 2) if odd[at]]
