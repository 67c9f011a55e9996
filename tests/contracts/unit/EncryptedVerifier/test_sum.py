"""A sum's chunk is right only as the product of the accepted ciphertexts to their weights (INV-SHOW-1, INV-SHOW-2)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import brownie
import pytest

from tests.contracts import paillier_reference as paillier
from tests.contracts.encrypted_round import Kind, Round, flipped, weighted_product
from tests.contracts.federation import reverts

CHUNK = 4
L = 64


def is_right(verifier: Any, posted: Round, chunk: int = CHUNK, **overrides: Any) -> bool:
    """Ask for a chunk of the sum, whatever was posted there."""
    return bool(verifier.isRight(posted.claim(Kind.SUM, chunk, **overrides), posted.proof(Kind.SUM, chunk)))


@pytest.mark.parametrize("bit", [0, 500, 8 * 2 * L - 1])
def test_one_bit_makes_it_wrong(verifier: Any, right: Round, bit: int) -> None:
    assert is_right(verifier, right.with_chunk("sums", CHUNK, flipped(right.sums[CHUNK], bit))) is False


@pytest.mark.parametrize("value", ["0", "1", "n", "n^2"])
def test_no_number_out_of_range_is_right(verifier: Any, right: Round, value: str) -> None:
    key = right.key
    number = {"0": 0, "1": 1, "n": key.n, "n^2": key.square}[value]
    assert is_right(verifier, right.with_chunk("sums", CHUNK, key.two(number))) is False


def test_a_sum_has_no_second_name(verifier: Any, right: Round) -> None:
    key = right.key
    values = [int.from_bytes(one, "big") + key.square for one in right.sums]
    chunk = next(at for at, value in enumerate(values) if value < 256 ** (2 * L))
    assert is_right(verifier, right.with_chunk("sums", chunk, key.two(values[chunk])), chunk) is False


def test_the_sum_of_another_chunk_is_wrong(verifier: Any, right: Round) -> None:
    assert is_right(verifier, right.with_chunk("sums", CHUNK, right.sums[CHUNK + 1])) is False


def test_a_sum_without_one_update_is_wrong(verifier: Any, right: Round) -> None:
    less = weighted_product(right.key, [update[CHUNK][0] for update in right.updates[1:]], right.weights[1:])
    assert is_right(verifier, right.with_chunk("sums", CHUNK, right.key.two(less))) is False


@pytest.mark.parametrize("place", [0, 1, 2])
def test_another_weight_makes_it_wrong(verifier: Any, right: Round, place: int) -> None:
    weights = [weight + (at == place) for at, weight in enumerate(right.weights)]
    assert is_right(verifier, right, weights=weights) is False


def test_swapped_weights_make_it_wrong(verifier: Any, right: Round) -> None:
    assert is_right(verifier, right, weights=right.weights[::-1]) is False


def test_another_keys_modulus_makes_it_wrong(verifier: Any, right: Round) -> None:
    other = paillier.Key(primes=paillier.OTHER_PRIMES)
    claim = right.claim(Kind.SUM, CHUNK, key_hash=other.hash)
    assert verifier.isRight(claim, right.proof(Kind.SUM, CHUNK, key=other.data)) is False


@pytest.mark.parametrize("value", ["0", "n", "n^2 + 7"])
def test_there_is_a_right_sum_of_whatever_was_accepted(verifier: Any, right: Round, value: str) -> None:
    """Who posted such a ciphertext is struck for it, and not who has to multiply with it."""
    key = right.key
    number = {"0": 0, "n": key.n, "n^2 + 7": key.square + 7}[value]
    posted = right.with_update(CHUNK, ciphertext=key.two(number))
    product = weighted_product(key, [update[CHUNK][0] for update in posted.updates], posted.weights)
    assert is_right(verifier, posted.with_chunk("sums", CHUNK, key.two(product))) is True
    assert is_right(verifier, posted) is False


# ---------------------------------------------------------------------- proofs about something else


def test_a_sum_that_was_not_posted_reverts(verifier: Any, right: Round) -> None:
    other = flipped(right.sums[CHUNK], 9)
    path = right.parts(Kind.SUM, CHUNK)["path"]
    found = paillier.climb(paillier.leaf_of(other), CHUNK, path)
    with reverts("EncryptedVerifierWrongPath", found, right.roots[Kind.SUM]):
        verifier.isRight(right.claim(Kind.SUM, CHUNK), right.proof(Kind.SUM, CHUNK, sum=other))


def test_swapped_ciphertexts_revert(verifier: Any, right: Round) -> None:
    parts = right.parts(Kind.SUM, CHUNK)
    turned = {name: parts[name][::-1] for name in ("ciphertexts", "proof_hashes", "paths")}
    leaf = paillier.update_leaf_of(*right.updates[2][CHUNK])
    found = paillier.climb(leaf, CHUNK, parts["paths"][2])
    with reverts("EncryptedVerifierWrongPath", found, right.claim(Kind.SUM, CHUNK)[20][0]):
        verifier.isRight(right.claim(Kind.SUM, CHUNK), right.proof(Kind.SUM, CHUNK, **turned))


@pytest.mark.parametrize("place", [0, 2])
def test_a_ciphertext_that_was_not_posted_reverts(verifier: Any, right: Round, place: int) -> None:
    parts = right.parts(Kind.SUM, CHUNK)
    ciphertexts = parts["ciphertexts"]
    ciphertexts[place] = flipped(ciphertexts[place], 1000)
    with brownie.reverts(revert_pattern="EncryptedVerifierWrongPath: .*"):
        verifier.isRight(right.claim(Kind.SUM, CHUNK), right.proof(Kind.SUM, CHUNK, ciphertexts=ciphertexts))


def test_another_proof_hash_reverts(verifier: Any, right: Round) -> None:
    hashes = right.parts(Kind.SUM, CHUNK)["proof_hashes"]
    hashes[1] = sha256(b"").digest()
    with brownie.reverts(revert_pattern="EncryptedVerifierWrongPath: .*"):
        verifier.isRight(right.claim(Kind.SUM, CHUNK), right.proof(Kind.SUM, CHUNK, proof_hashes=hashes))


@pytest.mark.parametrize("count", [0, 2, 4])
def test_another_number_of_ciphertexts_reverts(verifier: Any, right: Round, count: int) -> None:
    ciphertexts = (2 * right.parts(Kind.SUM, CHUNK)["ciphertexts"])[:count]
    with reverts("EncryptedVerifierLength", count, 3):
        verifier.isRight(right.claim(Kind.SUM, CHUNK), right.proof(Kind.SUM, CHUNK, ciphertexts=ciphertexts))


@pytest.mark.parametrize("length", [0, 2 * L - 1, 2 * L + 32])
def test_a_sum_of_another_length_reverts(verifier: Any, right: Round, length: int) -> None:
    posted = right.with_chunk("sums", CHUNK, bytes(length))
    with reverts("EncryptedVerifierLength", length, 2 * L):
        is_right(verifier, posted)


def test_an_input_of_another_length_reverts(verifier: Any, right: Round) -> None:
    """Its author cannot show it either, and is struck."""
    posted = right.with_update(CHUNK, ciphertext=bytes(2 * L - 32))
    with reverts("EncryptedVerifierLength", 2 * L - 32, 2 * L):
        is_right(verifier, posted)
