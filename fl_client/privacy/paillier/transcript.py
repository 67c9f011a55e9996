"""Challenges that a proof cannot choose: hashes of all that its check reads, bound to where it belongs.

Every field has a length that follows from the key alone, and every use a domain of its own, so that no two different
statements are hashed as the same bytes (Bernhard, Pereira and Warinschi, "How not to prove yourself", 2012).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

CHALLENGE_BITS: Final = 128
"""Of every challenge and every coefficient of a batch."""

PLAINTEXT_DOMAIN: Final = b"Gradbond.Paillier.Plaintext".ljust(32, b"\0")
SHARE_DOMAIN: Final = b"Gradbond.Paillier.Share".ljust(32, b"\0")
BATCH_DOMAIN: Final = b"Gradbond.Paillier.ShareBatch".ljust(32, b"\0")
MODULUS_DOMAIN: Final = b"Gradbond.Paillier.Modulus".ljust(32, b"\0")
BASE_DOMAIN: Final = b"Gradbond.Paillier.Base".ljust(32, b"\0")


@dataclass(frozen=True, slots=True)
class ProofContext:
    """Where a proof belongs; it is worth nothing anywhere else.

    Attributes:
        binding: 32 bytes, hash of chain, task, round, attempt, party and key, as the contract computes it.
    """

    binding: bytes

    def __post_init__(self) -> None:
        if len(self.binding) != 32:
            raise ValueError(f"a binding of {len(self.binding)} bytes: it is a hash of 32")

    def challenge(self, domain: bytes, position: int, *fields: bytes) -> int:
        """The first 128 bits of sha256(domain, binding, position as 32 bytes, fields)."""
        return int.from_bytes(self.digest(domain, position, *fields)[:16], "big")

    def digest(self, domain: bytes, position: int, *fields: bytes) -> bytes:
        """All 32 bytes of it."""
        return sha256(b"".join((domain, self.binding, position.to_bytes(32, "big"), *fields))).digest()

    def coefficients(self, domain: bytes, *fields: bytes) -> Iterator[int]:
        """As many numbers of 128 bits, none of them zero, as are asked for: the seed's digest and a counter."""
        seed = self.digest(domain, 0, *fields)
        counter = 0
        while True:
            block = sha256(seed + counter.to_bytes(32, "big")).digest()
            counter += 1
            for half in (block[:16], block[16:]):
                if value := int.from_bytes(half, "big"):
                    yield value


def hashed_number(domain: bytes, modulus: int, position: int) -> int:
    """A number from 0 to modulus - 1 that nobody chose: sha256 in counter mode, 128 bits longer than the modulus.

    Each block is sha256(domain, modulus on its bytes, position and counter as 32 bytes each).
    """
    length = (modulus.bit_length() + 7) // 8
    seed = domain + int(modulus).to_bytes(length, "big") + position.to_bytes(32, "big")
    blocks = -(-(length + CHALLENGE_BITS // 8) // 32)
    data = b"".join(sha256(seed + counter.to_bytes(32, "big")).digest() for counter in range(blocks))
    return int.from_bytes(data, "big") % modulus
