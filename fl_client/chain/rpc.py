"""A node over JSON-RPC: providers by URL, waiting for its clock, logs in ranges."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry
from web3 import HTTPProvider, IPCProvider, LegacyWebSocketProvider, Web3
from web3.exceptions import Web3Exception, Web3RPCError
from web3.providers.base import JSONBaseProvider
from web3.providers.rpc.utils import ExceptionRetryConfiguration
from web3.types import FilterParams, LogReceipt, RPCEndpoint

from fl_client.chain.node import LogEntry, NodeRefused
from fl_client.errors import ChainError, ChainUnavailable
from fl_client.types import Address, Bytes32

POLL_SECONDS: Final = 0.5
REQUEST_SECONDS: Final = 20
IDLE_SECONDS: Final = 1.0
"""How long a development chain may be without a new block before it is asked for one."""

AHEAD_SECONDS: Final = 4.0
"""The same for a chain whose clock is ahead of this machine's, as after many blocks within a second."""

RETRY_AFTER_SECONDS: Final = 30
"""Longest pause that a busy node may order (HTTP 429 and 503 with ``Retry-After``)."""

TRANSPORT_ERRORS: Final = (OSError, requests.exceptions.RequestException, Web3Exception, TimeoutError)
"""What web3 raises when a node is gone or slow."""

NONSENSE: Final = (ValueError, TypeError, LookupError, AttributeError)
"""What web3 raises over an answer that is no JSON, or JSON of another shape."""


def shown_url(url: str) -> str:
    """A URL fit for a message: without user, password, path and query, which often hold an access key."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "ws", "wss"):
        return url
    host = parts.hostname or "?"
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def provider_for(url: str) -> JSONBaseProvider:
    """The provider for an http(s), ws(s) or ipc URL (``ipc:///path``, or a path that ends in .ipc).

    Raises:
        ChainError: another kind of URL.
    """
    scheme = urlsplit(url).scheme
    if scheme in ("http", "https"):
        return HTTPProvider(
            url,
            request_kwargs={"timeout": REQUEST_SECONDS},
            session=_patient_session(),
            # Without time-outs: a node that swallows requests would hold each of them for a minute.
            exception_retry_configuration=ExceptionRetryConfiguration(
                errors=(requests.ConnectionError, requests.HTTPError), retries=3, backoff_factor=0.25
            ),
        )
    if scheme in ("ws", "wss"):
        return LegacyWebSocketProvider(url, websocket_timeout=REQUEST_SECONDS)
    if scheme == "ipc" or url.endswith(".ipc"):
        return IPCProvider(url.removeprefix("ipc://"), timeout=REQUEST_SECONDS)
    raise ChainError(f"{shown_url(url)!r} is no node's address: use http(s)://, ws(s):// or ipc://")


def _patient_session() -> requests.Session:
    """A session that waits as long as a busy node asks it to (web3's own repetition does not)."""
    busy = Retry(
        total=2,
        connect=0,
        read=0,
        status_forcelist=(429, 503),
        allowed_methods=None,
        backoff_factor=0.25,
        raise_on_status=False,
        retry_after_max=RETRY_AFTER_SECONDS,
    )
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=busy))
    return session


class RpcNode:
    """A node that somebody runs; its blocks come when they come."""

    gas_limit_hint: int | None = None

    def __init__(self, web3: Web3, url: str) -> None:
        self._web3 = web3
        self._url = shown_url(url)
        self._mines_on_demand = True  # until evm_mine is refused
        self._newest = (-1, 0.0)  # latest block seen, and when it was seen first

    def wait_until(self, timestamp: int, *, timeout_seconds: float) -> None:
        """Poll for a block with that stamp; a development chain that idles is asked to mine one.

        Raises:
            ChainError: the time-out passed, or the node is gone.
        """
        start = time.monotonic()
        first_stamp = stamp = self._stamp()
        while stamp < timestamp:
            elapsed = time.monotonic() - start
            if elapsed > timeout_seconds:
                raise ChainError(
                    f"no block with stamp {timestamp} at {self._url} within {timeout_seconds:.0f} s "
                    f"(latest {stamp}): is the chain still producing blocks?"
                )
            # Its clock is the wall clock or ahead of it, so by one of the two it is due by now.
            if time.time() >= timestamp or elapsed >= timestamp - first_stamp:
                self._mine()
            time.sleep(min(POLL_SECONDS, max(0.05, timestamp - time.time())))
            stamp = self._stamp()

    def nudge(self) -> None:
        """Ask a node that mines on demand for a block, when nobody has made one for a while.

        Raises:
            ChainError: the node is gone.
        """
        if not self._mines_on_demand:
            return
        try:
            block = self._web3.eth.get_block("latest")
        except (*TRANSPORT_ERRORS, *NONSENSE) as problem:
            raise ChainUnavailable(f"{self._url} did not answer: {problem}") from problem
        if block["number"] != self._newest[0]:
            self._newest = (block["number"], time.monotonic())
            return
        # Several participants ask the same node: one block a second is enough for all of them.
        patience = IDLE_SECONDS if block["timestamp"] < time.time() else AHEAD_SECONDS
        if time.monotonic() - self._newest[1] >= patience:
            self._mine()

    def logs(self, addresses: Sequence[Address], first: int, last: int | None) -> tuple[LogEntry, ...]:
        """Ask the node for a range.

        Raises:
            NodeRefused: it answered with an error (usually: too many results).
            ChainError: it did not answer.
        """
        wanted: FilterParams = {
            "fromBlock": Web3.to_hex(first),
            "toBlock": "latest" if last is None else Web3.to_hex(last),
        }
        if addresses:
            wanted["address"] = [Web3.to_checksum_address(address) for address in addresses]
        try:
            receipts = self._web3.eth.get_logs(wanted)
            found = [_as_entry(receipt) for receipt in receipts]
        except Web3RPCError as problem:
            raise NodeRefused(str(problem)) from problem
        except (*TRANSPORT_ERRORS, *NONSENSE) as problem:
            raise ChainUnavailable(f"{self._url} did not answer: {problem}") from problem
        return tuple(sorted(found, key=lambda entry: (entry.block, entry.index)))

    def _stamp(self) -> int:
        try:
            return int(self._web3.eth.get_block("latest")["timestamp"])
        except (*TRANSPORT_ERRORS, *NONSENSE) as problem:
            raise ChainUnavailable(f"{self._url} did not answer: {problem}") from problem

    def _mine(self) -> None:
        if self._mines_on_demand:
            try:
                answer = self._web3.provider.make_request(RPCEndpoint("evm_mine"), [])
            except (*TRANSPORT_ERRORS, *NONSENSE):
                return  # the next poll tells whether the node is gone
            self._mines_on_demand = "error" not in answer


def _as_entry(receipt: LogReceipt) -> LogEntry:
    return LogEntry(
        address=Address(receipt["address"]),
        topics=tuple(bytes(topic) for topic in receipt["topics"]),
        data=bytes(receipt["data"]),
        block=receipt["blockNumber"],
        block_hash=Bytes32(bytes(receipt["blockHash"])),
        transaction_hash=Bytes32(bytes(receipt["transactionHash"])),
        index=receipt["logIndex"],
    )
