"""An update's chunk is right only with a proof that its author knew what the ciphertext hides.

INV-UNIT-1, INV-SHOW-2.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.contracts import paillier_reference as paillier
from tests.contracts.encrypted_round import Kind, Round, binding_of, changed_bytes, flipped
from tests.contracts.federation import reverts

CHUNK = 2
L = 64
PROOF = 3 * L + L // 2 + 33


def is_right(verifier: Any, posted: Round, chunk: int = CHUNK, **overrides: Any) -> bool:
    """Ask for a chunk of the accused's update, whatever was posted there."""
    return bool(
        verifier.isRight(posted.claim(Kind.UPDATE, chunk, **overrides), posted.proof(Kind.UPDATE, chunk))
    )


def proved(key: paillier.Key, ciphertext: int, plaintext: int, exponent: int) -> bytes:
    """A proof whose equation holds, about any number that is equal to that encryption modulo n^2."""
    context = paillier.context_of(binding_of(1), CHUNK)
    return key.prove_plaintext(context, ciphertext, plaintext, exponent, Random(4))


def find_short(key: paillier.Key) -> tuple[int, int]:
    """An exponent whose encryption of 5 has a second name of the same length, and that name."""
    for exponent in range(1, 1000):
        other = key.encrypt(5, exponent) + key.square
        if other < 256 ** (2 * key.length):
            return exponent, other
    raise AssertionError("no ciphertext is that short")


# ---------------------------------------------------------------------- other bytes


@pytest.mark.parametrize("bit", [0, 7, 300, 8 * 2 * L - 1])
def test_one_bit_of_the_ciphertext_makes_it_wrong(verifier: Any, right: Round, bit: int) -> None:
    ciphertext = flipped(right.updates[1][CHUNK][0], bit)
    assert is_right(verifier, right.with_update(CHUNK, ciphertext=ciphertext)) is False


@pytest.mark.parametrize("byte", [0, 2 * L - 1, 2 * L, 3 * L - 1, 3 * L, 3 * L + 20, PROOF - 1])
@pytest.mark.parametrize("bit", [0, 7])
def test_one_bit_of_the_proof_makes_it_wrong(verifier: Any, right: Round, byte: int, bit: int) -> None:
    proof = flipped(right.updates[1][CHUNK][1], 8 * byte + bit)
    assert is_right(verifier, right.with_update(CHUNK, proof=proof)) is False


def test_a_chunk_is_wrong_at_another_position(verifier: Any, right: Round) -> None:
    ciphertext, proof = right.updates[1][3]
    assert is_right(verifier, right.with_update(CHUNK, ciphertext, proof)) is False


def test_a_chunk_is_wrong_under_another_binding(verifier: Any, right: Round) -> None:
    assert is_right(verifier, right, binding=binding_of(2)) is False


def test_the_update_of_another_party_is_wrong(verifier: Any, right: Round) -> None:
    assert is_right(verifier, right.with_update(CHUNK, *right.updates[0][CHUNK])) is False


def test_an_update_under_another_key_is_wrong(verifier: Any, right: Round) -> None:
    other = paillier.Key(primes=paillier.OTHER_PRIMES)
    claim = right.claim(Kind.UPDATE, CHUNK, key_hash=other.hash)
    assert verifier.isRight(claim, right.proof(Kind.UPDATE, CHUNK, key=other.data)) is False


# ---------------------------------------------------------------------- numbers out of range


@pytest.mark.parametrize("multiple", [0, 1, 2, "n"])
@pytest.mark.parametrize("commitment", [0, 1, "n"])
def test_no_multiple_of_n_is_a_ciphertext(
    verifier: Any, right: Round, multiple: int | str, commitment: int | str
) -> None:
    """With d = z = 0 such a ciphertext makes an equation of zeros, if its commitment may be one too."""
    key = right.key
    numbers = {"n": key.n}
    ciphertext = key.two(key.n * numbers.get(multiple, multiple))
    proof = key.two(numbers.get(commitment, commitment)) + bytes(PROOF - 2 * L)
    assert is_right(verifier, right.with_update(CHUNK, ciphertext, proof)) is False


def test_a_multiple_of_a_prime_is_no_ciphertext(verifier: Any, right: Round) -> None:
    """Even its finder, who knows the key's secret, has no proof: the other side is a unit."""
    key, p = right.key, right.key.primes[0]
    ciphertext = p**2 * 12_345
    assert (
        is_right(verifier, right.with_update(CHUNK, key.two(ciphertext), proved(key, ciphertext, 1, 1)))
        is False
    )


def test_the_ciphertext_1_is_refused_with_a_right_proof(verifier: Any, right: Round) -> None:
    key = right.key
    assert key.encrypt(0, 0) == 1
    assert is_right(verifier, right.with_update(CHUNK, key.two(1), proved(key, 1, 0, 0))) is False


def test_a_ciphertext_has_no_second_name(verifier: Any, right: Round) -> None:
    key = right.key
    exponent, other = find_short(key)
    posted = right.with_update(CHUNK, key.two(other), proved(key, other, 5, exponent))
    assert is_right(verifier, posted) is False
    first = other - key.square
    posted = right.with_update(CHUNK, key.two(first), proved(key, first, 5, exponent))
    assert is_right(verifier, posted) is True


