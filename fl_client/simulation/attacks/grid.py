"""Many federations at once, without a chain: every attack against every rule, on the lattice.

Training is batched over all runs (``learning/many.py``); weighing and combining are the product's own, so that every
model here is the one that a chain would accept of the same updates. What is left out is the protocol around it, which
the attacks here do not touch; for those that do, see ``duel.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from fl_client.errors import ConfigError
from fl_client.learning import (
    GlobalModel,
    LocalTraining,
    Samples,
    check_task,
    load_task,
    share_out,
)
from fl_client.learning.many import ManyLearners, Share
from fl_client.roles import FRACTION_BITS
from fl_client.rounds import Vector
from fl_client.simulation.attacks.attack import Attack
from fl_client.simulation.attacks.crew import Crew
from fl_client.simulation.attacks.knowledge import PastRound, on_lattice
from fl_client.simulation.attacks.naming import attack_named
from fl_client.simulation.attacks.poisoned_data import Backdoor
from fl_client.simulation.attacks.rules import Defence

MAX_SAMPLES = 1_000_000
"""Greatest weight of an update, unless its owner says otherwise (``TaskPlan.max_samples``)."""

NONE = "none"
ABSENT = "absent"
"""The attackers' updates are not among the accepted: what copying, replaying and withholding come to on a chain."""

INFLATED = "inflate-samples"
"""A flipped update under the greatest sample count that the contract takes."""

ROOT_SAMPLES = 100
"""Of a root set, for rules that want a trusted update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridSettings:
    """What all runs of a grid have in common.

    Args:
        trainers: n.
        attackers: f, the last of them.
        omniscient: attackers see this round's honest updates before they commit, which the protocol prevents.

    Raises:
        ConfigError: no honest majority.
    """

    task: str = "digits"
    data: Path | None = None
    trainers: int = 10
    attackers: int = 2
    rounds: int = 30
    partition: str = "iid"
    seed: int = 0
    training: LocalTraining = field(
        default_factory=lambda: LocalTraining(epochs=5, batch_size=0, learning_rate=0.5)
    )
    omniscient: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.attackers < self.trainers / 2:
            raise ConfigError(f"{self.attackers} of {self.trainers} attack: give 1 to fewer than half")


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of the grid."""

    attack: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended.

    Attributes:
        accuracy: of the last model on the test part, 0 to 1.
        success: of a backdoor: the share of triggered test images that got the wanted label.
    """

    accuracy: float
    success: float | None = None


class _Run:
    """One federation of a grid: its model, its trainers' shares, and its attackers."""

    def __init__(self, cell: Cell, settings: GridSettings, shares: Sequence[Share], classes: int) -> None:
        self.cell, self._settings = cell, settings
        self.defence = Defence.named(cell.rule)
        self.attack = _attack_of(cell.attack, classes)
        first = settings.trainers - settings.attackers
        self.shares = [
            Share(samples=self.attack.poison(share.samples), seed=share.seed)
            if self.attack is not None and place >= first
            else share
            for place, share in enumerate(shares)
        ]
        self.samples = [len(share.samples) for share in shares]
        if cell.attack == INFLATED:
            self.samples[first:] = [MAX_SAMPLES] * settings.attackers
        self._trust: Vector | None = None
        self._crew: Crew | None = None
        self.base: Vector
        self.over = False

    def begin(self, base: Vector) -> None:
        """Start from a model."""
        self.base = base
        if self.attack is not None:
            self._crew = Crew(
                self.attack,
                trainers=self._settings.trainers,
                norm_bound=self.defence.norm_bound(base.size),
                combine=lambda rows: self.defence.step(rows, self._trust),
                seed=self._settings.seed,
            )

    def play(self, round_: int, learnt: Sequence[Vector | None]) -> None:
        """One round, from what training gave each trainer, and the trusted update behind it where one is wanted.

        Where a trainer has nothing that fits on the lattice, the model is beyond repair and stays what it is.
        """
        fitting = [one for one in learnt if one is not None]
        if len(fitting) < len(learnt):
            self.over = True
            return
        count = self._settings.trainers
        self._trust = fitting[count] if self.defence.wants_trust else None
        sent = on_lattice(
            np.stack(fitting[:count]).astype(np.float64), self.defence.norm_bound(self.base.size)
        )
        first = count - self._settings.attackers
        taken = count
        if self._crew is not None:
            seen = sent[:first] if self._settings.omniscient else None
            sent[first:] = self._crew.send(round_, self.base, sent[first:], seen)
        elif self.cell.attack == ABSENT:
            taken = first
        outcome = self.defence.aggregate(sent[:taken], self.samples[:taken], self.base, self._trust)
        if self._crew is not None:
            self._crew.note(
                PastRound(base=self.base, outcome=outcome, honest=sent[:first], colluding=sent[first:])
            )
        self.base = outcome


def _attack_of(name: str, classes: int) -> Attack | None:
    if name in (NONE, ABSENT):
        return None
    return attack_named("sign-flip" if name == INFLATED else name, classes=classes)


def run_grid(
    settings: GridSettings, cells: Sequence[Cell], on_round: Callable[[int], None] = lambda number: None
) -> dict[Cell, Outcome]:
    """Run every cell; all share the data, its split, the first model and the order of samples.

    Args:
        settings: common to all.
        cells: attacks by name, ``none`` for nobody's, and rules.
        on_round: told each finished round.

    Raises:
        ConfigError: an unknown name.
    """
    task = load_task(settings.task, data_dir=settings.data)
    data = check_task(task)
    model = GlobalModel(task, seed=settings.seed, fraction_bits=FRACTION_BITS)
    learners = ManyLearners(model, settings.training)
    parts = share_out(
        settings.partition, data.train_targets, participants=settings.trainers, seed=settings.seed
    )
    shares = [
        Share(samples=data.train.select(part), seed=settings.seed * 1_000 + place)
        for place, part in enumerate(parts)
    ]
    root = Share(samples=_root_set(data.train, settings.seed), seed=settings.seed * 1_000 + 999)
    classes = int(data.train_targets.max()) + 1
    runs = [_Run(cell, settings, shares, classes) for cell in cells]
    for run in runs:
        run.begin(model.initial())
    for round_ in range(1, settings.rounds + 1):
        alive = [run for run in runs if not run.over]
        wanted = [[*run.shares, root] if run.defence.wants_trust else run.shares for run in alive]
        bases = [run.base for run, shares in zip(alive, wanted, strict=True) for _ in shares]
        learnt = learners.updates(bases, [share for shares in wanted for share in shares], round_)
        start = 0
        for run, own in zip(alive, wanted, strict=True):
            run.play(round_, learnt[start : start + len(own)])
            start += len(own)
        on_round(round_)
    score = partial(_score, learners, data.test)
    return {run.cell: score(run) for run in runs}


def _root_set(train: Samples, seed: int) -> Samples:
    rows = np.random.default_rng([seed, 0x2007]).choice(
        len(train), min(ROOT_SAMPLES, len(train)), replace=False
    )
    return train.select(np.sort(rows).astype(np.int64))


def _score(learners: ManyLearners, test: Samples, run: _Run) -> Outcome:
    success = None
    if isinstance(run.attack, Backdoor):
        success = float(learners.accuracies([run.base], run.attack.trial(test))[0])
    return Outcome(accuracy=float(learners.accuracies([run.base], test)[0]), success=success)
