"""Content ids: the 32 bytes that the chain holds, and the CIDv1 string that an IPFS node prints."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

import cid as _cid
import multihash as _multihash

from fl_client.errors import StorageError
from fl_client.types import Bytes32

CHUNK_BYTES: Final = 262_144
"""Kubo's chunk size: content of at most this length is one raw block."""


class Codec(Enum):
    """How the root block of a content is written; the value is its multicodec name."""

    RAW = "raw"
    DAG_PB = "dag-pb"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentId:
    """A content named by the sha2-256 digest of its root block.

    Attributes:
        digest: 32 bytes; this is what a contract stores.
        codec: raw for content of at most 262,144 bytes, dag-pb above.

    >>> from hashlib import sha256
    >>> ContentId.from_digest(sha256(b"hello world").digest(), 11).cid
    'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e'
    """

    digest: Bytes32
    codec: Codec

    def __post_init__(self) -> None:
        if len(self.digest) != 32:
            raise StorageError(f"a content digest has 32 bytes, not {len(self.digest)}: pass the sha2-256")

    @classmethod
    def from_digest(cls, digest: bytes, size: int) -> ContentId:
        """Complete a digest read from the chain with the codec that its content's length implies.

        Args:
            digest: 32 bytes, sha2-256 of the root block.
            size: length of the whole content in bytes, >= 0.

        Returns:
            The content id.

        Raises:
            StorageError: the digest has not 32 bytes or the size is negative.
        """
        if size < 0:
            raise StorageError(f"a content has no negative size, got {size}")
        return cls(digest=Bytes32(bytes(digest)), codec=Codec.RAW if size <= CHUNK_BYTES else Codec.DAG_PB)

    @classmethod
    def parse(cls, text: str) -> ContentId:
        """Read a CIDv1 in base32 (``bafk...`` or ``bafy...``), the only spelling that is written here.

        Raises:
            StorageError: not such a CID, another codec or another hash than sha2-256.
        """
        try:
            result = cls.from_link(_cid.from_string(text))
        except (ValueError, TypeError, AttributeError, KeyError) as problem:
            raise StorageError(f"{text!r} is not a content id: expected bafk... or bafy...") from problem
        if result.cid != text:  # one content, one spelling: other bases, versions and hashes end here
            raise StorageError(f"{text!r} is not a CIDv1 in base32 over sha2-256: write it as {result.cid}")
        return result

    @classmethod
    def parse_any(cls, text: str) -> ContentId:
        """Read a CID as another program spells it: in any base, version 0 too.

        Raises:
            StorageError: no CID of a raw or dag-pb block over sha2-256.
        """
        try:
            return cls.from_link(_cid.from_string(text))
        except (ValueError, TypeError, AttributeError, KeyError) as problem:
            raise StorageError(f"{text!r} is not the id of a content") from problem

    @classmethod
    def from_link(cls, link: _cid.CIDv1) -> ContentId:
        """Read the id out of a DAG-PB link.

        Raises:
            ValueError: another codec than raw and dag-pb.
            StorageError: a digest that has not 32 bytes.
        """
        hashed = _multihash.decode(link.multihash)
        return cls(digest=Bytes32(bytes(hashed.digest)), codec=Codec(link.codec))

    @property
    def link(self) -> _cid.CIDv1:
        """The same id as the CID library's value, for links inside DAG-PB nodes."""
        return _cid.make_cid(1, self.codec.value, _multihash.encode(self.digest, "sha2-256"))

    @property
    def cid(self) -> str:
        """The CIDv1 in base32, e.g. ``bafkrei...``."""
        return _spelt(self)

    def __str__(self) -> str:
        return self.cid


@lru_cache(maxsize=1 << 14)
def _spelt(content_id: ContentId) -> str:
    """The library takes longer to spell an id than it takes to hash a block: a large model has many."""
    return str(content_id.link.encode("base32").decode("ascii"))
