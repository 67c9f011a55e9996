"""What everybody knows of a threshold key, and its canonical bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import factorial
from typing import Final

from eth_utils.crypto import keccak

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import Number, from_bytes, power, to_bytes

MAGIC: Final = b"GPK1"
HEADER_BYTES: Final = 16
MOST_PARTIES: Final = 32
LEAST_MODULUS_BYTES: Final = 32
"""For tests; tasks ask for 256 at least, where they are not for development."""
MOST_MODULUS_BYTES: Final = 384
WORD_BYTES: Final = 32
"""Of the chain's virtual machine."""


@dataclass(frozen=True)
class PublicKey:
    """A threshold Paillier key without its secret.

    Canonical bytes, L = ``length``, all numbers big-endian: magic ``GPK1``; L, parties N and threshold t, 2 bytes
    each; 6 zero bytes; modulus, base (L bytes each), mask (2 L), verifier and the N verifiers of the parties (L each).

    Attributes:
        modulus: n, a product of two safe primes, 8 L bits.
        base: g, a square modulo n.
        verifier: v, a square modulo n.
        verifiers: v_i = v^(s_i) modulo n, for party i + 1 at place i.
        threshold: t, how many shares open a ciphertext.
    """

    modulus: Number
    base: Number
    verifier: Number
    verifiers: tuple[Number, ...]
    threshold: int

    @property
    def parties(self) -> int:
        """N."""
        return len(self.verifiers)

    @cached_property
    def length(self) -> int:
        """Bytes L of a number modulo n; 2 L of a ciphertext."""
        return (self.modulus.bit_length() + 7) // 8

    @cached_property
    def square(self) -> Number:
        """n^2, the modulus of ciphertexts."""
        return self.modulus * self.modulus

    @cached_property
    def mask(self) -> Number:
        """H = g^n modulo n^2, which hides plaintexts by its powers.

        The bytes carry it because the chain cannot afford to compute it.
        """
        return power(self.base, self.modulus, self.square)

    @cached_property
    def delta(self) -> int:
        """N!, which makes Lagrange's coefficients integers."""
        return factorial(self.parties)

    @cached_property
    def data(self) -> bytes:
        """The canonical bytes."""
        header = MAGIC + b"".join(
            value.to_bytes(2, "big") for value in (self.length, self.parties, self.threshold)
        )
        halves = divmod(self.mask, 1 << 8 * self.length)
        numbers = (self.modulus, self.base, *halves, self.verifier, *self.verifiers)
        return header.ljust(HEADER_BYTES, b"\0") + b"".join(to_bytes(one, self.length) for one in numbers)

    @cached_property
    def hash(self) -> bytes:
        """keccak256 of the canonical bytes: what the chain knows of the key."""
        return keccak(self.data)

    @classmethod
    def from_data(cls, data: bytes) -> PublicKey:
        """Read canonical bytes. What the numbers are worth is for ``check_key`` to say.

        Raises:
            CryptoError: the bytes are no key's.
        """
        if len(data) < HEADER_BYTES or data[:4] != MAGIC or any(data[10:HEADER_BYTES]):
            raise CryptoError("these bytes are no public key: they do not begin as one")
        length, parties, threshold = (int.from_bytes(data[at : at + 2], "big") for at in (4, 6, 8))
        if (
            not LEAST_MODULUS_BYTES <= length <= MOST_MODULUS_BYTES
            or not 1 <= threshold <= parties <= MOST_PARTIES
        ):
            raise CryptoError(
                f"a key of {length} bytes for {threshold} of {parties} parties is out of bounds"
            )
        if length % WORD_BYTES:
            raise CryptoError(f"a key of {length} bytes: contracts compute in words of {WORD_BYTES}")
        if len(data) != HEADER_BYTES + length * (5 + parties):
            raise CryptoError(f"a key of {len(data)} bytes where its header says otherwise")
        numbers = [from_bytes(data[at : at + length]) for at in range(HEADER_BYTES, len(data), length)]
        modulus, base, high, low, verifier, *verifiers = numbers
        if modulus.bit_length() != 8 * length or not all(
            0 < one < modulus for one in (base, verifier, *verifiers)
        ):
            raise CryptoError(
                f"the numbers of the key are not those of a modulus of exactly {8 * length} bits"
            )
        key = cls(modulus, base, verifier, tuple(verifiers), threshold)
        if key.mask != (high << 8 * length) + low:
            raise CryptoError("the mask of the key is not its base to the power of its modulus")
        return key
