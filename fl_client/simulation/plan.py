"""What a demonstration runs: its settings, its cheats, and the parameters of its task."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

from eth_utils.crypto import keccak

from fl_client.aggregation import AggregationRule, parse_aggregation
from fl_client.chain.contracts import FactoryBounds
from fl_client.errors import ConfigError
from fl_client.learning import LocalTraining, parse_partition
from fl_client.records import AGGREGATE, COPY, NORM, SILENT
from fl_client.roles import PROOF_OF_WORK, SEALINGS, SLOTS, TaskPlan, check_reward, review_by
from fl_client.roles.encrypted_plan import EncryptedPlan
from fl_client.types import Bytes32

MIN_QUORUM = 3
MAX_PARTICIPANTS = 128
PAILLIER = "paillier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cheat:
    """One planted cheat: what it is, who does it (`trainer N` or `aggregator`), and in which round."""

    evidence: str
    actor: str
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """What `fl demo` takes.

    Raises:
        ConfigError: a value is out of its range.
    """

    task: str = "digits"
    data: Path | None = None
    participants: int = 6
    rounds: int = 10
    partition: str = "dirichlet:1.0"
    rule: str = "mean"
    sealing: str = SLOTS
    fraction: float = 1.0
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    solver: str | None = None
    seed: int = 0
    out: Path = field(default_factory=lambda: Path("runs/demo"))
    honest: bool = False
    validators: int = 0
    reward: str = "equal"
    device: str = "cpu"
    privacy: str | None = None
    threshold: int | None = None
    groups: int | None = None

    def __post_init__(self) -> None:
        self._check_privacy()
        if not MIN_QUORUM <= self.participants <= MAX_PARTICIPANTS:
            raise ConfigError(
                f"--participants is {self.participants}: give {MIN_QUORUM} to {MAX_PARTICIPANTS}, "
                f"since a round needs {MIN_QUORUM} accepted updates"
            )
        check_reward(self.reward, self.validators)
        if not 1 <= self.rounds <= 10_000:
            raise ConfigError(f"--rounds is {self.rounds}: give 1 to 10000")
        if self.sealing not in SEALINGS:
            raise ConfigError(f"--sealing is {self.sealing!r}: give {' or '.join(SEALINGS)}")
        try:
            self.aggregation.check(self.participants)
        except ConfigError as problem:
            raise ConfigError(f"--rule: {problem}") from None
        if not (math.isfinite(self.fraction) and 0 < self.fraction <= 1):
            raise ConfigError(
                f"--fraction is {self.fraction}: give the share of trainers drawn, above 0, at most 1"
            )
        if not 0 <= self.seed < 2**32:
            raise ConfigError(f"--seed is {self.seed}: give 0 to {2**32 - 1}")
        try:
            parse_partition(self.partition)
        except ConfigError as problem:
            raise ConfigError(f"--partition: {problem}") from None

    def _check_privacy(self) -> None:
        if self.privacy is None:
            for option in ("threshold", "groups"):
                if (value := getattr(self, option)) is not None:
                    raise ConfigError(f"--{option} is {value}: it goes with --privacy {PAILLIER}")
            return
        if self.privacy != PAILLIER:
            raise ConfigError(f"--privacy is {self.privacy!r}: give {PAILLIER}, or leave it out")
        plain = {
            "rule": self.rule != "mean",
            "sealing": self.sealing != SLOTS,
            "fraction": self.fraction != 1,
        }
        plain |= {"validators": bool(self.validators), "reward": self.reward != "equal"}
        if given := [f"--{name}" for name, is_given in plain.items() if is_given]:
            raise ConfigError(
                f"--privacy {PAILLIER} sums what nobody sees, of all parties: leave out {', '.join(given)}"
            )
        try:
            EncryptedPlan(
                parties=self.participants,
                threshold=self.threshold or 0,
                groups=1 if self.groups is None else self.groups,
            )
        except ConfigError as problem:
            raise ConfigError(f"--privacy {PAILLIER}: {problem}") from None

    @property
    def aggregation(self) -> AggregationRule:
        """The rule that ``rule`` names."""
        return parse_aggregation(self.rule)

    @property
    def fraction_bps(self) -> int:
        """The drawn share in units of 1/10,000."""
        return max(1, round(self.fraction * 10_000))

    @property
    def quorum(self) -> int:
        """Half of those expected in a round, at least three."""
        return max(MIN_QUORUM, int(self.participants * self.fraction) // 2)

    def training(self, defaults: LocalTraining) -> LocalTraining:
        """How trainers train: as the task says, where nothing else is wanted."""
        return LocalTraining(
            epochs=defaults.epochs if self.epochs is None else self.epochs,
            batch_size=defaults.batch_size if self.batch_size is None else self.batch_size,
            learning_rate=defaults.learning_rate if self.learning_rate is None else self.learning_rate,
            solver=defaults.solver if self.solver is None else self.solver,
        )


def plan_cheats(settings: DemoSettings) -> tuple[tuple[Cheat, ...], dict[str, str]]:
    """Place the four cheats, one a round, so that each round keeps its quorum.

    Returns:
        The cheats; and of those that do not fit into such a run, by name, why.
    """
    if settings.honest:
        return (), {}
    wanted = (
        Cheat(evidence=SILENT, actor=f"trainer {settings.participants}", round=2),
        Cheat(evidence=COPY, actor=f"trainer {settings.participants - 1}", round=3),
        Cheat(evidence=NORM, actor=f"trainer {settings.participants - 2}", round=4),
        Cheat(evidence=AGGREGATE, actor="aggregator 2", round=5),
    )
    hindered = [(cheat, _hindrance(settings, cheat)) for cheat in wanted]
    placed = tuple(cheat for cheat, why in hindered if why is None)
    return placed, {cheat.evidence: why for cheat, why in hindered if why is not None}


def _hindrance(settings: DemoSettings, cheat: Cheat) -> str | None:
    """Why a cheat does not fit into a run; None where it does."""
    if cheat.evidence == AGGREGATE and settings.sealing != SLOTS:
        return f"by {settings.sealing} nobody knows beforehand who seals round {cheat.round}"
    if cheat.evidence != AGGREGATE and settings.fraction_bps < 10_000:
        return f"of drawn trainers nobody knows beforehand who is drawn in round {cheat.round}"
    if cheat.evidence != AGGREGATE and settings.participants <= settings.quorum:
        return f"with {settings.participants} participants no round can do without one"
    if settings.rounds < cheat.round:
        return f"it comes in round {cheat.round}, there are {settings.rounds}"
    return None


def task_plan(
    settings: DemoSettings, *, phase_seconds: int = 600, greatest_share: int | None = None
) -> TaskPlan:
    """The demonstration's task: every time is one phase, so that runs are as long as they are busy.

    Args:
        settings: of the demonstration.
        phase_seconds: every time of the task.
        greatest_share: samples of the trainer that has the most: where samples pay, it earns the whole reward.
    """
    plan = TaskPlan(
        rounds=settings.rounds,
        trainers=settings.participants,
        quorum=settings.quorum,
        fraction=settings.fraction,
        rule=settings.rule,
        sealing=settings.sealing,
        sealing_seconds=1 if settings.sealing == PROOF_OF_WORK else 0,
        phase_seconds=phase_seconds,
        challenge_seconds=phase_seconds,
        unbonding_seconds=20 * phase_seconds,
        retention_seconds=100 * phase_seconds,
        review=review_by(
            settings.validators, settings.reward, spares=settings.participants > settings.quorum
        ),
    )
    if settings.reward == "samples" and greatest_share is not None:
        plan = replace(plan, max_samples=greatest_share)
    return plan.within(FactoryBounds.devnet())


def derived_salt(seed: int, purpose: str, *numbers: int) -> Bytes32:
    """A demonstration's salts come from its seed, so that a run repeats bit for bit."""
    return Bytes32(keccak(text=f"Gradbond demo {purpose} {seed} " + " ".join(map(str, numbers))))
