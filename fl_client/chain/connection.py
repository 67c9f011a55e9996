"""One type for every chain: a node over JSON-RPC, or the chain in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from eth_abi.exceptions import DecodingError
from hexbytes import HexBytes
from web3 import Web3
from web3.contract import Contract
from web3.contract.contract import ContractConstructor, ContractFunction
from web3.exceptions import BadFunctionCallOutput, BlockNotFound, Web3RPCError
from web3.types import BlockIdentifier, TxParams, Wei

from fl_client.chain.artifacts import ContractArtifact, all_artifacts, load_artifact
from fl_client.chain.embedded import EmbeddedChain
from fl_client.chain.genesis import Genesis
from fl_client.chain.node import LogEntry, Node, NodeRefused
from fl_client.chain.reverts import EvmReverted, RevertDecoder, node_message, revert_data
from fl_client.chain.rpc import NONSENSE, TRANSPORT_ERRORS, RpcNode, provider_for, shown_url
from fl_client.errors import ChainError, ChainUnavailable
from fl_client.types import Address, Bytes32

_NOBODY: Final = Address("0x0000000000000000000000000000000000000000")
_WAIT_SECONDS: Final = 3_600.0
_DEVELOPMENT_CHAINS: Final = frozenset({1337, 31337})  # Ganache's and anvil's
_READING_ERRORS: Final = (*NONSENSE, DecodingError)  # web3, over bytes that a contract or a node chose


class Connection:
    """A chain to read from; what is sent goes through a ``TransactionSender``.

    Attributes:
        web3: the library's own object, for what this class has no method for.
        chain_id: as the node reported it.
        node: the seam to what answers.
        url: where it is, without access keys.
        reverts: knows the custom errors of our contracts.
    """

    def __init__(self, web3: Web3, node: Node, *, chain_id: int, url: str) -> None:
        # A hostile contract may answer a call with URLs to ask (EIP-3668): never do.
        web3.provider.global_ccip_read_enabled = False
        self.web3 = web3
        self.node = node
        self.chain_id = chain_id
        self.url = url
        self.reverts = RevertDecoder(all_artifacts().values())

    @property
    def is_development(self) -> bool:
        """Whether this is somebody's own chain, for tests and demonstrations, by its id."""
        return self.chain_id in _DEVELOPMENT_CHAINS or isinstance(self.node, EmbeddedChain)

    @property
    def runs_ahead(self) -> bool:
        """Whether a view of the latest block may be of the one that its node is just making.

        anvil executes a block before it shows it, and answers from the state in between.
        """
        return self.chain_id in _DEVELOPMENT_CHAINS and not isinstance(self.node, EmbeddedChain)

    @classmethod
    def open(cls, rpc_url: str, *, chain_id: int | None = None) -> Connection:
        """Connect to a node.

        Args:
            rpc_url: http(s)://, ws(s)://, ipc:// or a path that ends in .ipc.
            chain_id: refuse any other chain; ``None`` takes what the node says.

        Raises:
            ChainError: nobody answers there, or it is another chain.
        """
        web3 = Web3(provider_for(rpc_url))
        url = shown_url(rpc_url)
        try:
            found = int(web3.eth.chain_id)
        except (*TRANSPORT_ERRORS, *NONSENSE) as problem:
            raise ChainUnavailable(
                f"no node answers at {url}: start it, or give another --rpc-url"
            ) from problem
        connection = cls(web3, RpcNode(web3, rpc_url), chain_id=found, url=url)
        if chain_id is not None and found != chain_id:
            raise ChainError(connection.other_chain(found, chain_id))
        return connection

    @classmethod
    def embedded(cls, *, seed: int = 0, accounts: int = 16, genesis: Genesis | None = None) -> Connection:
        """Start a chain in this process.

        Args:
            seed: its funded accounts are ``demo_account(seed, 0)`` to ``demo_account(seed, accounts - 1)``.
            accounts: how many are funded.
            genesis: replaces both.

        Returns:
            A connection at block 0; two runs with the same arguments and transactions give equal hashes.
        """
        chain = EmbeddedChain(genesis or Genesis.funding(seed=seed, accounts=accounts))
        return cls.around(chain)

    @classmethod
    def around(cls, chain: EmbeddedChain) -> Connection:
        """Connect to a chain in this process that exists already."""
        return cls(Web3(chain.provider), chain, chain_id=chain.genesis.chain_id, url="embedded chain")

    def contract(self, name: str, address: Address) -> Contract:
        """One of our contracts at an address.

        Raises:
            ChainError: no such contract ships with the package.
        """
        return self.bind(load_artifact(name), address)

    def bind(self, artifact: ContractArtifact, address: Address) -> Contract:
        """Any contract at an address; its custom errors are understood from now on."""
        self.reverts.learn(artifact)
        return self.web3.eth.contract(address=Web3.to_checksum_address(address), abi=list(artifact.abi))

    def factory(self, artifact: ContractArtifact) -> type[Contract]:
        """A contract that is not deployed yet, for its constructor."""
        self.reverts.learn(artifact)
        return self.web3.eth.contract(abi=list(artifact.abi), bytecode=artifact.bytecode)

    def call(
        self,
        function: ContractFunction | ContractConstructor,
        *,
        sender: Address = _NOBODY,
        value: int = 0,
        block: BlockIdentifier = "latest",
    ) -> Any:
        """Execute a function without sending it.

        Args:
            function: bound with its arguments, e.g. ``contract.functions.phaseOf(3)``.
            sender: as whom.
            value: wei that go with it.
            block: on top of which block.

        Returns:
            What the function returns, as web3 decodes it (bytes for a constructor).

        Raises:
            ContractReverted: the contract refused, with its error's name and arguments.
            ChainError: the node is gone, or there is no such contract.
        """
        parameters: TxParams = {"from": Web3.to_checksum_address(sender), "value": Wei(value)}
        with self.translated("a call"):
            if isinstance(function, ContractFunction):
                return function.call(parameters, block_identifier=block)
            parameters["data"] = function.data_in_transaction
            return self.web3.eth.call(parameters, block)

    def now(self) -> int:
        """Stamp of the latest block, seconds."""
        with self.translated("reading the latest block"):
            return int(self.web3.eth.get_block("latest")["timestamp"])

    def block_number(self) -> int:
        """Number of the latest block."""
        with self.translated("reading the block number"):
            return int(self.web3.eth.block_number)

    def head(self) -> tuple[int, Bytes32]:
        """Number and hash of the latest block: after a reorganisation the number alone may be the same."""
        with self.translated("reading the latest block"):
            block = self.web3.eth.get_block("latest")
            return int(block["number"]), Bytes32(bytes(block["hash"]))

    def block_hash(self, number: int) -> Bytes32 | None:
        """Hash of a block of the chain as it is now, 32 bytes; ``None`` where there is no such block."""
        with self.translated(f"reading block {number}"):
            try:
                return Bytes32(bytes(self.web3.eth.get_block(number)["hash"]))
            except BlockNotFound:
                return None

    def final_block(self) -> int | None:
        """Number of the latest block that no reorganisation replaces; ``None`` where the node names none."""
        if self.is_development:
            return None
        with self.translated("reading the final block"):
            try:
                return int(self.web3.eth.get_block("finalized")["number"])
            except (BlockNotFound, Web3RPCError):  # no such block, or no such tag
                return None

    def contains(self, block: bytes) -> bool:
        """Whether a block, by its hash of 32 bytes, is in the chain as it is now; one that was left aside is not."""
        with self.translated(f"reading block 0x{block.hex()}"):
            try:
                found = self.web3.eth.get_block(HexBytes(block))
            except BlockNotFound:
                return False
            return self.block_hash(int(found["number"])) == block

    def require_same_chain(self) -> None:
        """Make sure that what answers is still the chain that this connection was opened to.

        Raises:
            ChainUnavailable: it is another, as when a proxy's nodes are confused; it was the right one before.
        """
        with self.translated("reading the chain id"):
            found = int(self.web3.eth.chain_id)
        if found != self.chain_id:
            raise ChainUnavailable(self.other_chain(found, self.chain_id))

    def other_chain(self, found: int, wanted: int) -> str:
        """What to say about a node on another chain."""
        return f"the node at {self.url} is on chain {found}, not on {wanted}: check the URL"

    def wait_until(self, timestamp: int, *, timeout_seconds: float = _WAIT_SECONDS) -> None:
        """Return once the latest block's stamp is at least ``timestamp``; in this process, travel there.

        Raises:
            ChainError: it did not happen within ``timeout_seconds``.
        """
        self.node.wait_until(timestamp, timeout_seconds=timeout_seconds)

    def nudge(self) -> None:
        """Keep a development chain's clock going while nobody sends; on any other chain this does nothing."""
        self.node.nudge()

    def logs(self, addresses: tuple[Address, ...], first: int, last: int | None) -> tuple[LogEntry, ...]:
        """Raw logs of a block range, both ends included (``None``: the latest), in order (see ``EventCursor``)."""
        return self.node.logs(addresses, first, last)

    @contextmanager
    def translated(self, what: str) -> Iterator[None]:
        """Turn what web3 raises into our errors: reverts by name, the rest with the node's URL."""
        try:
            yield
        except (*TRANSPORT_ERRORS, *_READING_ERRORS, EvmReverted, NodeRefused) as problem:
            data = revert_data(problem)
            if data is not None:
                raise self.reverts.decode(data) from problem
            if isinstance(problem, BadFunctionCallOutput):
                # Passing, since what was checked at the start can be missing only at another or an unsynced node.
                raise ChainUnavailable(f"{what} at {self.url}: no such contract at that address") from problem
            raise ChainUnavailable(f"{what} failed at {self.url}: {node_message(problem)}") from problem
