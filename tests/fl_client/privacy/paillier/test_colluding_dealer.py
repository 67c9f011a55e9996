"""Openings are sound although dealer and a party collude: primes that are not safe, and shares that only seem right.

Nothing proves that both primes are safe. With 11 a divisor of p - 1 there are squares of order 11, and a share times
one of them passes every proof whose coefficient or challenge is a multiple of 11.
"""

from dataclasses import replace
from functools import cache
from hashlib import sha256

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.combining import Culprit, Opening, check_opening, check_openings, open_sum
from fl_client.privacy.paillier.dealing import DealtKey, KeyShare, deal
from fl_client.privacy.paillier.key_check import check_share
from fl_client.privacy.paillier.number import Number, inverse, number, power
from fl_client.privacy.paillier.openings import open_with, root_of
from fl_client.privacy.paillier.root_shares import (
    check_batch,
    check_share_proof,
    prove_batch,
    prove_share,
    root_shares,
)

from .fixed_keys import CONTEXT, SMALL_PRIMES, UNSAFE_PRIME, check_as_dealt, encrypted, key_by

PRIMES = (UNSAFE_PRIME, SMALL_PRIMES[0])
ORDER = number(PRIMES[0] >> 1) * (PRIMES[1] >> 1)
SUM_ROOT = sha256(b"sum").digest()
PLAINTEXTS = [number(value) for value in range(1, 13)]


@cache
def dealt() -> DealtKey:
    modulus = PRIMES[0] * PRIMES[1]
    return key_by([inverse(modulus, ORDER), 987654321], 3, 2, modulus, int(ORDER))


