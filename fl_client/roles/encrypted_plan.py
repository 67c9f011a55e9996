"""What an encrypted task asks for, in a person's units, and how it is created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fl_client.chain import Connection, TransactionSender, load_artifact
from fl_client.chain.contracts import ONE_COIN, Deployment
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.chain.contracts.encrypted_parameters import EncryptedParameters
from fl_client.chain.events import EventDecoder
from fl_client.errors import ChainError, ConfigError
from fl_client.roles.acting import GasBook
from fl_client.roles.task_plan import FRACTION_BITS
from fl_client.types import Address, Bytes32

LEAST_PARTIES: Final = 3
MOST_PARTIES: Final = 32
_BPS: Final = 10_000
_ANSWERS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedPlan:
    """An encrypted task before it is on the chain; amounts in coins, times in seconds.

    Attributes:
        rounds: of training.
        parties: places, 3 to 32.
        threshold: parties that open a sum together, fewer than all; 0: more than half.
        minimum_accepted: updates that a sum is opened of, at least one more than open it and at least three; 0: half
            of the parties, or as many as that asks for.
        modulus_bytes: of the key.
        value_bits: of a quantised coordinate, its sign included.
        value_range: greatest magnitude of an update's coordinate that is still told apart, in the model's own units.
        max_weight: of an update.
        phase_seconds: every phase.
        challenge_seconds, unbonding_seconds: 0: as long as a phase; as long as answers may take after it.

    Raises:
        ConfigError: a number is out of its range.
    """

    rounds: int = 2
    parties: int = 7
    threshold: int = 0
    minimum_accepted: int = 0
    max_voids: int = 3
    modulus_bytes: int = 256
    value_bits: int = 16
    value_range: float = 2.0
    max_weight: int = 1
    phase_seconds: int = 600
    challenge_seconds: int = 0
    unbonding_seconds: int = 0
    stake: int = 100
    submit_penalty: int = 10
    share_penalty: int = 20
    wrong_penalty: int = 50
    question_bond: int = 25
    update_reward: int = 3
    attest_reward: int = 1
    share_reward: int = 2
    sum_reward: int = 2
    result_reward: int = 2
    bounty: int = 10
    answer_fee: int = 5
    burn: float = 0.2

    def __post_init__(self) -> None:
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
        if self.minimum_accepted and not self._fewest_accepted <= self.minimum_accepted <= self.parties:
            raise ConfigError(
                f"a sum of {self.minimum_accepted} updates: give {self._fewest_accepted} to {self.parties}, since of "
                "fewer, those who cannot open a sum could make one of a single update beside theirs"
            )

    @property
    def holders(self) -> int:
        """The threshold that is meant."""
        return self.threshold or self.parties // 2 + 1

    @property
    def least_accepted(self) -> int:
        """The least number of updates in a sum that is meant."""
        return self.minimum_accepted or max(self._fewest_accepted, self.parties // 2)

    @property
    def _fewest_accepted(self) -> int:
        return max(LEAST_PARTIES, self.holders + 1)

    @property
    def headroom_bits(self) -> int:
        """So that all weights together fit."""
        return (self.parties * self.max_weight - 1).bit_length()

    @property
    def scale_bits(self) -> int:
        """So that the greatest quantised value is about ``value_range``."""
        steps = self.value_range * (1 << FRACTION_BITS) / (1 << (self.value_bits - 1))
        return max(0, round(steps).bit_length() - 1)

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
        """The task as the contract takes it."""
        seconds = self.phase_seconds
        challenge = self.challenge_seconds or seconds
        unbonding = self.unbonding_seconds or challenge + _ANSWERS * seconds
        amounts = {
            name: getattr(self, name) * ONE_COIN
            for name in (
                *("stake", "submit_penalty", "share_penalty", "wrong_penalty", "question_bond"),
                *("update_reward", "attest_reward", "share_reward", "sum_reward", "result_reward"),
                *("bounty", "answer_fee"),
            )
        }
        phases = {
            f"{name}_seconds": seconds
            for name in (
                *("join", "deal", "confirm", "submit", "attest"),
                *("sum", "share", "result", "answer"),
            )
        }
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
            challenge_seconds=challenge,
            unbonding_seconds=unbonding,
            retention_seconds=5 * unbonding,
            burn_bps=round(self.burn * _BPS),
            **phases,
            **amounts,
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
        ChainError: the node is gone, or the balance is too small.
    """
    coin = connection.contract("DeepCoin", deployment.coin)
    factory = connection.contract("TaskFactory", deployment.factory)
    call = factory.functions.createEncryptedTask(parameters.to_tuple())
    if intent is None or not sender.knows(intent):
        balance = connection.call(coin.functions.balanceOf(sender.address))
        if balance < parameters.budget:
            raise ChainError(
                f"the task's budget is {parameters.budget}, {sender.address} has {balance}: get more coins, or lower "
                "rewards, rounds or parties"
            )
        approve = coin.functions.approve(deployment.pool, parameters.budget)
        gas.note("owner", "approve", sender.send(approve).gas_used)
    receipt = sender.send(call, intent=intent)
    gas.note("owner", call.fn_name, receipt.gas_used)
    for event in EventDecoder([load_artifact("TaskFactory")]).decode(receipt.logs):
        if event.name == "EncryptedTaskCreated":
            return EncryptedContract(connection, deployment, event.args["task"])
    raise ChainError("the factory announced no encrypted task: is the deployment file the right one?")
