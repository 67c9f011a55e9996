"""Encryption of one plaintext: C = (1 + M n) H^x mod n^2, where H = g^n mod n^2.

x has half the bits of n. A short exponent of a random square is as good as a long one as long as n is hard to factor
(Goldreich and Rosen, "On the security of modular exponentiation with application to the construction of pseudorandom
generators", 2003), so this asks for no assumption that Paillier's scheme does not make already. The n-th root of a
ciphertext, g^x mod n, is what opens it.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import Final

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.fixed_base import FixedBase
from fl_client.privacy.paillier.number import Number, number
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.transcript import CHALLENGE_BITS

MASK_BITS: Final = 2 * CHALLENGE_BITS
"""By how much a proof's mask is longer than what it hides: the challenge, and 128 bits more."""


def exponent_bits(length: int) -> int:
    """Bits of an exponent x, half of those of a modulus of that many bytes."""
    return 4 * length


def response_bytes(length: int) -> int:
    """Bytes of b + c x, where b has ``MASK_BITS`` more bits than x: L / 2 + 33."""
    return length // 2 + MASK_BITS // 8 + 1


def one_plus(key: PublicKey, plaintext: int) -> Number:
    """(1 + n)^M mod n^2, which is 1 + M n."""
    return (1 + plaintext * key.modulus) % key.square


class Encryptor:
    """Encrypts under one key, with a table of the powers of H: 23 MB for a modulus of 2048 bits.

    Args:
        key: checked by ``check_key``.
    """

    def __init__(self, key: PublicKey) -> None:
        self.key = key
        self._powers = FixedBase(key.mask, key.square, response_bytes(key.length))

    def encrypt(self, plaintext: int) -> tuple[Number, Number]:
        """A ciphertext, and the exponent that it was made with; the exponent is as secret as the plaintext.

        Args:
            plaintext: M, 0 to n - 1.

        Raises:
            CryptoError: it is no plaintext of this key.
        """
        exponent = number(secrets.randbits(exponent_bits(self.key.length)))
        return self.ciphertext(plaintext, exponent), exponent

    def ciphertext(self, plaintext: int, exponent: int) -> Number:
        """(1 + M n) H^x mod n^2.

        Args:
            plaintext: M, 0 to n - 1.
            exponent: x, 0 or more, of at most ``response_bytes``.

        Raises:
            CryptoError: a number is out of its range.
        """
        if not 0 <= plaintext < self.key.modulus:
            raise CryptoError("a plaintext is not below the modulus")
        return one_plus(self.key, plaintext) * self._powers.power(exponent) % self.key.square


@lru_cache(maxsize=1)
def encryptor_of(key: PublicKey) -> Encryptor:
    """The encryptor of a key; the last one is kept, as its table takes a quarter of a second."""
    return Encryptor(key)
