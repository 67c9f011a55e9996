"""Events of our contracts, in chain order, from a place that survives a restart."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, cast

from eth_abi.codec import ABICodec
from eth_abi.exceptions import DecodingError
from eth_abi.registry import registry
from eth_utils.abi import event_abi_to_log_topic
from hexbytes import HexBytes
from web3._utils.events import get_event_data
from web3.exceptions import Web3Exception
from web3.types import LogReceipt

from fl_client.chain.artifacts import ContractArtifact
from fl_client.chain.connection import Connection
from fl_client.chain.kept_events import KeptEvents
from fl_client.chain.node import LogEntry, NodeRefused
from fl_client.errors import ChainError, ChainUnavailable, HistoryReplaced
from fl_client.types import Address, Bytes32

_log = logging.getLogger(__name__)

FIRST_RANGE: Final = 2_000
"""Blocks asked for at once; halved each time that a node refuses."""

KEEP_EVERY: Final = 100
"""Blocks without any log after which the place is kept nevertheless."""

MARKS: Final = 256
"""Blocks whose hashes a cursor remembers, to tell a replaced history from a node that lags behind."""

_CODEC: Final = ABICodec(registry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One decoded event.

    Attributes:
        name: as in the ABI.
        address: the contract that emitted it.
        args: its arguments by name.
        block: block number.
        transaction_hash: 32 bytes.
        log_index: position among all logs of the block.
    """

    name: str
    address: Address
    args: Mapping[str, Any]
    block: int
    transaction_hash: Bytes32
    log_index: int

    @property
    def place(self) -> tuple[int, int]:
        """Block and log index: events compare by it in chain order."""
        return self.block, self.log_index


class EventDecoder:
    """Knows the events of a set of contracts."""

    def __init__(self, artifacts: Iterable[ContractArtifact]) -> None:
        self._events: dict[tuple[bytes, int], Any] = {}
        for artifact in artifacts:
            for entry in artifact.abi:
                if entry.get("type") == "event" and not entry.get("anonymous"):
                    indexed = sum(bool(argument["indexed"]) for argument in entry["inputs"])
                    # Two contracts may index the same event differently: the topics' number tells.
                    self._events[bytes(event_abi_to_log_topic(cast(Any, entry))), indexed + 1] = entry

    def decode(self, entries: Iterable[LogEntry]) -> tuple[Event, ...]:
        """Decode raw logs in their order, leaving out events of contracts that are not known.

        Raises:
            ChainError: a log has a known event's name and other contents.
        """
        found: list[Event] = []
        for entry in entries:
            abi = self._events.get((entry.topics[0], len(entry.topics))) if entry.topics else None
            if abi is None:
                _log.debug("unknown event in block %d, log %d", entry.block, entry.index)
                continue
            try:
                args = get_event_data(_CODEC, abi, _as_receipt(entry))["args"]
            except (Web3Exception, DecodingError, ValueError, TypeError, OverflowError) as problem:
                raise ChainError(
                    f"log {entry.index} of block {entry.block} is no {abi['name']} event: is "
                    f"{entry.address} the right contract?"
                ) from problem
            found.append(
                Event(
                    name=abi["name"],
                    address=entry.address,
                    args=MappingProxyType(dict(args)),
                    block=entry.block,
                    transaction_hash=entry.transaction_hash,
                    log_index=entry.index,
                )
            )
        return tuple(found)


