"""What every kind of task shares: a clone of its factory's code, views of one block, stakes and coins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from eth_typing import BlockNumber
from web3 import Web3
from web3.contract.contract import ContractFunction

from fl_client.chain.connection import Connection
from fl_client.chain.contracts.deployment import Deployment
from fl_client.errors import ChainError
from fl_client.types import Address, Bytes32


class TaskClone:
    """A task on a chain, with the contracts that every task works with.

    Attributes:
        connection: the chain.
        deployment: the contracts around it.
        address: the task.
        task, vault, pool, coin: the contracts, for building transactions.
    """

    def __init__(self, connection: Connection, deployment: Deployment, address: Address, kind: str) -> None:
        """Bind a task.

        Args:
            kind: name of the contract that it is a clone of.

        Raises:
            ChainError: the factory never made it, or the code there is another.
        """
        self.connection = connection
        self.deployment = deployment
        self.address = Address(Web3.to_checksum_address(address))  # as events have it
        self.task = connection.contract(kind, address)
        self.vault = connection.contract("StakeVault", deployment.vault)
        self.pool = connection.contract("RewardPool", deployment.pool)
        self.coin = connection.contract("DeepCoin", deployment.coin)
        self._require_clone()
        self._seen: tuple[Bytes32, dict[tuple[Any, ...], Any]] = (Bytes32(bytes(32)), {})
        self._held: tuple[int, Bytes32] | None = None
        self._followed = -1

    def _require_clone(self) -> None:
        """The code must be a minimal proxy of the factory's implementation (EIP-1167)."""
        factory, implementation = self._origin()
        with self.connection.translated("reading the task's code"):
            code = bytes(self.connection.web3.eth.get_code(self.task.address))
        if code[10:30] != bytes.fromhex(implementation[2:]) or not self._is_registered():
            raise ChainError(f"{self.address} is no task of the factory {factory}: check the address")

    def _origin(self) -> tuple[Address, Address]:
        """The factory, and the contract that its clones run."""
        factory = self.connection.contract("TaskFactory", self.deployment.factory)
        return self.deployment.factory, self.connection.call(factory.functions.implementation())

    def _is_registered(self) -> bool:
        return bool(self.connection.call(self.pool.functions.escrowOf(self.address))[2])

    @contextmanager
    def held(self) -> Iterator[int]:
        """Answer all views as of one block, whose number this gives.

        Other accounts act between two questions: what a role reads must belong together.
        """
        outermost = self._held is None
        if self._held is None:
            self._held = self.connection.head()
        try:
            yield self._held[0]
        finally:
            if outermost:
                self._held = None

    @property
    def held_hash(self) -> Bytes32 | None:
        """Within ``held``: hash of the block that the views are of."""
        return None if self._held is None else self._held[1]

    def look_again(self) -> None:
        """Within ``held``: after a long pause, let the views be of the latest block."""
        if self._held is not None:
            self._held = self.connection.head()

    def _once(self, name: str, *arguments: Any) -> Any:
        """A view's result, asked once a block: several roles of one process ask the same."""
        block, block_hash = self.connection.head() if self._held is None else self._held
        if self._seen[0] != block_hash:  # by hash: another block may have the same number one day
            self._seen = (block_hash, {})
        results, key = self._seen[1], (name, *arguments)
        if key not in results and (found := self._answered(results, name, arguments)) is not None:
            return found
        if key not in results:
            results[key] = self._as_of(block, self.task.functions[name](*arguments))
        return results[key]

    def _as_of(self, block: int, function: ContractFunction) -> Any:
        """A view's result as of a block.

        Where the node runs ahead, what it says of its latest block may be of the next one. Of a block that has a
        follower there is one answer, so it is asked again once there is one.
        """
        found = self.connection.call(function, block=BlockNumber(block))
        if not self.connection.runs_ahead or block <= self._followed:
            return found
        if (latest := self.connection.block_number()) <= block:
            return found
        self._followed = latest - 1
        return self.connection.call(function, block=BlockNumber(block))

    def forget_views(self) -> None:
        """Ask the node again, also for what it has said of the present block."""
        self._seen = (Bytes32(bytes(32)), {})

    def _answered(
        self, results: dict[tuple[Any, ...], Any], name: str, arguments: tuple[Any, ...]
    ) -> Any | None:
        """What answers a view although it was not asked; None where nothing does."""
        return None

    @property
    def _block(self) -> int:
        """As of which block views are asked that ``_once`` does not keep."""
        return self.connection.block_number() if self._held is None else self._held[0]

    def base_model(self) -> Bytes32:
        """Commitment of the model that the present round starts from."""
        return Bytes32(bytes(self._once("baseModel")))

    def locked(self, holder: Address, account: Address, role: int) -> tuple[int, int]:
        """A stake in 1e-18 coin that is locked for a contract, and from when it may be withdrawn (0: bound)."""
        amount, releasable_at = self.connection.call(self.vault.functions.stakeOf(holder, account, int(role)))
        return int(amount), int(releasable_at)

    def escrow(self, payer: Address) -> tuple[int, int]:
        """What is unspent of the escrow of a task or board, and what slashes left for the honest, in 1e-18 coin."""
        unspent, bonus, *_ = self.connection.call(self.pool.functions.escrowOf(payer))
        return int(unspent), int(bonus)

    def earnings(self, account: Address) -> tuple[int, int]:
        """What an account may claim, and has ever earned, in 1e-18 coin."""
        claimable, lifetime = self.connection.call(self.pool.functions.earningsOf(account))
        return int(claimable), int(lifetime)

    def balance(self, account: Address) -> int:
        """Coins of an account, in 1e-18."""
        return int(self.connection.call(self.coin.functions.balanceOf(account)))
