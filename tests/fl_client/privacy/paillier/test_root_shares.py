"""Shares of roots and the proofs of them: right ones pass, and whatever differs anywhere is refused."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256

import pytest

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import Number, from_bytes, power
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.root_shares import (
    check_batch,
    check_share_proof,
    proof_bytes,
    prove_batch,
    prove_share,
    root_shares,
)
from fl_client.privacy.paillier.transcript import ProofContext

from .fixed_keys import (
    CONTEXT,
    OTHER_CONTEXT,
    SMALL_ORDER,
    SMALL_PRIMES,
    encrypted,
    flipped,
    key_by,
    small_key,
)

KEY = small_key().key
SHARE = small_key().shares[2]
CIPHERTEXTS, ROOTS = encrypted(KEY, [5, 0, KEY.modulus - 1, 12345])
GIVEN = root_shares(KEY, SHARE, CIPHERTEXTS)
SUM_ROOT, SHARE_ROOT = sha256(b"sum").digest(), sha256(b"shares").digest()
NOT_UNITS = {"zero": 0, "n": KEY.modulus, "2n": 2 * KEY.modulus, "n^2": KEY.square, "negative": -1}


@dataclass(frozen=True)
class Single:
    """All that the check of one share reads."""

    key: PublicKey = KEY
    place: int = 2
    context: ProofContext = CONTEXT
    position: int = 3
    ciphertext: int = CIPHERTEXTS[3]
    given: int = GIVEN[3]
    proof: bytes = b""

    def check(self) -> None:
        check_share_proof(
            self.key, self.place, self.context, self.position, self.ciphertext, self.given, self.proof
        )

    def refused(self, reason: str = "the share is not proved to be that of place") -> None:
        with pytest.raises(CryptoError, match=reason):
            self.check()


@dataclass(frozen=True)
class Batch:
    """All that the check of all shares reads."""

    key: PublicKey = KEY
    place: int = 2
    context: ProofContext = CONTEXT
    ciphertexts: tuple[int, ...] = tuple(CIPHERTEXTS)
    given: tuple[int, ...] = tuple(GIVEN)
    proof: bytes = b""
    sum_root: bytes = SUM_ROOT
    share_root: bytes = SHARE_ROOT

    def check(self) -> None:
        check_batch(
            self.key, self.place, self.context, self.ciphertexts, self.given, self.proof,
            sum_root=self.sum_root, share_root=self.share_root,
        )  # fmt: skip

    def refused(self, reason: str = "the share is not proved to be that of place") -> None:
        with pytest.raises(CryptoError, match=reason):
            self.check()


@cache
def single() -> Single:
    return Single(proof=prove_share(KEY, SHARE, CONTEXT, 3, CIPHERTEXTS[3], GIVEN[3]))


@cache
def batch() -> Batch:
    return Batch(
        proof=prove_batch(KEY, SHARE, CONTEXT, CIPHERTEXTS, GIVEN, sum_root=SUM_ROOT, share_root=SHARE_ROOT)
    )


BOTH = pytest.mark.parametrize("made", [single, batch], ids=["single", "batch"])


def test_a_share_is_the_ciphertexts_power() -> None:
    assert [power(one, 2 * KEY.delta * SHARE.secret, KEY.modulus) for one in CIPHERTEXTS] == GIVEN


@BOTH
def test_a_right_proof_passes(made: Callable[[], Single | Batch]) -> None:
    made().check()


@BOTH
def test_two_proofs_of_the_same_differ(made: Callable[[], Single | Batch]) -> None:
    again = (single if made is single else batch).__wrapped__()
    again.check()
    assert again.proof != made().proof


@BOTH
@pytest.mark.parametrize("field", range(4), ids=["a1", "a2", "z-first-half", "z-second-half"])
def test_every_single_bit_of_a_proof_counts(made: Callable[[], Single | Batch], field: int) -> None:
    right = made()
    start, end = (0, 64, 128, 176, 225)[field : field + 2]
    for bit in range(8 * start, 8 * end):
        replace(right, proof=flipped(right.proof, bit)).refused("is not proved|is no unit")


@BOTH
@pytest.mark.parametrize("length", [0, 1, 64, 128, 224, 226, 450], ids=lambda length: f"{length}-bytes")
def test_a_proof_of_another_length_is_refused(made: Callable[[], Single | Batch], length: int) -> None:
    proof = (made().proof * 2)[:length]
    replace(made(), proof=proof).refused(f"a proof of {length} bytes: it has {proof_bytes(KEY)}")


@BOTH
def test_every_bit_of_the_binding_counts(made: Callable[[], Single | Batch]) -> None:
    for bit in range(256):
        replace(made(), context=ProofContext(flipped(CONTEXT.binding, bit))).refused()


@BOTH
@pytest.mark.parametrize("place", [0, 1, 3, 4])
def test_a_proof_for_another_place_is_refused(made: Callable[[], Single | Batch], place: int) -> None:
    replace(made(), place=place).refused(f"not proved to be that of place {place}")


@BOTH
@pytest.mark.parametrize("place", [-1, 5])
def test_a_place_that_the_key_does_not_have_is_refused(
    made: Callable[[], Single | Batch], place: int
) -> None:
    replace(made(), place=place).refused(f"place {place} of a key for 5 parties")


@BOTH
def test_a_proof_under_a_key_dealt_anew_is_refused(made: Callable[[], Single | Batch]) -> None:
    anew = key_by([7, 8, 9], 5, 3, int(KEY.modulus), int(SMALL_ORDER)).key
    replace(made(), key=anew).refused()


@BOTH
@pytest.mark.parametrize("value", [0, KEY.modulus, "factor"], ids=["zero", "n", "factor"])
@pytest.mark.parametrize("at", [0, 64], ids=["a1", "a2"])
def test_a_commitment_that_is_no_unit_is_refused(
    made: Callable[[], Single | Batch], at: int, value: int | str
) -> None:
    number = SMALL_PRIMES[0] if isinstance(value, str) else int(value)
    right = made()
    proof = right.proof[:at] + number.to_bytes(64, "big") + right.proof[at + 64 :]
    replace(right, proof=proof).refused("a commitment of the proof is no unit")


@BOTH
def test_a_response_reduced_modulo_the_wrong_order_is_refused(made: Callable[[], Single | Batch]) -> None:
    right = made()
    response = from_bytes(right.proof[128:])
    for order in (KEY.modulus, KEY.square, KEY.modulus // 4):
        changed = int(response % order).to_bytes(97, "big")
        if changed != right.proof[128:]:
            replace(right, proof=right.proof[:128] + changed).refused()


class AskingNothing(ProofContext):
    """A hash that happens to begin with sixteen zeros."""

    def challenge(self, domain: bytes, position: int, *fields: bytes) -> int:
        return 0


@BOTH
def test_a_challenge_of_zero_is_refused_as_the_contract_refuses_it(
    made: Callable[[], Single | Batch],
) -> None:
    """For it, powers of the verifier and the ciphertext by any number would be all that the equations ask for."""
    context = AskingNothing(CONTEXT.binding)
    proof = (
        prove_share(KEY, SHARE, context, 3, CIPHERTEXTS[3], GIVEN[3])
        if made is single
        else prove_batch(KEY, SHARE, context, CIPHERTEXTS, GIVEN, sum_root=SUM_ROOT, share_root=SHARE_ROOT)
    )
    replace(made(), context=context, proof=proof).refused("is 0, which asks nothing")


def test_a_response_moved_by_the_order_passes_and_only_the_dealer_knows_the_order() -> None:
    """Why the length of the response is fixed, and why it is no harm that this is not unique."""
    response = from_bytes(single().proof[128:]) + SMALL_ORDER
    replace(single(), proof=single().proof[:128] + int(response).to_bytes(97, "big")).check()


@BOTH
def test_a_proof_of_one_kind_is_none_of_the_other(made: Callable[[], Single | Batch]) -> None:
    replace(made(), proof=(batch if made is single else single)().proof).refused()


@pytest.mark.parametrize("position", [0, 2, 4, 2**32 + 3])
def test_a_proof_at_another_position_is_refused(position: int) -> None:
    replace(single(), position=position).refused()


@pytest.mark.parametrize("chunk", [0, 1, 2])
def test_a_proof_for_another_ciphertext_is_refused(chunk: int) -> None:
    replace(single(), ciphertext=CIPHERTEXTS[chunk]).refused()
    replace(single(), ciphertext=CIPHERTEXTS[chunk], given=GIVEN[chunk]).refused()


def test_a_proof_for_the_same_ciphertext_of_another_plaintext_is_refused() -> None:
    other = CIPHERTEXTS[3] * (1 + KEY.modulus) % KEY.square
    assert other % KEY.modulus == CIPHERTEXTS[3] % KEY.modulus
    replace(single(), ciphertext=other).refused()


def test_every_bit_of_share_and_ciphertext_counts() -> None:
    for bit in range(512):
        replace(single(), given=GIVEN[3] ^ 1 << bit).refused("is not proved|is no unit")
    for bit in range(0, 1024, 3):
        replace(single(), ciphertext=CIPHERTEXTS[3] ^ 1 << bit).refused("is not proved|is no unit")


@pytest.mark.parametrize("other", ["another-partys", "negated", "squared", "inverted"])
def test_another_share_is_refused(other: str) -> None:
    given = {
        "another-partys": root_shares(KEY, small_key().shares[0], CIPHERTEXTS[3:])[0],
        "negated": KEY.modulus - GIVEN[3],
        "squared": power(GIVEN[3], 2, KEY.modulus),
        "inverted": power(GIVEN[3], -1, KEY.modulus),
    }[other]
    replace(single(), given=given).refused()


@pytest.mark.parametrize("kind", NOT_UNITS)
def test_a_share_that_is_no_unit_is_refused(kind: str) -> None:
    replace(single(), given=NOT_UNITS[kind]).refused("a share that is no unit modulo n")
    replace(batch(), given=(*GIVEN[:3], NOT_UNITS[kind])).refused("a share that is no unit modulo n")


@pytest.mark.parametrize("kind", NOT_UNITS)
def test_a_ciphertext_that_is_no_unit_is_refused_everywhere(kind: str) -> None:
    value, reason = NOT_UNITS[kind], "a ciphertext that is no unit modulo n\\^2"
    replace(single(), ciphertext=value).refused(reason)
    replace(batch(), ciphertexts=(value, *CIPHERTEXTS[1:])).refused(reason)
    with pytest.raises(CryptoError, match=reason):
        root_shares(KEY, SHARE, [CIPHERTEXTS[0], value])
    with pytest.raises(CryptoError, match=reason):
        prove_share(KEY, SHARE, CONTEXT, 0, value, 5)


@pytest.mark.parametrize("field", ["sum_root", "share_root"])
def test_every_bit_of_both_roots_counts(field: str) -> None:
    root = {"sum_root": SUM_ROOT, "share_root": SHARE_ROOT}[field]
    for bit in range(256):
        changes: dict[str, bytes] = {field: flipped(root, bit)}
        replace(batch(), **changes).refused()  # type: ignore[arg-type]


def test_roots_of_another_length_are_refused() -> None:
    replace(batch(), sum_root=SUM_ROOT + SHARE_ROOT[:1], share_root=SHARE_ROOT[1:]).refused("has 32 bytes")


def test_a_batch_in_another_order_is_refused() -> None:
    replace(batch(), ciphertexts=tuple(CIPHERTEXTS[::-1]), given=tuple(GIVEN[::-1])).refused()


@pytest.mark.parametrize("chunk", range(4))
def test_one_wrong_share_makes_a_batch_wrong(chunk: int) -> None:
    drawn = random.Random(chunk)
    for _ in range(20):
        changed: list[Number] = list(GIVEN)
        changed[chunk] = changed[chunk] * drawn.randrange(2, 2**400) % KEY.modulus
        replace(batch(), given=tuple(changed)).refused()


def test_shares_that_are_wrong_and_cancel_each_other_out_are_refused() -> None:
    changed = (GIVEN[0] * 9 % KEY.modulus, GIVEN[1] * power(9, -1, KEY.modulus) % KEY.modulus, *GIVEN[2:])
    replace(batch(), given=changed).refused()


@pytest.mark.parametrize("count", [0, 3, 5])
def test_more_or_fewer_shares_than_ciphertexts_are_refused(count: int) -> None:
    replace(batch(), given=(*GIVEN, *GIVEN)[:count]).refused(f"{count} shares for 4 ciphertexts")


def test_another_context_makes_another_proof() -> None:
    """The control of the bindings: it is the context that is refused."""
    proof = prove_share(KEY, SHARE, OTHER_CONTEXT, 3, CIPHERTEXTS[3], GIVEN[3])
    replace(single(), context=OTHER_CONTEXT, proof=proof).check()


# --- two forgeries of a public library, against these checks ------------------------------------------


@pytest.mark.parametrize("ciphertext", [0, KEY.modulus], ids=["zero", "n"])
def test_the_proof_of_nothing_but_zeros_is_refused(ciphertext: int) -> None:
    """0 = 0: all equations hold where no number is asked to be a unit."""
    zeros = bytes(proof_bytes(KEY))
    Single(ciphertext=ciphertext, given=0, proof=zeros).refused("is no unit")
    Single(given=0, proof=zeros).refused("a share that is no unit")
    Single(proof=zeros).refused("a commitment of the proof is no unit")


def test_a_share_by_an_exponent_and_a_verifier_of_the_provers_own_is_refused() -> None:
    """V = 4 and V_i = 4^s for any s: it passes where verifiers are read from the proof, and here they are not."""
    forged = replace(SHARE, secret=type(KEY.modulus)(1234567))
    given = root_shares(KEY, forged, CIPHERTEXTS[3:])[0]
    own = replace(KEY, verifier=type(KEY.modulus)(4), verifiers=(power(4, 1234567, KEY.modulus),) * 5)
    proof = prove_share(own, forged, CONTEXT, 3, CIPHERTEXTS[3], given)
    Single(key=own, given=given, proof=proof).check()
    Single(given=given, proof=proof).refused("the share is not proved to be that of place 2")
