"""Block 0 of the chain in this process: everything after it follows from the transactions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from eth_utils.address import to_checksum_address

from fl_client.chain.keys import demo_account
from fl_client.errors import ChainError
from fl_client.shallow_json import read_json
from fl_client.types import Address

CHAIN_ID: Final = 0x47524442  # "GRDB": no public chain, so that nothing signed here is valid elsewhere
GAS_LIMIT: Final = 30_000_000
GENESIS_TIMESTAMP: Final = 1_735_689_600  # 2025-01-01 00:00 UTC
ACCOUNT_WEI: Final = 10**24


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
            raw = read_json(text, deepest=3)
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