def test_a_commitment_has_no_second_name(verifier: Any, right: Round) -> None:
    key = right.key
    short, other = find_short(key)
    ciphertext = key.encrypt(9, 77)
    context = paillier.context_of(binding_of(1), CHUNK)

    def with_commitment(value: int) -> Round:
        challenge = paillier.challenge_of(
            paillier.PLAINTEXT_DOMAIN, context, key.two(ciphertext), key.two(value)
        )
        plain, exponent = (5 + challenge * 9) % key.n, short + challenge * 77
        proof = key.two(value) + key.one(plain) + exponent.to_bytes(L // 2 + 33, "big")
        return right.with_update(CHUNK, key.two(ciphertext), proof)

    assert is_right(verifier, with_commitment(other - key.square)) is True
    assert is_right(verifier, with_commitment(other)) is False


def test_a_plaintexts_response_has_no_second_name(verifier: Any, right: Round) -> None:
    key = right.key
    for seed in range(100):
        context = paillier.context_of(binding_of(1), CHUNK)
        proof = key.prove_plaintext(context, key.encrypt(9, 77), 9, 77, Random(seed))
        response = int.from_bytes(proof[2 * L : 3 * L], "big") + key.n
        if response < 256**L:
            break
    posted = right.with_update(CHUNK, key.two(key.encrypt(9, 77)), proof)
    assert is_right(verifier, posted) is True
    renamed = changed_bytes(proof, 2 * L, key.one(response))
    assert is_right(verifier, posted.with_update(CHUNK, proof=renamed)) is False


@pytest.mark.parametrize("sign", ["1", "-1", "mixed", "-mixed"])
def test_a_sign_of_the_commitment_makes_nothing_wrong(verifier: Any, right: Round, sign: str) -> None:
    """Batches overlook it: an update that every attester accepts must not be struck for it."""
    key = right.key
    p, q = (prime**2 for prime in key.primes)
    mixed = (1 - 2 * p * pow(p, -1, q)) % key.square
    root = {"1": 1, "-1": -1, "mixed": mixed, "-mixed": -mixed}[sign] % key.square
    assert root**2 % key.square == 1
    ciphertext, context = key.encrypt(9, 77), paillier.context_of(binding_of(1), CHUNK)
    commitment = key.two(root * key.encrypt(5, 1_000) % key.square)
    challenge = paillier.challenge_of(paillier.PLAINTEXT_DOMAIN, context, key.two(ciphertext), commitment)
    proof = commitment + key.one((5 + challenge * 9) % key.n)
    proof += (1_000 + challenge * 77).to_bytes(L // 2 + 33, "big")
    assert is_right(verifier, right.with_update(CHUNK, key.two(ciphertext), proof)) is True


# ---------------------------------------------------------------------- proofs about something else


@pytest.mark.parametrize("length", [0, 2 * L - 1, 2 * L + 1, 4 * L])
def test_a_ciphertext_of_another_length_reverts(verifier: Any, right: Round, length: int) -> None:
    claim = right.claim(Kind.UPDATE, CHUNK)
    with reverts("EncryptedVerifierLength", length, 2 * L):
        verifier.isRight(claim, right.proof(Kind.UPDATE, CHUNK, ciphertext=bytes(length)))


@pytest.mark.parametrize("length", [0, PROOF - 1, PROOF + 1])
def test_a_proof_of_another_length_reverts(verifier: Any, right: Round, length: int) -> None:
    posted = right.with_update(CHUNK, proof=right.updates[1][CHUNK][1].ljust(length, b"\0")[:length])
    with reverts("EncryptedVerifierLength", length, PROOF):
        is_right(verifier, posted)


@pytest.mark.parametrize("part", ["ciphertext", "proof"])
def test_bytes_that_were_not_posted_revert(verifier: Any, right: Round, part: str) -> None:
    shown = right.parts(Kind.UPDATE, CHUNK)
    shown[part] = flipped(shown[part], 9)
    leaf = paillier.update_leaf_of(shown["ciphertext"], shown["proof"])
    found = paillier.climb(leaf, CHUNK, shown["path"])
    with reverts("EncryptedVerifierWrongPath", found, right.roots[Kind.UPDATE]):
        verifier.isRight(
            right.claim(Kind.UPDATE, CHUNK), right.proof(Kind.UPDATE, CHUNK, **{part: shown[part]})
        )


def test_the_chunk_next_to_it_reverts(verifier: Any, right: Round) -> None:
    shown = right.parts(Kind.UPDATE, 3)
    leaf = paillier.update_leaf_of(shown["ciphertext"], shown["proof"])
    found = paillier.climb(leaf, CHUNK, shown["path"])
    with reverts("EncryptedVerifierWrongPath", found, right.roots[Kind.UPDATE]):
        verifier.isRight(right.claim(Kind.UPDATE, CHUNK), right.proof(Kind.UPDATE, 3))


@pytest.mark.parametrize("siblings", [0, 2, 4])
def test_a_path_of_another_length_reverts(verifier: Any, right: Round, siblings: int) -> None:
    path = (right.parts(Kind.UPDATE, CHUNK)["path"] + [bytes(32)])[:siblings]
    with reverts("ChunkTreePathLength", siblings, 3):
        verifier.isRight(right.claim(Kind.UPDATE, CHUNK), right.proof(Kind.UPDATE, CHUNK, path=path))


def test_a_chunk_beyond_the_last_reverts(verifier: Any, right: Round) -> None:
    with reverts("ChunkTreeIndexOutOfRange", 7, 7):
        verifier.isRight(right.claim(Kind.UPDATE, 7), right.proof(Kind.UPDATE, 6))
