"""A federation on the embedded chain with attackers in it, each a role of its own."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fl_client.chain.contracts import ONE_COIN, FactoryBounds
from fl_client.errors import ConfigError, StorageError
from fl_client.learning import Samples
from fl_client.learning.shortening import ShorteningLearner
from fl_client.roles import (
    FRACTION_BITS,
    Asking,
    Learner,
    ModelBook,
    Participant,
    TaskPlan,
    Trainer,
    Validator,
)
from fl_client.rounds import VerifiedVectors
from fl_client.simulation.attackers import (
    EVERY_ROUND,
    Cheating,
    CopyingTrainer,
    LyingNormTrainer,
    SilentTrainer,
)
from fl_client.simulation.attacks.accomplices import Gang, GangLearner
from fl_client.simulation.attacks.attack import Attack
from fl_client.simulation.attacks.collusion import ColludingValidator, Pact
from fl_client.simulation.attacks.crew import Crew
from fl_client.simulation.attacks.naming import MODEL_ATTACKS, attack_named
from fl_client.simulation.attacks.offenders import (
    BlindTrainer,
    Griefer,
    LyingSealer,
    LyingTableSealer,
    ReplayingTrainer,
    SharedWith,
    SplitTrainer,
    WithholdingTrainer,
)
from fl_client.simulation.attacks.rules import Defence
from fl_client.simulation.federation import Federation
from fl_client.simulation.member import Member
from fl_client.simulation.plan import DemoSettings
from fl_client.storage import LocalStore

_log = logging.getLogger(__name__)

_TRAINERS: Final[dict[str, type[Trainer]]] = {
    "copy": CopyingTrainer,
    "replay": ReplayingTrainer,
    "withhold": WithholdingTrainer,
    "serve-some": WithholdingTrainer,
    "vouch-blindly": BlindTrainer,
    "no-reveal": SilentTrainer,
    "lying-norm": LyingNormTrainer,
}
_SEALERS: Final = {"lying-sealer": LyingSealer, "lying-table": LyingTableSealer}
INFLATED, SYBIL, GRIEF = "inflate-samples", "sybil", "grief"
COLLUDE: Final = "collude"
SELECTIVE: Final = "serve-some"
PROTOCOL_ATTACKS: Final = (*_TRAINERS, INFLATED, SYBIL, *_SEALERS, GRIEF, COLLUDE)
"""Attacks on the protocol, held down by the contracts."""

ATTACKS: Final = (*MODEL_ATTACKS, *PROTOCOL_ATTACKS)
SPLITS: Final = 2
"""Into how many parts a Sybil tries to split one more stake."""

_MANY_COINS: Final = 100_000
"""Of those who lose some in every round: enough for hundreds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assault:
    """An attack on a federation.

    Args:
        name: one of ``ATTACKS``.
        attackers: f, the last of the trainers; of lying sealers and griefers there is one.
        judges: of the validators, the last so many side with them.

    Raises:
        ConfigError: there is no such attack.
    """

    name: str
    attackers: int
    judges: int = 0

    def __post_init__(self) -> None:
        if self.name not in ATTACKS:
            raise ConfigError(f"there is no attack {self.name!r}: give one of {', '.join(ATTACKS)}")

    @property
    def by_trainers(self) -> bool:
        """Whether trainers attack."""
        return self.name not in (*_SEALERS, GRIEF)

    @property
    def on_the_model(self) -> str | None:
        """The attack on the model that is part of it, by name."""
        if self.name in (INFLATED, SYBIL, COLLUDE):
            return "sign-flip"
        return self.name if self.name in MODEL_ATTACKS else None


