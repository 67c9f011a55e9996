"""Bytes of what parties post: a header, chunks of one length, and what belongs to all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Final, Self

from fl_client.encoding.chunk_tree import ChunkTree, leaf_of
from fl_client.errors import CryptoError
from fl_client.privacy.paillier.number import Number, from_bytes, is_unit, to_bytes
from fl_client.privacy.paillier.public_key import PublicKey

UPDATE_MAGIC: Final = b"GEU1"
SHARES_MAGIC: Final = b"GES1"
RESULT_MAGIC: Final = b"GER1"
VERSION: Final = 1
HEADER_BYTES: Final = 16


class WrongChunk(CryptoError):
    """A chunk of a statement is not what it must be.

    Attributes:
        chunk: its place, which may be asked for on chain.
    """

    def __init__(self, chunk: int, problem: str) -> None:
        super().__init__(f"chunk {chunk}: {problem}")
        self.chunk = chunk


def statement_bytes(magic: bytes, length: int, chunks: Sequence[bytes], rest: bytes = b"") -> bytes:
    """Magic (4), version (2), L (2), number of chunks (4), 4 zero bytes; the chunks; what belongs to all."""
    header = magic + VERSION.to_bytes(2, "big") + length.to_bytes(2, "big") + len(chunks).to_bytes(4, "big")
    return b"".join((header.ljust(HEADER_BYTES, b"\0"), *chunks, rest))


def read_statement(
    magic: bytes, data: bytes, length: int, count: int, *, chunk_bytes: int, rest_bytes: int = 0
) -> tuple[list[bytes], bytes]:
    """Chunks and rest of a statement's bytes, whose sizes follow from key and task alone.

    Raises:
        CryptoError: another statement, another key's, another number of chunks, or another size.
    """
    header = statement_bytes(magic, length, [])[:8] + count.to_bytes(4, "big") + bytes(4)
    if data[:HEADER_BYTES] != header:
        raise CryptoError(
            f"these bytes do not begin as {count} chunks of {magic.decode()} for a modulus of {length} bytes"
        )
    size = HEADER_BYTES + count * chunk_bytes + rest_bytes
    if len(data) != size:
        raise CryptoError(f"a statement of {len(data)} bytes; it must have {size}")
    end = size - rest_bytes
    return [data[at : at + chunk_bytes] for at in range(HEADER_BYTES, end, chunk_bytes)], data[end:]


def check_units(key: PublicKey, rows: Sequence[Sequence[int]]) -> None:
    """Refuse numbers that share a factor with n: one gcd for all, and one a chunk only if that finds something.

    Args:
        key: whose modulus.
        rows: the numbers of each chunk.

    Raises:
        WrongChunk: the first that holds one.
    """
    product, modulus = 1, key.modulus
    for row in rows:
        product = product * (prod(row) % modulus) % modulus
    if is_unit(product, modulus):
        return
    for chunk, row in enumerate(rows):
        if not is_unit(prod(row) % modulus, modulus):
            raise WrongChunk(chunk, "a number in it shares a factor with the modulus")


def batch_proof_bytes(length: int) -> int:
    """Bytes of a batch proof of shares: a1 (L), a2 (L), z (L + 33)."""
    return 3 * length + 33


def shares_file_bytes(length: int, count: int) -> int:
    """Bytes of the file of one party's shares of ``count`` ciphertexts."""
    return HEADER_BYTES + count * length + batch_proof_bytes(length)


def result_file_bytes(length: int, count: int) -> int:
    """Bytes of the file of ``count`` openings: a plaintext and a root each."""
    return HEADER_BYTES + count * 2 * length


@dataclass(frozen=True)
class SharesFile:
    """A party's shares of the sum's n-th roots, and one proof for all of them.

    Attributes:
        length: bytes L of the modulus.
        shares: numbers modulo n, one a ciphertext of the sum.
        proof: of the batch, ``batch_proof_bytes``.
    """

    length: int
    shares: tuple[Number, ...] = field(repr=False)
    proof: bytes = field(repr=False)

    def chunk(self, index: int) -> bytes:
        """A share's bytes, as a question about it is answered with."""
        return to_bytes(self.shares[index], self.length)

    @cached_property
    def tree(self) -> ChunkTree:
        """The tree whose root is posted."""
        return ChunkTree([leaf_of(self.chunk(index)) for index in range(len(self.shares))])

    def to_bytes(self) -> bytes:
        """The file."""
        if len(self.proof) != batch_proof_bytes(self.length):
            raise CryptoError(f"a batch proof of {len(self.proof)} bytes")
        chunks = [self.chunk(index) for index in range(len(self.shares))]
        return statement_bytes(SHARES_MAGIC, self.length, chunks, self.proof)

    @classmethod
    def from_bytes(cls, data: bytes, key: PublicKey, count: int) -> Self:
        """Read a file from anybody.

        Args:
            data: the bytes.
            key: of the task.
            count: chunks of the sum.

        Raises:
            CryptoError: the file is not of that form.
            WrongChunk: a share is not a unit modulo n.
        """
        chunks, proof = read_statement(
            SHARES_MAGIC,
            data,
            key.length,
            count,
            chunk_bytes=key.length,
            rest_bytes=batch_proof_bytes(key.length),
        )
        shares = tuple(from_bytes(chunk) for chunk in chunks)
        _check_below(shares, key.modulus)
        check_units(key, [(share,) for share in shares])
        return cls(key.length, shares, proof)


@dataclass(frozen=True)
class ResultFile:
    """The opened sum: each ciphertext's plaintext and n-th root.

    Attributes:
        length: bytes L of the modulus.
        plaintexts: numbers from 0 to n - 1, one a ciphertext.
        roots: units modulo n, as many.
    """

    length: int
    plaintexts: tuple[Number, ...] = field(repr=False)
    roots: tuple[Number, ...] = field(repr=False)

    def chunk(self, index: int) -> bytes:
        """An opening's bytes: plaintext, root."""
        return to_bytes(self.plaintexts[index], self.length) + to_bytes(self.roots[index], self.length)

    @cached_property
    def tree(self) -> ChunkTree:
        """The tree whose root is posted."""
        return ChunkTree([leaf_of(self.chunk(index)) for index in range(len(self.plaintexts))])

    def to_bytes(self) -> bytes:
        """The file."""
        if len(self.plaintexts) != len(self.roots):
            raise CryptoError(f"{len(self.plaintexts)} plaintexts and {len(self.roots)} roots")
        chunks = [self.chunk(index) for index in range(len(self.plaintexts))]
        return statement_bytes(RESULT_MAGIC, self.length, chunks)

    @classmethod
    def from_bytes(cls, data: bytes, key: PublicKey, count: int) -> Self:
        """Read a file from anybody.

        Args:
            data: the bytes.
            key: of the task.
            count: chunks of the sum.

        Raises:
            CryptoError: the file is not of that form.
            WrongChunk: a plaintext is not below n, or a root no unit modulo n.
        """
        chunks, _ = read_statement(RESULT_MAGIC, data, key.length, count, chunk_bytes=2 * key.length)
        plaintexts = tuple(from_bytes(chunk[: key.length]) for chunk in chunks)
        roots = tuple(from_bytes(chunk[key.length :]) for chunk in chunks)
        _check_below(plaintexts, key.modulus)
        _check_below(roots, key.modulus)
        check_units(key, [(root,) for root in roots])
        return cls(key.length, plaintexts, roots)


def _check_below(numbers: Sequence[int], modulus: int) -> None:
    for chunk, one in enumerate(numbers):
        if one >= modulus:
            raise WrongChunk(chunk, "a number in it is not below the modulus")
