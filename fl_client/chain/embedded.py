"""A whole Ethereum chain inside this process (py-evm, Prague rules), the same on every run.

Two things make eth-tester's chain differ from run to run: stamps follow the wall clock, and a block gets
random bytes as its mix hash after its transactions ran (they read prevrandao 0). Both are pinned on the
pending header here, so that a transaction sees what the header says and a second run gives the same hash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import rlp
from eth.abc import BlockAPI, BlockHeaderAPI, TransactionBuilderAPI
from eth.chains.base import MiningChain
from eth.constants import POST_MERGE_DIFFICULTY, POST_MERGE_MIX_HASH, POST_MERGE_NONCE
from eth.db.atomic import AtomicDB
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.blocks import PragueBlock
from eth.vm.spoof import SpoofTransaction
from eth_tester import EthereumTester
from eth_tester.backends.pyevm.main import PyEVMBackend
from eth_typing import BlockNumber
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError
from web3 import EthereumTesterProvider
from web3.providers.eth_tester.defaults import API_ENDPOINTS

from fl_client.chain.keys import demo_account
from fl_client.chain.node import LogEntry, NodeRefused
from fl_client.chain.reverts import EvmReverted
from fl_client.errors import ChainError
from fl_client.types import Address, Bytes32

CHAIN_ID: Final = 0x47524442  # "GRDB": no public chain, so that nothing signed here is valid elsewhere
GAS_LIMIT: Final = 30_000_000
GENESIS_TIMESTAMP: Final = 1_735_689_600  # 2025-01-01 00:00 UTC
ACCOUNT_WEI: Final = 10**24
_NODE_GAS: Final = 16_000_000  # below the 2^24 that EIP-7825 allows one transaction
_MIX_DOMAIN: Final = b"Gradbond mix hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesis:
    """Block 0; everything after it follows from the transactions.

    Attributes:
        chain_id: part of every signature.
        timestamp: stamp of block 0, seconds.
        gas_limit: of every block.
        balances: (address, wei) of each funded account.
    """

    chain_id: int = CHAIN_ID
    timestamp: int = GENESIS_TIMESTAMP
    gas_limit: int = GAS_LIMIT
    balances: tuple[tuple[Address, int], ...] = ()

    @classmethod
    def funding(cls, *, seed: int, accounts: int) -> Genesis:
        """Fund the demo accounts 0 to ``accounts - 1`` of a seed with 10^24 wei each."""
        addresses = (demo_account(seed, index).address for index in range(accounts))
        return cls(balances=tuple((address, ACCOUNT_WEI) for address in addresses))

    def to_json(self) -> str:
        """Canonical text: sorted keys, no spaces, numbers as strings."""
        fields = {
            "balances": {address: str(wei) for address, wei in self.balances},
            "chainId": str(self.chain_id),
            "gasLimit": str(self.gas_limit),
            "timestamp": str(self.timestamp),
        }
        return json.dumps(fields, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Genesis:
        """Read what ``to_json`` wrote.

        Raises:
            ChainError: something else.
        """
        try:
            raw = json.loads(text)
            return cls(
                chain_id=int(raw["chainId"]),
                timestamp=int(raw["timestamp"]),
                gas_limit=int(raw["gasLimit"]),
                balances=tuple(
                    (Address(to_checksum_address(address)), int(wei))
                    for address, wei in sorted(raw["balances"].items())
                ),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ChainError(f"not a genesis of the chain in this process: {problem}") from problem


class PinnedChain(MiningChain):
    """A chain whose next header is a function of its parent."""

    vm_configuration = ((BlockNumber(0), PragueVM),)

    def create_header_from_parent(
        self, parent_header: BlockHeaderAPI, **header_params: Any
    ) -> BlockHeaderAPI:
        """One second after the parent, its gas limit, and a mix hash made from its hash."""
        pinned: dict[str, Any] = {
            "gas_limit": parent_header.gas_limit,
            "timestamp": parent_header.timestamp + 1,
            "mix_hash": keccak(_MIX_DOMAIN + parent_header.hash),
        }
        return super().create_header_from_parent(parent_header, **(pinned | header_params))

    def get_transaction_builder(self) -> type[TransactionBuilderAPI]:
        """What eth-tester asks its chain for."""
        return self.get_vm().get_transaction_builder()


class PinnedBackend(PyEVMBackend):  # type: ignore[misc]
    """eth-tester's backend over a pinned chain; reverts carry their raw data."""

    def __init__(self, genesis: Genesis) -> None:
        self.genesis = genesis
        super().__init__()

    def reset_to_genesis(self, *_: Any, **__: Any) -> None:
        """Start from the genesis alone; what eth-tester would pass is not used."""
        chain_class = type("_Chain", (PinnedChain,), {"chain_id": self.genesis.chain_id})
        state = {
            bytes.fromhex(address[2:]): {"balance": wei, "storage": {}, "code": b"", "nonce": 0}
            for address, wei in self.genesis.balances
        }
        parameters = {
            "difficulty": POST_MERGE_DIFFICULTY,
            "gas_limit": self.genesis.gas_limit,
            "mix_hash": POST_MERGE_MIX_HASH,
            "nonce": POST_MERGE_NONCE,
            "timestamp": self.genesis.timestamp,
        }
        self.account_keys: tuple[()] = ()  # the node signs nothing: keys stay with their owners
        self.chain = chain_class.from_genesis(AtomicDB(), parameters, state)  # type: ignore[attr-defined]

    def mine_blocks(self, num_blocks: int = 1, coinbase: bytes = bytes(20)) -> tuple[bytes, ...]:
        """Close the pending block as it stands, without eth-tester's random mix hash."""
        return tuple(self.chain.mine_block(coinbase=coinbase).hash for _ in range(num_blocks))

    def send_raw_transaction(self, raw_transaction: bytes) -> bytes:
        """Add a transaction to the pending block.

        Raises:
            NodeRefused: it is not valid now: nonce, balance, signature or chain id.
        """
        try:
            return bytes(super().send_raw_transaction(raw_transaction))
        except Exception as problem:  # py-evm says no in many ways; the pending block is as before
            raise NodeRefused(str(problem)) from problem

    def call(self, transaction: Mapping[str, Any], block_number: Any = "latest") -> bytes:
        """Execute without a trace and without fees, so that anybody can ask.

        Raises:
            EvmReverted: the call reverted or failed; with the raw return data.
            NodeRefused: the sender has not the value that it sends.
        """
        free = {"gas": self.genesis.gas_limit, "max_fee_per_gas": 0, "max_priority_fee_per_gas": 0}
        unsigned = self._get_normalized_and_unsigned_evm_transaction(dict(transaction) | free, block_number)
        header = self._header_of(block_number).copy(base_fee_per_gas=0)
        try:
            computation = self.chain.get_vm(at_header=header).state.apply_transaction(
                SpoofTransaction(unsigned, from_=transaction["from"])
            )
        except ValidationError as problem:
            raise NodeRefused(str(problem)) from problem
        if computation.is_error:
            raise EvmReverted(bytes(computation.output))
        return bytes(computation.output)

    @property
    def height(self) -> int:
        """Number of the latest mined block."""
        return int(self.chain.header.block_number) - 1

    def _header_of(self, block_number: Any) -> BlockHeaderAPI:
        if block_number == "pending":
            header: BlockHeaderAPI = self.chain.header
        elif isinstance(block_number, int):
            header = self.chain.get_canonical_block_header_by_number(block_number)
        else:
            header = self.chain.get_canonical_block_header_by_number(
                0 if block_number == "earliest" else self.height
            )
        return header


