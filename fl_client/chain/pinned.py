"""py-evm (Prague rules) behind eth-tester, the same on every run.

Two things make eth-tester's chain differ from run to run: stamps follow the wall clock, and a block gets
random bytes as its mix hash after its transactions ran (they read prevrandao 0). Both are pinned on the
pending header here, so that a transaction sees what the header says and a second run gives the same hash.

Only the embedded chain imports this, when it starts: loading py-evm takes as long as all else that a command needs.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError
from web3 import EthereumTesterProvider
from web3.providers.eth_tester.defaults import API_ENDPOINTS

from fl_client.chain.genesis import Genesis
from fl_client.chain.node import NodeRefused
from fl_client.chain.reverts import EvmReverted

_MIX_DOMAIN: Final = b"Gradbond mix hash"


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
        gas = min(transaction.get("gas", self.genesis.gas_limit), self.genesis.gas_limit)
        free = {"gas": gas, "max_fee_per_gas": 0, "max_priority_fee_per_gas": 0}
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

    def provider(self) -> EthereumTesterProvider:
        """What web3 talks to."""
        answers = dict(API_ENDPOINTS)
        answers["eth"] = {**API_ENDPOINTS["eth"], "chainId": lambda *_: self.genesis.chain_id}
        return EthereumTesterProvider(EthereumTester(self), answers)


def decode_block(rlp_bytes: bytes) -> BlockAPI:
    """Read a block; raises whatever the decoder finds wrong."""
    block: BlockAPI = rlp.decode(rlp_bytes, PragueBlock)
    return block