class EventCursor:
    """Reads each event of some contracts once.

    A subscription loses what happens while it is away; a stored block number does not.
    """

    def __init__(
        self,
        connection: Connection,
        addresses: Sequence[Address],
        artifacts: Iterable[ContractArtifact],
        start_block: int,
        *,
        confirmations: int = 0,
        kept: KeptEvents | None = None,
    ) -> None:
        """Place a cursor.

        Args:
            connection: the chain.
            addresses: contracts to watch.
            artifacts: whose events to decode.
            start_block: first block to read, usually the one of the deployment.
            confirmations: how many of the latest blocks are left for later, >= 0.
            kept: where what was read is kept, so that `restore` finds it after a restart.
        """
        self._kept = kept
        self._connection = connection
        self._addresses = tuple(addresses)
        self._decoder = EventDecoder(artifacts)
        self._next = start_block
        self._marks: deque[tuple[int, bytes]] = deque(maxlen=MARKS)
        self._confirmations = confirmations
        self._kept_upto = -1
        self._range = FIRST_RANGE

    @property
    def next_block(self) -> int:
        """First block that was not read yet."""
        return self._next

    def poll(self, upto: int | None = None, *, tip: Bytes32 | None = None) -> tuple[Event, ...]:
        """Read everything since the last poll.

        Args:
            upto: last block to read; ``None`` takes the latest.
            tip: the hash of that block, if it was just read; only without confirmations.

        Returns:
            Events in chain order; a second call without new blocks returns none.

        Raises:
            HistoryReplaced: blocks that were read already are not part of the chain any more.
            ChainUnavailable: the node is gone, or behind what was read already.
            ChainError: it refuses even a single block. The cursor never moves when it raises.
        """
        last = (self._connection.block_number() if upto is None else upto) - self._confirmations
        # The hash of the last block stands for the whole history: taken before the first look and again
        # after the logs, it tells that all of them are of one and the same chain.
        if tip is None or self._confirmations:
            tip = self._connection.block_hash(last) if last >= 0 else None
        self._require_same_history(last, tip)
        if last < self._next:
            return ()
        entries = self._logs(self._next, last)
        events = self._decoder.decode(entries)
        if tip is None or self._connection.block_hash(last) != tip:
            raise self._replaced(last)
        self._marks.append((last, tip))
        self._next = last + 1
        if self._kept is not None and (entries or last >= self._kept_upto + KEEP_EVERY):
            self._kept.append(entries, self.to_json())
            self._kept_upto = last
        return events

    def restore(self) -> tuple[Event, ...]:
        """The events that an earlier process read and kept; the next poll goes on behind them.

        If the chain replaced any of their blocks, that poll says so.
        """
        found = self._kept.load() if self._kept is not None else None
        if found is None or self._kept is None:
            return ()
        state, entries = found
        try:
            events = self._decoder.decode(entries)
            self.resume(state)
        except ChainError as problem:
            _log.warning("kept events cannot be used (%s): reading them again", problem)
            self._kept.clear()
            return ()
        self._kept_upto = self._next - 1
        return events

    def _logs(self, first: int, last: int) -> list[LogEntry]:
        found: list[LogEntry] = []
        while self._addresses and first <= last:
            end = min(first + self._range - 1, last)
            try:
                found.extend(self._connection.logs(self._addresses, first, end))
            except NodeRefused as problem:
                if end == first:
                    raise ChainError(f"{self._connection.url} refuses the logs of block {first}") from problem
                self._range = max(1, (end - first + 1) // 2)
                continue
            first = end + 1
        return found

    def to_json(self) -> str:
        """Where the cursor is, to be kept with what was made of the events."""
        last = "0x" + self._marks[-1][1].hex() if self._marks else None
        return json.dumps({"lastHash": last, "nextBlock": self._next}, sort_keys=True)

    def resume(self, text: str) -> None:
        """Go to where ``to_json`` was called.

        Raises:
            ChainError: not such a text.
        """
        try:
            raw = json.loads(text)
            position, last = int(raw["nextBlock"]), raw["lastHash"]
            marks = [] if last is None else [(position - 1, bytes.fromhex(last.removeprefix("0x")))]
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ChainError(f"not an event cursor's state: {text[:80]!r}") from problem
        self._marks = deque(marks, maxlen=MARKS)
        self._next = position

    def _require_same_history(self, last: int, tip: Bytes32 | None) -> None:
        """The latest remembered block that the node can have must be one of its own."""
        if not self._marks:
            return
        for number, known in reversed(self._marks):
            if number <= last:
                found = tip if number == last else self._connection.block_hash(number)
                if found != known:
                    raise self._replaced(number)
                break
        if last < self._next - 1:
            raise ChainUnavailable(
                f"{self._connection.url} is at block {last}, block {self._next - 1} was read already: it is "
                "behind, wait for it"
            )

    def _replaced(self, number: int) -> HistoryReplaced:
        return HistoryReplaced(
            f"block {number} at {self._connection.url} was replaced after it was read: "
            "read the events again from the start block"
        )


def _as_receipt(entry: LogEntry) -> LogReceipt:
    return {
        "address": cast(Any, entry.address),
        "topics": [HexBytes(topic) for topic in entry.topics],
        "data": HexBytes(entry.data),
        "blockNumber": cast(Any, entry.block),
        "blockHash": HexBytes(entry.block_hash),
        "transactionHash": HexBytes(entry.transaction_hash),
        "transactionIndex": 0,
        "logIndex": entry.index,
        "removed": False,
    }
