"""What every party checks of a dealt key before it confirms it: the dealer is trusted to forget, for nothing else."""

from __future__ import annotations

from typing import Final

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.dealing import KeyShare, hashed_base
from fl_client.privacy.paillier.modulus_proof import ModulusProof, check_modulus
from fl_client.privacy.paillier.number import is_perfect_power, is_prime, is_unit, power, secret_power
from fl_client.privacy.paillier.products import signed_product_of_powers
from fl_client.privacy.paillier.public_key import MOST_MODULUS_BYTES, MOST_PARTIES, PublicKey
from fl_client.privacy.paillier.sharing import lagrange, random_dual_word

LEAST_BYTES: Final = 256
"""Of a modulus outside tests: 2048 bits."""
DEGREE_ROUNDS: Final = 16
DEGREE_BITS: Final = 8
"""Of a secret coefficient: 16 rounds of 8 bits miss as rarely as one of 128 where all orders are long primes, and
more rarely where the dealer smuggled in elements of a short order."""


def check_key(
    key: PublicKey,
    proof: ModulusProof,
    *,
    length: int,
    parties: int,
    threshold: int,
    least_bytes: int = LEAST_BYTES,
) -> None:
    """Refuse a key that is not the task's, or does not open every ciphertext in one way.

    That both primes are safe is not proved. Were they not, shares could be forged together with the dealer; openings
    could not, as they are checked by themselves (``check_opening``). Nor is it promised then that t shares open every
    ciphertext: a dealer with a party can still stop a task, by a ciphertext whose root lies outside the group of g.

    Args:
        key: as the dealer published it.
        proof: of the modulus, from the dealer's file.
        length: L, bytes of the modulus that the task asks for.
        parties: N, that the key is dealt to.
        threshold: t of the task.
        least_bytes: the shortest modulus that is trusted here.

    Raises:
        CryptoError: with what is wrong.
    """
    shape = (key.length, key.parties, key.threshold)
    if shape != (length, parties, threshold):
        raise CryptoError(f"a key of {shape} (bytes, parties, threshold) is not the task's")
    if not 1 <= key.threshold <= key.parties <= MOST_PARTIES:
        raise CryptoError(f"a key for {key.threshold} of {key.parties} parties is out of bounds")
    _check_shape(key, least_bytes)
    check_modulus(key.modulus, proof)
    _check_bases(key)
    _check_verifiers(key)


def check_share(key: PublicKey, share: KeyShare) -> None:
    """Refuse a share that is not the one its verifier in the key stands for.

    Raises:
        CryptoError: the place is none of the key's, or the share is not its own.
    """
    if not 0 <= share.place < key.parties:
        raise CryptoError(f"a share for place {share.place} of a key for {key.parties} parties")
    if not 0 < share.secret < key.modulus:
        raise CryptoError(f"the share for place {share.place} is out of range")
    if secret_power(key.verifier, share.secret, key.modulus) != key.verifiers[share.place]:
        raise CryptoError(f"the share for place {share.place} does not fit its verifier in the key")


def _check_shape(key: PublicKey, least_bytes: int) -> None:
    """Length and kind of the modulus, as far as it shows without a proof."""
    bits = key.modulus.bit_length()
    if bits != 8 * key.length or not least_bytes <= key.length <= MOST_MODULUS_BYTES:
        raise CryptoError(
            f"a modulus of {bits} bits: {8 * least_bytes} to {8 * MOST_MODULUS_BYTES}, and whole bytes"
        )
    if key.modulus % 2 == 0:
        raise CryptoError("the modulus is even")
    if is_perfect_power(key.modulus):
        raise CryptoError("the modulus is a perfect power")
    if is_prime(key.modulus):
        raise CryptoError("the modulus is prime")


def _check_element(name: str, value: int, modulus: int) -> None:
    """Refuse what is no unit, or of order 1 or 2."""
    if not is_unit(value, modulus) or value in (1, modulus - 1):
        raise CryptoError(f"the {name} is no unit modulo n other than 1 and -1")


def _check_bases(key: PublicKey) -> None:
    """Both are the square of one hash: of no short order, and verifiers speak of the group of honest roots."""
    due = hashed_base(key.modulus)
    for name, value in (("base", key.base), ("verifier", key.verifier)):
        _check_element(name, value, key.modulus)
        if value != due:
            raise CryptoError(f"the {name} is not the one that the modulus hashes to")


def _check_verifiers(key: PublicKey) -> None:
    """The parties' verifiers are powers of v by values of one polynomial of degree t - 1, which is 1/n at zero."""
    for place, value in enumerate(key.verifiers):
        _check_element(f"verifier of place {place}", value, key.modulus)
    # With t = 1 the polynomial is constant, and every party holds the secret itself.
    if key.threshold > 1 and len(set(key.verifiers)) != key.parties:
        raise CryptoError("two places have the same verifier")
    first = range(key.threshold)
    weights = [int(weight * key.modulus) for weight in lagrange(key.delta, first)]
    shared = signed_product_of_powers(key.verifiers[: key.threshold], weights, key.modulus)
    if shared != power(key.verifier, key.delta, key.modulus):
        raise CryptoError("the secret that the verifiers share is not 1/n")
    for _ in range(DEGREE_ROUNDS):
        word = random_dual_word(key.parties, key.threshold, DEGREE_BITS)
        if power(signed_product_of_powers(key.verifiers, word, key.modulus), 2, key.modulus) != 1:
            raise CryptoError(
                f"more than {key.threshold} shares would be needed: the verifiers' degree is too high"
            )
