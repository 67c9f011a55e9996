"""A whole Ethereum chain inside this process: one transaction a block, and time that passes when somebody travels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from eth_utils.address import to_checksum_address

from fl_client.chain.genesis import Genesis
from fl_client.chain.node import LogEntry
from fl_client.errors import ChainError
from fl_client.types import Address, Bytes32

if TYPE_CHECKING:
    from eth.abc import BlockAPI
    from web3 import EthereumTesterProvider

_NODE_GAS: Final = 16_000_000  # below the 2^24 that EIP-7825 allows one transaction


class EmbeddedChain:
    """The chain and its clock; one transaction a block, mined when it is sent."""

    def __init__(self, genesis: Genesis) -> None:
        # py-evm comes with the next line: only whoever starts a chain here waits for that
        from fl_client.chain.pinned import PinnedBackend

        self.genesis = genesis
        self._backend = PinnedBackend(genesis)
        self.provider: EthereumTesterProvider = self._backend.provider()

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
        from fl_client.chain.pinned import decode_block

        chain, number = self._backend.chain, self.height + 1
        try:
            block = decode_block(rlp_bytes)
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
