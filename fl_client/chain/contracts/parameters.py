"""A task's parameters as the contract has them: one frozen value, in the order of the Solidity struct."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from fl_client.errors import ConfigError
from fl_client.types import Address, Bytes32

NOBODY = Address("0x0000000000000000000000000000000000000000")

ONE_COIN = 10**18
"""Smallest units in one DeepCoin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskParameters:
    """All that a task is (``types/TaskTypes.sol``); times in seconds, amounts in 1e-18 coin, bps of 10,000.

    Raises:
        ConfigError: a hash has not 32 bytes, or a number fits into no word.
    """

    owner: Address
    definition_hash: Bytes32
    initial_model: Bytes32
    initial_content: Bytes32
    dimension: int
    fraction_bits: int
    norm_bound_squared: int
    rounds: int
    quorum: int
    max_trainers: int
    max_voids: int
    max_samples: int
    fraction_bps: int
    join_seconds: int
    commit_seconds: int
    reveal_seconds: int
    attest_seconds: int
    seal_seconds: int
    challenge_seconds: int
    answer_seconds: int
    unbonding_seconds: int
    retention_seconds: int
    trainer_stake: int
    sealer_stake: int
    challenge_bond: int
    reveal_penalty: int
    norm_penalty: int
    seal_penalty: int
    update_reward: int
    attest_reward: int
    seal_reward: int
    bounty: int
    answer_fee: int
    burn_bps: int
    rule: Address
    rule_argument: int
    weighing: Address = NOBODY
    weighing_argument: int = 0
    sealing: Address = NOBODY
    sealing_rate: int = 0
    board: Address = NOBODY

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
    def from_chain(cls, values: Sequence[Any]) -> TaskParameters:
        """Read what the contract's ``parameters()`` returns.

        Raises:
            ConfigError: another number of fields than this version knows.
        """
        names = [field.name for field in fields(cls)]
        if len(values) != len(names):
            raise ConfigError(
                f"the task has {len(values)} parameters, this version knows {len(names)}: use the version "
                "of the client that the task was made with"
            )
        return cls(**dict(zip(names, values, strict=True)))

    @property
    def budget(self) -> int:
        """What the task costs at most, in 1e-18 coin (``TaskFactory.budgetOf``)."""
        per_trainer = self.update_reward + self.attest_reward
        return self.rounds * (self.max_trainers * per_trainer + self.seal_reward)
