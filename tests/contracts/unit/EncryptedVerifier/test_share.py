"""A share is right only with a proof that its exponent is the party's (INV-UNIT-1, INV-SHOW-2)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.contracts import paillier_reference as paillier
from tests.contracts.encrypted_round import (
    Kind,
    Round,
    binding_of,
    changed_bytes,
    flipped,
    prove_share,
)
from tests.contracts.federation import reverts

CHUNK = 5
L = 64
PROOF = 3 * L + 33


def is_right(verifier: Any, posted: Round, chunk: int = CHUNK, **overrides: Any) -> bool:
    """Ask for a chunk of the accused's shares, whatever was posted there."""
    claim = posted.claim(Kind.SHARE, chunk, **overrides)
    return bool(verifier.isRight(claim, posted.proof(Kind.SHARE, chunk)))


def ciphertext_of(posted: Round, chunk: int = CHUNK) -> int:
    """The number to open."""
    return int.from_bytes(posted.sums[chunk], "big")


def proved(posted: Round, share: int, place: int) -> Round:
    """A share with a proof that is made as a party at that place would make it."""
    key = posted.key
    context = paillier.context_of(binding_of(posted.accused), CHUNK)
    proof = key.prove_share(context, ciphertext_of(posted), share, place, Random(6))
    return posted.with_chunk("shares", CHUNK, key.one(share)).with_chunk("share_proofs", CHUNK, proof)


# ---------------------------------------------------------------------- other bytes


@pytest.mark.parametrize("bit", [0, 100, 8 * L - 1])
def test_one_bit_of_the_share_makes_it_wrong(verifier: Any, right: Round, bit: int) -> None:
    assert is_right(verifier, right.with_chunk("shares", CHUNK, flipped(right.shares[CHUNK], bit))) is False


@pytest.mark.parametrize("byte", [0, L - 1, L, 2 * L - 1, 2 * L, 2 * L + 40, PROOF - 1])
@pytest.mark.parametrize("bit", [0, 7])
def test_one_bit_of_the_proof_makes_it_wrong(verifier: Any, right: Round, byte: int, bit: int) -> None:
    proof = flipped(right.share_proofs[CHUNK], 8 * byte + bit)
    assert is_right(verifier, right.with_chunk("share_proofs", CHUNK, proof)) is False


def test_a_share_is_wrong_under_another_binding(verifier: Any, right: Round) -> None:
    assert is_right(verifier, right, binding=binding_of(2)) is False


def test_a_proof_of_another_position_is_wrong(verifier: Any, right: Round) -> None:
    proof = prove_share(right.key, ciphertext_of(right), CHUNK - 1)
    assert is_right(verifier, right.with_chunk("share_proofs", CHUNK, proof)) is False


def test_a_share_of_another_ciphertext_is_wrong(verifier: Any, right: Round) -> None:
    share = right.key.share(ciphertext_of(right, 0), right.accused)
    assert is_right(verifier, proved(right, share, right.accused)) is False


@pytest.mark.parametrize("place", [0, 2])
def test_another_partys_share_is_wrong(verifier: Any, right: Round, place: int) -> None:
    """Although its proof holds with that party's v_i: the contract takes the accused's."""
    posted = proved(right, right.key.share(ciphertext_of(right), place), place)
    assert is_right(verifier, posted) is False
    assert is_right(verifier, posted, party=place) is True


def test_an_exponent_of_ones_own_choice_is_wrong(verifier: Any, right: Round) -> None:
    """As where a proof brings its own v and v_i along."""
    chosen = paillier.Key()
    chosen.__dict__["shares"] = (1234,) * 3
    share = chosen.share(ciphertext_of(right), 1)
    context = paillier.context_of(binding_of(1), CHUNK)
    proof = chosen.prove_share(context, ciphertext_of(right), share, 1, Random(1))
    posted = right.with_chunk("shares", CHUNK, chosen.one(share)).with_chunk("share_proofs", CHUNK, proof)
    assert is_right(verifier, posted) is False


def test_another_number_of_parties_makes_it_wrong(verifier: Any, right: Round) -> None:
    """N! is part of the share's exponent."""
    key = paillier.Key(parties=2)
    posted = right.claim(Kind.SHARE, CHUNK, parties=2, key_hash=key.hash)
    assert verifier.isRight(posted, right.proof(Kind.SHARE, CHUNK, key=key.data)) is False


