"""The seam between a connection and what answers it: a node over JSON-RPC, or the chain in this process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fl_client.types import Address, Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One raw log.

    Attributes:
        address: the contract that wrote it.
        topics: up to four 32-byte words; the first names the event.
        data: the ABI-encoded rest.
        block: block number.
        block_hash: 32 bytes.
        transaction_hash: 32 bytes.
        index: position among all logs of the block, from 0.
    """

    address: Address
    topics: tuple[bytes, ...]
    data: bytes
    block: int
    block_hash: Bytes32
    transaction_hash: Bytes32
    index: int


class NodeRefused(Exception):
    """A node answered, and declined: a range of logs that is too wide, or a transaction."""


class Node(Protocol):
    """What differs between the kinds of chain; all else goes through web3."""

    @property
    def gas_limit_hint(self) -> int | None:
        """A gas limit that is always right here, or ``None`` where it must be estimated."""
        ...

    def wait_until(self, timestamp: int, *, timeout_seconds: float) -> None:
        """Return once the latest block's stamp is at least ``timestamp`` (seconds).

        Raises:
            ChainError: the time-out passed first.
        """
        ...

    def nudge(self) -> None:
        """Let a development chain that idles make a block, since time passes on a chain only with blocks."""
        ...

    def logs(self, addresses: Sequence[Address], first: int, last: int | None) -> tuple[LogEntry, ...]:
        """The logs of some contracts (none named: of all) in blocks ``first`` to ``last``, in chain order.

        ``None`` is the latest block, so that one question tells whether anything is new.

        Raises:
            NodeRefused: the node declined the range.
            ChainError: the node is gone.
        """
        ...
