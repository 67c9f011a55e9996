"""Proof that whoever posts a ciphertext knows what is in it, so that nobody posts another's, changed or not.

Source: Cramer, Damgard and Nielsen, "Multiparty computation from threshold homomorphic encryption", 2001, section 8.1,
with H = g^n in place of free n-th powers, made non-interactive by a hash of all that the check reads.

The proof does not say that slots are in range: every integer below n may be known.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.encryption import (
    MASK_BITS,
    Encryptor,
    exponent_bits,
    one_plus,
    response_bytes,
)
from fl_client.privacy.paillier.number import (
    Number,
    from_bytes,
    is_unit,
    number,
    power,
    random_below,
    to_bytes,
)
from fl_client.privacy.paillier.products import product_of_powers
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.transcript import CHALLENGE_BITS, PLAINTEXT_DOMAIN, ProofContext


def proof_bytes(length: int) -> int:
    """Bytes of a proof for a modulus of L bytes: A (2 L), d (L), z (L / 2 + 33)."""
    return 3 * length + response_bytes(length)


def prove(
    encryptor: Encryptor,
    context: ProofContext,
    position: int,
    ciphertext: int,
    plaintext: int,
    exponent: int,
) -> bytes:
    """Prove knowledge of a ciphertext's plaintext.

    Args:
        encryptor: of the key.
        context: where the ciphertext is posted.
        position: its place among the chunks, 0 or more.
        ciphertext: C, as ``encrypt`` returned it.
        plaintext: M.
        exponent: x.

    Returns:
        A | d | z, of ``proof_bytes``: A = (1 + a n) H^b mod n^2, d = a + c M mod n, z = b + c x.

    Raises:
        CryptoError: ciphertext or exponent is negative or too long. That they belong together is not looked at.
    """
    key = encryptor.key
    mask = random_below(key.modulus)
    mask_exponent = number(secrets.randbits(exponent_bits(key.length) + MASK_BITS))
    commitment = to_bytes(encryptor.ciphertext(mask, mask_exponent), 2 * key.length)
    challenge = context.challenge(
        PLAINTEXT_DOMAIN, position, to_bytes(ciphertext, 2 * key.length), commitment
    )
    value = (mask + challenge * plaintext) % key.modulus
    response = mask_exponent + challenge * exponent
    return commitment + to_bytes(value, key.length) + to_bytes(response, response_bytes(key.length))


def check(key: PublicKey, context: ProofContext, position: int, ciphertext: int, proof: bytes) -> None:
    """Check one proof: ((1 + d n) H^z)^2 = (A C^c)^2 mod n^2.

    Both sides are squared, as in ``check_batch`` and in the contract: whoever accepts an update by one of them must
    never see it struck by another. Whatever squares to 1 is its own n-th power, as n is odd, so it hides 0: to know
    the plaintext is the same.

    A ciphertext of 1 is refused: it is a ciphertext of 0 that hides nothing, and nobody draws it.

    Args:
        key: checked by ``check_key``.
        context: where the ciphertext was posted.
        position: its place among the chunks.
        ciphertext: C, any number.
        proof: any bytes.

    Raises:
        CryptoError: a length, a range or the equation is wrong.
    """
    told = _read(key, context, position, ciphertext, proof)
    for name, one in (("ciphertext", told.ciphertext), ("commitment", told.commitment)):
        if not is_unit(one % key.modulus, key.modulus):
            raise CryptoError(f"the {name} of chunk {position} shares a factor with the modulus")
    left = one_plus(key, told.value) * power(key.mask, told.response, key.square) % key.square
    right = told.commitment * power(told.ciphertext, told.challenge, key.square)
    if power(left, 2, key.square) != power(right, 2, key.square):
        raise CryptoError(f"the proof of chunk {position} does not hold")


def check_batch(
    key: PublicKey,
    context: ProofContext,
    ciphertexts: Sequence[int],
    proofs: Sequence[bytes],
    first: int = 0,
) -> bool:
    """Whether the proofs of consecutive chunks hold, by one equation with secret coefficients.

    Both sides are squared: -1 has order 2, and half of all coefficients would overlook it. So is the equation of
    ``check``, which says why that costs nothing.

    Args:
        key: checked by ``check_key``.
        context: where the ciphertexts were posted.
        ciphertexts: any numbers.
        proofs: any bytes, as many, 1 or more.
        first: position of the first.

    Returns:
        True with a probability below 2^-127 if ``check`` refuses one of them. A dealer could help a party past it with
        an element of a short order, if its primes are short or not safe, which nobody proves.

    Source: Bellare, Garay and Rabin, "Fast batch verification for modular exponentiation and digital signatures",
    1998, small exponents test, with coefficients of 128 bits.
    """
    if not proofs or len(proofs) != len(ciphertexts):
        return False
    try:
        told = [
            _read(key, context, position, ciphertext, proof)
            for position, (ciphertext, proof) in enumerate(zip(ciphertexts, proofs, strict=True), first)
        ]
    except CryptoError:
        return False
    # The left side is a product of units, and the right one is a unit only if all of its factors are: no number needs
    # a test of its own, as neither challenges nor coefficients are 0.
    # The coefficients are secret until the proofs are fixed; nobody can prepare proofs for them.
    coefficients = [1 + secrets.randbelow((1 << CHALLENGE_BITS) - 1) for _ in told]
    value = sum(one.value * by for one, by in zip(told, coefficients, strict=True)) % key.modulus
    response = sum(one.response * by for one, by in zip(told, coefficients, strict=True))
    left = one_plus(key, value) * power(key.mask, response, key.square)
    right = product_of_powers([one.commitment for one in told], coefficients, key.square)
    right *= product_of_powers(
        [one.ciphertext for one in told],
        [one.challenge * by for one, by in zip(told, coefficients, strict=True)],
        key.square,
    )
    return power(left, 2, key.square) == power(right, 2, key.square)


def first_wrong(
    key: PublicKey,
    context: ProofContext,
    ciphertexts: Sequence[int],
    proofs: Sequence[bytes],
    first: int = 0,
) -> int | None:
    """The position of the first chunk whose proof does not hold, found by halving; None if all hold.

    Args and source are those of ``check_batch``.
    """
    if check_batch(key, context, ciphertexts, proofs, first):
        return None
    low, high = 0, len(ciphertexts)
    # Something between low and high is wrong, and nothing before low.
    while high - low > 1:
        middle = (low + high) // 2
        if check_batch(key, context, ciphertexts[low:middle], proofs[low:middle], first + low):
            low = middle
        else:
            high = middle
    return first + low


@dataclass(frozen=True, slots=True)
class _Told:
    ciphertext: Number
    commitment: Number
    value: Number
    response: Number
    challenge: int


def _read(key: PublicKey, context: ProofContext, position: int, ciphertext: int, proof: bytes) -> _Told:
    """A proof's numbers, in their ranges; units are for the caller to check.

    Raises:
        CryptoError: a length or a range is wrong.
    """
    length = key.length
    if len(proof) != proof_bytes(length):
        raise CryptoError(
            f"the proof of chunk {position} has {len(proof)} bytes; it must have {proof_bytes(length)}"
        )
    commitment, value = from_bytes(proof[: 2 * length]), from_bytes(proof[2 * length : 3 * length])
    if not 1 < ciphertext < key.square or not 0 < commitment < key.square:
        raise CryptoError(f"chunk {position} is no ciphertext and commitment modulo n^2")
    if value >= key.modulus:
        raise CryptoError(f"the response of chunk {position} is not below the modulus")
    challenge = context.challenge(
        PLAINTEXT_DOMAIN, position, to_bytes(ciphertext, 2 * length), proof[: 2 * length]
    )
    if not challenge:
        raise CryptoError(f"the challenge of chunk {position} is 0, which asks nothing")
    return _Told(number(ciphertext), commitment, value, from_bytes(proof[3 * length :]), challenge)