# ---------------------------------------------------------------------- numbers out of range


@pytest.mark.parametrize("value", ["0", "1", "n - 1"])
def test_no_trivial_number_is_a_share(verifier: Any, right: Round, value: str) -> None:
    number = {"0": 0, "1": 1, "n - 1": right.key.n - 1}[value]
    assert is_right(verifier, proved(right, number, right.accused)) is False


def renamed(posted: Round, part: str, times: int) -> Round:
    """A sum whose share, or a number of its proof, plus n is as long; with the challenge that is right for it."""
    key, context = posted.key, paillier.context_of(binding_of(posted.accused), CHUNK)
    for seed in range(1, 1000):
        one, ciphertext = Random(seed).getrandbits(8 * L + 256), key.encrypt(3, seed)
        numbers = {
            "share": key.share(ciphertext, posted.accused),
            "first": pow(key.root_base(ciphertext), one, key.n),
            "second": pow(key.verifier, one, key.n),
        }
        if numbers[part] + key.n < 256**L:
            break
    numbers[part] += times * key.n
    share, *commitments = map(key.one, numbers.values())
    fields = (key.two(ciphertext), share, *commitments)
    challenge = paillier.challenge_of(paillier.SHARE_DOMAIN, context, *fields)
    exponent = one + challenge * key.shares[posted.accused]
    proof = b"".join(commitments) + exponent.to_bytes(L + 33, "big")
    changes = {"sums": key.two(ciphertext), "shares": share, "share_proofs": proof}
    for statement, data in changes.items():
        posted = posted.with_chunk(statement, CHUNK, data)
    return posted


@pytest.mark.parametrize("part", ["share", "first", "second"])
def test_no_number_has_a_second_name(verifier: Any, right: Round, part: str) -> None:
    assert is_right(verifier, renamed(right, part, 0)) is True
    assert is_right(verifier, renamed(right, part, 1)) is False


@pytest.mark.parametrize("multiple", [0, 1, 5])
@pytest.mark.parametrize("number", [0, 1])
def test_no_share_of_a_multiple_of_n_is_right(
    verifier: Any, right: Round, multiple: int, number: int
) -> None:
    key = right.key
    posted = right.with_chunk("sums", CHUNK, key.two(multiple * key.n))
    proof = key.one(number) + key.one(number) + bytes(L + 33)
    posted = posted.with_chunk("shares", CHUNK, key.one(number)).with_chunk("share_proofs", CHUNK, proof)
    assert is_right(verifier, posted) is False


# ---------------------------------------------------------------------- proofs about something else


@pytest.mark.parametrize("length", [0, L - 1, L + 32])
def test_a_share_of_another_length_reverts(verifier: Any, right: Round, length: int) -> None:
    with reverts("EncryptedVerifierLength", length, L):
        is_right(verifier, right.with_chunk("shares", CHUNK, bytes(length)))


@pytest.mark.parametrize("length", [0, PROOF - 1, PROOF + 1])
def test_a_proof_of_another_length_reverts(verifier: Any, right: Round, length: int) -> None:
    proof = right.share_proofs[CHUNK].ljust(length, b"\0")[:length]
    with reverts("EncryptedVerifierLength", length, PROOF):
        is_right(verifier, right.with_chunk("share_proofs", CHUNK, proof))


def test_a_response_that_is_longer_by_zeros_reverts(verifier: Any, right: Round) -> None:
    old = right.share_proofs[CHUNK]
    proof = changed_bytes(old + b"\0", 2 * L, b"\0" + old[2 * L :])
    with reverts("EncryptedVerifierLength", PROOF + 1, PROOF):
        is_right(verifier, right.with_chunk("share_proofs", CHUNK, proof))


@pytest.mark.parametrize(("part", "path"), [("sum", "sum_path"), ("share", "path")])
def test_bytes_that_were_not_posted_revert(verifier: Any, right: Round, part: str, path: str) -> None:
    parts = right.parts(Kind.SHARE, CHUNK)
    other = flipped(parts[part], 9)
    found = paillier.climb(paillier.leaf_of(other), CHUNK, parts[path])
    root = right.roots[Kind.SUM if part == "sum" else Kind.SHARE]
    with reverts("EncryptedVerifierWrongPath", found, root):
        verifier.isRight(right.claim(Kind.SHARE, CHUNK), right.proof(Kind.SHARE, CHUNK, **{part: other}))
