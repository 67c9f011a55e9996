"""Ciphertexts are Paillier's: another implementation opens, adds and multiplies them."""

from __future__ import annotations

import phe
import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.encryption import Encryptor, encryptor_of, one_plus
from fl_client.privacy.paillier.number import power
from tests.fl_client.privacy.paillier.small_key import KEY, N, P, Q

PUBLIC = phe.PaillierPublicKey(n=int(N))
PRIVATE = phe.PaillierPrivateKey(PUBLIC, P, Q)
EXTREMES = [0, 1, N // 2, N // 2 + 1, N - 1]


@pytest.fixture(scope="module")
def encryptor() -> Encryptor:
    return encryptor_of(KEY)


@pytest.mark.parametrize("place", range(len(EXTREMES)))
def test_another_implementation_opens_a_ciphertext(encryptor: Encryptor, place: int) -> None:
    ciphertext, _ = encryptor.encrypt(EXTREMES[place])
    assert PRIVATE.raw_decrypt(int(ciphertext)) == EXTREMES[place]


def test_another_implementation_adds_ciphertexts(encryptor: Encryptor) -> None:
    left, right = (phe.EncryptedNumber(PUBLIC, int(encryptor.encrypt(value)[0])) for value in (1_000, 234))
    assert PRIVATE.decrypt(left + right) == 1_234


def test_another_implementation_multiplies_a_ciphertext(encryptor: Encryptor) -> None:
    ciphertext = phe.EncryptedNumber(PUBLIC, int(encryptor.encrypt(123)[0]))
    assert PRIVATE.decrypt(ciphertext * -3) == -369


def test_ciphertexts_of_both_implementations_add_up(encryptor: Encryptor) -> None:
    theirs = PUBLIC.raw_encrypt(40)
    assert PRIVATE.raw_decrypt(int(encryptor.encrypt(2)[0]) * theirs % PUBLIC.nsquare) == 42


def test_sums_wrap_at_the_modulus(encryptor: Encryptor) -> None:
    product = encryptor.encrypt(N - 1)[0] * encryptor.encrypt(3)[0] % KEY.square
    assert PRIVATE.raw_decrypt(int(product)) == 2


def test_the_nth_root_of_a_ciphertext_is_the_power_of_the_base(encryptor: Encryptor) -> None:
    ciphertext, exponent = encryptor.encrypt(77)
    root = power(KEY.base, exponent, N)
    assert one_plus(KEY, 77) * power(root, N, KEY.square) % KEY.square == ciphertext


def test_a_ciphertext_is_that_of_the_formula(encryptor: Encryptor) -> None:
    ciphertext, exponent = encryptor.encrypt(5)
    assert ciphertext == (1 + 5 * N) * power(KEY.mask, exponent, KEY.square) % KEY.square


def test_the_same_plaintext_is_never_encrypted_alike(encryptor: Encryptor) -> None:
    assert len({int(encryptor.encrypt(0)[0]) for _ in range(50)}) == 50


def test_exponents_have_half_the_bits_of_the_modulus(encryptor: Encryptor) -> None:
    bits = [encryptor.encrypt(0)[1].bit_length() for _ in range(50)]
    assert max(bits) <= 256 and max(bits) > 240


@pytest.mark.parametrize("bad", [-1, N, N + 1], ids=["negative", "modulus", "above"])
def test_what_is_no_plaintext_is_refused(encryptor: Encryptor, bad: int) -> None:
    with pytest.raises(CryptoError, match="not below the modulus"):
        encryptor.encrypt(bad)


def test_a_refusal_does_not_tell_the_plaintext(encryptor: Encryptor) -> None:
    with pytest.raises(CryptoError) as refused:
        encryptor.encrypt(N + 123_456_789)
    assert "123456789" not in str(refused.value) and str(N + 123_456_789) not in str(refused.value)
