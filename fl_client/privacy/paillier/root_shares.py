"""A party's shares of the n-th roots of ciphertexts, and proofs that they are its own.

A ciphertext is r^n modulo n, and d = n^-1 takes the root back. From its share s_i of d a party gives
x = (C mod n)^(2 N! s_i) modulo n: L bytes, where shares modulo n^2 have twice as many and take a far longer power.
The proofs are Shoup's ("Practical threshold signatures", 2000, section 2): equality of two discrete logarithms, with a
response over the integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import chain, islice
from typing import Final

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.dealing import KeyShare
from fl_client.privacy.paillier.number import (
    Number,
    from_bytes,
    is_unit,
    power,
    random_below,
    secret_power,
    to_bytes,
)
from fl_client.privacy.paillier.products import product_of_powers
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.slices import Mapper, cut, in_turn
from fl_client.privacy.paillier.transcript import BATCH_DOMAIN, SHARE_DOMAIN, ProofContext

NONCE_EXTRA_BITS: Final = 256
"""The nonce is that much longer than a share: 128 bits for the challenge, 128 to hide their product."""
RESPONSE_EXTRA_BYTES: Final = NONCE_EXTRA_BITS // 8 + 1


def proof_bytes(key: PublicKey) -> int:
    """Length of either proof: two numbers modulo n, and the response."""
    return 3 * key.length + RESPONSE_EXTRA_BYTES


def check_ciphertext(key: PublicKey, ciphertext: int) -> None:
    """Refuse what no encryption makes.

    Raises:
        CryptoError: the number is no unit modulo n^2.
    """
    if not is_unit(ciphertext, key.square):
        raise CryptoError("a ciphertext that is no unit modulo n^2")


def root_shares(
    key: PublicKey, share: KeyShare, ciphertexts: Sequence[int], *, mapper: Mapper = in_turn
) -> list[Number]:
    """The party's share x of the root of every ciphertext.

    Args:
        key: the key.
        share: the party's own.
        ciphertexts: units modulo n^2.
        mapper: runs slices of them, on other cores if it likes.

    Raises:
        CryptoError: one of them is no ciphertext.
    """
    done = mapper(partial(_slice_of_shares, key, share), cut(ciphertexts))
    return list(chain.from_iterable(done))


def _slice_of_shares(key: PublicKey, share: KeyShare, ciphertexts: Sequence[int]) -> list[Number]:
    exponent = 2 * key.delta * share.secret
    for ciphertext in ciphertexts:
        check_ciphertext(key, ciphertext)
    return [secret_power(ciphertext % key.modulus, exponent, key.modulus) for ciphertext in ciphertexts]


def prove_share(
    key: PublicKey, share: KeyShare, context: ProofContext, position: int, ciphertext: int, given: int
) -> bytes:
    """Prove one share, where it is asked for.

    Args:
        key: the key.
        share: the party's own.
        context: where the share belongs.
        position: of the ciphertext in the sum.
        ciphertext: C, a unit modulo n^2.
        given: x, the share of its root.

    Returns:
        a1 and a2, L bytes each; z, L + 33 bytes.
    """
    check_ciphertext(key, ciphertext)
    return _prove(
        key, share, _base(key, ciphertext), context, SHARE_DOMAIN, position, _fields(key, ciphertext, given)
    )


def check_share_proof(
    key: PublicKey,
    place: int,
    context: ProofContext,
    position: int,
    ciphertext: int,
    given: int,
    proof: bytes,
) -> None:
    """Refuse a share of one root that its party does not prove.

    Args:
        place: of the party, whose verifier is taken from the key, never from the proof.
        given: x, as the party posted it.
        proof: what ``prove_share`` made.

    Raises:
        CryptoError: with what is wrong.
    """
    check_ciphertext(key, ciphertext)
    _check_given(key, given)
    powered = power(given, 2, key.modulus)
    fields = _fields(key, ciphertext, given)
    _check(key, place, _base(key, ciphertext), powered, context, SHARE_DOMAIN, position, fields, proof)


def prove_batch(
    key: PublicKey,
    share: KeyShare,
    context: ProofContext,
    ciphertexts: Sequence[int],
    given: Sequence[int],
    *,
    sum_root: bytes,
    share_root: bytes,
) -> bytes:
    """One proof for the shares of all chunks: of their product, to powers that both roots determine.

    Args:
        ciphertexts: of the sum, in order.
        given: the party's shares of their roots.
        sum_root: of the chunk tree of the sum, 32 bytes.
        share_root: of the tree of the shares.
    """
    base, _ = _batch(key, context, ciphertexts, given, sum_root, share_root)
    return _prove(key, share, base, context, BATCH_DOMAIN, 0, (sum_root, share_root))


def check_batch(
    key: PublicKey,
    place: int,
    context: ProofContext,
    ciphertexts: Sequence[int],
    given: Sequence[int],
    proof: bytes,
    *,
    sum_root: bytes,
    share_root: bytes,
) -> None:
    """Refuse shares whose party does not prove them together; it names liars early.

    A dealer whose primes are not safe could help a party past it. What is opened is therefore checked by itself, and
    never rests on this.

    Raises:
        CryptoError: with what is wrong.
    """
    if len(given) != len(ciphertexts):
        raise CryptoError(f"{len(given)} shares for {len(ciphertexts)} ciphertexts")
    for ciphertext, one in zip(ciphertexts, given, strict=True):
        check_ciphertext(key, ciphertext)
        _check_given(key, one)
    base, powered = _batch(key, context, ciphertexts, given, sum_root, share_root)
    _check(key, place, base, powered, context, BATCH_DOMAIN, 0, (sum_root, share_root), proof)


def _base(key: PublicKey, ciphertext: int) -> Number:
    """B = C^(4 N!) modulo n, of which every x^2 is the power by its party's share."""
    return power(ciphertext % key.modulus, 4 * key.delta, key.modulus)


