"""What a journal keeps: the secrets of commitments, statements of encrypted tasks, and signed transactions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from fl_client.encoding import report_of
from fl_client.types import Address, Bytes32


class TransactionStatus(Enum):
    """How far a transaction is known to have come."""

    SIGNED = "signed"  # kept, perhaps sent
    MINED = "mined"  # executed
    REVERTED = "reverted"  # executed and refused
    REPLACED = "replaced"  # its nonce went to another transaction
    REFUSED = "refused"  # a node said no before it was ever mined


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRow:
    """What a trainer needs to reveal what it committed.

    Attributes:
        task: the task's address.
        account: the trainer's address.
        round: from 1.
        attempt: from 0.
        base_model: commitment of the model that was trained from, 32 bytes.
        commitment: of the update vector, 32 bytes.
        content_id: sha2-256 of the update's root block, 32 bytes.
        content_bytes: length of the update's canonical bytes.
        samples: as it will be revealed.
        milliseconds: that the training took, likewise.
        root_hash: of the update's tree, 32 bytes.
        root_sum: of the update's tree, below 2^128.
        salt: 32 random bytes; never shown.
        digest: EIP-712 hash of all this: what the chain sees first, 32 bytes.
    """

    task: Address
    account: Address
    round: int
    attempt: int
    base_model: Bytes32
    commitment: Bytes32
    content_id: Bytes32
    content_bytes: int
    samples: int
    root_hash: Bytes32
    root_sum: int
    salt: Bytes32
    digest: Bytes32
    milliseconds: int = 0

    @property
    def report(self) -> int:
        """Samples and milliseconds as they will be revealed."""
        return report_of(self.samples, self.milliseconds)

    def __repr__(self) -> str:
        return f"SecretRow(task={self.task}, round={self.round}, attempt={self.attempt})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresRow:
    """What a validator needs to reveal the scores that it committed.

    Attributes:
        board: the board's address.
        account: the validator's address.
        turn: of the task.
        committee: of the review, from 0.
        scores: two bytes an update.
        salt: 32 random bytes; never shown.
        digest: EIP-712 hash of all this: what the chain sees first, 32 bytes.
    """

    board: Address
    account: Address
    turn: int
    committee: int
    scores: bytes
    salt: Bytes32
    digest: Bytes32

    def __repr__(self) -> str:
        return f"ScoresRow(board={self.board}, turn={self.turn}, committee={self.committee})"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """What an encrypted task will hear from an account, kept before it does.

    Attributes:
        task: the task's address.
        account: whose statement it is.
        kind: ``key``, ``update`` or ``share``.
        number: its ceremony, turn or round.
        about: what it is bound to: only one statement about one thing is ever made; 32 bytes.
        root: what the chain will know of it, 32 bytes.
        content_id: sha2-256 of the root block of its bytes, 32 bytes.
        content_bytes: their length.
        weight: of an update.
    """

    task: Address
    account: Address
    kind: str
    number: int
    about: Bytes32
    root: Bytes32
    content_id: Bytes32
    content_bytes: int
    weight: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRow:
    """A signed transaction.

    Attributes:
        chain_id: the chain that it is valid on.
        account: who signed it.
        intent: what it is for, e.g. ``commit 0x.. 3.0``; at most one transaction of an intent is ever mined.
        nonce: its place among the account's transactions.
        raw: the bytes to send.
        hash: 32 bytes.
        status: how far it is known to have come.
    """

    chain_id: int
    account: Address
    intent: str
    nonce: int
    raw: bytes
    hash: Bytes32
    status: TransactionStatus