class AssaultedFederation(Federation):
    """Runs like any other; the attackers are trainers, a sealer or a challenger in it.

    Attributes:
        assault: None for an honest run.
        attack: on the model, where there is one.
    """

    further_accounts = Federation.further_accounts + SPLITS

    def __init__(self, settings: DemoSettings, assault: Assault | None, *, bound: float = 0.0) -> None:
        """Make a federation.

        Args:
            settings: of the federation; its rule without a bound.
            assault: who attacks.
            bound: the task's norm bound, in the model's units; 0 for the one that tasks have by default.
        """
        self.assault, self._bound = assault, bound
        self.attack: Attack | None = None
        self._gang: Gang | None = None
        super().__init__(settings)
        for member in self.members:
            if isinstance(member.participant, Asking):
                member.participant.looks = 1  # blocks come with transactions alone, and nothing is late here

    @property
    def offenders(self) -> list[Member]:
        """The attackers."""
        if self.assault is None:
            return []
        kinds: dict[str, type[Participant]] = {**_SEALERS, GRIEF: Griefer}
        if self.assault.name in kinds:
            return [one for one in self.members if isinstance(one.participant, kinds[self.assault.name])]
        judges = [one for one in self.members if isinstance(one.participant, ColludingValidator)]
        splits = [one for one in self.members if isinstance(one.participant, SplitTrainer)]
        trainers = [one for one in self.members if isinstance(one.participant, Trainer) and one not in splits]
        return trainers[self.settings.participants - self.assault.attackers :] + splits + judges

    # ------------------------------------------------------------------ members

    def _plan(self, bounds: FactoryBounds) -> TaskPlan:
        plan = super()._plan(bounds)
        if not self._bound:
            return plan
        return replace(plan, norm_bound=self._bound / math.sqrt(self.model.layout.dimension))

    def _learner(self, index: int, share: Samples) -> Learner:
        learner = self._honest_learner(index, share)
        return ShorteningLearner(learner, self._bound * 2**FRACTION_BITS) if self._bound else learner

    def _members(self) -> list[Member]:
        """Whoever tries to come in with a part of a stake comes first, while there are places."""
        return sorted(super()._members(), key=lambda one: not isinstance(one.participant, SplitTrainer))

    def _trainer(self, index: int, share: NDArray[np.int64]) -> Member:
        first = self.settings.participants - (self.assault.attackers if self.assault else 0)
        if self.assault is None or not self.assault.by_trainers or index < first:
            member = super()._trainer(index, share)
            # Just so many that those who have the bytes are more than half of all.
            some = self.settings.participants // 2 + 1 - (self.settings.participants - first)
            if self.assault is not None and self.assault.name == SELECTIVE and index < some:
                assert isinstance(member.participant, Trainer)
                member.participant.models = self._served()
            return member
        samples = self.data.train.select(share)
        trainer = self._attacker(index, samples)
        return Member(name=f"trainer {index + 1}", participant=trainer, coins_before=0)

    def _attacker(self, index: int, share: Samples) -> Trainer:
        assert self.assault is not None
        if self.assault.on_the_model is not None:
            gang = self._the_gang(self.assault.on_the_model)
            assert self.attack is not None
            gang.learners.append(self._honest_learner(index, self.attack.poison(share)))
            trainer = self._trainer_of(Trainer, index, GangLearner(gang, len(gang.learners) - 1))
            gang.members.append(trainer.address)
            return trainer
        trainer = self._trainer_of(_TRAINERS[self.assault.name], index, self._learner(index, share))
        if isinstance(trainer, Cheating):
            trainer.cheats_in = EVERY_ROUND
        if isinstance(trainer, WithholdingTrainer):
            trainer.accomplices = self._among
            trainer.models = self._served()
        return trainer

    @property
    def _among(self) -> LocalStore:
        return LocalStore(self.settings.out / "state" / "accomplices")

    def _served(self) -> ModelBook:
        """The models of those to whom withheld updates are given."""
        shared = SharedWith(self.store, self._among)
        return ModelBook(self.watch, shared, verified=VerifiedVectors(shared, most=16))

    def _sweep(self) -> bool:
        """As processes do it: what cannot be fetched is tried again later, and others go on."""
        busy = False
        for member in self.members:
            try:
                done = member.participant.step()
            except StorageError as problem:
                _log.info("%s: %s", member.name, problem)
                continue
            if done is not None:
                member.said.append(done)
                self._note_gas()
                busy = True
        return busy

    def _the_gang(self, name: str) -> Gang:
        if self._gang is None:
            assert self.assault is not None
            classes = int(self.data.train_targets.max()) + 1
            self.attack = attack_named(name, classes=classes)
            parameters = self.contract.parameters
            crew = Crew(
                self.attack,
                trainers=self.settings.participants,
                norm_bound=float(parameters.norm_bound_squared) ** 0.5,
                combine=Defence.named(self.settings.rule, on_chain=True).guessed_step,
                seed=self.settings.seed,
            )
            claimed = parameters.max_samples if self.assault.name == INFLATED else None
            self._gang = Gang(crew=crew, watch=self.watch, models=self._models(), claimed=claimed)
        return self._gang

    def _aggregator(self, index: int) -> Member:
        member = super()._aggregator(index)
        if self.assault is None or self.assault.name not in _SEALERS or index == 0:
            return member
        honest = member.participant
        liar = _SEALERS[self.assault.name](self.watch, honest.sender, self.gas, models=self._models())
        return Member(name=member.name, participant=liar, coins_before=0)

    def _validator(self, index: int) -> Member:
        member = super()._validator(index)
        if self.assault is None or index < self.settings.validators - self.assault.judges:
            return member
        judge = member.participant
        assert isinstance(judge, Validator) and self._gang is not None  # trainers are made before
        judge.__class__ = ColludingValidator
        assert isinstance(judge, ColludingValidator)
        judge.pact = Pact(self._gang.members)
        return member

    def _others(self) -> list[Member]:
        if self.assault is None:
            return []
        if self.assault.name == GRIEF:
            sender, _ = self._sender(self.settings.participants + 4, "griefer")
            return [Member(name="griefer", participant=Griefer(self.watch, sender, self.gas), coins_before=0)]
        if self.assault.name == SYBIL:
            return [self._split(part) for part in range(SPLITS)]
        return []

    def _split(self, part: int) -> Member:
        index = self.settings.participants + 3 + part
        learner = self._learner(index, self.data.train.select(np.arange(10, dtype=np.int64)))
        trainer = self._trainer_of(SplitTrainer, index, learner)
        return Member(name=f"split {part + 1}", participant=trainer, coins_before=0)

    def _coins_of(self, member: Member) -> int:
        if isinstance(member.participant, SplitTrainer):
            return self.contract.parameters.trainer_stake // ONE_COIN // SPLITS
        if self.assault is not None and isinstance(member.participant, Cheating | ReplayingTrainer | Griefer):
            return _MANY_COINS
        return super()._coins_of(member)
