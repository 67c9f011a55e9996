"""The endpoints that content comes from and goes to: the RPC of an IPFS daemon, and read-only gateways."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Final, Protocol

import requests

from fl_client.errors import ConfigError, StorageError
from fl_client.storage.addresses import Address
from fl_client.storage.cid import CHUNK_BYTES, ContentId
from fl_client.storage.limits import Fault, Limits, NotHere, Refused, limited
from fl_client.storage.transport import guard
from fl_client.storage.unixfs import MAX_LINKS

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # written for urllib3 1, and says so
    import ipfshttpclient

_log = logging.getLogger(__name__)

MAX_BLOCK_BYTES: Final = 2 * 1024 * 1024
"""The longest block that IPFS peers exchange; a longer answer is no block at all."""

_MAX_JSON_BYTES: Final = 8_192
_GATEWAY_LACKS: Final = frozenset({404, 410})
_LACKS: Final = re.compile(
    r"not found|could not find|no such|deadline exceeded|timed out|timeout", re.IGNORECASE
)
_NOT_PINNED: Final = re.compile(r"not pinned", re.IGNORECASE)

# Every option that the id depends on is said: a daemon's own configuration may set any other default.
_ADD: Final = {
    "cid-version": "1",
    "raw-leaves": "true",
    "chunker": f"size-{CHUNK_BYTES}",
    "max-file-links": str(MAX_LINKS),
    "hash": "sha2-256",
    "inline": "false",
    "trickle": "false",
    "wrap-with-directory": "false",
    "cid-base": "base32",
    "pin": "true",
    "progress": "false",
}


class Source(Protocol):
    """Whoever has blocks."""

    @property
    def name(self) -> str:
        """Its address as it may be shown."""
        ...

    def block(self, content_id: ContentId, limits: Limits) -> bytes:
        """Fetch one block and hold it against its id.

        Args:
            content_id: the block.
            limits: its time; of an answer at most 2 MiB are read.

        Raises:
            NotHere: the endpoint does not have it.
            Fault: the endpoint did something else than to send it.
        """
        ...

    def close(self) -> None:
        """Let go of its connections."""
        ...


class KuboDaemon:
    """The RPC API (``/api/v0``) of a Kubo daemon, or of another program that speaks it."""

    def __init__(self, address: Address) -> None:
        """Nothing is sent yet.

        Raises:
            ConfigError: ``ipfshttpclient`` was told to use another HTTP library, on which there would be no limits.
        """
        self._address = address
        # Client, not connect(): that one refuses every daemon newer than 0.7.
        self._client = ipfshttpclient.Client(
            address.multiaddr, base=f"{address.path}/api/v0".lstrip("/"), session=True
        )
        session = self._client._client._session
        if not isinstance(session, requests.Session):
            raise ConfigError(
                "unset PY_IPFS_HTTP_CLIENT_PREFER_HTTPX: transfers are limited on requests alone"
            )
        session.family = 0  # type: ignore[attr-defined]  # any, and no "http+ip4" in place of the scheme
        guard(session, address)

    @property
    def name(self) -> str:
        """Its address as it may be shown."""
        return self._address.url

    def block(self, content_id: ContentId, limits: Limits) -> bytes:
        """Fetch one block, from the daemon's peers where it does not have it itself."""
        return self._block(content_id, limits, offline=False)

    def own_block(self, content_id: ContentId, limits: Limits) -> bytes:
        """Fetch one block that is in the daemon's own repository."""
        return self._block(content_id, limits, offline=True)

    def holds(self, content_id: ContentId, limits: Limits) -> bool:
        """Tell whether a block is in the daemon's own repository, by its word alone."""
        try:
            with _asking(replace(limits, max_bytes=_MAX_JSON_BYTES), lacking=_LACKS):
                self._client.block.stat(content_id.cid, offline=True, opts=_patience(limits))
        except NotHere:
            return False
        return True

    def add(self, data: bytes, content_id: ContentId, limits: Limits) -> None:
        """Send content, have it pinned, and hold the daemon's id against the one computed here.

        Args:
            data: the content, any length.
            content_id: its id.
            limits: the time of the whole transfer.

        Raises:
            Fault: the daemon did not keep it, or keeps it under another id.
        """
        with _asking(replace(limits, max_bytes=_MAX_JSON_BYTES)):
            answered = self._client.add_bytes(data, opts=dict(_ADD))
            if ContentId.parse_any(answered) != content_id:
                raise Fault(f"stored it under another id than {content_id}: its ids are not Kubo's")

    def pin(self, content_id: ContentId, limits: Limits) -> None:
        """Have the daemon keep a content, which it fetches from its peers where it must."""
        with _asking(replace(limits, max_bytes=_MAX_JSON_BYTES), lacking=_LACKS):
            self._client.pin.add(content_id.cid, opts=_patience(limits))

    def unpin(self, content_id: ContentId, limits: Limits) -> None:
        """Allow the daemon to drop a content when it collects garbage; one that is not pinned is no error."""
        with _asking(replace(limits, max_bytes=_MAX_JSON_BYTES)):
            try:
                self._client.pin.rm(content_id.cid, opts=_patience(limits))
            except Refused as refused:
                if refused.status != 500 or not _NOT_PINNED.search(refused.said):
                    raise

    def version(self, limits: Limits) -> str:
        """The version that the daemon states."""
        with _asking(replace(limits, max_bytes=_MAX_JSON_BYTES)):
            return str(self._client.version()["Version"])

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def _block(self, content_id: ContentId, limits: Limits, *, offline: bool) -> bytes:
        with _asking(replace(limits, max_bytes=MAX_BLOCK_BYTES), lacking=_LACKS):
            data = self._client.block.get(content_id.cid, offline=offline, opts=_patience(limits))
        if sha256(data).digest() != content_id.digest:
            raise Fault(f"sent other bytes than {content_id} names")
        return bytes(data)