def _fields(key: PublicKey, ciphertext: int, given: int) -> tuple[bytes, ...]:
    return to_bytes(ciphertext, 2 * key.length), to_bytes(given, key.length)


def _check_given(key: PublicKey, given: int) -> None:
    if not is_unit(given, key.modulus):
        raise CryptoError("a share that is no unit modulo n")


def _batch(
    key: PublicKey,
    context: ProofContext,
    ciphertexts: Sequence[int],
    given: Sequence[int],
    sum_root: bytes,
    share_root: bytes,
) -> tuple[Number, Number]:
    """B and y of the product of all ciphertexts and of all shares, each to its coefficient."""
    if len(sum_root) != 32 or len(share_root) != 32:
        raise CryptoError("a root of a chunk tree has 32 bytes")
    weights = list(islice(context.coefficients(BATCH_DOMAIN, sum_root, share_root), len(ciphertexts)))
    roots = [ciphertext % key.modulus for ciphertext in ciphertexts]
    base = _base(key, product_of_powers(roots, weights, key.modulus))
    return base, power(product_of_powers(given, weights, key.modulus), 2, key.modulus)


def _prove(
    key: PublicKey,
    share: KeyShare,
    base: int,
    context: ProofContext,
    domain: bytes,
    position: int,
    fields: tuple[bytes, ...],
) -> bytes:
    """a1 = B^u, a2 = v^u, c hashed from all of it, z = u + c s as an integer."""
    nonce = random_below(1 << (8 * key.length + NONCE_EXTRA_BITS))
    commitments = b"".join(
        to_bytes(secret_power(one, nonce, key.modulus), key.length) for one in (base, key.verifier)
    )
    challenge = context.challenge(domain, position, *fields, commitments)
    response = nonce + challenge * share.secret
    return commitments + to_bytes(response, key.length + RESPONSE_EXTRA_BYTES)


def _check(
    key: PublicKey,
    place: int,
    base: int,
    powered: int,
    context: ProofContext,
    domain: bytes,
    position: int,
    fields: tuple[bytes, ...],
    proof: bytes,
) -> None:
    """B^z = a1 y^c and v^z = a2 v_i^c modulo n."""
    if not 0 <= place < key.parties:
        raise CryptoError(f"place {place} of a key for {key.parties} parties")
    if len(proof) != proof_bytes(key):
        raise CryptoError(f"a proof of {len(proof)} bytes: it has {proof_bytes(key)}")
    size = key.length
    first, second, response = (
        from_bytes(part) for part in (proof[:size], proof[size : 2 * size], proof[2 * size :])
    )
    if not (is_unit(first, key.modulus) and is_unit(second, key.modulus)):
        raise CryptoError("a commitment of the proof is no unit modulo n")
    challenge = context.challenge(domain, position, *fields, proof[: 2 * size])
    if not challenge:  # as the contract does: whoever accepts a share never sees it struck for that
        raise CryptoError("the challenge of the proof is 0, which asks nothing")
    pairs = ((base, first, powered), (key.verifier, second, key.verifiers[place]))
    for generator, commitment, public in pairs:
        due = commitment * power(public, challenge, key.modulus) % key.modulus
        if power(generator, response, key.modulus) != due:
            raise CryptoError(f"the share is not proved to be that of place {place}")
