"""What a transaction offers for its gas, first and when it is sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from web3.types import TxParams, Wei

from fl_client.chain.connection import Connection

_LEAST_BUMP_PERCENT = 10
"""Nodes refuse a replacement that offers less than this more, in both fees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeePolicy:
    """What a transaction may cost.

    Attributes:
        gas_margin_percent: added to an estimate.
        bump_percent: added to both fees when a transaction is replaced; nodes ask for at least 10.
        max_fee_wei: most per gas that is ever offered.
    """

    gas_margin_percent: int = 25
    bump_percent: int = 15
    max_fee_wei: int = 500 * 10**9

    def offer(self, connection: Connection) -> TxParams:
        """The fee fields of a new transaction, by the latest block: twice its base fee and a tip.

        Raises:
            ChainError: the node is gone.
        """
        web3 = connection.web3
        with connection.translated("reading the fees"):
            block = web3.eth.get_block("latest")
            if "baseFeePerGas" not in block:
                return {"gasPrice": Wei(min(web3.eth.gas_price, self.max_fee_wei))}
            tip = min(web3.eth.max_priority_fee, self.max_fee_wei)
            return {
                "maxPriorityFeePerGas": Wei(tip),
                "maxFeePerGas": Wei(min(2 * block["baseFeePerGas"] + tip, self.max_fee_wei)),
            }

    def raised(self, fields: dict[str, Any], connection: Connection) -> dict[str, Any] | None:
        """The same transaction with both fees raised: by the bump, or to what the chain asks by now.

        Args:
            fields: an unsigned transaction with a base fee.
            connection: the chain.

        Returns:
            The fields; ``None`` where the policy allows no raise that a node would take.

        Raises:
            ChainError: the node is gone.
        """
        asked = self.offer(connection)
        found = dict(fields)
        for name in ("maxFeePerGas", "maxPriorityFeePerGas"):
            before = int(fields[name])
            least = before * (100 + _LEAST_BUMP_PERCENT) // 100 + 1
            wanted = max(before * (100 + self.bump_percent) // 100 + 1, int(asked.get(name, 0)))  # type: ignore[call-overload]
            found[name] = min(wanted, self.max_fee_wei)
            if found[name] < least:
                return None
        return found