class Gateway:
    """A trustless HTTP gateway: one block a request, by ``/ipfs/<cid>?format=raw``.

    Source: https://specs.ipfs.tech/http-gateways/trustless-gateway/.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._prefix = address.url + address.path.removesuffix("/ipfs")
        self._session = requests.Session()
        guard(self._session, address)

    @property
    def name(self) -> str:
        """Its address as it may be shown."""
        return self._address.url

    def block(self, content_id: ContentId, limits: Limits) -> bytes:
        """Fetch one block and hold it against its id."""
        with limited(replace(limits, max_bytes=MAX_BLOCK_BYTES)):
            try:
                response = self._session.get(
                    f"{self._prefix}/ipfs/{content_id}",
                    params={"format": "raw"},
                    headers={"Accept": "application/vnd.ipld.raw"},
                )
            except Refused as refused:
                raise (NotHere() if refused.status in _GATEWAY_LACKS else refused) from None
        data = response.content
        if sha256(data).digest() != content_id.digest:
            raw = response.headers.get("Content-Type", "").startswith("application/vnd.ipld.raw")
            why = "" if raw else ", and not as a raw block: is it a trustless gateway?"
            raise Fault(f"sent other bytes than {content_id} names{why}")
        return data

    def close(self) -> None:
        """Let go of its connections."""
        self._session.close()


@contextmanager
def _asking(limits: Limits, *, lacking: re.Pattern[str] | None = None) -> Iterator[None]:
    """One request to an RPC; whatever is wrong with its answer becomes a ``Fault``."""
    try:
        with limited(limits):
            yield
    except Refused as refused:
        # 500 is the RPC's own status for what it could not do; a 404 says that there is no RPC.
        if lacking is not None and refused.status == 500 and lacking.search(refused.said):
            raise NotHere() from None
        raise
    # The client takes a daemon's answer for what it should be and stumbles in as many ways as it can differ.
    except (
        ipfshttpclient.exceptions.Error,
        AssertionError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
        StorageError,
    ) as problem:
        _log.debug("no answer of an IPFS RPC: %s", type(problem).__name__)
        raise Fault(
            "answered in another form than an IPFS daemon's RPC does: is one listening there?"
        ) from None


def _patience(limits: Limits) -> dict[str, str]:
    """Have the daemon itself give up looking a little earlier than this side does."""
    return {"timeout": f"{max(1, int(900 * limits.wait_seconds()))}ms"}
