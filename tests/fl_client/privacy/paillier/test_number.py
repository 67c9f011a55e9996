"""Long integers: what has no inverse, is no unit or does not fit is refused as such."""

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import (
    inverse,
    is_perfect_power,
    is_unit,
    number,
    power,
    secret_power,
    to_bytes,
)


@pytest.mark.parametrize("exponent", [0, 1, 5, 2**100])
def test_both_powers_agree(exponent: int) -> None:
    assert power(3, exponent, 10**9 + 7) == pow(3, exponent, 10**9 + 7)
    if exponent:
        assert secret_power(3, exponent, 10**9 + 7) == pow(3, exponent, 10**9 + 7)


@pytest.mark.parametrize("value", [0, 5, 10])
@pytest.mark.parametrize("kind", [int, number], ids=["int", "number"])
def test_what_has_no_inverse_is_refused(value: int, kind: type[int]) -> None:
    with pytest.raises(CryptoError, match="must be invertible"):
        inverse(kind(value), 25)


@pytest.mark.parametrize("value", [-1, 0, 5, 25, 26])
def test_what_is_no_unit(value: int) -> None:
    assert not is_unit(value, 25)


def test_perfect_powers_are_known() -> None:
    assert is_perfect_power(7**5) and is_perfect_power(10**2) and not is_perfect_power(7 * 11)


@pytest.mark.parametrize("value", [-1, 256])
def test_what_does_not_fit_is_refused(value: int) -> None:
    with pytest.raises(CryptoError, match="does not fit into 1 bytes"):
        to_bytes(value, 1)
