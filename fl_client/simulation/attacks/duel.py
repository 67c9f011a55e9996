"""One attack on the embedded chain: the federation without it, with it and no defence, and with it and a rule."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from fl_client.aggregation.weigh import Needs
from fl_client.chain.contracts import ONE_COIN, Role
from fl_client.errors import ConfigError
from fl_client.records import slash_name
from fl_client.roles import Trainer
from fl_client.simulation.attacks.assaulted import COLLUDE, Assault, AssaultedFederation
from fl_client.simulation.attacks.collusion import JUDGES
from fl_client.simulation.attacks.poisoned_data import Backdoor
from fl_client.simulation.attacks.rules import split_bound
from fl_client.simulation.member import Member, RoundReport
from fl_client.simulation.plan import DemoSettings

PLAIN: Final = "mean"
"""No defence: FedAvg's rule."""

SCALED_TO: Final = 100
"""Rounds that a profit is also given for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuelSettings:
    """What `fl attack` takes.

    Args:
        attack: one of ``ATTACKS``.
        fraction: share of the trainers that attack, above 0, below 0.5; at least one does.
        rule: the defence.
        validators: who review the updates beside the rule, where it defends; 0 for nobody. `collude` has its own.

    Raises:
        ConfigError: a value is out of its range.
    """

    attack: str
    rule: str
    fraction: float = 0.2
    partition: str = "iid"
    participants: int = 10
    rounds: int = 5
    seed: int = 0
    validators: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.fraction < 0.5:
            raise ConfigError(f"--fraction is {self.fraction}: give a share above 0 and below 0.5")
        # How many trainers there are comes before how many of them attack.
        needs = self.run_settings(self.rule, Path("."), defended=True).aggregation.needs
        if self.validators and self.attack == COLLUDE:
            raise ConfigError(f"collude has a committee of {JUDGES}: leave out --validators")
        self.assault  # noqa: B018 - refuses an unknown name before anything runs
        if self.attack == "lying-table" and not needs & (Needs.DISTANCES | Needs.TRUST):
            raise ConfigError(
                f"lying-table needs a rule that reads distances, not {self.rule}: give e.g. krum:1+mean"
            )

    @property
    def assault(self) -> Assault:
        """Who attacks how."""
        attackers = max(1, round(self.fraction * self.participants))
        if 2 * attackers >= self.participants:
            raise ConfigError(
                f"{attackers} of {self.participants} trainers would attack, which is no minority: give a smaller "
                "--fraction or more --participants"
            )
        return Assault(name=self.attack, attackers=attackers, judges=self.judges[1])

    @property
    def judges(self) -> tuple[int, int]:
        """How many of the committee side with the attackers: a bare majority, and as many as ``fraction`` says."""
        if self.attack != COLLUDE:
            return 0, 0
        most = JUDGES // 2
        return most + 1, min(most, max(1, round(self.fraction * JUDGES)))

    def run_settings(self, rule: str, out: Path, *, defended: bool) -> DemoSettings:
        """One of its federations."""
        judges = self.validators if defended else 0
        return DemoSettings(
            participants=self.participants,
            rounds=self.rounds,
            partition=self.partition,
            rule=split_bound(rule)[1],
            seed=self.seed,
            out=out,
            honest=True,
            validators=JUDGES if self.attack == COLLUDE else judges,
            epochs=EPOCHS,
            batch_size=BATCH_SIZE,
            learning_rate=LEARNING_RATE,
        )


EPOCHS, BATCH_SIZE, LEARNING_RATE = 5, 10, 0.5
"""Of the digits task: few rounds are enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offender:
    """What became of one attacker.

    Attributes:
        who: its name.
        slashed: names of the evidence it was slashed on, one a slash.
        refused: with which error the contract refused what it tried, if it did.
        left_out: rounds in which it revealed an update that was not accepted.
        lost: coins that slashes took.
        profit: coins at the end, with what is still staked, less those in the beginning.
    """

    who: str
    slashed: tuple[str, ...]
    refused: str | None
    left_out: int
    lost: Decimal
    profit: Decimal

    @property
    def caught(self) -> bool:
        """Whether the contract or the attesters noticed it."""
        return bool(self.slashed or self.refused or self.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bout:
    """One finished federation.

    Attributes:
        accuracies: of the model after each round.
        success: of a backdoor, on triggered test images; None for other attacks.
        offenders: the attackers.
        honest_profit: coins that an honest trainer gained, on average.
        paid: the same by side and role, where validators took part: of one account on average.
    """

    accuracies: tuple[float, ...]
    success: float | None
    offenders: tuple[Offender, ...] = field(repr=False)
    honest_profit: Decimal
    paid: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def rounds(self) -> int:
        """How many became final."""
        return len(self.accuracies)

    @property
    def accuracy(self) -> float:
        """Of the last model; 0 if no round became final."""
        return self.accuracies[-1] if self.accuracies else 0.0

    @property
    def profit(self) -> Decimal:
        """Of all attackers together, in coins."""
        return sum((one.profit for one in self.offenders), Decimal(0))


def run_bout(settings: DemoSettings, assault: Assault | None, *, bound: float = 0.0) -> Bout:
    """Run one federation to the end of its task, and count.

    Args:
        settings: of the federation.
        assault: who attacks; None for an honest run.
        bound: the task's norm bound, in the model's units; 0: the one that tasks have by default.
    """
    federation = AssaultedFederation(settings, assault, bound=bound)
    reports = list(federation.run())
    return bout_of(federation, reports)


def bout_of(federation: AssaultedFederation, reports: list[RoundReport]) -> Bout:
    """What a finished federation's chain says."""
    offenders = federation.offenders
    honest = [
        profit_of(federation, one)
        for one in federation.members
        if isinstance(one.participant, Trainer) and one not in offenders
    ]
    success = None
    if isinstance(federation.attack, Backdoor):
        last = federation.model_after(len(reports))
        trial = federation.attack.trial(federation.data.test)
        success = federation.model.evaluate(last, trial, federation.device).metric
    return Bout(
        accuracies=tuple(report.accuracy for report in reports),
        success=success,
        offenders=tuple(_offender(federation, one) for one in offenders),
        honest_profit=sum(honest, Decimal(0)) / len(honest),
        paid=_by_side(federation) if federation.settings.validators else {},
    )


def _by_side(federation: AssaultedFederation) -> dict[str, Decimal]:
    sides: dict[str, list[Decimal]] = {}
    for member in federation.members:
        if member.participant.role in ("trainer", "validator"):
            side = "colluding" if member in federation.offenders else "honest"
            sides.setdefault(f"{side} {member.participant.role}", []).append(profit_of(federation, member))
    return {side: sum(profits, Decimal(0)) / len(profits) for side, profits in sides.items()}


def profit_of(federation: AssaultedFederation, member: Member) -> Decimal:
    """Earned and returned, less staked: coins at the end and still in the vault, less those in the beginning."""
    contract, account = federation.contract, member.participant.address
    roles = (Role.TRAINER, Role.SEALER, Role.CHALLENGER, Role.VALIDATOR)
    staked = sum(contract.stake(account, role)[0] for role in roles)
    claimable, _ = contract.earnings(account)
    return Decimal(contract.balance(account) + staked + claimable - member.coins_before) / ONE_COIN


def _offender(federation: AssaultedFederation, member: Member) -> Offender:
    ledger, account = federation.watch.ledger, member.participant.address
    slashes = [one for one in ledger.slashes if one.account == account]
    left_out = sum(
        1
        for record in ledger.rounds.values()
        for reveal in record.reveals
        if reveal.trainer == account and not (record.accepted_mask or 0) >> reveal.index & 1
    )
    return Offender(
        who=member.name,
        slashed=tuple(slash_name(one) for one in slashes),
        refused=getattr(member.participant, "refused_with", None),
        left_out=left_out,
        lost=Decimal(sum(one.taken for one in slashes)) / ONE_COIN,
        profit=profit_of(federation, member),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The three federations of one attack."""

    settings: DuelSettings
    clean: Bout
    undefended: Bout
    defended: Bout

    def as_json(self) -> dict[str, Any]:
        """What `fl attack --json` prints; coins as numbers."""
        defended = self.defended
        profit, rounds = defended.profit, max(defended.rounds, 1)
        found: dict[str, Any] = {
            "attack": self.settings.attack,
            "attackers": len(defended.offenders),
            "trainers": self.settings.participants,
            "partition": self.settings.partition,
            "rounds": defended.rounds,
            "rule": self.settings.rule,
            "seed": self.settings.seed,
            "clean_accuracy": self.clean.accuracy,
            "undefended_accuracy": self.undefended.accuracy,
            "defended_accuracy": defended.accuracy,
            "caught": [
                {
                    "who": one.who,
                    "slashed": list(one.slashed),
                    "refused": one.refused,
                    "left_out": one.left_out,
                    "lost": float(one.lost),
                    "profit": float(one.profit),
                }
                for one in defended.offenders
                if one.caught
            ],
            "attacker_profit": float(profit),
            "attacker_profit_per_100_rounds": float(profit * SCALED_TO / rounds),
            "honest_profit": float(defended.honest_profit),
            "cheating_paid": profit > 0,
        }
        for run in ("clean", "undefended", "defended"):
            if paid := getattr(self, run).paid:
                found[f"{run}_paid"] = {side: float(profit) for side, profit in paid.items()}
        if self.settings.attack == COLLUDE:
            majority, minority = self.settings.judges
            found |= {"committee": JUDGES, "undefended_judges": majority, "defended_judges": minority}
        if defended.success is not None:
            found["undefended_success"] = self.undefended.success
            found["defended_success"] = defended.success
        return found


def run_duel(
    settings: DuelSettings, on_bout: Callable[[str, Bout], None] = lambda run, bout: None
) -> Verdict:
    """Run the federation three times: nobody attacks; an attack on the plain mean; the same on the rule.

    Each in a process of its own, as many at a time as there are cores, in a temporary folder.

    Args:
        settings: what to run.
        on_bout: told each finished run, by name.
    """
    # Against colluding validators the defence is that they are a minority: the same rule, another committee.
    undefended = PLAIN if settings.attack != COLLUDE else settings.rule
    captured = replace(settings.assault, judges=settings.judges[0])
    wanted = {"clean": (PLAIN, None), "undefended": (undefended, captured)}
    wanted["defended"] = (settings.rule, settings.assault)
    workers = min(len(wanted), os.cpu_count() or 1)
    bouts: dict[str, Bout] = {}
    # Spawned, not forked: torch's threads do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running = {
            pool.submit(_bout_apart, settings, rule, assault, name == "defended"): name
            for name, (rule, assault) in reversed(wanted.items())
        }
        for done in as_completed(running):
            bouts[running[done]] = done.result()
            on_bout(running[done], bouts[running[done]])
    return Verdict(settings=settings, **bouts)


def _bout_apart(settings: DuelSettings, rule: str, assault: Assault | None, defended: bool) -> Bout:
    with tempfile.TemporaryDirectory(prefix="gradbond-") as folder:
        run = settings.run_settings(rule, Path(folder), defended=defended)
        return run_bout(run, assault, bound=split_bound(rule)[0])
