"""All that an encrypted task is, as its creator chooses it and its contract keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from fl_client.errors import ConfigError
from fl_client.types import Address, Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedParameters:
    """Mirrors the struct ``EncryptedParameters`` (``types/EncryptedTypes.sol``), which says what each means.

    Times in seconds, amounts in 1e-18 coin, Bps of 10,000.

    Raises:
        ConfigError: a number fits into no word, a hash has not 32 bytes.
    """

    owner: Address
    definition_hash: Bytes32
    initial_model: Bytes32
    initial_content: Bytes32
    dimension: int
    fraction_bits: int
    rounds: int
    dealer: Address
    modulus_bytes: int
    max_parties: int
    threshold: int
    minimum_accepted: int
    max_voids: int
    value_bits: int
    headroom_bits: int
    scale_bits: int
    max_weight: int
    join_seconds: int
    deal_seconds: int
    confirm_seconds: int
    submit_seconds: int
    attest_seconds: int
    sum_seconds: int
    challenge_seconds: int
    share_seconds: int
    result_seconds: int
    answer_seconds: int
    unbonding_seconds: int
    retention_seconds: int
    stake: int
    submit_penalty: int
    share_penalty: int
    wrong_penalty: int
    question_bond: int
    update_reward: int
    attest_reward: int
    share_reward: int
    sum_reward: int
    result_reward: int
    bounty: int
    answer_fee: int
    burn_bps: int
    groups: int

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bytes) and len(value) != 32:
                raise ConfigError(f"{field.name} has {len(value)} bytes: give a hash of 32")
            if isinstance(value, int) and not 0 <= value < 2**256:
                raise ConfigError(f"{field.name} is {value}: give a number from 0, below 2^256")

    def to_tuple(self) -> tuple[Any, ...]:
        """Return the values in the order of the Solidity struct."""
        return tuple(getattr(self, field.name) for field in fields(self))

    @classmethod
    def from_chain(cls, values: Sequence[Any]) -> EncryptedParameters:
        """Read what the contract's ``parameters()`` returns.

        Raises:
            ConfigError: another number of fields than this version knows.
        """
        names = [field.name for field in fields(cls)]
        if len(values) != len(names):
            raise ConfigError(
                f"the encrypted task has {len(values)} parameters, this version knows {len(names)}: use the version "
                "of the client that the task was made with"
            )
        return cls(**dict(zip(names, values, strict=True)))

    @property
    def least_summed(self) -> int:
        """Updates without which nothing is summed: enough for every group."""
        return self.groups * self.minimum_accepted

    @property
    def budget(self) -> int:
        """What the task costs at most, in 1e-18 coin: every party paid for everything in every round."""
        each = self.update_reward + self.attest_reward + self.share_reward
        return self.rounds * (self.max_parties * each + self.sum_reward + self.result_reward)