class EmbeddedChain:
    """The chain and its clock; one transaction a block, mined when it is sent."""

    def __init__(self, genesis: Genesis) -> None:
        self.genesis = genesis
        self._backend = PinnedBackend(genesis)
        answers = dict(API_ENDPOINTS)
        answers["eth"] = {**API_ENDPOINTS["eth"], "chainId": lambda *_: genesis.chain_id}
        tester = EthereumTester(self._backend)
        self.provider: EthereumTesterProvider = EthereumTesterProvider(tester, answers)

    @property
    def gas_limit_hint(self) -> int | None:
        """One transaction a block: a generous limit is always right, an estimate only costs time."""
        return min(_NODE_GAS, self.genesis.gas_limit)

    @property
    def height(self) -> int:
        """Number of the latest block."""
        return self._backend.height

    @property
    def head_hash(self) -> Bytes32:
        """Hash of the latest block, 32 bytes."""
        return Bytes32(bytes(self.block(self.height).hash))

    def block(self, number: int) -> BlockAPI:
        """A mined block."""
        found: BlockAPI = self._backend.chain.get_canonical_block_by_number(number)
        return found

    def import_block(self, rlp_bytes: bytes) -> None:
        """Execute a block that another process mined on top of the latest one.

        Raises:
            ChainError: its bytes are broken, it does not follow, or execution gives something else.
        """
        chain, number = self._backend.chain, self.height + 1
        try:
            block: BlockAPI = rlp.decode(rlp_bytes, PragueBlock)
        except Exception as problem:
            raise ChainError(f"block {number} is no block: {problem}") from problem
        if block.number != number or bytes(block.header.parent_hash) != self.head_hash:
            raise ChainError(
                f"block {number} does not follow: found number {block.number} with parent "
                f"0x{block.header.parent_hash.hex()}, expected 0x{self.head_hash.hex()}"
            )
        try:
            chain.import_block(block)
        except Exception as problem:  # py-evm tells of a bad block in many ways
            raise ChainError(f"block {number} was altered: executing it gives something else") from problem

    def wait_until(self, timestamp: int, *, timeout_seconds: float = 0) -> None:
        """Travel: mine an empty block with exactly this stamp, unless the latest is not before it."""
        chain = self._backend.chain
        if chain.get_canonical_head().timestamp < timestamp:
            chain.set_header_timestamp(timestamp)
            self._backend.mine_blocks()

    def nudge(self) -> None:
        """Nothing: this chain's time passes when somebody travels."""

    def logs(self, addresses: Sequence[Address], first: int, last: int | None) -> tuple[LogEntry, ...]:
        """Logs straight from the receipts: eth-tester's own filter takes seconds for a few hundred blocks."""
        wanted = {bytes.fromhex(address[2:]) for address in addresses}
        chain = self._backend.chain
        found: list[LogEntry] = []
        for number in range(max(first, 1), (self.height if last is None else min(last, self.height)) + 1):
            block = self.block(number)
            if not block.header.bloom:
                continue
            index = 0
            for transaction, receipt in zip(
                block.transactions, block.get_receipts(chain.chaindb), strict=True
            ):
                for log in receipt.logs:
                    if not wanted or log.address in wanted:
                        found.append(
                            LogEntry(
                                address=Address(to_checksum_address(log.address)),
                                topics=tuple(topic.to_bytes(32, "big") for topic in log.topics),
                                data=bytes(log.data),
                                block=number,
                                block_hash=Bytes32(bytes(block.hash)),
                                transaction_hash=Bytes32(bytes(transaction.hash)),
                                index=index,
                            )
                        )
                    index += 1
        return tuple(found)
