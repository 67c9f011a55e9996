"""What became of a transaction, and why one was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from web3.exceptions import TransactionNotFound, Web3RPCError
from web3.types import TxParams, TxReceipt

from fl_client.chain.connection import Connection
from fl_client.chain.node import LogEntry, NodeRefused
from fl_client.errors import ChainError, ContractReverted
from fl_client.types import Address, Bytes32

PASSES_NOW: Final = "reverted"
"""Name of a refusal that a second execution does not repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A mined transaction that succeeded.

    Attributes:
        hash: 32 bytes.
        block: number of the block that has it.
        gas_used: by it alone.
        contract_address: where a deployment put its contract, else ``None``.
        logs: raw, in order (see ``EventDecoder``).
    """

    hash: Bytes32
    block: int
    gas_used: int
    contract_address: Address | None
    logs: tuple[LogEntry, ...]


def find_receipt(connection: Connection, transaction_hash: bytes) -> TxReceipt | None:
    """Ask for a receipt; ``None`` while there is none.

    Raises:
        ChainError: the node is gone.
    """
    with connection.translated("reading a receipt"):
        try:
            return connection.web3.eth.get_transaction_receipt(Bytes32(transaction_hash))  # type: ignore[arg-type]
        except TransactionNotFound:
            return None


def is_known(connection: Connection, transaction_hash: bytes) -> bool:
    """Tell whether a node has a transaction, mined or waiting.

    Raises:
        ChainError: the node is gone.
    """
    with connection.translated("reading a transaction"):
        try:
            connection.web3.eth.get_transaction(Bytes32(transaction_hash))  # type: ignore[arg-type]
        except TransactionNotFound:
            return False
    return True


def read_receipt(found: TxReceipt) -> Receipt:
    """Take a receipt over from web3."""
    where = found.get("contractAddress")
    return Receipt(
        hash=Bytes32(bytes(found["transactionHash"])),
        block=int(found["blockNumber"]),
        gas_used=int(found["gasUsed"]),
        contract_address=None if where is None else Address(where),
        logs=tuple(_read_log(log) for log in found["logs"]),
    )


def refusal_of(connection: Connection, found: TxReceipt) -> ContractReverted:
    """Why a mined transaction failed: executed again on the state before its block.

    Returns:
        The exception to raise; its name is ``PASSES_NOW`` where the second execution does not say why.

    Raises:
        ChainError: the node is gone.
    """
    with connection.translated("reading a transaction"):
        sent = connection.web3.eth.get_transaction(found["transactionHash"])
    again: TxParams = {
        "from": sent["from"],
        "data": sent["input"],
        "value": sent["value"],
        "gas": sent["gas"],
    }
    if sent.get("to"):
        again["to"] = sent["to"]
    try:
        with connection.translated("a call"):
            connection.web3.eth.call(again, found["blockNumber"] - 1)
    except ContractReverted as refusal:
        return refusal
    except ChainError as problem:
        if not isinstance(problem.__cause__, (Web3RPCError, NodeRefused)):
            raise
        # It answered: out of gas again, or a state that it keeps no longer. It failed all the same.
        return ContractReverted(PASSES_NOW, (), hint=str(problem))
    return ContractReverted(PASSES_NOW, (), hint="it passes now: something changed between, or gas ran out")


def _read_log(log: Any) -> LogEntry:
    return LogEntry(
        address=Address(log["address"]),
        topics=tuple(bytes(topic) for topic in log["topics"]),
        data=bytes(log["data"]),
        block=int(log["blockNumber"]),
        block_hash=Bytes32(bytes(log["blockHash"])),
        transaction_hash=Bytes32(bytes(log["transactionHash"])),
        index=int(log["logIndex"]),
    )
