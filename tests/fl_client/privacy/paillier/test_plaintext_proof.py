"""Proofs of plaintext knowledge hold where they were made, and nothing else passes for one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

import phe
import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier import plaintext_proof
from fl_client.privacy.paillier.encryption import encryptor_of, response_bytes
from fl_client.privacy.paillier.number import Number, from_bytes, number, to_bytes
from fl_client.privacy.paillier.plaintext_proof import check, check_batch, first_wrong, proof_bytes, prove
from fl_client.privacy.paillier.products import product_of_powers
from fl_client.privacy.paillier.transcript import PLAINTEXT_DOMAIN, ProofContext
from tests.fl_client.privacy.paillier.small_key import CONTEXT, KEY, N, P, Q

L = KEY.length
N2 = KEY.square
POSITION = 3
ENCRYPTOR = encryptor_of(KEY)
PLAINTEXT = N - 5
CIPHERTEXT, EXPONENT = ENCRYPTOR.encrypt(PLAINTEXT)
PROOF = prove(ENCRYPTOR, CONTEXT, POSITION, CIPHERTEXT, PLAINTEXT, EXPONENT)


def refuse(ciphertext: int, proof: bytes, problem: str, position: int = POSITION) -> None:
    """Neither check takes it; the single one says why."""
    with pytest.raises(CryptoError, match=problem):
        check(KEY, CONTEXT, position, ciphertext, proof)
    assert not check_batch(KEY, CONTEXT, [ciphertext], [proof], position)


def proved(count: int) -> tuple[list[Number], list[bytes]]:
    made = [ENCRYPTOR.encrypt(index * index) for index in range(count)]
    proofs = [
        prove(ENCRYPTOR, CONTEXT, index, ciphertext, index * index, exponent)
        for index, (ciphertext, exponent) in enumerate(made)
    ]
    return [ciphertext for ciphertext, _ in made], proofs


def until(found: Callable[[], tuple[int, bytes] | None]) -> tuple[int, bytes]:
    """Draw until a proof has the property that a test asks for."""
    while (one := found()) is None:
        pass
    return one


@pytest.mark.parametrize("plaintext", [0, 1, N // 2, N - 1], ids=["none", "one", "half", "greatest"])
def test_a_proof_of_any_plaintext_holds(plaintext: int) -> None:
    ciphertext, exponent = ENCRYPTOR.encrypt(plaintext)
    proof = prove(ENCRYPTOR, CONTEXT, POSITION, ciphertext, plaintext, exponent)
    check(KEY, CONTEXT, POSITION, ciphertext, proof)
    assert check_batch(KEY, CONTEXT, [ciphertext], [proof], POSITION)


def test_a_proof_is_commitment_value_and_response_of_fixed_lengths() -> None:
    assert len(PROOF) == proof_bytes(L) == 2 * L + L + response_bytes(L)
    assert response_bytes(256) == 161 and proof_bytes(256) == 929


def test_the_check_is_that_of_the_formula() -> None:
    commitment, value, response = (
        from_bytes(PROOF[i:j]) for i, j in ((0, 2 * L), (2 * L, 3 * L), (3 * L, None))
    )
    fields = (CONTEXT.binding, POSITION.to_bytes(32, "big"), to_bytes(CIPHERTEXT, 2 * L), PROOF[: 2 * L])
    challenge = int.from_bytes(sha256(b"".join((PLAINTEXT_DOMAIN, *fields))).digest()[:16], "big")
    base = pow(int(KEY.base), int(N), int(N2))
    left = (1 + value * N) * pow(base, int(response), int(N2)) % N2
    assert left == commitment * pow(int(CIPHERTEXT), challenge, int(N2)) % N2


@pytest.mark.parametrize(
    ("ciphertext", "problem"),
    [
        (0, "no ciphertext"),
        (1, "no ciphertext"),
        (N, "shares a factor"),
        (7 * N, "shares a factor"),
        (N2, "no ciphertext"),
        (N2 + CIPHERTEXT, "no ciphertext"),
        (-CIPHERTEXT, "no ciphertext"),
        (N2 - CIPHERTEXT, "does not hold"),
        (P, "shares a factor"),
        (Q * Q, "shares a factor"),
        (CIPHERTEXT + 1, "does not hold|shares a factor"),
    ],
    ids=["0", "1", "n", "7n", "n2", "n2+c", "-c", "n2-c", "p", "qq", "c+1"],
)
def test_what_is_no_ciphertext_of_the_proof_is_refused(ciphertext: int, problem: str) -> None:
    refuse(ciphertext, PROOF, problem)


@pytest.mark.parametrize("ciphertext", [0, N, N2], ids=["0", "n", "n2"])
@pytest.mark.parametrize("commitment", [0, 1, N], ids=["A=0", "A=1", "A=n"])
def test_the_forgery_of_nothing_but_noughts_is_refused(ciphertext: int, commitment: int) -> None:
    refuse(
        ciphertext,
        to_bytes(commitment, 2 * L) + bytes(L + response_bytes(L)),
        "no ciphertext|shares a factor",
    )


def test_the_ciphertext_that_hides_nothing_is_refused_though_its_proof_holds() -> None:
    """C = A = 1, d = z = 0 satisfies the equation; only the rule against C = 1 stands in its way."""
    refuse(1, to_bytes(1, 2 * L) + bytes(L + response_bytes(L)), "no ciphertext")


def test_a_ciphertext_above_its_range_is_refused_though_its_proof_holds() -> None:
    def above() -> tuple[int, bytes] | None:
        plaintext = 5
        ciphertext, exponent = ENCRYPTOR.encrypt(plaintext)
        if (N2 + ciphertext).bit_length() > 16 * L:
            return None
        return N2 + ciphertext, prove(ENCRYPTOR, CONTEXT, POSITION, N2 + ciphertext, plaintext, exponent)

    refuse(*until(above), "no ciphertext")


def test_a_commitment_above_its_range_is_refused() -> None:
    def above() -> tuple[int, bytes] | None:
        proof = prove(ENCRYPTOR, CONTEXT, POSITION, CIPHERTEXT, PLAINTEXT, EXPONENT)
        commitment = from_bytes(proof[: 2 * L]) + N2
        return None if commitment.bit_length() > 16 * L else (0, to_bytes(commitment, 2 * L) + proof[2 * L :])

    refuse(CIPHERTEXT, until(above)[1], "no ciphertext")


def test_a_value_above_its_range_is_refused_though_the_equation_holds() -> None:
    def above() -> tuple[int, bytes] | None:
        ciphertext, exponent = ENCRYPTOR.encrypt(9)
        proof = prove(ENCRYPTOR, CONTEXT, POSITION, ciphertext, 9, exponent)
        value = from_bytes(proof[2 * L : 3 * L]) + N
        if value.bit_length() > 8 * L:
            return None
        return int(ciphertext), proof[: 2 * L] + to_bytes(value, L) + proof[3 * L :]

    refuse(*until(above), "not below the modulus")


@pytest.mark.parametrize("position", [0, 2, 4])
def test_a_proof_is_worth_nothing_at_another_place(position: int) -> None:
    refuse(CIPHERTEXT, PROOF, "does not hold", position)


@pytest.mark.parametrize("byte", range(32))
def test_a_proof_is_worth_nothing_for_another_party_task_or_round(byte: int) -> None:
    """All of these are in the binding; no byte of it may differ."""
    other = bytearray(CONTEXT.binding)
    other[byte] ^= 1
    with pytest.raises(CryptoError, match="does not hold"):
        check(KEY, ProofContext(bytes(other)), POSITION, CIPHERTEXT, PROOF)
    assert not check_batch(KEY, ProofContext(bytes(other)), [CIPHERTEXT], [PROOF], POSITION)


def test_a_proof_is_worth_nothing_for_another_ciphertext_of_the_same_plaintext() -> None:
    refuse(ENCRYPTOR.encrypt(PLAINTEXT)[0], PROOF, "does not hold")


def test_nobody_proves_another_ones_ciphertext_after_changing_it() -> None:
    """Whoever adds to a ciphertext does not know what is in it; the old proof does not follow along."""
    changed = CIPHERTEXT * ENCRYPTOR.encrypt(1)[0] % N2
    refuse(changed, PROOF, "does not hold")


@pytest.mark.parametrize("length", [0, 1, proof_bytes(L) - 1, proof_bytes(L) + 1, 2 * proof_bytes(L)])
def test_a_proof_of_another_length_is_refused(length: int) -> None:
    refuse(CIPHERTEXT, (PROOF * 2)[:length], f"has {length} bytes")


def test_a_proof_with_a_longer_response_is_refused() -> None:
    refuse(CIPHERTEXT, PROOF[: 3 * L] + b"\0" + PROOF[3 * L :], "bytes; it must have")


def test_a_response_reduced_modulo_another_number_is_refused() -> None:
    response = to_bytes(from_bytes(PROOF[3 * L :]) % (N >> 64), response_bytes(L))
    refuse(CIPHERTEXT, PROOF[: 3 * L] + response, "does not hold")


@pytest.mark.parametrize("start", range(0, 8 * proof_bytes(L), 257))
def test_no_bit_of_a_proof_may_differ(start: int) -> None:
    for bit in range(start, min(start + 257, 8 * proof_bytes(L)), 3):
        changed = bytearray(PROOF)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CryptoError):
            check(KEY, CONTEXT, POSITION, CIPHERTEXT, bytes(changed))
        if bit % 9 == 0:
            assert not check_batch(KEY, CONTEXT, [CIPHERTEXT], [bytes(changed)], POSITION)


@pytest.mark.parametrize("start", range(0, 16 * L, 128))
def test_no_bit_of_a_ciphertext_may_differ(start: int) -> None:
    for bit in range(start, start + 128, 3):
        with pytest.raises(CryptoError):
            check(KEY, CONTEXT, POSITION, CIPHERTEXT ^ (1 << bit), PROOF)


@pytest.mark.parametrize("count", [1, 2, 17, 450])
def test_a_batch_of_proofs_holds(count: int) -> None:
    ciphertexts, proofs = proved(count)
    assert check_batch(KEY, CONTEXT, ciphertexts, proofs)
    assert first_wrong(KEY, CONTEXT, ciphertexts, proofs) is None


def test_no_proofs_are_no_proof() -> None:
    assert not check_batch(KEY, CONTEXT, [], [])


def test_fewer_proofs_than_ciphertexts_are_refused() -> None:
    ciphertexts, proofs = proved(3)
    assert not check_batch(KEY, CONTEXT, ciphertexts, proofs[:2])
    assert not check_batch(KEY, CONTEXT, ciphertexts[:2], proofs)


def test_proofs_that_changed_places_are_refused() -> None:
    ciphertexts, proofs = proved(4)
    ciphertexts[1], ciphertexts[2] = ciphertexts[2], ciphertexts[1]
    proofs[1], proofs[2] = proofs[2], proofs[1]
    assert first_wrong(KEY, CONTEXT, ciphertexts, proofs) == 1


@pytest.mark.parametrize("place", [0, 1, 10, 21, 22])
def test_the_first_wrong_chunk_is_named(place: int) -> None:
    ciphertexts, proofs = proved(23)
    for wrong in {place, 22}:
        proofs[wrong] = proofs[wrong][:-1] + bytes([proofs[wrong][-1] ^ 1])
    assert first_wrong(KEY, CONTEXT, ciphertexts, proofs) == place


def test_positions_count_from_the_first_of_a_slice() -> None:
    ciphertexts, proofs = proved(9)
    assert check_batch(KEY, CONTEXT, ciphertexts[4:], proofs[4:], 4)
    proofs[6] = PROOF
    assert first_wrong(KEY, CONTEXT, ciphertexts[4:], proofs[4:], 4) == 6


def test_errors_that_cancel_out_without_coefficients_are_refused() -> None:
    """One response is one too great, another one too small: their plain product would still be right."""
    ciphertexts, proofs = proved(2)
    for place, by in ((0, 1), (1, -1)):
        value = (from_bytes(proofs[place][2 * L : 3 * L]) + by) % N
        proofs[place] = proofs[place][: 2 * L] + to_bytes(value, L) + proofs[place][3 * L :]
    assert not any(check_batch(KEY, CONTEXT, ciphertexts, proofs) for _ in range(20))


def test_coefficients_have_128_bits_and_are_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter ones would be guessed, and known ones prepared for."""
    ciphertexts, proofs = proved(60)
    drawn: list[int] = []

    def seen(bases: Sequence[int], exponents: Sequence[int], modulus: int) -> Number:
        drawn.extend(exponents if bases[0] not in ciphertexts else ())
        return product_of_powers(bases, exponents, modulus)

    monkeypatch.setattr(plaintext_proof, "product_of_powers", seen)
    assert all(check_batch(KEY, CONTEXT, ciphertexts, proofs) for _ in range(2))
    assert len(set(drawn)) == 120 and min(drawn) > 0
    # Two to the minus sixty that this fails by chance.
    assert max(drawn) < 2**128 and sum(one >> 127 for one in drawn) > 20


