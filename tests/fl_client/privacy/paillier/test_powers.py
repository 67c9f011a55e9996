"""Tables and buckets give the powers of the definition."""

from __future__ import annotations

import random

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.powers import FixedBase, product_of_powers
from tests.fl_client.privacy.paillier.small_key import KEY

MODULUS = int(KEY.square)


@pytest.mark.parametrize("exponent", [0, 1, 255, 256, 2**31, 2**40 - 1])
def test_a_table_gives_the_power(exponent: int) -> None:
    assert FixedBase(3, MODULUS, 5).power(exponent) == pow(3, exponent, MODULUS)


@pytest.mark.parametrize("exponent", [-1, 2**40], ids=["negative", "long"])
def test_an_exponent_beyond_the_table_is_refused(exponent: int) -> None:
    with pytest.raises(CryptoError, match="not one of this table"):
        FixedBase(3, MODULUS, 5).power(exponent)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 100, 399, 400, 450])
@pytest.mark.parametrize("bits", [1, 128, 256])
def test_a_product_of_powers_is_that_of_the_definition(count: int, bits: int) -> None:
    draw = random.Random(count)
    bases = [draw.randrange(MODULUS) for _ in range(count)]
    exponents = [draw.getrandbits(bits) for _ in range(count)]
    expected = 1
    for base, exponent in zip(bases, exponents, strict=True):
        expected = expected * pow(base, exponent, MODULUS) % MODULUS
    assert product_of_powers(bases, exponents, MODULUS) == expected


@pytest.mark.parametrize("count", [20, 500])
def test_exponents_of_nought_give_one(count: int) -> None:
    assert product_of_powers([5] * count, [0] * count, MODULUS) == 1


@pytest.mark.parametrize("count", [2, 20, 500])
def test_as_many_exponents_as_bases_are_asked_for(count: int) -> None:
    with pytest.raises(ValueError, match="argument"):
        product_of_powers([5] * count, [1] * (count - 1), MODULUS)


@pytest.mark.parametrize("count", [2, 20])
def test_a_negative_exponent_is_refused(count: int) -> None:
    with pytest.raises(CryptoError, match="negative"):
        product_of_powers([5] * count, [1] * (count - 1) + [-1], MODULUS)
