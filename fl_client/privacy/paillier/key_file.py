"""The dealer's file: the key, the proof of its modulus, and everybody's sealed share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.modulus_proof import ROOTS, ModulusProof
from fl_client.privacy.paillier.public_key import HEADER_BYTES, MOST_MODULUS_BYTES, MOST_PARTIES, PublicKey
from fl_client.privacy.paillier.sealed import sealed_bytes

FIXED_NUMBERS: Final = 5
"""L bytes each: modulus, base, two for the mask, verifier."""


def key_file_bytes(length: int, parties: int) -> int:
    """How long the file of a key of L = ``length`` bytes is."""
    return key_bytes(length, parties) + ROOTS * length + parties * sealed_bytes(length)


def key_bytes(length: int, parties: int) -> int:
    """How long the key alone is."""
    return HEADER_BYTES + length * (FIXED_NUMBERS + parties)


MOST_KEY_FILE_BYTES: Final = key_file_bytes(MOST_MODULUS_BYTES, MOST_PARTIES)
"""No longer content is ever read as one."""


@dataclass(frozen=True)
class KeyFile:
    """What the dealer publishes.

    Bytes, one after the other: the key's canonical ones, the modulus proof, the sealed shares in the order of places.

    Attributes:
        key: the key.
        proof: of its modulus.
        sealed: a share for each place, sealed to its party.
    """

    key: PublicKey
    proof: ModulusProof
    sealed: tuple[bytes, ...]

    def __post_init__(self) -> None:
        due = sealed_bytes(self.key.length)
        if len(self.sealed) != self.key.parties or any(len(one) != due for one in self.sealed):
            raise CryptoError(f"{len(self.sealed)} sealed shares: {self.key.parties} of {due} bytes are due")

    @property
    def data(self) -> bytes:
        """The bytes to publish."""
        return b"".join((self.key.data, self.proof.to_data(self.key.length), *self.sealed))

    @classmethod
    def from_data(cls, data: bytes) -> KeyFile:
        """Read what a dealer published. What it is worth is for ``check_key`` and ``check_share`` to say.

        Raises:
            CryptoError: the bytes are no such file.
        """
        if not HEADER_BYTES <= len(data) <= MOST_KEY_FILE_BYTES:
            raise CryptoError(f"a key file of {len(data)} bytes: at most {MOST_KEY_FILE_BYTES}")
        length, parties = (int.from_bytes(data[at : at + 2], "big") for at in (4, 6))
        if len(data) != key_file_bytes(length, parties):
            raise CryptoError(f"a key file of {len(data)} bytes where its header says otherwise")
        proof_at = key_bytes(length, parties)
        sealed_at = proof_at + ROOTS * length
        size = sealed_bytes(length)
        return cls(
            PublicKey.from_data(data[:proof_at]),
            ModulusProof.from_data(data[proof_at:sealed_at], length),
            tuple(data[at : at + size] for at in range(sealed_at, len(data), size)),
        )
