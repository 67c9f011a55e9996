"""A party's secrets: the X25519 key that it joins with, and its share of the task's key, both on its disk."""

from __future__ import annotations

from dataclasses import dataclass

from fl_client.errors import SecretError
from fl_client.privacy.at_rest import SecretFolder
from fl_client.privacy.paillier.dealing import KeyShare
from fl_client.privacy.paillier.key_check import check_share
from fl_client.privacy.paillier.key_file import KeyFile
from fl_client.privacy.paillier.public_key import PublicKey
from fl_client.privacy.paillier.sealed import BoxKey, Ceremony, new_box_key, open_share

_BOX = "box.key"


@dataclass(frozen=True)
class PartyKey:
    """Reads and keeps a party's secrets."""

    folder: SecretFolder

    def box(self) -> BoxKey:
        """The key that shares are sealed to; a new one where none is kept. It is on the disk when this returns."""
        kept = self.folder.read(_BOX)
        if kept is not None:
            return BoxKey.from_secret(kept)
        fresh = new_box_key()
        self.folder.write(_BOX, fresh.secret)
        return fresh

    def take(self, file: KeyFile, dealing: Ceremony, place: int) -> KeyShare:
        """Open the share that was sealed to this party, check it against the key, and keep it.

        Raises:
            CryptoError: it is not this party's, or not of this key.
        """
        share = open_share(self.box(), file.sealed[place], dealing, place)
        check_share(file.key, share)
        self.folder.write(_name(file.key), share.to_data(file.key.length))
        return share

    def share(self, key: PublicKey) -> KeyShare:
        """The share that was kept for a key.

        Raises:
            SecretError: none is.
        """
        kept = self.folder.read(_name(key))
        if kept is None:
            raise SecretError(
                f"{self.folder.path} holds no share of the key 0x{key.hash.hex()}: start with the folder that it was "
                "taken in"
            )
        return KeyShare.from_data(kept)


def _name(key: PublicKey) -> str:
    return f"share-{key.hash.hex()[:16]}.key"
