"""A table gives the powers of the definition."""

from __future__ import annotations

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.fixed_base import FixedBase
from tests.fl_client.privacy.paillier.small_key import KEY

MODULUS = int(KEY.square)


@pytest.mark.parametrize("exponent", [0, 1, 255, 256, 2**31, 2**40 - 1])
def test_a_table_gives_the_power(exponent: int) -> None:
    assert FixedBase(3, MODULUS, 5).power(exponent) == pow(3, exponent, MODULUS)


@pytest.mark.parametrize("exponent", [-1, 2**40], ids=["negative", "long"])
def test_an_exponent_beyond_the_table_is_refused(exponent: int) -> None:
    with pytest.raises(CryptoError, match="not one of this table"):
        FixedBase(3, MODULUS, 5).power(exponent)
