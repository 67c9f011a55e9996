"""Sends transactions so that a crash, a lost answer or a low fee costs neither money nor a second sending."""

from __future__ import annotations

import itertools
import logging
import threading
from typing import Any, Final, Protocol

from web3.contract.contract import ContractConstructor, ContractFunction
from web3.types import TxParams, Wei

from fl_client.chain.artifacts import ContractArtifact
from fl_client.chain.connection import Connection
from fl_client.chain.delivery import Delivery, NonceTaken, Patience
from fl_client.chain.fees import FeePolicy
from fl_client.chain.journal import Journal
from fl_client.chain.journal_rows import TransactionRow, TransactionStatus
from fl_client.chain.keys import Account
from fl_client.chain.memo import Memo
from fl_client.chain.receipts import Receipt
from fl_client.errors import ChainError, ContractReverted, HistoryReplaced
from fl_client.types import Address

_log = logging.getLogger(__name__)

_ALIVE: Final = (TransactionStatus.SIGNED, TransactionStatus.MINED)

CONFIRMATIONS: Final = 2
"""Blocks on top of a deed's own before it counts as done, on a chain that is no development chain."""

_TRIES: Final = 3
_PASSED_OVER: Final = (
    "nonce too low",
    "nonce too small",
    "replacement transaction underpriced",
    "less than block base fee",
    "max fee per gas less",
    "underpriced",
)
"""What nodes say when the nonce or the fees were right a moment ago."""


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
        confirmations: int | None = None,
    ) -> None:
        """Make a sender.

        Args:
            connection: the chain.
            account: who signs.
            journal: where each transaction is kept before it is sent.
            fees: limits; ``None`` takes the defaults.
            timeout_seconds: how long a receipt is waited for.
            bump_after_seconds: how long before the same transaction is sent again with higher fees.
            confirmations: how many blocks must follow a transaction's own before its deed counts as done;
                ``None`` takes 2, and 0 on development chains.
        """
        if confirmations is None:
            confirmations = 0 if connection.is_development else CONFIRMATIONS
        self._connection = connection
        self._account = account
        self._journal = journal
        self._fees = fees or FeePolicy()
        patience = Patience(
            timeout_seconds=timeout_seconds,
            bump_after_seconds=bump_after_seconds,
            confirmations=confirmations,
        )
        self._delivery = Delivery(connection, account, journal, self._fees, patience)
        self._lock = threading.Lock()
        self._revived = False
        self._unnamed = itertools.count(len(journal.transactions(connection.chain_id, account.address)))

    @property
    def address(self) -> Address:
        """Who signs."""
        return self._account.address

    @property
    def confirmations(self) -> int:
        """Blocks that must follow one before what it holds counts."""
        return self._delivery.confirmations

    def deploy(self, artifact: ContractArtifact, *args: Any, intent: str | None = None) -> Receipt:
        """Create a contract; ``contract_address`` of the receipt says where.

        Raises:
            ContractReverted: its constructor refused.
            ChainError: it could not be sent or was not mined in time.
        """
        constructor = self._connection.factory(artifact).constructor(*args)
        return self.send(constructor, intent=intent)

    def send(
        self,
        function: ContractFunction | ContractConstructor | Memo,
        *,
        intent: str | None = None,
        value: int = 0,
    ) -> Receipt:
        """Simulate, sign, keep, send, and wait.

        Args:
            function: bound with its arguments; or bytes for the chain to keep.
            intent: a name for this one deed, e.g. ``commit 0x.. 3.0``. A second call with the same name,
                also after a restart, returns the first one's receipt or waits for it; it never sends
                twice, unless the first was refused. ``None``: each call is a deed of its own.
            value: wei to send along.

        Returns:
            The receipt of a transaction that succeeded.

        Raises:
            ContractReverted: the contract refuses it (nothing was sent), or refused it when it was mined.
            HistoryReplaced: the chain had lost earlier transactions, which are sent again: look anew first.
            ChainError: it could not be sent or was not mined in time; the journal keeps it.
        """
        with self._lock:
            self._revive()
            name = self._new_name() if intent is None else intent
            for _ in range(_TRIES):
                rows = self._alive(name)
                try:
                    if not rows:
                        self._require_nothing_lost()
                        if not isinstance(function, Memo):  # which no contract can refuse
                            self._connection.call(function, sender=self.address, value=value)
                        rows = [self._dispatch(name, function, value)]
                    return self._delivery.finish(name, rows)
                except NonceTaken as taken:
                    self._tell(name, taken)
            raise ChainError(
                f"{name}: another program sends as {self.address} and took its nonce {_TRIES} times: end it, one "
                "account belongs to one process"
            )

    def knows(self, intent: str) -> bool:
        """Whether a transaction of this name is mined, or still may be."""
        with self._lock:
            self._revive()
            return bool(self._alive(intent))

    def resume(self) -> tuple[Receipt, ...]:
        """Send again and wait for whatever the journal has as not finished: after a restart, or a lost answer.

        Returns:
            Receipts of what succeeded; what was refused or replaced is only noted in the journal.

        Raises:
            ChainError: the node is gone, or a transaction was not mined in time.
        """
        found: list[Receipt] = []
        with self._lock:
            self._revive()
            for name in self._journal.unfinished(self._connection.chain_id, self.address):
                alive = self._alive(name)
                if alive:
                    try:
                        found.append(self._delivery.finish(name, alive))
                    except ContractReverted as refusal:
                        _log.warning("%s: %s", name, refusal)
                    except NonceTaken as taken:
                        self._tell(name, taken)
        return tuple(found)

    def recover(self) -> int:
        """After a reorganisation: send again the very bytes of whatever the chain has lost.

        Returns:
            How many transactions; ``resume`` waits for them.

        Raises:
            ChainError: the node is gone.
        """
        with self._lock:
            return self._delivery.recover()

    def _new_name(self) -> str:
        """A name that no deed has had: calls that were refused took numbers, and left no rows to count."""
        while True:
            name = f"unnamed {next(self._unnamed)}"
            if not self._journal.transactions(self._connection.chain_id, self.address, intent=name):
                return name

    def _revive(self) -> None:
        """Once per process: send what an earlier one left behind, or its nonces block ours."""
        if self._revived:
            return
        genesis = self._connection.block_hash(0)
        if genesis is not None:
            self._journal.require_genesis(self._connection.chain_id, genesis)
        self._delivery.recover()
        for name in self._journal.unfinished(self._connection.chain_id, self.address):
            self._alive(name)
        self._revived = True

    def _alive(self, intent: str) -> list[TransactionRow]:
        """Transactions of an intent that are mined or still may be; sends the latest of them again."""
        rows = self._journal.transactions(self._connection.chain_id, self.address, intent=intent)
        # Whatever was thought of it: what is on the chain is the deed. A node may have refused what another took.
        tried = [row for row in rows if row.status is not TransactionStatus.REVERTED]
        mined = self._delivery.mined(tried)
        if mined is not None:
            return [mined]
        alive = [row for row in tried if row.status in _ALIVE]
        if not alive:
            return []
        alive = [row for row in alive if row.nonce == alive[-1].nonce]
        if self._delivery.is_taken(alive):
            for row in alive:
                self._journal.set_status(row.hash, TransactionStatus.REPLACED)
            self._tell(intent, NonceTaken(alive[-1].nonce))
            return []
        self._delivery.broadcast(alive[-1])
        return alive

    def _tell(self, intent: str, taken: NonceTaken) -> None:
        _log.warning(
            "%s: nonce %s of %s went to a transaction that is not in the journal: does another program send as "
            "this account?",
            intent,
            taken,
            self.address,
        )

    def _dispatch(
        self, intent: str, function: ContractFunction | ContractConstructor | Memo, value: int
    ) -> TransactionRow:
        """Sign, keep and send; made anew where the fees rose, or the nonce went, between the two."""
        # On another chain a call without an answer succeeds where there is no contract, and gas is estimated low.
        self._connection.require_same_chain()
        for left in reversed(range(_TRIES)):
            row = self._delivery.keep(intent, self._fill(function, value))
            try:
                self._delivery.broadcast(row)
                break
            except ChainError as problem:
                if not left or not any(text in str(problem).lower() for text in _PASSED_OVER):
                    raise
                _log.warning("%s: %s", intent, problem)
        return row

    def _fill(self, function: ContractFunction | ContractConstructor | Memo, value: int) -> TxParams:
        """A complete unsigned transaction."""
        web3 = self._connection.web3
        hint = self._connection.node.gas_limit_hint
        nonce = self._next_nonce()
        offer = self._fees.offer(self._connection)
        with self._connection.translated("preparing a transaction"):
            base: TxParams = {"from": web3.to_checksum_address(self.address), "value": Wei(value)}
            gas = hint or function.estimate_gas(base) * (100 + self._fees.gas_margin_percent) // 100
            base["gas"] = min(gas, web3.eth.get_block("latest")["gasLimit"])
            base["nonce"] = nonce  # type: ignore[typeddict-item]
            base["chainId"] = self._connection.chain_id
            filled = function.build_transaction({**base, **offer})
        filled.pop("from", None)
        return filled

    def _require_nothing_lost(self) -> None:
        """A reorganisation that nobody has noticed yet: what it took comes first, and changes what is due."""
        kept = self._journal.next_nonce(self._connection.chain_id, self.address)
        if self._delivery.nonce("pending") < kept and (lost := self._delivery.recover()):
            raise HistoryReplaced(
                f"{lost} transactions of {self.address} were not on the chain any more at {self._connection.url}: "
                "they are sent again, look at the chain anew"
            )

    def _next_nonce(self) -> int:
        """The chain's count with what waits there, or one more than the last that the journal counts on."""
        kept = self._journal.next_nonce(self._connection.chain_id, self.address)
        return max(self._delivery.nonce("pending"), kept)
