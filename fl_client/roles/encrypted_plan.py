"""What an encrypted task asks for, in a person's units, and how it is created."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Final

from fl_client.chain import Connection, TransactionSender
from fl_client.chain.contracts import Deployment, FactoryBounds
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.chain.contracts.encrypted_parameters import EncryptedParameters
from fl_client.chain.powers import require_powers
from fl_client.errors import ConfigError
from fl_client.privacy.group_dealing import MOST_GROUPS
from fl_client.roles.acting import GasBook
from fl_client.roles.creating import create_paid
from fl_client.roles.plan_table import MOST_SECONDS, check_numbers, check_units, coins, units_of
from fl_client.roles.task_plan import FRACTION_BITS, MOST_VOIDS
from fl_client.types import Address, Bytes32

LEAST_PARTIES: Final = 3
MOST_PARTIES: Final = 32
LEAST_MODULUS: Final = 64
MOST_MODULUS: Final = 384
"""Bytes of a key, as the factory has them (``EncryptedBounds``); one for real money asks for more than the least."""
_WORD: Final = 32
_BPS: Final = 10_000
_ANSWERS: Final = 9
_PHASES: Final = ("join", "deal", "confirm", "submit", "attest", "sum", "share", "result", "answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedPlan:
    """An encrypted task before it is on the chain; amounts in coins, times in seconds.

    Attributes:
        rounds: of training.
        parties: places, 3 to 32.
        threshold: parties that open a sum together, fewer than all; 0: more than half.
        minimum_accepted: updates that a sum is opened of, in every group, and at least three; all groups together have
            more than open a sum. 0: half of the parties, dealt among the groups, or as many as that asks for.
        groups: sums of a round, an odd number; the model moves by the median of their means. 1: the mean of all.
        modulus_bytes: of the key.
        value_bits: of a quantised coordinate, its sign included.
        value_range: greatest magnitude of an update's coordinate that is still told apart, in the model's own units.
        max_weight: of an update.
        phase_seconds: every time below that is 0.
        challenge_seconds, unbonding_seconds, retention_seconds: 0: as short as makes sense and the factory allows.
        burn: share of a slash that is burned.

    Raises:
        ConfigError: a number is out of its range.
    """

    rounds: int = 2
    parties: int = 7
    threshold: int = 0
    minimum_accepted: int = 0
    groups: int = 1
    max_voids: int = 3
    modulus_bytes: int = 256
    value_bits: int = 16
    value_range: float = 2.0
    max_weight: int = 1
    phase_seconds: int = 600
    join_seconds: int = 0
    deal_seconds: int = 0
    confirm_seconds: int = 0
    submit_seconds: int = 0
    attest_seconds: int = 0
    sum_seconds: int = 0
    challenge_seconds: int = 0
    share_seconds: int = 0
    result_seconds: int = 0
    answer_seconds: int = 0
    unbonding_seconds: int = 0
    retention_seconds: int = 0
    stake: Decimal = coins(100)
    question_bond: Decimal = coins(25)
    submit_penalty: Decimal = coins(10)
    share_penalty: Decimal = coins(20)
    wrong_penalty: Decimal = coins(50)
    update_reward: Decimal = coins(3)
    attest_reward: Decimal = coins(1)
    share_reward: Decimal = coins(2)
    sum_reward: Decimal = coins(2)
    result_reward: Decimal = coins(2)
    bounty: Decimal = coins(10)
    answer_fee: Decimal = coins(5)
    burn: float = 0.2

    def __post_init__(self) -> None:
        if self.groups % 2 == 0 or not 1 <= self.groups <= MOST_GROUPS:
            raise ConfigError(
                f"{self.groups} groups: give an odd number up to {MOST_GROUPS}, since the median of an even number is "
                "the mean of two"
            )
        if not LEAST_PARTIES <= self.parties <= MOST_PARTIES:
            raise ConfigError(
                f"{self.parties} parties: give {LEAST_PARTIES} to {MOST_PARTIES}, since a sum of fewer updates hides "
                "none of them"
            )
        least = self.parties // 3 + 1
        if self.threshold and not least <= self.threshold < self.parties:
            raise ConfigError(
                f"a threshold of {self.threshold}: give {least} to {self.parties - 1} of the {self.parties} parties, "
                "since fewer could open what they like, and a sum is of one update more"
            )
        most = self.parties // self.groups
        if self._fewest_accepted > most:
            raise ConfigError(
                f"{self.parties} parties in {self.groups} groups: there must be {self._fewest_accepted * self.groups}, "
                f"since each sum is of {self._fewest_accepted} updates at least"
            )
        if self.minimum_accepted and not self._fewest_accepted <= self.minimum_accepted <= most:
            raise ConfigError(
                f"a sum of {self.minimum_accepted} updates: give {self._fewest_accepted} to {most}, since of "
                "fewer, those who cannot open a sum could make one of a single update beside theirs"
            )
        self._check_numbers()

    def _check_numbers(self) -> None:
        """What no chain takes; the factory's own bounds are narrower and name what they refuse."""
        for name, least, most in (
            ("rounds", 1, 10_000),
            ("minimum_accepted", 0, self.parties),
            ("max_weight", 1, 255),
            ("value_bits", 2, 32),
            ("max_voids", 1, MOST_VOIDS),
        ):
            if not least <= getattr(self, name) <= most:
                raise ConfigError(f"{name} is {getattr(self, name)}: give {least} to {most}")
        if self.modulus_bytes % _WORD or not LEAST_MODULUS <= self.modulus_bytes <= MOST_MODULUS:
            raise ConfigError(
                f"a key of {8 * self.modulus_bytes} bits: give {8 * LEAST_MODULUS} to {8 * MOST_MODULUS}, a multiple "
                f"of {8 * _WORD}"
            )
        check_numbers(self, burn=1.0, value_range=2_048.0)
        check_units(self)

    @property
    def holders(self) -> int:
        """The threshold that is meant."""
        return self.threshold or self.parties // 2 + 1

    @property
    def least_accepted(self) -> int:
        """The least number of updates in a sum, that is in each group, that is meant."""
        return self.minimum_accepted or max(self._fewest_accepted, self.parties // 2 // self.groups)

    @property
    def _fewest_accepted(self) -> int:
        return max(LEAST_PARTIES, self.holders // self.groups + 1)

    @property
    def headroom_bits(self) -> int:
        """So that all weights together fit."""
        return (self.parties * self.max_weight - 1).bit_length()

    @property
    def scale_bits(self) -> int:
        """So that the greatest quantised value is about ``value_range``."""
        steps = self.value_range * (1 << FRACTION_BITS) / (1 << (self.value_bits - 1))
        return max(0, round(steps).bit_length() - 1)

    def within(self, bounds: FactoryBounds) -> EncryptedPlan:
        """The same with every time filled in, the derived ones as short as the factory allows.

        A statement can be asked about in its window and the answers after it: nobody's stake is free before.
        """
        found: dict[str, Any] = {
            f"{name}_seconds": getattr(self, f"{name}_seconds") or self.phase_seconds for name in _PHASES
        }
        challenge = self.challenge_seconds or max(self.phase_seconds, bounds.min_challenge_seconds)
        liable = max(challenge + _ANSWERS * found["answer_seconds"], bounds.min_unbonding_seconds)
        unbonding = self.unbonding_seconds or liable
        return replace(
            self,
            **found,
            challenge_seconds=challenge,
            unbonding_seconds=unbonding,
            retention_seconds=self.retention_seconds or min(5 * unbonding, MOST_SECONDS),
        )

    def parameters(
        self,
        *,
        owner: Address,
        dealer: Address,
        definition_hash: Bytes32,
        initial_model: Bytes32,
        initial_content: Bytes32,
        dimension: int,
    ) -> EncryptedParameters:
        """The task as the contract takes it; times that nobody gave follow from the phase's alone.

        Raises:
            ConfigError: an amount is finer than the coin.
        """
        plan = self.within(_NO_BOUNDS)
        times = {entry.name: getattr(plan, entry.name) for entry in fields(plan) if entry.name in _TIMES}
        amounts = {name: units_of(getattr(self, name), name) for name in _AMOUNTS}
        return EncryptedParameters(
            owner=owner,
            definition_hash=definition_hash,
            initial_model=initial_model,
            initial_content=initial_content,
            dimension=dimension,
            fraction_bits=FRACTION_BITS,
            rounds=self.rounds,
            dealer=dealer,
            modulus_bytes=self.modulus_bytes,
            max_parties=self.parties,
            threshold=self.holders,
            minimum_accepted=self.least_accepted,
            max_voids=self.max_voids,
            value_bits=self.value_bits,
            headroom_bits=self.headroom_bits,
            scale_bits=self.scale_bits,
            max_weight=self.max_weight,
            burn_bps=round(self.burn * _BPS),
            groups=self.groups,
            **times,
            **amounts,
        )


_NO_BOUNDS: Final = FactoryBounds(min_challenge_seconds=0, min_unbonding_seconds=0)
_AMOUNTS: Final = tuple(
    entry.name for entry in fields(EncryptedPlan) if entry.metadata.get("kind") is Decimal
)
_TIMES: Final = tuple(
    entry.name
    for entry in fields(EncryptedPlan)
    if entry.name.endswith("_seconds") and entry.name != "phase_seconds"
)


def create_encrypted_task(
    connection: Connection,
    deployment: Deployment,
    sender: TransactionSender,
    parameters: EncryptedParameters,
    gas: GasBook,
    *,
    intent: str | None = None,
) -> EncryptedContract:
    """Pay for an encrypted task and create it.

    Args:
        connection: the chain.
        deployment: where the contracts are.
        sender: the owner, who has the budget.
        parameters: of the task.
        gas: where the gas is noted.
        intent: a name for this one creation, so that a second call finds what the first one paid for.

    Raises:
        ContractReverted: a parameter lies outside the factory's bounds; the error names it.
        ChainError: the node is gone, the balance is too small, or a question could not be answered on this chain.
    """
    require_powers(connection, parameters.modulus_bytes)
    factory = connection.contract("TaskFactory", deployment.factory)
    task = create_paid(
        connection,
        deployment,
        sender,
        factory.functions.createEncryptedTask(parameters.to_tuple()),
        gas,
        budget=parameters.budget,
        event="EncryptedTaskCreated",
        intent=intent,
    )
    return EncryptedContract(connection, deployment, task)
