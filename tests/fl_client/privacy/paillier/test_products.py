"""Many powers at once are the same as one after the other."""

import random
from math import prod

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.products import product_of_powers, signed_product_of_powers

MODULUS = 1009 * 2003 * 10**9 + 7


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 100, 600])
@pytest.mark.parametrize("bits", [1, 8, 16, 128, 300])
def test_it_is_the_product_of_the_powers(count: int, bits: int) -> None:
    drawn = random.Random(count + bits)
    bases = [drawn.randrange(MODULUS) for _ in range(count)]
    exponents = [drawn.getrandbits(bits) for _ in range(count)]
    due = (
        prod(pow(base, exponent, MODULUS) for base, exponent in zip(bases, exponents, strict=True)) % MODULUS
    )
    assert product_of_powers(bases, exponents, MODULUS) == due


def test_zero_exponents_make_one() -> None:
    assert product_of_powers([5] * 20, [0] * 20, MODULUS) == 1


def test_negative_exponents_invert() -> None:
    assert signed_product_of_powers([3, 5, 7], [2, -1, 0], 101) == 9 * pow(5, -1, 101) % 101


def test_what_has_no_inverse_is_refused() -> None:
    with pytest.raises(CryptoError, match="must be invertible"):
        signed_product_of_powers([3, 5], [1, -1], 25)


def test_bases_and_exponents_are_as_many() -> None:
    with pytest.raises(ValueError, match="zip"):
        product_of_powers([2] * 10, [1] * 9, MODULUS)
