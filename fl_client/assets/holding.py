"""What the holder of an asset keeps beside the data: the secret that hides it, and the commitments to its blocks."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fl_client.assets.announcement import Announcement, Keywords, Signer
from fl_client.assets.data import MOST_BYTES, AssetData, block_count
from fl_client.assets.group import POINT_BYTES, BlockCommitter, blinding
from fl_client.assets.tree import leaf_of, root_of
from fl_client.errors import ConfigError, CryptoError
from fl_client.types import Bytes32

SECRET_BYTES: Final = 32
_MAGIC: Final = b"GAH1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The holder's own half of an announcement; whoever has the secret can test guesses at the data.

    Args:
        secret: 32 random bytes, of this announcement alone; not in ``repr``.
        commitments: 33 bytes a block, in order.

    Raises:
        CryptoError: a length that no holding has.
    """

    secret: bytes = field(repr=False)
    commitments: bytes = field(repr=False)

    def __post_init__(self) -> None:
        count, rest = divmod(len(self.commitments), POINT_BYTES)
        if len(self.secret) != SECRET_BYTES or rest or not count:
            raise CryptoError(f"a holding is a secret of {SECRET_BYTES} bytes and {POINT_BYTES} a block")

    @classmethod
    def of(cls, data: AssetData, *, told: Callable[[], None] = lambda: None) -> Holding:
        """Draw a secret and commit to every block: about a second a megabyte.

        Args:
            data: what is held.
            told: called after every block.

        Raises:
            ConfigError: the data cannot be read.
        """
        secret, found = secrets.token_bytes(SECRET_BYTES), bytearray()
        committer = BlockCommitter(block_count(data.size))
        for index, block in enumerate(data.blocks()):
            found += committer.commit(block, blinding(secret, index))
            told()
        return cls(secret=secret, commitments=bytes(found))

    @property
    def blocks(self) -> int:
        """Blocks of the data."""
        return len(self.commitments) // POINT_BYTES

    def commitment(self, index: int) -> bytes:
        """Of one block."""
        return self.commitments[index * POINT_BYTES : (index + 1) * POINT_BYTES]

    @property
    def leaves(self) -> list[bytes]:
        """Of the tree."""
        return [leaf_of(index, self.commitment(index)) for index in range(self.blocks)]

    def announce(self, signer: Signer, chain_id: int, keywords: Keywords) -> Announcement:
        """Say it, signed.

        Args:
            signer: the account that answers for it.
            chain_id: of the chain on which it speaks.
            keywords: their size is that of the data.

        Raises:
            ConfigError: the size is another.
            CryptoError: no such chain.
        """
        if block_count(keywords.size) != self.blocks:
            raise ConfigError(f"a size of {keywords.size} bytes is not that of {self.blocks} blocks")
        root = Bytes32(root_of(self.leaves))
        found = Announcement(chain_id=chain_id, account=signer.address, keywords=keywords, root=root)
        return found.signed(signer)

    def write(self, path: Path) -> None:
        """Keep it in a new file of mode 0600: without it nothing can be proved again.

        Raises:
            ConfigError: the file exists, or cannot be written.
        """
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + self.secret + self.commitments)
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            raise ConfigError(f"{path} exists already: a holding is never overwritten") from None
        except OSError as problem:
            raise ConfigError(f"cannot write the holding {path}: {problem.strerror}") from problem

    @classmethod
    def read(cls, path: Path) -> Holding:
        """Read a file that ``write`` wrote.

        Raises:
            ConfigError: there is none, or it is no holding.
        """
        most = len(_MAGIC) + SECRET_BYTES + POINT_BYTES * block_count(MOST_BYTES)
        try:
            data = path.read_bytes() if path.stat().st_size <= most else b""
        except OSError as problem:
            raise ConfigError(f"cannot read the holding {path}: {problem.strerror}") from problem
        head = len(_MAGIC) + SECRET_BYTES
        try:
            if not data.startswith(_MAGIC):
                raise CryptoError("another magic")
            return cls(secret=data[len(_MAGIC) : head], commitments=data[head:])
        except CryptoError:
            raise ConfigError(f"{path} is no holding: give what `fl asset announce` wrote") from None
