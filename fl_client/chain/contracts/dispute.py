"""The open dispute of a task, as the court has it: about a model, or about an entry of a table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

from eth_typing import BlockNumber

from fl_client.chain.connection import Connection
from fl_client.types import Address, Bytes32


class Step(IntEnum):
    """Whose move a dispute awaits."""

    NONE = 0
    NODES = 1
    PICK = 2
    CHUNK = 3
    PROOF = 4
    SUMS = 5
    PICK_SUM = 6
    ENTRY = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A dispute about a model (``IDisputeCourt.Dispute``)."""

    challenger: Address
    deadline: int
    step: Step
    proposal: int
    level: int
    position: int
    node: Bytes32
    replacement: Bytes32
    content_id: Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDispute:
    """A dispute about an entry of the proposer's table (``IDisputeCourt.TableDispute``)."""

    challenger: Address
    deadline: int
    step: Step
    proposal: int
    level: int
    position: int
    one: int
    other: int
    claim: int
    sums: Bytes32


Found = TypeVar("Found", Dispute, TableDispute)


def read_dispute(connection: Connection, court: Any, task: Address, block: int) -> Dispute:
    """The dispute about a task's model; its step is NONE where there is none."""
    return _read(Dispute, connection, court.functions.disputeOf(task), block)


def read_table_dispute(connection: Connection, court: Any, task: Address, block: int) -> TableDispute:
    """The dispute about a task's table; its step is NONE where there is none."""
    return _read(TableDispute, connection, court.functions.tableDisputeOf(task), block)


def _read(kind: type[Found], connection: Connection, asked: Any, block: int) -> Found:
    values = connection.call(asked, block=BlockNumber(block))
    fields = dict(zip(kind.__slots__, values, strict=True))
    fields["step"] = Step(fields["step"])
    return kind(**fields)
