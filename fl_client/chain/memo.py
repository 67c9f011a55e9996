"""Bytes that an account sends to itself: no contract takes part, and the block says until when they were known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from hexbytes import HexBytes
from web3.exceptions import TransactionNotFound
from web3.types import TxParams, Wei

from fl_client.chain.connection import Connection
from fl_client.chain.receipts import find_receipt
from fl_client.errors import ChainError
from fl_client.types import Address, Bytes32

MOST_MEMO_BYTES: Final = 1_024


@dataclass(frozen=True)
class Memo:
    """A transaction without value from an account to itself; a ``TransactionSender`` sends it as it sends a call.

    Args:
        connection: the chain.
        account: who sends it, and gets it.
        data: at most ``MOST_MEMO_BYTES``.
    """

    connection: Connection
    account: Address
    data: bytes
    fn_name = "memo"

    def __post_init__(self) -> None:
        if len(self.data) > MOST_MEMO_BYTES:
            raise ChainError(f"a memo of {len(self.data)} bytes: at most {MOST_MEMO_BYTES}")

    def estimate_gas(self, fields: TxParams) -> int:
        """Gas that it takes."""
        return int(self.connection.web3.eth.estimate_gas(self.build_transaction(fields)))

    def build_transaction(self, fields: TxParams) -> TxParams:
        """The whole transaction, with these fields of it."""
        to = self.connection.web3.to_checksum_address(self.account)
        return {**fields, "to": to, "data": HexBytes(self.data), "value": Wei(0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoRecord:
    """A memo on the chain; `stamp` is its block's, seconds since 1970."""

    account: Address
    data: bytes
    block: int
    stamp: int


def read_memo(connection: Connection, transaction_hash: Bytes32) -> MemoRecord:
    """The memo that a transaction is.

    Raises:
        ChainError: the chain has no such transaction, or it is not from an account to itself.
    """
    shown = "0x" + transaction_hash.hex()
    receipt = find_receipt(connection, transaction_hash)
    if receipt is None:
        raise ChainError(f"the chain at {connection.url} has no mined transaction {shown}: check the hash")
    with connection.translated("reading a transaction"):
        try:
            sent: Any = connection.web3.eth.get_transaction(HexBytes(transaction_hash))
            block: Any = connection.web3.eth.get_block(receipt["blockNumber"])
        except TransactionNotFound:
            raise ChainError(f"{shown} is gone from the chain at {connection.url}: try again") from None
        account, to = Address(str(sent["from"])), sent.get("to")
        found = MemoRecord(
            account=account,
            data=bytes(sent["input"]),
            block=int(receipt["blockNumber"]),
            stamp=int(block["timestamp"]),
        )
    if to != account or not receipt["status"]:
        raise ChainError(f"{shown} was not sent by an account to itself: it is no memo")
    return found
