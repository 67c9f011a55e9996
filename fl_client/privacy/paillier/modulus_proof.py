"""A proof that taking n-th powers permutes the units modulo n, so that no ciphertext opens in two ways.

From Goldberg, Reyzin, Sagga and Baldimtsi, "Certifying RSA public keys with an efficient NIZK", 2018 (ePrint 2018/057),
section 3: gcd(n, phi(n)) = 1, shown by n-th roots of numbers that a hash chose. Where it is false, a prime factor of n
divides phi(n), and a hashed number has an n-th root with a chance of one in that factor at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import (
    Number,
    from_bytes,
    greatest_common_divisor,
    inverse,
    is_unit,
    power,
    product_of_primes,
    secret_power,
    to_bytes,
)
from fl_client.privacy.paillier.transcript import MODULUS_DOMAIN, hashed_number

SMALLEST_FACTOR_BITS: Final = 16
"""No prime below 2^16 may divide n."""
ROOTS: Final = 16
"""Each is worth 16 bits: half of them would do for 128."""


@dataclass(frozen=True)
class ModulusProof:
    """The n-th roots of the numbers that the modulus hashes to.

    Attributes:
        roots: ``ROOTS`` of them, L bytes each when written.
    """

    roots: tuple[Number, ...]

    def to_data(self, length: int) -> bytes:
        """The roots, each as L bytes, big-endian."""
        return b"".join(to_bytes(root, length) for root in self.roots)

    @classmethod
    def from_data(cls, data: bytes, length: int) -> ModulusProof:
        """Read ``ROOTS`` numbers of L bytes.

        Raises:
            CryptoError: there are more or fewer.
        """
        if len(data) != ROOTS * length:
            raise CryptoError(f"a proof of the modulus of {len(data)} bytes: it has {ROOTS * length}")
        return cls(tuple(from_bytes(data[at : at + length]) for at in range(0, len(data), length)))


def prove_modulus(modulus: int, half_order: int) -> ModulusProof:
    """Take the roots, as only the dealer can.

    Args:
        modulus: n = p q.
        half_order: p' q' = phi(n) / 4, secret.
    """
    exponent = inverse(modulus, 4 * half_order)
    return ModulusProof(
        tuple(
            secret_power(hashed_number(MODULUS_DOMAIN, modulus, position), exponent, modulus)
            for position in range(ROOTS)
        )
    )


def check_modulus(modulus: int, proof: ModulusProof) -> None:
    """Refuse a modulus with a small factor, or one that shares a factor with phi of it.

    Raises:
        CryptoError: with what is wrong.
    """
    if greatest_common_divisor(modulus, product_of_primes(1 << SMALLEST_FACTOR_BITS)) != 1:
        raise CryptoError(f"the modulus has a factor below 2^{SMALLEST_FACTOR_BITS}")
    if len(proof.roots) != ROOTS:
        raise CryptoError(f"the proof of the modulus has {len(proof.roots)} roots, not {ROOTS}")
    for position, root in enumerate(proof.roots):
        if not is_unit(root, modulus):
            raise CryptoError(f"root {position} of the modulus's proof is no unit modulo n")
        if power(root, modulus, modulus) != hashed_number(MODULUS_DOMAIN, modulus, position):
            raise CryptoError(
                f"root {position} of the modulus's proof is no n-th root of the number it is due to"
            )
