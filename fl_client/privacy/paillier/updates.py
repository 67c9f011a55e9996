"""A whole update as ciphertexts with their proofs: made, written, read and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from fl_client.encoding.chunk_tree import ChunkTree, update_leaf_of
from fl_client.errors import CryptoError
from fl_client.privacy.paillier.cores import Cores
from fl_client.privacy.paillier.encryption import encryptor_of
from fl_client.privacy.paillier.number import Number, from_bytes, to_bytes
from fl_client.privacy.paillier.packing import SlotFormat
from fl_client.privacy.paillier.plaintext_proof import first_wrong, proof_bytes, prove
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.statements import (
    HEADER_BYTES,
    UPDATE_MAGIC,
    WrongChunk,
    check_units,
    read_statement,
    statement_bytes,
)
from fl_client.privacy.paillier.transcript import ProofContext

LEAST_ENCRYPTIONS: Final = 128
LEAST_CHECKS: Final = 512
"""Chunks that take about as long as a worker's start."""

_ENCRYPTED_AT_A_TIME: Final = 64
_CHECKED_AT_MOST: Final = 4096


@dataclass(frozen=True)
class EncryptedUpdate:
    """What a party submits: the ciphertexts of its packed update, each with a proof that its plaintext is known.

    Attributes:
        length: bytes L of the modulus.
        ciphertexts: numbers modulo n^2.
        proofs: ``proof_bytes`` each, one a ciphertext.
    """

    length: int
    ciphertexts: tuple[Number, ...] = field(repr=False)
    proofs: tuple[bytes, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.ciphertexts or len(self.ciphertexts) != len(self.proofs):
            raise CryptoError(f"{len(self.ciphertexts)} ciphertexts with {len(self.proofs)} proofs")

    def chunk(self, index: int) -> bytes:
        """A chunk's bytes: ciphertext, proof."""
        return to_bytes(self.ciphertexts[index], 2 * self.length) + self.proofs[index]

    @cached_property
    def tree(self) -> ChunkTree:
        """The tree whose root is posted."""
        return _tree([self.chunk(index) for index in range(len(self.proofs))], self.length)

    def to_bytes(self) -> bytes:
        """The file."""
        chunks = [self.chunk(index) for index in range(len(self.proofs))]
        if any(len(chunk) != chunk_bytes(self.length) for chunk in chunks):
            raise CryptoError(f"a proof has another length than {proof_bytes(self.length)} bytes")
        return statement_bytes(UPDATE_MAGIC, self.length, chunks)

    @classmethod
    def from_bytes(cls, data: bytes, key: PublicKey, count: int) -> Self:
        """Read a file from anybody; whether its proofs hold is for ``check_update`` to say.

        Args:
            data: the bytes.
            key: of the task.
            count: chunks that the task's dimension takes.

        Raises:
            CryptoError: the file is not of that form.
            WrongChunk: a ciphertext or a number of a proof is out of its range, or no unit.
        """
        chunks = _chunks(data, key.length, count)
        size, wide = 2 * key.length, 4 * key.length
        ciphertexts = tuple(from_bytes(chunk[:size]) for chunk in chunks)
        commitments = [from_bytes(chunk[size:wide]) for chunk in chunks]
        for place, (ciphertext, commitment) in enumerate(zip(ciphertexts, commitments, strict=True)):
            if not 1 < ciphertext < key.square or not 0 < commitment < key.square:
                raise WrongChunk(place, "a number in it is out of the range modulo n^2")
            if from_bytes(chunks[place][wide : wide + key.length]) >= key.modulus:
                raise WrongChunk(place, "the response of its proof is not below the modulus")
        check_units(key, list(zip(ciphertexts, commitments, strict=True)))
        return cls(key.length, ciphertexts, tuple(chunk[size:] for chunk in chunks))


def chunk_bytes(length: int) -> int:
    """Bytes of a chunk of an update: a ciphertext and its proof."""
    return 2 * length + proof_bytes(length)


def update_file_bytes(length: int, count: int) -> int:
    """Bytes of the file of an update of ``count`` chunks."""
    return HEADER_BYTES + count * chunk_bytes(length)


def tree_of_bytes(data: bytes, key: PublicKey, count: int) -> ChunkTree:
    """The tree over a file's chunks whatever its numbers are: whether these are the bytes that were posted.

    A file that ``from_bytes`` refuses may still be the posted one; only then may its wrong chunk be asked for.

    Raises:
        CryptoError: the file has another header or size.
    """
    return _tree(_chunks(data, key.length, count), key.length)


def encrypt_update(
    key: PublicKey,
    context: ProofContext,
    values: NDArray[np.int32],
    fmt: SlotFormat,
    *,
    cores: Cores | None = None,
) -> EncryptedUpdate:
    """Pack, encrypt and prove a quantised update.

    Args:
        key: checked by ``check_key``.
        context: where the update will be posted.
        values: int32 (d,), each within +-``fmt.limit``.
        fmt: of the task.
        cores: that share the work; this process alone if None.

    Raises:
        CryptoError: a value is out of range, or the format is not one of this key.
    """
    if fmt.length != key.length:
        raise CryptoError(f"a format for {fmt.length} bytes does not fit a key of {key.length}")
    made = (cores or Cores(1)).map(
        _Encrypting(key, context),
        list(enumerate(fmt.pack(values))),
        name="encrypting",
        least=LEAST_ENCRYPTIONS,
        slice_items=_ENCRYPTED_AT_A_TIME,
    )
    return EncryptedUpdate(key.length, tuple(one for one, _ in made), tuple(proof for _, proof in made))


def check_update(
    key: PublicKey, context: ProofContext, update: EncryptedUpdate, *, cores: Cores | None = None
) -> None:
    """Check every proof of an update.

    Args:
        key: checked by ``check_key``.
        context: where the update was posted.
        update: as ``from_bytes`` read it.
        cores: that share the work; this process alone if None.

    Raises:
        WrongChunk: the first whose proof does not hold.
    """
    cores = cores or Cores(1)
    count = len(update.ciphertexts)
    found = cores.map(
        _Checking(key, context),
        list(zip(range(count), update.ciphertexts, update.proofs, strict=True)),
        name="checking",
        least=LEAST_CHECKS,
        slice_items=min(_CHECKED_AT_MOST, -(-count // max(1, min(cores.count, count // LEAST_CHECKS)))),
    )
    wrong = [chunk for chunk in found if chunk is not None]
    if wrong:
        raise WrongChunk(min(wrong), "its proof of plaintext knowledge does not hold")


@dataclass(frozen=True)
class _Encrypting:
    """Encrypts and proves plaintexts, each with its position."""

    key: PublicKey
    context: ProofContext

    def __call__(self, items: Sequence[tuple[int, Number]], /) -> list[tuple[Number, bytes]]:
        encryptor, made = encryptor_of(self.key), []
        for position, plaintext in items:
            ciphertext, exponent = encryptor.encrypt(plaintext)
            proof = prove(encryptor, self.context, position, ciphertext, plaintext, exponent)
            made.append((ciphertext, proof))
        return made


@dataclass(frozen=True)
class _Checking:
    """Checks a slice of chunks, each with its position; says which is the first wrong one."""

    key: PublicKey
    context: ProofContext

    def __call__(self, items: Sequence[tuple[int, Number, bytes]], /) -> list[int | None]:
        ciphertexts, proofs = [one for _, one, _ in items], [proof for _, _, proof in items]
        return [first_wrong(self.key, self.context, ciphertexts, proofs, items[0][0])]


def _chunks(data: bytes, length: int, count: int) -> list[bytes]:
    return read_statement(UPDATE_MAGIC, data, length, count, chunk_bytes=chunk_bytes(length))[0]


def _tree(chunks: Sequence[bytes], length: int) -> ChunkTree:
    return ChunkTree([update_leaf_of(chunk[: 2 * length], chunk[2 * length :]) for chunk in chunks])
