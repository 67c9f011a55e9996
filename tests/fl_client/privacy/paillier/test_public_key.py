"""A public key has one form in bytes, which is the one that contracts read."""

from __future__ import annotations

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import number
from fl_client.privacy.paillier.public_key import HEADER_BYTES, PublicKey
from tests.contracts.paillier_reference import Key

PLAIN = Key()
L = PLAIN.length


@pytest.fixture
def key() -> PublicKey:
    """The client's view of the reference's key."""
    verifiers = tuple(map(number, PLAIN.verifiers))
    return PublicKey(number(PLAIN.n), number(PLAIN.base), number(PLAIN.verifier), verifiers, PLAIN.threshold)


def changed(at: int, part: bytes) -> bytes:
    """The reference's bytes with others from one place on."""
    return PLAIN.data[:at] + part + PLAIN.data[at + len(part) :]


def test_the_bytes_are_those_that_contracts_read(key: PublicKey) -> None:
    assert key.data == PLAIN.data
    assert key.hash == PLAIN.hash


def test_the_mask_is_the_base_to_the_modulus(key: PublicKey) -> None:
    assert key.mask == PLAIN.mask


def test_bytes_are_read_back(key: PublicKey) -> None:
    assert PublicKey.from_data(key.data) == key


@pytest.mark.parametrize("mask", [PLAIN.mask + 1, PLAIN.mask + PLAIN.n, PLAIN.square - PLAIN.mask, 0, 1])
def test_another_mask_is_refused(mask: int) -> None:
    with pytest.raises(CryptoError, match="mask"):
        PublicKey.from_data(changed(HEADER_BYTES + 2 * L, PLAIN.two(mask)))


@pytest.mark.parametrize("place", range(5, 8))
@pytest.mark.parametrize("value", [0, PLAIN.n])
def test_a_number_out_of_range_is_refused(place: int, value: int) -> None:
    with pytest.raises(CryptoError, match="modulus"):
        PublicKey.from_data(changed(HEADER_BYTES + place * L, PLAIN.one(value)))


def test_a_modulus_of_fewer_bits_is_refused_though_all_else_fits_it() -> None:
    short = PublicKey(number(PLAIN.n >> 1 | 1), number(4), number(4), (number(4), number(16)), 2)
    assert short.length == L
    with pytest.raises(CryptoError, match=f"a modulus of exactly {8 * L} bits"):
        PublicKey.from_data(short.data)


@pytest.mark.parametrize(("at", "part"), [(0, b"GPK2"), (10, b"\1"), (15, b"\1")])
def test_bytes_that_begin_otherwise_are_refused(at: int, part: bytes) -> None:
    with pytest.raises(CryptoError, match="begin"):
        PublicKey.from_data(changed(at, part))


def test_a_length_of_no_whole_words_is_refused() -> None:
    with pytest.raises(CryptoError, match="words"):
        PublicKey.from_data(changed(4, b"\0\x41"))


@pytest.mark.parametrize("change", [-1, 1])
def test_bytes_of_another_length_are_refused(change: int) -> None:
    with pytest.raises(CryptoError, match="header"):
        PublicKey.from_data((PLAIN.data + b"\0")[: len(PLAIN.data) + change])
