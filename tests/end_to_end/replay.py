"""A run's blocks sent again to a node: the same contracts, accounts, transactions and stamps, over JSON-RPC."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from fl_client.chain import Connection, EmbeddedChain
from fl_client.errors import ChainError
from tests.scripts.nodes import ENVIRONMENT, free_port, tool

START_SECONDS = 60


class ReplayedNode:
    """A node that goes through a chain's blocks as far as it is told."""

    def __init__(self, url: str, chain: EmbeddedChain) -> None:
        self.url, self.chain, self.done = url, chain, 0
        self._web3 = Web3(HTTPProvider(url))
        for account, wei in chain.genesis.balances:
            self._ask("anvil_setBalance", account, hex(wei))

    def play(self, upto: int | None = None) -> None:
        """Send all blocks up to one."""
        last = self.chain.height if upto is None else upto
        for number in range(self.done + 1, last + 1):
            block = self.chain.block(number)
            self._ask("evm_setNextBlockTimestamp", block.header.timestamp)
            for transaction in block.transactions:
                self._web3.eth.send_raw_transaction(transaction.encode())
            self._ask("evm_mine")
            assert self._web3.eth.get_block_transaction_count(number) == len(block.transactions)
        self.done = last

    def _ask(self, method: str, *arguments: object) -> object:
        answer = self._web3.provider.make_request(RPCEndpoint(method), list(arguments))  # type: ignore[attr-defined]
        assert "error" not in answer, (method, answer)
        return answer["result"]


@contextmanager
def replaying(chain: EmbeddedChain) -> Iterator[ReplayedNode]:
    """Run a node that is ready for a chain's blocks."""
    assert shutil.which("anvil", path=ENVIRONMENT["PATH"])
    port = free_port()
    genesis = chain.genesis
    options = {
        "--port": port,
        "--chain-id": genesis.chain_id,
        "--hardfork": "prague",
        "--timestamp": genesis.timestamp,
        "--gas-limit": genesis.gas_limit,
        "--base-fee": 0,
    }
    words = [str(word) for option in options.items() for word in option]
    process = subprocess.Popen(
        [tool("anvil"), "--silent", "--no-mining", *words],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
        while True:
            try:
                Connection.open(url)
                break
            except ChainError:
                assert process.poll() is None and time.monotonic() < deadline, "anvil did not start"
                time.sleep(0.1)
        yield ReplayedNode(url, chain)
    finally:
        process.terminate()
        process.wait(10)
