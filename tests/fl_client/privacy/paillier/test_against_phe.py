"""The same cryptosystem as python-paillier's: what one encrypts, the other decrypts."""

import random

import phe
import pytest

from fl_client.privacy.paillier.combining import open_sum
from fl_client.privacy.paillier.dealing import DealtKey
from fl_client.privacy.paillier.root_shares import root_shares

from .fixed_keys import LONG_PRIMES, SMALL_PRIMES, encrypted, long_key, small_key

KEYS = pytest.mark.parametrize(
    ("dealt", "primes"), [(small_key(), SMALL_PRIMES), (long_key(), LONG_PRIMES)], ids=["512", "2048"]
)


def plaintexts(dealt: DealtKey) -> list[int]:
    modulus, drawn = int(dealt.key.modulus), random.Random(7)
    return [0, 1, modulus - 1, modulus // 2, drawn.randrange(modulus), drawn.randrange(modulus)]


@KEYS
def test_phe_decrypts_our_ciphertexts(dealt: DealtKey, primes: tuple[int, int]) -> None:
    public = phe.PaillierPublicKey(int(dealt.key.modulus))
    private = phe.PaillierPrivateKey(public, *primes)
    ciphertexts, _ = encrypted(dealt.key, plaintexts(dealt))
    assert [private.raw_decrypt(int(one)) for one in ciphertexts] == plaintexts(dealt)


@KEYS
def test_shares_open_phes_ciphertexts_with_the_randomness_that_phe_took(
    dealt: DealtKey, primes: tuple[int, int]
) -> None:
    public, drawn = phe.PaillierPublicKey(int(dealt.key.modulus)), random.Random(9)
    roots = [drawn.randrange(1, int(dealt.key.modulus)) for _ in plaintexts(dealt)]
    ciphertexts = [
        public.raw_encrypt(plaintext, r_value=root)
        for plaintext, root in zip(plaintexts(dealt), roots, strict=True)
    ]
    places = range(dealt.key.parties - dealt.key.threshold, dealt.key.parties)
    shares = {place: root_shares(dealt.key, dealt.shares[place], ciphertexts) for place in places}
    opened = open_sum(dealt.key, ciphertexts, shares).openings
    assert [one.plaintext for one in opened] == plaintexts(dealt)
    assert [one.root for one in opened] == roots


def test_shares_open_a_sum_that_phe_added_up() -> None:
    dealt = small_key()
    public = phe.PaillierPublicKey(int(dealt.key.modulus))
    total = public.raw_encrypt(5)
    for plaintext in (6, 7, 8):
        total = public.raw_encrypt(plaintext) * total % public.nsquare
    shares = {place: root_shares(dealt.key, dealt.shares[place], [total]) for place in (0, 1, 4)}
    assert open_sum(dealt.key, [total], shares).openings[0].plaintext == 26
