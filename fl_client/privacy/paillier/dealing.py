"""The dealer's work: a key whose secret exists nowhere once its shares are given out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.modulus_proof import ModulusProof, prove_modulus
from fl_client.privacy.paillier.number import (
    Number,
    from_bytes,
    greatest_common_divisor,
    inverse,
    number,
    power,
    random_below,
    secret_power,
    to_bytes,
)
from fl_client.privacy.paillier.public_key import MOST_MODULUS_BYTES, MOST_PARTIES, PublicKey
from fl_client.privacy.paillier.safe_primes import is_safe_prime, safe_prime
from fl_client.privacy.paillier.sharing import evaluate
from fl_client.privacy.paillier.transcript import BASE_DOMAIN, hashed_number

SHARE_MAGIC: Final = b"GKS1"
SHARE_HEADER_BYTES: Final = 8


@dataclass(frozen=True)
class KeyShare:
    """A party's share of a threshold key; whoever has t of them opens everything.

    Bytes: magic ``GKS1``; place and L, 2 bytes each; the secret, L bytes.

    Attributes:
        place: from 0; the share is the polynomial's value at place + 1.
        secret: s_i, from 1 to p' q' - 1; never shown.
    """

    place: int
    secret: Number = field(repr=False)

    def to_data(self, length: int) -> bytes:
        """The bytes to keep, for a key of L = ``length`` bytes."""
        header = SHARE_MAGIC + self.place.to_bytes(2, "big") + length.to_bytes(2, "big")
        return header + to_bytes(self.secret, length)

    @classmethod
    def from_data(cls, data: bytes) -> KeyShare:
        """Read them. Whether the share fits a key is for ``check_share`` to say.

        Raises:
            CryptoError: the bytes are no share's.
        """
        place, length = (int.from_bytes(data[at : at + 2], "big") for at in (4, 6))
        if data[:4] != SHARE_MAGIC or place >= MOST_PARTIES or not 0 < length <= MOST_MODULUS_BYTES:
            raise CryptoError("these bytes are no share of a key: they do not begin as one")
        if len(data) != SHARE_HEADER_BYTES + length:
            raise CryptoError(f"a share of a key of {len(data)} bytes where its header says otherwise")
        return cls(place, from_bytes(data[SHARE_HEADER_BYTES:]))


@dataclass(frozen=True)
class DealtKey:
    """All that the dealer makes; the primes are gone with the call.

    Attributes:
        key: for everybody.
        shares: one for each place, each for its party alone.
        proof: that the modulus makes openings unique, for everybody.
    """

    key: PublicKey
    shares: tuple[KeyShare, ...]
    proof: ModulusProof


def hashed_base(modulus: int) -> Number:
    """g, and v as well: the square of a number that the modulus hashes to, so that the dealer has no choice of it.

    One number for both: what the verifiers prove of the shares they prove in the group that honest ciphertexts have
    their roots in. With primes that are not safe, two squares may generate two groups, and a dealer could share 1/n in
    one of them alone.
    """
    return power(hashed_number(BASE_DOMAIN, modulus, 0), 2, modulus)


def deal(
    *, modulus_bits: int, parties: int, threshold: int, primes: tuple[int, int] | None = None
) -> DealtKey:
    """Make a key of which any ``threshold`` parties open a ciphertext, and fewer learn nothing.

    The secret d = n^-1 modulo p' q' takes n-th roots of squares. It is shared by a polynomial of degree t - 1 modulo
    p' q' (Shamir 1979; safe primes and N! as in Shoup 2000).

    Args:
        modulus_bits: of n, a multiple of 256 where contracts are to read the key; 2048 at least outside tests.
        parties: N, up to 32.
        threshold: t, from 1 to N.
        primes: two safe primes that somebody else found; whoever knows them opens everything alone.

    Raises:
        CryptoError: the numbers are out of bounds, or the primes are not safe, equal, or not of half the length each.
    """
    if not 1 <= threshold <= parties <= MOST_PARTIES:
        raise CryptoError(
            f"a key for {threshold} of {parties} parties: at most {MOST_PARTIES}, and all of them"
        )
    if modulus_bits % 8 or not 0 < modulus_bits <= 8 * MOST_MODULUS_BYTES:
        raise CryptoError(f"a modulus of {modulus_bits} bits: whole bytes, {MOST_MODULUS_BYTES} at most")
    first, second = primes or (safe_prime(modulus_bits // 2), safe_prime(modulus_bits // 2))
    modulus = number(first) * second
    if first == second or not (is_safe_prime(first) and is_safe_prime(second)):
        raise CryptoError("a key needs two different safe primes")
    if modulus.bit_length() != modulus_bits:
        raise CryptoError(f"these primes make a modulus of {modulus.bit_length()} bits, not {modulus_bits}")
    order = number(first >> 1) * (second >> 1)
    if greatest_common_divisor(modulus, order) != 1:
        raise CryptoError("one prime divides the other's order: openings would not be unique")
    if first.bit_length() != second.bit_length():
        raise CryptoError(
            f"primes of {first.bit_length()} and {second.bit_length()} bits: the shorter is too weak"
        )
    return _share_out(modulus, order, parties, threshold)


def _share_out(modulus: Number, order: Number, parties: int, threshold: int) -> DealtKey:
    """Shares of n^-1 modulo p' q', and what everybody checks them by."""
    base = hashed_base(modulus)
    while True:
        coefficients = [inverse(modulus, order), *(random_below(order) for _ in range(threshold - 1))]
        secrets = [evaluate(coefficients, index, order) for index in range(1, parties + 1)]
        # With one party, or all values the same, distinct verifiers do not exist; anything else is bad luck.
        if all(secrets) and (threshold == 1 or len(set(secrets)) == parties):
            break
    key = PublicKey(
        modulus=modulus,
        base=base,
        verifier=base,
        verifiers=tuple(secret_power(base, secret, modulus) for secret in secrets),
        threshold=threshold,
    )
    shares = tuple(KeyShare(place, secret) for place, secret in enumerate(secrets))
    return DealtKey(key, shares, prove_modulus(modulus, order))
