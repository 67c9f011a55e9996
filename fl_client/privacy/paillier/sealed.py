"""Key shares on their way from the dealer: sealed so that only their party reads them (X25519, PyNaCl's SealedBox).

Anybody can seal something to a party. What it finds inside is worth no more than ``check_share`` says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from nacl.exceptions import CryptoError as BoxError
from nacl.public import PrivateKey, PublicKey, SealedBox

from fl_client.errors import CryptoError
from fl_client.privacy.paillier.dealing import SHARE_HEADER_BYTES, KeyShare

SEALED_MAGIC: Final = b"GSS1"
CHAIN_BYTES: Final = 32
TASK_BYTES: Final = 20
SEAL_BYTES: Final = 48
"""An ephemeral public key and an authenticator."""
ENVELOPE_BYTES: Final = len(SEALED_MAGIC) + CHAIN_BYTES + TASK_BYTES + 1


@dataclass(frozen=True)
class BoxKey:
    """A party's key pair for what is sealed to it.

    Attributes:
        public: X25519, 32 bytes; goes to the chain when the party joins.
        secret: 32 bytes, to keep; never shown.
    """

    public: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def from_secret(cls, secret: bytes) -> BoxKey:
        """The pair of a secret that was kept.

        Raises:
            CryptoError: it has not 32 bytes.
        """
        if len(secret) != PrivateKey.SIZE:
            raise CryptoError(f"a secret of {len(secret)} bytes to open sealed shares with: it has 32")
        return cls(bytes(PrivateKey(secret).public_key), secret)


@dataclass(frozen=True)
class Ceremony:
    """Which dealing a share belongs to; a share sealed for another one is refused.

    Attributes:
        chain_id: of the chain.
        task: address of the task, 20 bytes.
        ceremony: how many keys the task has asked for so far, from 1 to 255.
    """

    chain_id: int
    task: bytes
    ceremony: int

    def __post_init__(self) -> None:
        if len(self.task) != TASK_BYTES:
            raise ValueError(f"an address of {len(self.task)} bytes: it has {TASK_BYTES}")

    @property
    def data(self) -> bytes:
        """Fixed-length bytes of all of it."""
        return self.chain_id.to_bytes(CHAIN_BYTES, "big") + self.task + self.ceremony.to_bytes(1, "big")


def new_box_key() -> BoxKey:
    """A fresh key pair, from the system's generator."""
    return BoxKey.from_secret(bytes(PrivateKey.generate()))


def sealed_bytes(length: int) -> int:
    """How long a sealed share of a key of L = ``length`` bytes is."""
    return ENVELOPE_BYTES + SHARE_HEADER_BYTES + length + SEAL_BYTES


def seal_share(share: KeyShare, box_public: bytes, ceremony: Ceremony, length: int) -> bytes:
    """Seal a share to its party.

    Inside: magic ``GSS1``; chain id, 32 bytes; task, 20; ceremony, 1; then the share's own bytes, with its place.

    Args:
        share: for the party.
        box_public: its X25519 key, 32 bytes.
        ceremony: that the share belongs to.
        length: L, bytes of the modulus.

    Raises:
        CryptoError: nothing can be sealed to that key.
    """
    try:
        return bytes(
            SealedBox(PublicKey(box_public)).encrypt(SEALED_MAGIC + ceremony.data + share.to_data(length))
        )
    except (BoxError, ValueError, TypeError):
        raise CryptoError(f"nothing can be sealed to the key of place {share.place}") from None


def open_share(box: BoxKey, sealed: bytes, ceremony: Ceremony, place: int) -> KeyShare:
    """Open a share that was sealed to us.

    Raises:
        CryptoError: it was sealed to somebody else, altered, or belongs to another dealing or place.
    """
    try:
        data = bytes(SealedBox(PrivateKey(box.secret)).decrypt(sealed))
    except (BoxError, ValueError, TypeError):
        raise CryptoError("the share was not sealed to this key, or was altered on its way") from None
    envelope = SEALED_MAGIC + ceremony.data
    if data[: len(envelope)] != envelope:
        raise CryptoError("the share was sealed for another task or dealing")
    share = KeyShare.from_data(data[len(envelope) :])
    if share.place != place:
        raise CryptoError(f"the share was sealed for place {share.place}, not {place}")
    return share
