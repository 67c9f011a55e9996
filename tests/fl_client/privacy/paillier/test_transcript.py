"""What proofs are hashed to, written out: a field that both prover and check left out would show nowhere else."""

from __future__ import annotations

from hashlib import sha256
from itertools import islice

import pytest

from fl_client.privacy.paillier.number import from_bytes
from fl_client.privacy.paillier.root_shares import prove_batch, prove_share, root_shares
from fl_client.privacy.paillier.transcript import ProofContext, hashed_number

from .fixed_keys import CONTEXT, encrypted, small_key

KEY, SHARE = small_key().key, small_key().shares[2]
CIPHERTEXTS = encrypted(KEY, [5, 0, KEY.modulus - 1])[0]
GIVEN = root_shares(KEY, SHARE, CIPHERTEXTS)
ZERO = bytes(32)
SUM_ROOT, SHARE_ROOT = sha256(b"sum").digest(), sha256(b"shares").digest()


def digest(domain: str, *fields: bytes) -> bytes:
    return sha256(b"".join((domain.encode().ljust(32, b"\0"), CONTEXT.binding, *fields))).digest()


def powers(seed: bytes, count: int) -> list[int]:
    """Two halves of each block."""
    blocks = b"".join(sha256(seed + counter.to_bytes(32, "big")).digest() for counter in range(count))
    return [int.from_bytes(blocks[at : at + 16], "big") for at in range(0, 16 * count, 16)]


def holds(proof: bytes, base: int, powered: int, told: bytes) -> bool:
    """B^z = a1 y^c and v^z = a2 v_i^c, with c the first half of a hash."""
    first, second, response = (int(from_bytes(part)) for part in (proof[:64], proof[64:128], proof[128:]))
    challenge, modulus = int.from_bytes(told[:16], "big"), int(KEY.modulus)
    return (
        pow(base, response, modulus) == first * pow(powered, challenge, modulus) % modulus
        and pow(int(KEY.verifier), response, modulus)
        == second * pow(int(KEY.verifiers[2]), challenge, modulus) % modulus
    )


def test_the_proof_of_one_share_is_that_of_the_formula() -> None:
    ciphertext, given = int(CIPHERTEXTS[1]), int(GIVEN[1])
    proof = prove_share(KEY, SHARE, CONTEXT, 7, ciphertext, given)
    shown = ((7).to_bytes(32, "big"), ciphertext.to_bytes(128, "big"), given.to_bytes(64, "big"), proof[:128])
    base = pow(ciphertext, 4 * 120, int(KEY.modulus))
    assert holds(proof, base, given * given, digest("Gradbond.Paillier.Share", *shown))


def test_the_proof_of_all_shares_is_that_of_the_formula() -> None:
    """Both roots give the powers; with both commitments they give the challenge."""
    domain, modulus = "Gradbond.Paillier.ShareBatch", int(KEY.modulus)
    proof = prove_batch(KEY, SHARE, CONTEXT, CIPHERTEXTS, GIVEN, sum_root=SUM_ROOT, share_root=SHARE_ROOT)
    weights = powers(digest(domain, ZERO, SUM_ROOT, SHARE_ROOT), 3)
    base = powered = 1
    for ciphertext, given, weight in zip(CIPHERTEXTS, GIVEN, weights, strict=True):
        base = base * pow(int(ciphertext), 4 * 120 * weight, modulus) % modulus
        powered = powered * pow(int(given), 2 * weight, modulus) % modulus
    assert holds(proof, base, powered, digest(domain, ZERO, SUM_ROOT, SHARE_ROOT, proof[:128]))


@pytest.mark.parametrize("kind", ["one", "all"])
def test_nonces_are_256_bits_longer_than_a_share(kind: str) -> None:
    """A response of a shorter one would tell the share. Two to the minus 64 that this fails by chance."""
    roots = {"sum_root": SUM_ROOT, "share_root": SHARE_ROOT}
    proofs = [
        prove_share(KEY, SHARE, CONTEXT, 0, CIPHERTEXTS[0], GIVEN[0])
        if kind == "one"
        else prove_batch(KEY, SHARE, CONTEXT, CIPHERTEXTS, GIVEN, **roots)
        for _ in range(8)
    ]
    assert max(from_bytes(proof[128:]).bit_length() for proof in proofs) > 512 + 248


def test_coefficients_are_halves_of_the_hashes_of_a_counter() -> None:
    domain = b"d" * 32
    seed = sha256(domain + CONTEXT.binding + ZERO + b"one" + b"two").digest()
    found = list(islice(CONTEXT.coefficients(domain, b"one", b"two"), 9))
    assert found == powers(seed, 9) and len(set(found)) == 9


@pytest.mark.parametrize("modulus", [(1 << 255) + 95, (1 << 512) - 569, (1 << 2048) - 1], ids=int.bit_length)
@pytest.mark.parametrize("position", [0, 1, 15])
def test_a_hashed_number_is_longer_than_its_modulus_before_it_is_reduced(modulus: int, position: int) -> None:
    length = (modulus.bit_length() + 7) // 8
    seed = b"d" * 32 + modulus.to_bytes(length, "big") + position.to_bytes(32, "big")
    blocks = -(-(length + 16) // 32)
    data = b"".join(sha256(seed + counter.to_bytes(32, "big")).digest() for counter in range(blocks))
    assert len(data) >= length + 16
    assert hashed_number(b"d" * 32, modulus, position) == int.from_bytes(data, "big") % modulus


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_binding_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"a binding of {length} bytes"):
        ProofContext(bytes(length))