def test_a_commitment_that_is_no_unit_is_refused_as_such() -> None:
    for bad in (N, P, Q * Q):
        refuse(CIPHERTEXT, to_bytes(bad, 2 * L) + PROOF[2 * L :], "the commitment of chunk 3 shares a factor")


# 1, -1, and what is 1 modulo one prime and -1 modulo the other: whoever knows the primes knows it.
MIXED = (1 + (N2 - 2) * P * P * pow(P * P, -1, Q * Q)) % N2


@pytest.mark.parametrize("sign", [N2 - 1, MIXED, N2 - MIXED], ids=["-1", "mixed", "-mixed"])
def test_every_check_overlooks_a_sign(sign: int) -> None:
    """Whoever accepts an update by a batch never sees it struck by the single check."""
    assert sign * sign % N2 == 1
    ciphertext, exponent = ENCRYPTOR.encrypt(4)
    mask = ENCRYPTOR.ciphertext(11, number(1_000))
    commitment = to_bytes(sign * mask % N2, 2 * L)
    challenge = CONTEXT.challenge(PLAINTEXT_DOMAIN, 0, to_bytes(ciphertext, 2 * L), commitment)
    proof = commitment + to_bytes((11 + challenge * 4) % N, L)
    proof += to_bytes(1_000 + challenge * exponent, response_bytes(L))
    assert {check_batch(KEY, CONTEXT, [ciphertext], [proof]) for _ in range(20)} == {True}
    check(KEY, CONTEXT, 0, ciphertext, proof)


