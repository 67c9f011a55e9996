"""An opening is right only if it is the ciphertext's one plaintext and root (INV-UNIT-1, INV-SHOW-2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import paillier_reference as paillier
from tests.contracts.encrypted_round import Kind, Round, flipped
from tests.contracts.federation import reverts

CHUNK = 6
L = 64


def is_right(verifier: Any, posted: Round, chunk: int = CHUNK) -> bool:
    """Ask for a chunk of the result, whatever was posted there."""
    return bool(verifier.isRight(posted.claim(Kind.RESULT, chunk), posted.proof(Kind.RESULT, chunk)))


def opened(posted: Round, plaintext: int, root: int) -> Round:
    """Another plaintext and root were posted."""
    return posted.with_chunk("openings", CHUNK, posted.key.one(plaintext) + posted.key.one(root))


def numbers_of(posted: Round, chunk: int = CHUNK) -> tuple[int, int]:
    """Plaintext and root."""
    opening = posted.openings[chunk]
    return int.from_bytes(opening[:L], "big"), int.from_bytes(opening[L:], "big")


@pytest.mark.parametrize("byte", [0, 30, L - 1, L, 90, 2 * L - 1])
@pytest.mark.parametrize("bit", [0, 7])
def test_one_bit_makes_it_wrong(verifier: Any, right: Round, byte: int, bit: int) -> None:
    opening = flipped(right.openings[CHUNK], 8 * byte + bit)
    assert is_right(verifier, right.with_chunk("openings", CHUNK, opening)) is False


@pytest.mark.parametrize("step", [-1, 1])
def test_a_plaintext_one_beside_is_wrong(verifier: Any, right: Round, step: int) -> None:
    plaintext, root = numbers_of(right)
    assert is_right(verifier, opened(right, plaintext + step, root)) is False


def test_the_opening_of_another_chunk_is_wrong(verifier: Any, right: Round) -> None:
    assert is_right(verifier, right.with_chunk("openings", CHUNK, right.openings[0])) is False


def test_the_negative_root_is_wrong(verifier: Any, right: Round) -> None:
    plaintext, root = numbers_of(right)
    assert is_right(verifier, opened(right, plaintext, right.key.n - root)) is False


@pytest.mark.parametrize("root", ["0", "1", "n - 1"])
def test_a_trivial_root_is_wrong(verifier: Any, right: Round, root: str) -> None:
    number = {"0": 0, "1": 1, "n - 1": right.key.n - 1}[root]
    assert is_right(verifier, opened(right, numbers_of(right)[0], number)) is False


def test_a_plaintext_has_no_second_name(verifier: Any, right: Round) -> None:
    plaintext, root = numbers_of(right)
    assert plaintext + right.key.n < 256**L
    assert is_right(verifier, opened(right, plaintext + right.key.n, root)) is False


def test_a_root_has_no_second_name(verifier: Any, right: Round) -> None:
    """r + n has the same n-th power modulo n^2."""
    key = right.key
    exponent = next(at for at in range(1, 1000) if pow(key.base, at, key.n) + key.n < 256**L)
    ciphertext, root = key.encrypt(3, exponent), pow(key.base, exponent, key.n)
    posted = right.with_chunk("sums", CHUNK, key.two(ciphertext))
    assert is_right(verifier, opened(posted, 3, root)) is True
    assert is_right(verifier, opened(posted, 3, root + key.n)) is False


def test_a_plaintext_of_0_is_one(verifier: Any, right: Round) -> None:
    key = right.key
    posted = right.with_chunk("sums", CHUNK, key.two(key.encrypt(0, 3)))
    assert is_right(verifier, opened(posted, 0, pow(key.base, 3, key.n))) is True


@pytest.mark.parametrize("multiple", [0, 1, "n"])
@pytest.mark.parametrize("root", [0, 1])
def test_a_multiple_of_n_has_no_opening(verifier: Any, right: Round, multiple: int | str, root: int) -> None:
    key = right.key
    ciphertext = key.n * (key.n if multiple == "n" else int(multiple))
    posted = right.with_chunk("sums", CHUNK, key.two(ciphertext))
    assert is_right(verifier, opened(posted, 1, root)) is False


def test_a_ciphertext_out_of_range_has_no_opening(verifier: Any, right: Round) -> None:
    """C + n^2 would have that of C."""
    key = right.key
    exponent = next(at for at in range(1, 1000) if key.encrypt(3, at) + key.square < 256 ** (2 * L))
    posted = right.with_chunk("sums", CHUNK, key.two(key.encrypt(3, exponent) + key.square))
    assert is_right(verifier, opened(posted, 3, pow(key.base, exponent, key.n))) is False


# ---------------------------------------------------------------------- proofs about something else


@pytest.mark.parametrize("length", [0, L, 2 * L - 1, 2 * L + 1])
def test_an_opening_of_another_length_reverts(verifier: Any, right: Round, length: int) -> None:
    with reverts("EncryptedVerifierLength", length, 2 * L):
        is_right(verifier, right.with_chunk("openings", CHUNK, bytes(length)))


@pytest.mark.parametrize(("part", "path"), [("sum", "sum_path"), ("opening", "path")])
def test_bytes_that_were_not_posted_revert(verifier: Any, right: Round, part: str, path: str) -> None:
    parts = right.parts(Kind.RESULT, CHUNK)
    other = flipped(parts[part], 9)
    found = paillier.climb(paillier.leaf_of(other), CHUNK, parts[path])
    root = right.roots[Kind.SUM if part == "sum" else Kind.RESULT]
    with reverts("EncryptedVerifierWrongPath", found, root):
        verifier.isRight(right.claim(Kind.RESULT, CHUNK), right.proof(Kind.RESULT, CHUNK, **{part: other}))
