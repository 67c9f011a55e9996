"""Accounts whose keys a development node holds: their transactions are signed by the node."""

from __future__ import annotations

import time
from typing import Any, Final

from web3 import Web3
from web3.contract.contract import ContractConstructor, ContractFunction
from web3.types import TxParams, Wei

from fl_client.chain.artifacts import ContractArtifact
from fl_client.chain.connection import Connection
from fl_client.chain.receipts import Receipt, find_receipt, read_receipt, refusal_of
from fl_client.errors import ChainError
from fl_client.types import Address

_POLL_SECONDS: Final = 0.25
_TIMEOUT_SECONDS: Final = 120.0


def unlocked_accounts(connection: Connection) -> tuple[Address, ...]:
    """The accounts that a node signs for: a development node's own, none at a node of a public chain.

    Raises:
        ChainError: the node is gone.
    """
    with connection.translated("asking for the node's own accounts"):
        return tuple(Address(account) for account in connection.web3.eth.accounts)


class UnlockedSender:
    """Sends as an account of a development node; nothing is kept, since there is no key and no money to lose."""

    def __init__(self, connection: Connection, account: Address | None = None) -> None:
        """Make a sender.

        Args:
            connection: the chain.
            account: one of the node's accounts; ``None`` takes the first.

        Raises:
            ChainError: the node does not sign for it.
        """
        known = unlocked_accounts(connection)
        if not known:
            raise ChainError(f"{connection.url} signs for nobody (no development node): give a keystore")
        chosen = known[0] if account is None else Address(Web3.to_checksum_address(account))
        if chosen not in known:
            raise ChainError(
                f"{connection.url} does not sign for {chosen}: give one of its accounts, or a keystore"
            )
        self.address = chosen
        self._connection = connection

    def deploy(self, artifact: ContractArtifact, *args: Any, intent: str | None = None) -> Receipt:
        """Create a contract (see ``TransactionSender.deploy``)."""
        return self.send(self._connection.factory(artifact).constructor(*args), intent=intent)

    def send(
        self, function: ContractFunction | ContractConstructor, *, intent: str | None = None, value: int = 0
    ) -> Receipt:
        """Simulate, send, and wait; `intent` is not used.

        Raises:
            ContractReverted: the contract refuses it.
            ChainError: the node is gone, or did not mine it in time.
        """
        self._connection.call(function, sender=self.address, value=value)
        with self._connection.translated("sending a transaction"):
            return self._wait(bytes(function.transact({"from": self._own, "value": Wei(value)})))

    def give(self, account: Address, wei: int) -> Receipt:
        """Send ether.

        Raises:
            ChainError: the node is gone, or this account has too little.
        """
        sent: TxParams = {"from": self._own, "to": Web3.to_checksum_address(account), "value": Wei(wei)}
        with self._connection.translated("sending ether"):
            return self._wait(bytes(self._connection.web3.eth.send_transaction(sent)))

    @property
    def _own(self) -> Any:
        return Web3.to_checksum_address(self.address)

    def _wait(self, transaction_hash: bytes) -> Receipt:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while (found := find_receipt(self._connection, transaction_hash)) is None:
            if time.monotonic() > deadline:
                raise ChainError(
                    f"0x{transaction_hash.hex()} was not mined within {_TIMEOUT_SECONDS:.0f} s at "
                    f"{self._connection.url}: does this node mine?"
                )
            time.sleep(_POLL_SECONDS)
        if found["status"] != 1:
            raise refusal_of(self._connection, found)
        return read_receipt(found)
