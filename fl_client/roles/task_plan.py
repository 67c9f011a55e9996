"""What a task's owner decides, in the units of people: coins, seconds, shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Final

from fl_client.aggregation import AggregationRule, parse_aggregation
from fl_client.chain.contracts import NOBODY, Deployment, FactoryBounds, ReviewTerms, TaskParameters
from fl_client.errors import ConfigError
from fl_client.roles.plan_table import check_numbers, check_units, coins, read_entries, units_of
from fl_client.roles.review_plan import ReviewPlan, review_from_table
from fl_client.rounds import rule_parameters
from fl_client.sealing import LEAST_SLOT
from fl_client.types import Address, Bytes32

FRACTION_BITS: Final = 20
LEAST_QUORUM: Final = 3
SLOTS: Final = "slots"
PROOF_OF_WORK: Final = "proof-of-work"
SEALINGS: Final = (SLOTS, PROOF_OF_WORK)
MOST_TRAINERS: Final = 128
MOST_VOIDS: Final = 32
"""As the factory has it (``TaskFactory.MAX_VOIDS``)."""
# A dispute takes at most its window and this many answers; whoever leaves stays liable for longer.
_ANSWERS: Final = 20
_BPS: Final = 10_000

# Where each amount, time and share stands in a task file.
_TABLES: Final[dict[str, dict[str, str]]] = {
    "seconds": {
        name: f"{name}_seconds"
        for name in (
            *("phase", "join", "commit", "reveal", "attest", "seal", "sealing"),
            *("challenge", "answer", "unbonding", "retention"),
        )
    },
    "stakes": {"trainer": "trainer_stake", "sealer": "sealer_stake", "challenge_bond": "challenge_bond"},
    "penalties": {"reveal": "reveal_penalty", "norm": "norm_penalty", "seal": "seal_penalty"},
    "rewards": {
        "update": "update_reward",
        "attest": "attest_reward",
        "seal": "seal_reward",
        "bounty": "bounty",
        "answer_fee": "answer_fee",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlan:
    """A task before it is on the chain; amounts in coins, times in seconds.

    Attributes:
        rounds: of training.
        trainers: places for trainers, 3 to 128.
        quorum: accepted updates that a round needs; 0: half of those who are expected, at least 3.
        max_voids: void rounds in a row after which the task ends.
        max_samples: greatest weight of an update.
        fraction: share of the trainers that is drawn for a round.
        rule: how updates are weighed and combined, e.g. ``nnm:1+trimmed-mean:0.2``.
        sealing: ``slots`` in order, or ``proof-of-work``.
        sealing_seconds: wanted from the freeze of a set to its proposal, by work; 0: an eighth of a slot.
        norm_bound: root mean square of an update's coordinates that is still taken, in the model's own units.
        phase_seconds: every time below that is 0.
        challenge_seconds, unbonding_seconds, retention_seconds: 0: as short as makes sense and the factory allows.
        burn: share of a slash that is burned.
        review: how validators score the updates; None: nobody does.
    """

    rounds: int = 10
    trainers: int = 3
    quorum: int = 0
    max_voids: int = 3
    max_samples: int = 1_000_000
    fraction: float = 1.0
    rule: str = "mean"
    sealing: str = SLOTS
    norm_bound: float = 4.0
    burn: float = 0.2
    phase_seconds: int = 600
    join_seconds: int = 0
    commit_seconds: int = 0
    reveal_seconds: int = 0
    attest_seconds: int = 0
    seal_seconds: int = 0
    sealing_seconds: int = 0
    challenge_seconds: int = 0
    answer_seconds: int = 0
    unbonding_seconds: int = 0
    retention_seconds: int = 0
    trainer_stake: Decimal = coins(100)
    sealer_stake: Decimal = coins(200)
    challenge_bond: Decimal = coins(200)
    reveal_penalty: Decimal = coins(20)
    norm_penalty: Decimal = coins(50)
    seal_penalty: Decimal = coins(200)
    update_reward: Decimal = coins(3)
    attest_reward: Decimal = coins(1)
    seal_reward: Decimal = coins(5)
    bounty: Decimal = coins(10)
    answer_fee: Decimal = coins(5)
    review: ReviewPlan | None = None

    def __post_init__(self) -> None:
        if not LEAST_QUORUM <= self.trainers <= MOST_TRAINERS:
            raise ConfigError(
                f"trainers is {self.trainers}: give {LEAST_QUORUM} to {MOST_TRAINERS}, since a round needs "
                f"{LEAST_QUORUM} accepted updates"
            )
        if not 1 <= self.rounds <= 10_000:
            raise ConfigError(f"rounds is {self.rounds}: give 1 to 10000")
        if self.quorum and not LEAST_QUORUM <= self.quorum <= self.trainers:
            raise ConfigError(
                f"quorum is {self.quorum}: give {LEAST_QUORUM} to the {self.trainers} trainers, or 0 for half of them"
            )
        # The weights of all trainers together stay below 2^32 (INV-MATH-2).
        for name, limit in (("max_voids", MOST_VOIDS), ("max_samples", (2**32 - 1) // self.trainers)):
            if not 1 <= getattr(self, name) <= limit:
                raise ConfigError(f"{name} is {getattr(self, name)}: give 1 to {limit}")
        check_numbers(self, fraction=1.0, burn=1.0, norm_bound=2_048.0)
        check_units(self)
        self.aggregation.check(self.trainers)
        self._check_sealing()

    def _check_sealing(self) -> None:
        if self.sealing not in SEALINGS:
            raise ConfigError(f"sealing is {self.sealing!r}: give {' or '.join(SEALINGS)}")
        slot, wanted = self.seal_seconds or self.phase_seconds, self.sealing_seconds
        if self.sealing == SLOTS and wanted:
            raise ConfigError(
                f"sealing_seconds is {wanted}: slots have no rate, give sealing: {PROOF_OF_WORK}"
            )
        if self.sealing == PROOF_OF_WORK and max(1, wanted) > slot // LEAST_SLOT:
            raise ConfigError(
                f"sealing_seconds is {wanted}: a slot of {slot} s is {LEAST_SLOT} times as long at least, "
                "give fewer, or more seconds to seal"
            )

    @property
    def aggregation(self) -> AggregationRule:
        """The rule that ``rule`` names."""
        return parse_aggregation(self.rule)

    @property
    def review_terms(self) -> ReviewTerms | None:
        """The review as the contract takes it, if there is one."""
        return None if self.review is None else self.review.terms(self.phase_seconds)

    @property
    def least_accepted(self) -> int:
        """The quorum that is meant."""
        return self.quorum or max(LEAST_QUORUM, int(self.trainers * self.fraction) // 2)

    def within(self, bounds: FactoryBounds) -> TaskPlan:
        """The same with every time filled in, the derived ones as short as the factory allows.

        A sealer's wrong model can be disputed for the window and the answers after it: nobody is free before.
        """
        found: dict[str, Any] = {
            name: getattr(self, name) or self.phase_seconds
            for name in (
                f"{phase}_seconds" for phase in ("join", "commit", "reveal", "attest", "seal", "answer")
            )
        }
        challenge = self.challenge_seconds or max(self.phase_seconds, bounds.min_challenge_seconds)
        if self.sealing == PROOF_OF_WORK:
            found["sealing_seconds"] = self.sealing_seconds or max(1, found["seal_seconds"] // 8)
        liable = max(challenge + _ANSWERS * found["answer_seconds"], bounds.min_unbonding_seconds)
        return replace(
            self,
            **found,
            challenge_seconds=challenge,
            unbonding_seconds=self.unbonding_seconds or liable,
            retention_seconds=self.retention_seconds or 5 * liable,
        )

    def parameters(
        self,
        *,
        owner: Address,
        deployment: Deployment,
        definition_hash: Bytes32,
        initial_model: Bytes32,
        initial_content: Bytes32,
        dimension: int,
    ) -> TaskParameters:
        """The task as the contract takes it; every time must be filled in.

        Raises:
            ConfigError: an amount is finer than the coin.
        """
        same = {
            entry.name: getattr(self, entry.name)
            for entry in fields(TaskParameters)
            if entry.name in _SAME and not isinstance(getattr(self, entry.name), Decimal)
        }
        amounts = {
            entry.name: units_of(getattr(self, entry.name), entry.name)
            for entry in fields(self)
            if entry.metadata.get("kind") is Decimal
        }
        scale = self.norm_bound * (1 << FRACTION_BITS)
        return TaskParameters(
            owner=owner,
            definition_hash=definition_hash,
            initial_model=initial_model,
            initial_content=initial_content,
            dimension=dimension,
            fraction_bits=FRACTION_BITS,
            norm_bound_squared=int(Decimal(scale) ** 2 * dimension),
            quorum=self.least_accepted,
            max_trainers=self.trainers,
            fraction_bps=max(1, round(self.fraction * _BPS)),
            burn_bps=round(self.burn * _BPS),
            **rule_parameters(deployment, self.aggregation),
            sealing=deployment.proof_of_work if self.sealing == PROOF_OF_WORK else NOBODY,
            sealing_rate=self.sealing_seconds,
            board=NOBODY,
            **same,
            **amounts,
        )


_SAME: Final = {entry.name for entry in fields(TaskPlan)} - {"quorum", "rule", "sealing"}


def plan_from_table(table: Mapping[str, Any], where: str) -> TaskPlan:
    """Read a plan out of a task file's contents.

    Args:
        table: e.g. ``{"rounds": 20, "seconds": {"phase": 60}, "stakes": {"trainer": 50}}``.
        where: the file, for messages.

    Raises:
        ConfigError: an entry that does not exist, or an impossible value.
    """
    rest = dict(table)
    review = {"review": review_from_table(rest.pop("review"), where)} if "review" in rest else {}
    values = read_entries(rest, TaskPlan, _TABLES, where) | review
    try:
        return TaskPlan(**values)
    except ConfigError as problem:
        raise ConfigError(f"{where}: {problem}") from None
