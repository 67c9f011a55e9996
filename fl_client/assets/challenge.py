"""What an auditor asks: which blocks, with which coefficients; and how surely a loss is seen.

Both follow from a hash of the announcement, which names chain and account, and of something that nobody knew when it
was announced: an auditor's own fresh number, or the hash of a block that came later.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from math import comb
from typing import Final

from fl_client.errors import ConfigError

USUAL_COUNT: Final = 460
"""Finds a loss of one block in a hundred with a probability of 99 %: 1 - 0.99^460 > 0.99."""

MOST_COUNT: Final = 4_096
COEFFICIENT_BYTES: Final = 16

NONCE: Final = "nonce"
BLOCK: Final = "block"
_KINDS: Final = {NONCE: 1, BLOCK: 2}
_SEED_DOMAIN: Final = b"Gradbond.Asset.Challenge".ljust(32, b"\0")
_PLACES: Final = b"\x01"
_COEFFICIENTS: Final = b"\x02"


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What makes a proof fresh.

    Args:
        kind: ``nonce``, chosen by one auditor, or ``block``, of the announcement's chain.
        number: of the block; 0 for a nonce.
        value: 32 bytes: the nonce, or the block's hash.
        count: blocks that are asked for, 1 to 4,096; all of them where the asset has fewer.

    Raises:
        ConfigError: a field outside of its range.
    """

    kind: str
    number: int = 0
    value: bytes
    count: int = USUAL_COUNT

    def __post_init__(self) -> None:
        if self.kind not in _KINDS or not 0 <= self.number < 2**53 or (self.kind == NONCE and self.number):
            raise ConfigError("a challenge is a nonce, or a block with a number of 0 to 2^53 - 1")
        if len(self.value) != 32:
            raise ConfigError(f"a challenge has 32 bytes, not {len(self.value)}")
        if not 1 <= self.count <= MOST_COUNT:
            raise ConfigError(f"the count is {self.count}: ask for 1 to {MOST_COUNT} blocks")

    @classmethod
    def fresh(cls, count: int = USUAL_COUNT) -> Challenge:
        """An auditor's own, from the system's random numbers."""
        return cls(kind=NONCE, value=secrets.token_bytes(32), count=count)

    def seed(self, asset: bytes) -> bytes:
        """32 bytes that everything in a proof depends on.

        Args:
            asset: digest of the announcement, 32 bytes.
        """
        parts = (_KINDS[self.kind].to_bytes(1, "big"), self.number.to_bytes(8, "big"), self.value)
        return sha256(_SEED_DOMAIN + asset + b"".join(parts) + self.count.to_bytes(4, "big")).digest()

    def asked(self, blocks: int) -> int:
        """How many of so many blocks are asked for."""
        return min(self.count, blocks)


def places(seed: bytes, blocks: int, count: int) -> Sequence[int]:
    """Which blocks are asked for, ascending, each once, every choice as likely as any other (but for 2^-90).

    Args:
        seed: of the challenge.
        blocks: of the asset.
        count: at most ``blocks``.
    """
    if count == blocks:
        return range(blocks)
    found: set[int] = set()
    counter = 0
    while len(found) < count:
        hashed = sha256(seed + _PLACES + counter.to_bytes(8, "big")).digest()
        found.add(int.from_bytes(hashed[:16], "big") % blocks)
        counter += 1
    return sorted(found)


def coefficients(seed: bytes, count: int) -> list[int]:
    """A number of 128 bits, not zero, for each of the blocks asked for."""
    hashes = (sha256(seed + _COEFFICIENTS + place.to_bytes(8, "big")).digest() for place in range(count))
    return [int.from_bytes(hashed[:COEFFICIENT_BYTES], "big") or 1 for hashed in hashes]


def detection(blocks: int, lost: int, count: int) -> Fraction:
    """The probability with which a challenge asks for at least one of the lost blocks.

    1 - C(blocks - lost, count) / C(blocks, count): drawn without repetition.

    Args:
        blocks: of the asset, from 1.
        lost: of them, from 0.
        count: asked for, at most ``blocks``.

    >>> detection(100, 1, 10)
    Fraction(1, 10)
    """
    return 1 - Fraction(comb(blocks - lost, count), comb(blocks, count))
