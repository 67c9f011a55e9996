"""Many small values in one plaintext: slots that a sum of ciphertexts adds up without any carry between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fl_client.encoding import MAX_DIMENSION
from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import Number, number, to_bytes
from fl_client.privacy.scale import LEAST_VALUE_BITS, MOST_VALUE_BITS

MOST_HEADROOM_BITS: Final = 16

_BLOCK_BITS: Final = 1 << 22
"""Bits spread to a byte each at a time."""


@dataclass(frozen=True, slots=True)
class SlotFormat:
    """How values lie in plaintexts.

    A value v is stored as v + 2^(value_bits - 1), in ``slot_bits`` bits of its own; the first coordinate lies lowest.
    Updates of total weight up to 2^headroom_bits add up to less than 2^slot_bits in every slot, and the slots of one
    plaintext end below the highest bit of the modulus: nothing overflows, whatever values in range are packed.

    Args:
        value_bits: of a value, its sign included, 2 to 32.
        headroom_bits: total weights up to 2^headroom_bits may be added, 0 to 16.
        length: bytes L of the modulus.

    Raises:
        CryptoError: a number is out of range, or no slot fits.

    >>> SlotFormat(16, 5, 256).slots
    97
    """

    value_bits: int
    headroom_bits: int
    length: int

    def __post_init__(self) -> None:
        if not LEAST_VALUE_BITS <= self.value_bits <= MOST_VALUE_BITS:
            raise CryptoError(
                f"values of {self.value_bits} bits; choose {LEAST_VALUE_BITS} to {MOST_VALUE_BITS}"
            )
        if not 0 <= self.headroom_bits <= MOST_HEADROOM_BITS:
            raise CryptoError(f"headroom of {self.headroom_bits} bits; choose 0 to {MOST_HEADROOM_BITS}")
        if self.slots < 1:
            raise CryptoError(f"no slot of {self.slot_bits} bits fits into {self.length} bytes")

    @property
    def slot_bits(self) -> int:
        """Bits of a slot."""
        return self.value_bits + self.headroom_bits

    @property
    def slots(self) -> int:
        """Values in one plaintext; n has 8 L bits, so 8 L - 1 bits are below it."""
        return (8 * self.length - 1) // self.slot_bits

    @property
    def offset(self) -> int:
        """What is added to a value, so that what is stored is not negative."""
        return 1 << (self.value_bits - 1)

    @property
    def limit(self) -> int:
        """Greatest magnitude of a value."""
        return self.offset - 1

    @property
    def most_weight(self) -> int:
        """Greatest total weight of a sum."""
        return 1 << self.headroom_bits

    def chunks_of(self, dimension: int) -> int:
        """Plaintexts that ``dimension`` values take.

        Raises:
            CryptoError: no such dimension.
        """
        if not 1 <= dimension <= MAX_DIMENSION:
            raise CryptoError(f"{dimension} values cannot be packed; 1 to {MAX_DIMENSION} can")
        return -(-dimension // self.slots)

    def pack(self, values: NDArray[np.int32]) -> list[Number]:
        """Plaintexts of values; slots beyond the last value hold that of 0.

        Args:
            values: int32 (d,), each within +-``limit``.

        Raises:
            CryptoError: no vector of int32, or a value out of range (its index is named).
        """
        if values.dtype != np.int32 or values.ndim != 1:
            raise CryptoError(f"cannot pack {values.dtype} of shape {values.shape}; pass int32 of shape (d,)")
        chunks = self.chunks_of(values.size)
        wide = values.astype(np.int64)
        outside = np.flatnonzero(np.abs(wide) > self.limit)
        if outside.size:
            raise CryptoError(
                f"value {outside[0]} is out of the range of {self.value_bits} bits, +-{self.limit}"
            )
        stored = np.full(chunks * self.slots, self.offset, dtype="<u8")
        stored[: values.size] = wide + self.offset
        rows = stored.reshape(chunks, self.slots)
        step = self._rows_at_a_time
        return [one for first in range(0, chunks, step) for one in self._packed(rows[first : first + step])]

    def unpack(self, plaintexts: Sequence[int], dimension: int) -> NDArray[np.int64]:
        """What the slots hold.

        Args:
            plaintexts: ``chunks_of(dimension)`` numbers below the modulus; bits above the slots are left out.
            dimension: values d.

        Returns:
            int64 (d,), each from 0 to 2^slot_bits - 1.

        Raises:
            CryptoError: another number of plaintexts, or one that is longer than the modulus.
        """
        if len(plaintexts) != self.chunks_of(dimension):
            raise CryptoError(
                f"{dimension} values lie in {self.chunks_of(dimension)} plaintexts; {len(plaintexts)} came"
            )
        step = self._rows_at_a_time
        parts = [
            self._unpacked(plaintexts[first : first + step]) for first in range(0, len(plaintexts), step)
        ]
        return np.concatenate(parts)[:dimension]

    def sums(self, plaintexts: Sequence[int], dimension: int, weight: int) -> NDArray[np.int64]:
        """Weighted sums of values, from the opened sum of ciphertexts of that total weight.

        Args:
            plaintexts: as of ``unpack``.
            dimension: values d.
            weight: total weight of what was added, 1 to 2^headroom_bits.

        Returns:
            int64 (d,). Of honest updates within +-``limit`` * weight; one that packed other integers moves them
            anywhere from -offset * weight to 2^slot_bits.

        Raises:
            CryptoError: as of ``unpack``; or a weight for which slots would have run over.
        """
        if not 1 <= weight <= self.most_weight:
            raise CryptoError(
                f"a total weight of {weight}: {self.headroom_bits} bits of headroom allow 1 to {self.most_weight}"
            )
        return self.unpack(plaintexts, dimension) - weight * self.offset

    @property
    def _rows_at_a_time(self) -> int:
        return max(1, _BLOCK_BITS // (64 * self.slots))

    def _packed(self, rows: NDArray[Any]) -> list[Number]:
        bits = np.unpackbits(rows.view(np.uint8).reshape(*rows.shape, 8), axis=2, bitorder="little")
        lines = bits[:, :, : self.slot_bits].reshape(len(rows), self.slots * self.slot_bits)
        packed = np.packbits(lines, axis=1, bitorder="little")
        return [number(int.from_bytes(line.tobytes(), "little")) for line in packed]

    def _unpacked(self, plaintexts: Sequence[int]) -> NDArray[np.int64]:
        data = b"".join(to_bytes(one, self.length)[::-1] for one in plaintexts)
        lines = np.frombuffer(data, dtype=np.uint8).reshape(len(plaintexts), self.length)
        bits = np.unpackbits(lines, axis=1, bitorder="little")[:, : self.slots * self.slot_bits]
        wide = np.zeros((bits.shape[0] * self.slots, 64), dtype=np.uint8)
        wide[:, : self.slot_bits] = bits.reshape(-1, self.slot_bits)
        return np.packbits(wide, axis=1, bitorder="little").view("<i8").reshape(-1).astype(np.int64)