def element_of_order_11() -> Number:
    return power(power(5, 2, dealt().key.modulus), ORDER // 11, dealt().key.modulus)


def root_of_shares(shares: list[Number]) -> bytes:
    """Stands for the chunk tree's: any hash of all shares."""
    return sha256(b"".join(int(one).to_bytes(64, "big") for one in shares)).digest()


@cache
def forged() -> tuple[list[Number], list[Number], int, bytes]:
    """Ciphertexts, shares of place 1 of which one is forged, its chunk, and a proof of them together."""
    key, share = dealt().key, dealt().shares[1]
    ciphertexts, _ = encrypted(key, PLAINTEXTS)
    right = root_shares(key, share, ciphertexts)
    for chunk in range(len(right)):
        for times in range(1, 11):
            tried = list(right)
            tried[chunk] = tried[chunk] * power(element_of_order_11(), times, key.modulus) % key.modulus
            roots = {"sum_root": SUM_ROOT, "share_root": root_of_shares(tried)}
            proof = prove_batch(key, share, CONTEXT, ciphertexts, tried, **roots)
            try:
                check_batch(key, 1, CONTEXT, ciphertexts, tried, proof, **roots)
            except CryptoError:
                continue
            return ciphertexts, tried, chunk, proof
    raise AssertionError("no forgery passes")


def test_an_honest_dealer_would_not_take_these_primes() -> None:
    with pytest.raises(CryptoError, match="two different safe primes"):
        deal(modulus_bits=512, parties=3, threshold=2, primes=PRIMES)


def test_the_key_passes_all_the_same() -> None:
    check_as_dealt(dealt().key, dealt().proof)
    for share in dealt().shares:
        check_share(dealt().key, share)
    assert element_of_order_11() != 1 and power(element_of_order_11(), 11, dealt().key.modulus) == 1


def test_a_forged_share_passes_the_proof_of_all_shares_together() -> None:
    ciphertexts, shares, chunk, proof = forged()
    assert shares != root_shares(dealt().key, dealt().shares[1], ciphertexts)
    roots = {"sum_root": SUM_ROOT, "share_root": root_of_shares(shares)}
    check_batch(dealt().key, 1, CONTEXT, ciphertexts, shares, proof, **roots)


def test_it_passes_its_single_proof_as_well() -> None:
    ciphertexts, shares, chunk, _ = forged()
    for _ in range(500):
        proof = prove_share(dealt().key, dealt().shares[1], CONTEXT, chunk, ciphertexts[chunk], shares[chunk])
        try:
            check_share_proof(dealt().key, 1, CONTEXT, chunk, ciphertexts[chunk], shares[chunk], proof)
        except CryptoError:
            continue
        return
    raise AssertionError("one challenge in eleven is a multiple of 11")


def test_it_combines_to_no_root_of_the_ciphertext() -> None:
    ciphertexts, shares, chunk, _ = forged()
    other = root_shares(dealt().key, dealt().shares[0], ciphertexts)
    root = root_of(dealt().key, ciphertexts[chunk], {0: other[chunk], 1: shares[chunk]})
    assert root is not None and open_with(dealt().key, ciphertexts[chunk], root) is None
    for plaintext in (PLAINTEXTS[chunk], number(0)):
        with pytest.raises(CryptoError, match="do not make the ciphertext"):
            check_opening(dealt().key, ciphertexts[chunk], Opening(plaintext, root))


def test_the_sum_is_opened_without_it_and_the_party_is_named() -> None:
    ciphertexts, shares, chunk, _ = forged()
    others = {place: root_shares(dealt().key, dealt().shares[place], ciphertexts) for place in (0, 2)}
    openings, culprits = open_sum(dealt().key, ciphertexts, {1: shares, **others})
    assert [one.plaintext for one in openings] == PLAINTEXTS and culprits == (Culprit(1, chunk),)
    check_openings(dealt().key, ciphertexts, openings)


@pytest.mark.parametrize("moved", [1, *PRIMES], ids=["one", "p", "q"])
def test_a_wrong_plaintext_beside_a_root_of_a_short_order_is_found(moved: int) -> None:
    """The order of a wrong plaintext is a factor of n, and none is short."""
    key = dealt().key
    ciphertexts, roots = encrypted(key, PLAINTEXTS)
    openings = [Opening(one, root) for one, root in zip(PLAINTEXTS, roots, strict=True)]
    openings[0] = Opening(PLAINTEXTS[0] + moved, roots[0] * element_of_order_11() % key.modulus)
    with pytest.raises(CryptoError, match="the opening of chunk 0 is wrong"):
        check_openings(key, ciphertexts, openings)


def test_a_verifier_that_is_off_by_a_short_order_is_found_as_surely() -> None:
    """One word of the dual code overlooks it one time in eleven."""
    made, key = dealt(), dealt().key
    off = key.verifiers[2] * element_of_order_11() % key.modulus
    for _ in range(100):
        with pytest.raises(CryptoError, match="the verifiers' degree is too high"):
            check_as_dealt(replace(key, verifiers=(*key.verifiers[:2], off)), made.proof)


# --- a key of which the shares fit their verifiers and open nothing ---------------------------------


def free_modulo_11(verifier: int) -> DealtKey:
    """Shares of 1/n but for a multiple of 11's part of the order, which every place has another of."""
    made = dealt()
    shares = tuple(
        KeyShare(one.place, (one.secret + (one.place + 1) ** 2 * ORDER // 11) % ORDER) for one in made.shares
    )
    verifiers = tuple(power(verifier, one.secret, made.key.modulus) for one in shares)
    return replace(made, key=replace(made.key, verifier=number(verifier), verifiers=verifiers), shares=shares)


def test_shares_of_something_else_in_the_group_of_honest_roots_are_refused() -> None:
    base = dealt().key.base
    assert power(base, ORDER // 11, dealt().key.modulus) != 1
    key = free_modulo_11(base).key
    with pytest.raises(CryptoError, match="the secret that the verifiers share is not 1/n"):
        check_as_dealt(key, dealt().proof)


def test_a_verifier_that_sees_no_difference_there_is_refused_since_no_shares_open_anything() -> None:
    blind = free_modulo_11(power(dealt().key.base, 11, dealt().key.modulus))
    assert blind.key.verifiers == tuple(
        power(blind.key.verifier, one.secret, blind.key.modulus) for one in dealt().shares
    )
    ciphertexts, _ = encrypted(blind.key, PLAINTEXTS[:1])
    shares = {one.place: root_shares(blind.key, one, ciphertexts) for one in blind.shares}
    with pytest.raises(CryptoError, match="no 2 that were tried open it"):
        open_sum(blind.key, ciphertexts, shares)
    with pytest.raises(CryptoError, match="the verifier is not the one that the modulus hashes to"):
        check_as_dealt(blind.key, blind.proof)
