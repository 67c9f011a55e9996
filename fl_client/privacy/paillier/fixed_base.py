"""Powers of one base, many times: a table instead of squares."""

from __future__ import annotations

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import Number, number


class FixedBase:
    """Powers of one base by a table of base^(k * 256^i): one product for every byte of an exponent, and no squares.

    Which products it takes and where it reads the table follow from the exponent: timing is no promise.

    Source: Brickell, Gordon, McCurley and Wilson, "Fast exponentiation with precomputation", 1992, with a full table.

    Args:
        base: below the modulus.
        modulus: of the powers.
        exponent_bytes: length of the longest exponent; the table holds 256 numbers for each.
    """

    def __init__(self, base: int, modulus: int, exponent_bytes: int) -> None:
        self._modulus = number(modulus)
        self._bytes = exponent_bytes
        self._rows = []
        step = number(base)
        for _ in range(exponent_bytes):
            row = [number(1)]
            for _ in range(255):
                row.append(row[-1] * step % self._modulus)
            self._rows.append(row)
            step = row[-1] * step % self._modulus

    def power(self, exponent: int) -> Number:
        """base ** exponent mod modulus.

        Raises:
            CryptoError: the exponent is negative or longer than the table.
        """
        if exponent < 0 or exponent.bit_length() > 8 * self._bytes:
            raise CryptoError(f"an exponent of {exponent.bit_length()} bits is not one of this table")
        result, modulus = number(1), self._modulus
        for row, digit in zip(self._rows, int(exponent).to_bytes(self._bytes, "little"), strict=True):
            if digit:
                result = result * row[digit] % modulus
        return result
