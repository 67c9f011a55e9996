"""What all receipts share: a task's past up to a block, and records cited so that anybody finds them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fl_client.chain import EventCursor, load_artifact
from fl_client.chain.connection import Connection
from fl_client.chain.contracts.clone import TaskClone
from fl_client.chain.events import Event
from fl_client.errors import ChainError
from fl_client.types import Address

FORMAT: Final = 2

TRUST: Final = (
    "The node is trusted for its blocks being those of the chain, and for leaving no log of them out; every hash in "
    "the receipt follows from its records. A folder of a run is executed again from its genesis: there nothing is "
    "trusted but the hash of its last block."
)
"""What a check of a receipt does not prove."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPast:
    """A task's events up to a block.

    Attributes:
        events: of the task and of what is its alone, in chain order.
        block, block_hash: the last block read.
    """

    events: tuple[Event, ...]
    block: int
    block_hash: bytes


def read_past(
    contract: TaskClone,
    addresses: Sequence[Address],
    artifacts: Sequence[str],
    own: Collection[Address],
    upto: int | None,
) -> ReadPast:
    """Read a task's events.

    Args:
        contract: the task.
        addresses: the contracts that tell of it.
        artifacts: names of their kinds.
        own: those of them that are this task's alone; events of others count where they name one of these.
        upto: the last block; None for the latest.

    Raises:
        ChainError: the node is gone, or has no such block.
    """
    connection = contract.connection
    kinds = [load_artifact(name) for name in artifacts]
    cursor = EventCursor(connection, addresses, kinds, contract.deployment.block)
    last = connection.block_number() if upto is None else upto
    events = tuple(
        event for event in cursor.poll(last) if event.address in own or event.args.get("task") in own
    )
    return ReadPast(events=events, block=last, block_hash=_hash_of(connection, last))


def cited(connection: Connection, event: Event) -> dict[str, Any]:
    """A record with everything that finds it: block and its hash, transaction, place."""
    return {
        "event": event.name,
        "address": event.address,
        "block": event.block,
        "block_hash": hexed(_hash_of(connection, event.block)),
        "transaction": hexed(event.transaction_hash),
        "log_index": event.log_index,
        "args": {key: plain(value) for key, value in event.args.items()},
    }


def plain(value: Any) -> Any:
    """A value of an event as JSON holds it: bytes as 0x, whole numbers beyond 2^53 as text.

    >>> plain(b"\\x01"), plain(2**60), plain([7, True])
    ('0x01', '1152921504606846976', [7, True])
    """
    if isinstance(value, bytes | bytearray):
        return hexed(value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    return value


def _hash_of(connection: Connection, number: int) -> bytes:
    found = connection.block_hash(number)
    if found is None:
        raise ChainError(f"{connection.url} has no block {number}: is it synced?")
    return found


def hexed(value: bytes | bytearray) -> str:
    """Bytes as 0x and digits."""
    return "0x" + bytes(value).hex()