@pytest.mark.parametrize("sign", [N2 - 1, MIXED, N2 - MIXED], ids=["-1", "mixed", "-mixed"])
def test_another_sign_opens_to_the_same_plaintext(sign: int) -> None:
    """Why a check may overlook it: whatever squares to 1 is its own n-th power."""
    assert pow(sign, int(N), int(N2)) == sign
    private = phe.PaillierPrivateKey(phe.PaillierPublicKey(int(N)), P, Q)
    assert private.raw_decrypt(int(CIPHERTEXT * sign % N2)) == PLAINTEXT


def test_a_proof_does_not_repeat_itself() -> None:
    assert prove(ENCRYPTOR, CONTEXT, POSITION, CIPHERTEXT, PLAINTEXT, EXPONENT) != PROOF


def test_masks_are_long_enough_to_hide_what_they_are_added_to() -> None:
    """Two to the minus 64 that this fails by chance."""
    masks, exponents = [], []
    for _ in range(8):
        proof = prove(ENCRYPTOR, CONTEXT, POSITION, CIPHERTEXT, PLAINTEXT, EXPONENT)
        challenge = CONTEXT.challenge(PLAINTEXT_DOMAIN, POSITION, to_bytes(CIPHERTEXT, 2 * L), proof[: 2 * L])
        masks.append((from_bytes(proof[2 * L : 3 * L]) - challenge * PLAINTEXT) % N)
        exponents.append(from_bytes(proof[3 * L :]) - challenge * EXPONENT)
    assert max(masks).bit_length() > 8 * L - 9
    assert max(exponents).bit_length() > 4 * L + 256 - 9


class AskingNothing(ProofContext):
    """A hash that happens to begin with sixteen noughts, which no test would live to see."""

    def challenge(self, domain: bytes, position: int, *fields: bytes) -> int:
        return 0


def test_a_challenge_of_nought_is_refused() -> None:
    """For it, a commitment without the ciphertext would be all that the equation asks for."""
    commitment = to_bytes(ENCRYPTOR.ciphertext(5, number(6)), 2 * L)
    proof = commitment + to_bytes(5, L) + to_bytes(6, response_bytes(L))
    context = AskingNothing(CONTEXT.binding)
    with pytest.raises(CryptoError, match="asks nothing"):
        check(KEY, context, POSITION, CIPHERTEXT, proof)
    assert not check_batch(KEY, context, [CIPHERTEXT], [proof], POSITION)
