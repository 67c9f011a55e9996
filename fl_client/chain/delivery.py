"""Brings kept transactions onto the chain and follows them until they stay there."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes
from web3.exceptions import Web3RPCError
from web3.types import TxParams, TxReceipt

from fl_client.chain.connection import Connection
from fl_client.chain.fees import FeePolicy
from fl_client.chain.journal import Journal
from fl_client.chain.journal_rows import TransactionRow, TransactionStatus
from fl_client.chain.keys import Account
from fl_client.chain.node import NodeRefused
from fl_client.chain.receipts import Receipt, find_receipt, is_known, read_receipt, refusal_of
from fl_client.errors import ChainError, ChainUnavailable
from fl_client.types import Bytes32

_log = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.25
_RESEND_SECONDS: Final = 5.0
"""How often a node is asked whether it still has a transaction that is not mined."""

_SURE_LOOKS: Final = 4
"""A nonce that seems used by a stranger is looked at so often: one node of several may be behind."""

_SILENT_SECONDS: Final = 30.0
"""How long a node may be silent while a receipt is waited for."""

_REFUSALS: Final = (Web3RPCError, NodeRefused)


class NonceTaken(Exception):
    """A nonce went to a transaction that the journal does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a transaction is waited for, in seconds and blocks.

    Attributes:
        timeout_seconds: until its receipt must be there.
        bump_after_seconds: before it is sent again with higher fees.
        confirmations: blocks on top of its own before it counts as done.
    """

    timeout_seconds: float
    bump_after_seconds: float
    confirmations: int


class Delivery:
    """The way of one account's transactions from the journal onto the chain."""

    def __init__(
        self, connection: Connection, account: Account, journal: Journal, fees: FeePolicy, patience: Patience
    ) -> None:
        self._connection = connection
        self._account = account
        self._journal = journal
        self._fees = fees
        self._patience = patience

    def nonce(self, block: Any) -> int:
        """How many transactions of the account the chain has, at ``latest`` or ``pending``.

        Raises:
            ChainError: the node is gone.
        """
        with self._connection.translated("reading the nonce"):
            address = self._connection.web3.to_checksum_address(self._account.address)
            return int(self._connection.web3.eth.get_transaction_count(address, block))

    def keep(self, intent: str, transaction: TxParams) -> TransactionRow:
        """Sign a transaction and write it down.

        Raises:
            ChainError: the disk refused it.
        """
        signed = self._account.sign_transaction(transaction)
        row = TransactionRow(
            chain_id=self._connection.chain_id,
            account=self._account.address,
            intent=intent,
            nonce=int(transaction["nonce"]),
            raw=signed.raw,
            hash=signed.hash,
            status=TransactionStatus.SIGNED,
        )
        self._journal.record_transaction(row)
        return row

    def broadcast(self, row: TransactionRow) -> None:
        """Send bytes that are kept; an error counts only if the node does not have them afterwards.

        Raises:
            ChainError: the node is gone; or it refused them, and the row is marked so.
        """
        try:
            with self._connection.translated("sending a transaction"):
                self._connection.web3.eth.send_raw_transaction(row.raw)
        except ChainError as problem:
            if is_known(self._connection, row.hash):
                return
            if isinstance(problem.__cause__, _REFUSALS):
                # It answered, and does not want it: these bytes will never be mined, the nonce is free.
                self._journal.set_status(row.hash, TransactionStatus.REFUSED)
            raise
        _log.info("%s: sent 0x%s", row.intent, row.hash.hex())

    @property
    def confirmations(self) -> int:
        """Blocks on top of a transaction's own before it counts as done."""
        return self._patience.confirmations

    def mined(self, rows: Sequence[TransactionRow]) -> TransactionRow | None:
        """The one of some transactions that is on the chain."""
        return next((row for row in rows if find_receipt(self._connection, row.hash) is not None), None)

    def is_taken(self, rows: Sequence[TransactionRow]) -> bool:
        """Whether the nonce of some transactions was used by none of them, looked at several times."""
        for look in range(_SURE_LOOKS):
            # One of them may have been mined since the last look: hence the receipts after the nonce.
            if self.nonce("latest") <= rows[0].nonce or self.mined(rows):
                return False
            if look + 1 < _SURE_LOOKS:
                time.sleep(_POLL_SECONDS)
        return True

    def finish(self, intent: str, rows: list[TransactionRow]) -> Receipt:
        """Wait until one of an intent's transactions, which share a nonce, is deep enough in the chain.

        Sends them again when they are dropped, also when a reorganisation drops the block that had them, and
        raises the fees now and then.

        Raises:
            ContractReverted: it was mined and refused.
            NonceTaken: the nonce went to a transaction that is not among them.
            ChainUnavailable: not mined in time, or the node was silent for too long.
        """
        started = bumped = resent = answered = time.monotonic()
        seen: Bytes32 | None = None
        offered = rows[-1].raw
        while True:
            try:
                row, found = self._look(rows)
                if found is not None and row is not None:
                    seen = row.hash
                    if self._is_deep(found):
                        return self._conclude(row, found)
                else:
                    if seen is not None:
                        _log.warning(
                            "%s: the block that had 0x%s was replaced: sent again", intent, seen.hex()
                        )
                        seen, resent = None, 0.0
                    now = time.monotonic()
                    if now - resent > _RESEND_SECONDS:
                        resent = now
                        self._resend(rows)
                    if now - bumped > self._patience.bump_after_seconds:
                        bumped = now
                        rows, offered = self._bump(rows, offered)
                answered = time.monotonic()
            except ChainUnavailable as problem:
                if time.monotonic() - answered > _SILENT_SECONDS:
                    raise
                _log.info("%s: %s", intent, problem)
            if time.monotonic() - started > self._patience.timeout_seconds:
                raise self._too_late(intent, rows)
            time.sleep(_POLL_SECONDS)

    def _look(self, rows: list[TransactionRow]) -> tuple[TransactionRow | None, TxReceipt | None]:
        for row in rows:
            found = find_receipt(self._connection, row.hash)
            if found is not None:
                return row, found
        return None, None

    def _is_deep(self, found: TxReceipt) -> bool:
        if not self._patience.confirmations:
            return True
        if self._connection.block_number() >= found["blockNumber"] + self._patience.confirmations:
            return True
        self._connection.nudge()
        return False

    def _conclude(self, row: TransactionRow, found: TxReceipt) -> Receipt:
        succeeded = found["status"] == 1
        # Why it failed is asked before it is written down: a node that is gone now is asked again later.
        refusal = None if succeeded else refusal_of(self._connection, found)
        self._journal.set_final(row, TransactionStatus.MINED if succeeded else TransactionStatus.REVERTED)
        if refusal is not None:
            raise refusal
        return read_receipt(found)

    def _resend(self, rows: list[TransactionRow]) -> None:
        """Let the node have the dearest again, if it has dropped it."""
        if is_known(self._connection, rows[-1].hash):
            return
        if self.is_taken(rows):
            for row in rows:
                self._journal.set_status(row.hash, TransactionStatus.REPLACED)
            raise NonceTaken(rows[0].nonce)
        _log.warning("%s: 0x%s was dropped: sent again", rows[-1].intent, rows[-1].hash.hex())
        try:
            self.broadcast(rows[-1])
        except ChainError as problem:
            # Refused for now (the fees have risen, say), but other nodes may have it: it is not given up.
            self._journal.set_status(rows[-1].hash, TransactionStatus.SIGNED)
            _log.warning("%s: %s", rows[-1].intent, problem)

    def _bump(self, rows: list[TransactionRow], offered: bytes) -> tuple[list[TransactionRow], bytes]:
        """Sign the same transaction, same nonce, with both fees above what was offered last.

        Returns:
            What may be mined, the dearest last, and what was offered, whether or not the node took it.
        """
        if offered[:1] != b"\x02":
            return rows, offered  # without a base fee there is nothing to follow
        fields: dict[str, Any] = TypedTransaction.from_bytes(HexBytes(offered)).as_dict()
        for name in ("v", "r", "s", "yParity"):
            fields.pop(name, None)
        raised = self._fees.raised(fields, self._connection)
        if raised is None:
            _log.warning(
                "%s: not mined for %d wei a gas, and the policy allows no more than %d",
                rows[-1].intent,
                fields["maxFeePerGas"],
                self._fees.max_fee_wei,
            )
            return rows, offered
        row = self.keep(rows[-1].intent, cast(TxParams, raised))
        try:
            self.broadcast(row)
        except ChainError as problem:
            _log.warning("%s: could not raise the fees: %s", row.intent, problem)
            if isinstance(problem.__cause__, _REFUSALS):
                return rows, row.raw
        return [*rows, row], row.raw

    def _too_late(self, intent: str, rows: list[TransactionRow]) -> ChainUnavailable:
        return ChainUnavailable(
            f"{intent}: not mined within {self._patience.timeout_seconds:.0f} s at {self._connection.url}; "
            f"the journal keeps 0x{rows[-1].hash.hex()}, run again to go on waiting"
        )

    def recover(self) -> int:
        """After a reorganisation: send again, in order, the bytes of whatever the chain has lost.

        Returns:
            How many were sent again.

        Raises:
            ChainError: the node is gone.
        """
        self._connection.require_same_chain()  # on another one everything would seem lost
        rows = self._lost()
        for row in rows:
            _log.warning("%s: 0x%s is not on the chain any more: sent again", row.intent, row.hash.hex())
            self._journal.set_status(row.hash, TransactionStatus.SIGNED)
        for row in rows:
            try:
                self.broadcast(row)
            except ChainError as problem:
                if not isinstance(problem.__cause__, _REFUSALS):
                    raise
                _log.warning("%s: %s", row.intent, problem)
        return len(rows)

    def _lost(self) -> list[TransactionRow]:
        """What was executed and has a nonce that the chain holds for free, one a nonce, in order."""
        executed = (TransactionStatus.MINED, TransactionStatus.REVERTED)
        first = self.nonce("latest")
        by_nonce = {
            row.nonce: row
            for row in self._journal.transactions_from(
                self._connection.chain_id, self._account.address, first
            )
            if row.status in executed
        }
        rows = [by_nonce[nonce] for nonce in sorted(by_nonce)]
        # One that was refused is sent again only to fill the gap below another.
        while rows and rows[-1].status is TransactionStatus.REVERTED:
            rows.pop()
        return [row for row in rows if find_receipt(self._connection, row.hash) is None]
