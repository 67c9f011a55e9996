"""Commitments to blocks: Pedersen's, to 32 numbers at once, on the curve secp256k1.

C = r H + sum of m_k G_k. Whoever sees C learns nothing of the block, however well it guesses, as long as r is secret;
nobody can open one C to two blocks without a discrete logarithm between generators, which are hashes of their names.
Commitments add up, so that one short proof answers for many blocks.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Final

from coincurve import PublicKey

from fl_client.assets.data import BLOCK_BYTES, SECTOR_BYTES, SECTORS
from fl_client.errors import CryptoError

ORDER: Final = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
"""Of the group: SEC 2, version 2.0, section 2.4.1."""

POINT_BYTES: Final = 33
SCALAR_BYTES: Final = 32

_GENERATOR_DOMAIN: Final = b"Gradbond.Asset.Generator".ljust(32, b"\0")
_BLINDING_DOMAIN: Final = b"Gradbond.Asset.Blinding".ljust(32, b"\0")


def _generator(number: int) -> PublicKey:
    """The first point whose abscissa is a hash of name, number and counter: nobody knows its logarithm."""
    for counter in range(256):
        hashed = sha256(_GENERATOR_DOMAIN + number.to_bytes(4, "big") + counter.to_bytes(4, "big")).digest()
        try:
            return PublicKey(b"\x02" + hashed)
        except ValueError:
            continue  # every other number is no abscissa
    raise AssertionError("256 hashes in a row are no abscissae")


GENERATORS: Final = tuple(_generator(number) for number in range(SECTORS + 1))
"""H for the blinding, then G_k for the sectors."""


def read_point(data: bytes) -> PublicKey:
    """Read a compressed point.

    Raises:
        CryptoError: it is none.
    """
    if len(data) != POINT_BYTES:
        raise CryptoError(f"a point has {POINT_BYTES} bytes, not {len(data)}")
    try:
        return PublicKey(data)
    except ValueError:
        raise CryptoError("these bytes are no point of the curve") from None


def combine(scalars: Sequence[int], points: Sequence[PublicKey]) -> PublicKey:
    """The sum of the points, each times its number.

    Raises:
        CryptoError: it is the neutral element, which has no encoding and which no honest party meets.
    """
    terms = [
        point.multiply((scalar % ORDER).to_bytes(SCALAR_BYTES, "big"))
        for scalar, point in zip(scalars, points, strict=True)
        if scalar % ORDER
    ]
    # The library ends the process where it is given no points at all.
    with suppress(ValueError):
        if terms:
            return PublicKey.combine_keys(terms)
    raise CryptoError("a sum of points is the neutral element")


def sectors_of(block: bytes) -> list[int]:
    """A block as 32 numbers of 31 bytes."""
    return [
        int.from_bytes(block[start : start + SECTOR_BYTES], "big")
        for start in range(0, BLOCK_BYTES, SECTOR_BYTES)
    ]


def blinding(secret: bytes, index: int) -> int:
    """What hides block ``index``: HMAC-SHA512 under the asset's secret, so that one secret is all there is to keep."""
    hashed = hmac.digest(secret, _BLINDING_DOMAIN + index.to_bytes(8, "big"), "sha512")
    return int.from_bytes(hashed, "big") % ORDER


def commit_block(block: bytes, hiding: int) -> bytes:
    """The commitment to one block, without tables."""
    return combine([hiding, *sectors_of(block)], GENERATORS).format()


class BlockCommitter:
    """Commits to many blocks: multiples of all generators are made once, and a block is a sum of some of them."""

    def __init__(self, blocks: int) -> None:
        """Make the tables: a quarter of a second, or two seconds where so many blocks follow that it pays."""
        self._by_bytes = blocks > 2_000
        digits, bits = (SECTOR_BYTES, 8) if self._by_bytes else (2 * SECTOR_BYTES, 4)
        self._rows: list[list[PublicKey]] = []
        for generator in GENERATORS[1:]:
            rows, base = [], generator
            for _ in range(digits):
                row = [base]
                for _ in range((1 << bits) - 2):
                    row.append(PublicKey.combine_keys([row[-1], base]))
                rows.append(row)
                base = PublicKey.combine_keys([row[-1], base])
            self._rows += reversed(rows)  # a sector's first digit is its greatest

    def commit(self, block: bytes, hiding: int) -> bytes:
        """The same as ``commit_block``."""
        digits = block if self._by_bytes else bytes(int(digit, 16) for digit in block.hex())
        terms = [row[digit - 1] for row, digit in zip(self._rows, digits, strict=True) if digit]
        terms.append(GENERATORS[0].multiply(hiding.to_bytes(SCALAR_BYTES, "big")))
        return PublicKey.combine_keys(terms).format()
