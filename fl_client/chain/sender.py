"""Sends transactions so that a crash, a lost answer or a low fee costs neither money nor a second sending."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes
from web3.contract.contract import ContractConstructor, ContractFunction
from web3.exceptions import Web3RPCError
from web3.types import TxParams, Wei

from fl_client.chain.artifacts import ContractArtifact
from fl_client.chain.connection import Connection
from fl_client.chain.journal import Journal, TransactionRow, TransactionStatus
from fl_client.chain.keys import Account
from fl_client.chain.node import NodeRefused
from fl_client.chain.receipts import Receipt, find_receipt, is_known, read_receipt, refusal_of
from fl_client.errors import ChainError, ContractReverted
from fl_client.types import Address

_log = logging.getLogger(__name__)

_ALIVE: Final = (TransactionStatus.SIGNED, TransactionStatus.MINED)
_POLL_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePolicy:
    """What a transaction may cost.

    Attributes:
        gas_margin_percent: added to an estimate.
        bump_percent: added to both fees when a transaction is replaced; nodes ask for at least 10.
        max_fee_wei: most per gas that is ever offered.
    """

    gas_margin_percent: int = 25
    bump_percent: int = 15
    max_fee_wei: int = 500 * 10**9


class Sender(Protocol):
    """What deploying and creating a task need of an account."""

    @property
    def address(self) -> Address:
        """Who signs."""
        ...

    def deploy(self, artifact: ContractArtifact, *args: Any, intent: str | None = None) -> Receipt:
        """Create a contract."""
        ...

    def send(
        self, function: ContractFunction | ContractConstructor, *, intent: str | None = None, value: int = 0
    ) -> Receipt:
        """Send a transaction and wait for it."""
        ...


class TransactionSender:
    """Sends as one account. One sender per account: it counts the nonces."""

    def __init__(
        self,
        connection: Connection,
        account: Account,
        journal: Journal,
        *,
        fees: FeePolicy | None = None,
        timeout_seconds: float = 300.0,
        bump_after_seconds: float = 60.0,
    ) -> None:
        """Make a sender.

        Args:
            connection: the chain.
            account: who signs.
            journal: where each transaction is kept before it is sent.
            fees: limits; ``None`` takes the defaults.
            timeout_seconds: how long a receipt is waited for.
            bump_after_seconds: how long before the same transaction is sent again with higher fees.
        """
        self._connection = connection
        self._account = account
        self._journal = journal
        self._fees = fees or FeePolicy()
        self._timeout_seconds = timeout_seconds
        self._bump_after_seconds = bump_after_seconds
        self._lock = threading.Lock()
        self._revived = False
        self._unnamed = itertools.count(len(journal.transactions(connection.chain_id, account.address)))

    @property
    def address(self) -> Address:
        """Who signs."""
        return self._account.address

    def deploy(self, artifact: ContractArtifact, *args: Any, intent: str | None = None) -> Receipt:
        """Create a contract; ``contract_address`` of the receipt says where.

        Raises:
            ContractReverted: its constructor refused.
            ChainError: it could not be sent or was not mined in time.
        """
        constructor = self._connection.factory(artifact).constructor(*args)
        return self.send(constructor, intent=intent)

    def send(
        self, function: ContractFunction | ContractConstructor, *, intent: str | None = None, value: int = 0
    ) -> Receipt:
        """Simulate, sign, keep, send, and wait.

        Args:
            function: bound with its arguments.
            intent: a name for this one deed, e.g. ``commit 0x.. 3.0``. A second call with the same name,
                also after a restart, returns the first one's receipt or waits for it; it never sends
                twice, unless the first was refused. ``None``: each call is a deed of its own.
            value: wei to send along.

        Returns:
            The receipt of a transaction that succeeded.

        Raises:
            ContractReverted: the contract refuses it (nothing was sent), or refused it when it was mined.
            ChainError: it could not be sent or was not mined in time; the journal keeps it.
        """
        with self._lock:
            self._revive()
            name = f"unnamed {next(self._unnamed)}" if intent is None else intent
            rows = self._rows(name)
            if rows:
                return self._finish(name, rows)
            self._connection.call(function, sender=self.address, value=value)
            transaction = self._fill(function, value)
            row = self._keep(name, transaction)
            self._broadcast(row)
            return self._finish(name, [row])

    def resume(self) -> tuple[Receipt, ...]:
        """After a restart: send again and wait for whatever the journal has as not finished.

        Returns:
            Receipts of what succeeded; what was refused or replaced is only noted in the journal.

        Raises:
            ChainError: a transaction was not mined in time.
        """
        found: list[Receipt] = []
        with self._lock:
            for name in self._unfinished():
                alive = self._rows(name)
                if alive:
                    try:
                        found.append(self._finish(name, alive))
                    except ContractReverted as refusal:
                        _log.warning("%s: %s", name, refusal)
        return tuple(found)

    def _unfinished(self) -> list[str]:
        rows = self._journal.transactions(self._connection.chain_id, self.address)
        return list(dict.fromkeys(row.intent for row in rows if row.status is TransactionStatus.SIGNED))

    def _revive(self) -> None:
        """Once per process: send what an earlier one kept but may not have sent, or its nonces block ours."""
        if not self._revived:
            for name in self._unfinished():
                self._rows(name)
            self._revived = True

    def _rows(self, intent: str) -> list[TransactionRow]:
        """Transactions of an intent that are mined or still may be; sends the latest of them again."""
        rows = self._journal.transactions(self._connection.chain_id, self.address, intent=intent)
        alive = [row for row in rows if row.status in _ALIVE]
        if not alive or self._any_mined(alive):
            return alive
        # The nonce may have been used by one of them since the last look: hence a second look after it.
        if self._nonce("latest") > alive[0].nonce and not self._any_mined(alive):
            for row in alive:
                self._journal.set_status(row.hash, TransactionStatus.REPLACED)
            return []
        self._broadcast(alive[-1])
        return alive

    def _any_mined(self, rows: list[TransactionRow]) -> bool:
        return any(find_receipt(self._connection, row.hash) is not None for row in rows)

    def _fill(self, function: ContractFunction | ContractConstructor, value: int) -> TxParams:
        """A complete unsigned transaction."""
        web3 = self._connection.web3
        hint = self._connection.node.gas_limit_hint
        with self._connection.translated("preparing a transaction"):
            base: TxParams = {"from": web3.to_checksum_address(self.address), "value": Wei(value)}
            block = web3.eth.get_block("latest")
            gas = hint or function.estimate_gas(base) * (100 + self._fees.gas_margin_percent) // 100
            base["gas"] = min(gas, block["gasLimit"])
            base["nonce"] = self._next_nonce()  # type: ignore[typeddict-item]
            base["chainId"] = self._connection.chain_id
            if "baseFeePerGas" in block:
                tip = min(web3.eth.max_priority_fee, self._fees.max_fee_wei)
                base["maxPriorityFeePerGas"] = Wei(tip)
                base["maxFeePerGas"] = Wei(min(2 * block["baseFeePerGas"] + tip, self._fees.max_fee_wei))
            else:
                base["gasPrice"] = Wei(min(web3.eth.gas_price, self._fees.max_fee_wei))
            filled = function.build_transaction(base)
        filled.pop("from", None)
        return filled

    def _next_nonce(self) -> int:
        """The chain's count with what waits there, or one more than the last that is kept as unfinished."""
        kept = self._journal.next_nonce(self._connection.chain_id, self.address)
        return max(self._nonce("pending"), kept)

    def _nonce(self, block: Any) -> int:
        with self._connection.translated("reading the nonce"):
            address = self._connection.web3.to_checksum_address(self.address)
            return int(self._connection.web3.eth.get_transaction_count(address, block))

    def _keep(self, intent: str, transaction: TxParams) -> TransactionRow:
        signed = self._account.sign_transaction(transaction)
        row = TransactionRow(
            chain_id=self._connection.chain_id,
            account=self.address,
            intent=intent,
            nonce=int(transaction["nonce"]),
            raw=signed.raw,
            hash=signed.hash,
            status=TransactionStatus.SIGNED,
        )
        self._journal.record_transaction(row)
        return row

    def _broadcast(self, row: TransactionRow) -> None:
        """Send bytes that are kept; an error counts only if the node does not have them afterwards."""
        try:
            with self._connection.translated("sending a transaction"):
                self._connection.web3.eth.send_raw_transaction(row.raw)
        except ChainError as problem:
            if is_known(self._connection, row.hash):
                return
            if isinstance(problem.__cause__, Web3RPCError | NodeRefused):
                # It answered, and does not want it: these bytes will never be mined, the nonce is free.
                self._journal.set_status(row.hash, TransactionStatus.REFUSED)
            raise
        _log.info("%s: sent 0x%s", row.intent, row.hash.hex())

    def _finish(self, intent: str, rows: list[TransactionRow]) -> Receipt:
        """Wait for any of an intent's transactions, which share a nonce; raise the fees now and then."""
        started = bumped = time.monotonic()
        while True:
            for row in rows:
                found = find_receipt(self._connection, row.hash)
                if found is not None:
                    succeeded = found["status"] == 1
                    for other in rows:
                        if other.hash != row.hash:
                            self._journal.set_status(other.hash, TransactionStatus.REPLACED)
                    status = TransactionStatus.MINED if succeeded else TransactionStatus.REVERTED
                    self._journal.set_status(row.hash, status)
                    if not succeeded:
                        raise refusal_of(self._connection, found)
                    return read_receipt(found)
            now = time.monotonic()
            if now - started > self._timeout_seconds:
                raise ChainError(
                    f"{intent}: not mined within {self._timeout_seconds:.0f} s at {self._connection.url}; "
                    f"the journal keeps 0x{rows[-1].hash.hex()}, run again to go on waiting"
                )
            if now - bumped > self._bump_after_seconds:
                bumped = now
                rows = self._bump(rows)
            time.sleep(_POLL_SECONDS)

    def _bump(self, rows: list[TransactionRow]) -> list[TransactionRow]:
        """Sign the same transaction, same nonce, with both fees raised; the dearest that is allowed stays."""
        if rows[-1].raw[:1] != b"\x02":
            return rows  # without a base fee there is nothing to follow
        fields: dict[str, Any] = TypedTransaction.from_bytes(HexBytes(rows[-1].raw)).as_dict()
        for name in ("v", "r", "s", "yParity"):
            fields.pop(name, None)
        factor = 100 + self._fees.bump_percent
        for name in ("maxFeePerGas", "maxPriorityFeePerGas"):
            fields[name] = fields[name] * factor // 100 + 1
        if fields["maxFeePerGas"] > self._fees.max_fee_wei:
            return rows
        row = self._keep(rows[-1].intent, cast(TxParams, fields))
        try:
            self._broadcast(row)
        except ChainError as problem:
            _log.warning("%s: could not raise the fees: %s", row.intent, problem)
            return rows
        return [*rows, row]
