"""Safe primes are what they are called, and long enough."""

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import is_prime
from fl_client.privacy.paillier.safe_primes import is_safe_prime, safe_prime

from .fixed_keys import LONG_PRIMES, SMALL_PRIMES, UNSAFE_PRIME


@pytest.mark.parametrize("bits", [24, 25, 40, 64, 256])
def test_a_found_prime_is_safe_and_has_its_two_highest_bits(bits: int) -> None:
    found = safe_prime(bits)
    assert is_prime(found) and is_prime(found // 2) and found >> (bits - 2) == 0b11


def test_no_prime_is_found_twice() -> None:
    assert len({int(safe_prime(128)) for _ in range(5)}) == 5


def test_too_short_ones_are_refused() -> None:
    with pytest.raises(CryptoError, match="safe prime of 23 bits is too short"):
        safe_prime(23)


@pytest.mark.parametrize("value", [7, 11, 23, 47, 59, 83])
def test_small_safe_primes_are_known(value: int) -> None:
    assert is_safe_prime(value)


@pytest.mark.parametrize("value", [0, 1, 2, 3, 4, 9, 13, 15, 17, 19, 31])
def test_others_are_not(value: int) -> None:
    assert not is_safe_prime(value)


def test_the_fixed_primes_are_what_they_say() -> None:
    assert all(map(is_safe_prime, SMALL_PRIMES + LONG_PRIMES))
    assert is_prime(UNSAFE_PRIME) and not is_safe_prime(UNSAFE_PRIME) and UNSAFE_PRIME % 22 == 1
