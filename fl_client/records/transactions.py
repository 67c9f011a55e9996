"""Transactions as the chain has them: who called what, when, and what it cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from eth_utils.address import to_checksum_address

from fl_client.chain import Connection, EmbeddedChain, all_artifacts
from fl_client.chain.contracts import TaskContract
from fl_client.chain.contracts.clone import TaskClone
from fl_client.chain.receipts import find_receipt
from fl_client.errors import ChainError
from fl_client.types import Address

SETUP: Final = "setup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mined:
    """A transaction in a block.

    Attributes:
        block, time: where it is, and that block's stamp in seconds since 1970.
        hash: 32 bytes.
        sender, to: accounts; ``to`` is None where a contract was deployed.
        data: what was sent.
        gas: used by it.
        succeeded: False where it was refused when it was mined.
    """

    block: int
    time: int
    hash: bytes
    sender: Address
    to: Address | None
    data: bytes = field(repr=False)
    gas: int
    succeeded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A call of a task that was mined and refused.

    Attributes:
        call: the function.
        block, time: where it is, and that block's stamp in seconds since 1970.
        hash: 32 bytes.
        data: what was sent.
        before: the transactions ahead of it in its block.
    """

    call: str
    block: int
    time: int
    hash: bytes
    data: bytes = field(repr=False)
    before: frozenset[bytes] = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Which call it is."""
        return {"call": self.call, "block": self.block, "transaction": "0x" + self.hash.hex()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One transaction in a reader's terms.

    Attributes:
        round: the round that was open; 0 before the first, None after the end.
        phase: of the task when it was sent, lower case; `setup` before there was a task.
        who, role: the sender's name and role in reports.
        call: the function; for a deployment `deploy` and the contract's name.
        block, time: where it is, and that block's stamp in seconds since 1970.
        gas: used by it.
        transaction: hash, 0x-prefixed.
        succeeded: False where the contract refused it when it was mined.
        data: what was sent.
    """

    round: int | None
    phase: str
    who: str
    role: str
    call: str
    block: int
    time: int
    gas: int
    transaction: str
    succeeded: bool
    data: bytes = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Everything but the data, which the chain itself holds."""
        shown = {name: getattr(self, name) for name in self.__slots__ if name not in ("data", "succeeded")}
        return shown if self.succeeded else shown | {"succeeded": False}


def every_transaction(chain: EmbeddedChain, connection: Connection, first: int) -> Iterator[Mined]:
    """All transactions of a chain in this process from a block on, refused ones too."""
    for number in range(first, chain.height + 1):
        block = chain.block(number)
        for transaction in block.transactions:
            yield Mined(
                block=number,
                time=block.header.timestamp,
                hash=bytes(transaction.hash),
                sender=Address(to_checksum_address(transaction.sender)),
                to=Address(to_checksum_address(transaction.to)) if transaction.to else None,
                data=bytes(transaction.data),
                gas=block.header.gas_used,  # a block has one transaction
                succeeded=_succeeded(connection, bool(block.header.bloom), transaction.to, transaction.hash),
            )


def _succeeded(connection: Connection, left_an_event: bool, to: bytes, hash_: bytes) -> bool:
    """Every call to our contracts that succeeds leaves an event; finding a receipt takes a search."""
    if left_an_event or not to:
        return True
    receipt = find_receipt(connection, hash_)
    return receipt is not None and receipt["status"] == 1


def refused_calls(contract: TaskContract, account: Address, first: int, last: int) -> Iterator[Refused]:
    """An account's calls of a task that were mined and refused, in blocks ``first`` to ``last``.

    They leave no event: every block is read.

    Raises:
        ChainError: the node is gone, or does not have one of the blocks.
    """
    connection = contract.connection
    chain = connection.node
    if isinstance(chain, EmbeddedChain):
        for one in every_transaction(chain, connection, first):
            mine = (one.sender, one.to) == (account, contract.address)
            if mine and not one.succeeded and one.block <= last:
                # A block has one transaction.
                yield _refused(contract, one.block, one.time, one.hash, one.data, frozenset())
        return
    for number in range(first, last + 1):
        with connection.translated(f"reading block {number}"):
            block = connection.web3.eth.get_block(number, full_transactions=True)
        before: list[bytes] = []
        for sent in block["transactions"]:
            assert not isinstance(sent, bytes)  # asked for whole
            hash_ = bytes(sent["hash"])
            if (str(sent["from"]), str(sent.get("to"))) == (account, contract.address):
                receipt = find_receipt(connection, hash_)
                if receipt is not None and receipt["status"] == 0:
                    data, time = bytes(sent["input"]), int(block["timestamp"])
                    yield _refused(contract, number, time, hash_, data, frozenset(before))
            before.append(hash_)


def _refused(
    contract: TaskContract, block: int, time: int, hash_: bytes, data: bytes, before: frozenset[bytes]
) -> Refused:
    call = call_name(contract, contract.address, data)
    return Refused(call=call, block=block, time=time, hash=hash_, data=data, before=before)


def asked_for(connection: Connection, hashes: Iterable[bytes], stamps: dict[int, int]) -> Iterator[Mined]:
    """Ask a node for transactions that left an event: two requests each.

    Raises:
        ChainError: the node is gone, or does not have one of them.
    """
    for hash_ in hashes:
        receipt = find_receipt(connection, hash_)
        if receipt is None:
            raise ChainError(
                f"{connection.url} has no receipt of the transaction 0x{hash_.hex()}: is it synced?"
            )
        with connection.translated("reading a transaction"):
            sent = connection.web3.eth.get_transaction(receipt["transactionHash"])
        to, block = receipt.get("to"), int(receipt["blockNumber"])
        yield Mined(
            block=block,
            time=stamps[block],
            hash=hash_,
            sender=Address(to_checksum_address(receipt["from"])),
            to=Address(to_checksum_address(to)) if to else None,
            data=bytes(sent["input"]),
            gas=int(receipt["gasUsed"]),
            succeeded=receipt["status"] == 1,
        )


def stamp_of(connection: Connection, number: int) -> int:
    """The stamp of a block, seconds since 1970.

    Raises:
        ChainError: the node is gone.
    """
    if isinstance(connection.node, EmbeddedChain):
        return int(connection.node.block(number).header.timestamp)
    with connection.translated(f"reading block {number}"):
        return int(connection.web3.eth.get_block(number)["timestamp"])


def call_name(contract: TaskClone, to: Address | None, data: bytes) -> str:
    """The function that a transaction calls, `deploy` and the contract's name, or `unknown`."""
    if to is None:
        made = [one for one in all_artifacts().values() if one.bytecode and data.startswith(one.bytecode)]
        # One contract's code may begin like another's: the longest is meant.
        return f"deploy {max(made, key=lambda one: len(one.bytecode)).name}" if made else "deploy"
    for called in _ours(contract):
        if str(called.address) == to:
            try:
                return str(called.get_function_by_selector(data[:4]).fn_name)
            except ValueError:
                break
    return "unknown"


def _ours(contract: TaskClone) -> Iterator[Any]:
    """The contracts that a task's members call."""
    yield from (contract.task, contract.pool, contract.vault, contract.coin)
    yield contract.connection.contract("TaskFactory", contract.deployment.factory)
    if isinstance(contract, TaskContract):
        yield from (contract.court, contract.tables, contract.questions)
        if contract.board is not None:
            yield contract.board.board
