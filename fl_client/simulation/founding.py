"""The founding of a federation in one process: a chain that lives here, a task on it, and every role's account."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fl_client.chain.contracts import ONE_COIN, Deployment, FactoryBounds, TaskContract, deploy
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.learning import (
    LocalLearner,
    Samples,
    part_of,
)
from fl_client.records import AGGREGATE
from fl_client.review import LossJudge
from fl_client.roles import (
    FRACTION_BITS,
    Aggregator,
    Asking,
    Auditor,
    Learner,
    ModelBook,
    Owner,
    RoundInputs,
    TaskPlan,
    Trainer,
    Validator,
    check_judges,
    create_task,
)
from fl_client.rounds import TaskWatch, VerifiedVectors, seal_vector
from fl_client.sealing import FIRST_HASHES_PER_SECOND
from fl_client.simulation.attackers import (
    CHEATING_TRAINERS,
    CheatingTrainer,
    HidingAggregator,
)
from fl_client.simulation.ground import NOMINAL_PACE, Ground
from fl_client.simulation.member import Member
from fl_client.simulation.plan import DemoSettings, plan_cheats, task_plan
from fl_client.storage import LocalStore
from fl_client.types import Bytes32

AGGREGATORS = 2
ROOT_SHARE = 5
"""Every how many-th test sample the owner learns a trusted update on."""
COINS = 500
AnyTrainer = TypeVar("AnyTrainer", bound=Trainer)


class Founding(Ground):
    """What stands before a federation runs: a chain, contracts, a task, and everybody with an account and coins.

    Attributes:
        further_accounts: how many besides trainers and validators.
    """

    further_accounts = AGGREGATORS + 2  # and the auditor's and the owner's

    def __init__(self, settings: DemoSettings) -> None:
        """Load the task, deploy the contracts, create the task and its members.

        Raises:
            ConfigError, LearningError: a setting or the task is wrong.
        """
        super().__init__(settings)
        self.cheats, self.left_out = plan_cheats(settings)
        check_judges(settings.validators, len(self.data.test))
        # A round's updates, its model and the one before: fetched and verified once for all roles but the
        # auditor, which shares nothing.
        self.verified = VerifiedVectors(self.store, most=settings.participants + 2)
        self.deployment, self.contract = self._found()
        self.watch = TaskWatch(self.contract)
        self._book = self._models()
        self.members = self._members()
        chosen = Random(settings.seed)
        for member in self.members:
            if isinstance(member.participant, Asking):
                member.participant.choose = chosen.randrange

    @property
    def accounts(self) -> int:
        """How many accounts the chain funds."""
        return self.settings.participants + self.further_accounts + self.settings.validators

    # ------------------------------------------------------------------ setting up

    def _found(self) -> tuple[Deployment, TaskContract]:
        """Deploy, and create the task with the model that everybody starts from."""
        self._owner_sender, _ = self._sender(0, "owner")
        bounds = FactoryBounds()
        deployment = deploy(self._owner_sender, self.connection, bounds=bounds)
        vector = self.model.initial()
        form = VectorFormat(dimension=len(vector), fraction_bits=FRACTION_BITS, kind=VectorKind.MODEL)
        sealed = seal_vector(vector, form)
        plan = self._plan(bounds)
        parameters = plan.parameters(
            owner=self._owner_sender.address,
            deployment=deployment,
            definition_hash=Bytes32(self.model.layout.definition_hash),
            initial_model=sealed.commitment,
            initial_content=self.store.put(sealed.data).digest,
            dimension=form.dimension,
        )
        contract = create_task(
            self.connection, deployment, self._owner_sender, parameters, self.gas, terms=plan.review_terms
        )
        return deployment, contract

    def _plan(self, bounds: FactoryBounds) -> TaskPlan:
        """The task before it is on the chain."""
        seconds, greatest = max(bounds.min_challenge_seconds, 4_320), max(map(len, self.shares))
        return task_plan(self.settings, phase_seconds=seconds, greatest_share=greatest)

    def _members(self) -> list[Member]:
        """Everybody, with coins to stake; trainers first."""
        members = [self._trainer(index, share) for index, share in enumerate(self.shares)]
        members += [self._aggregator(index) for index in range(AGGREGATORS)]
        members += self._others()
        members += [self._validator(index) for index in range(self.settings.validators)]
        members.append(self._auditor())
        members.append(self._owner())
        for member in members[:-1]:
            member.coins_before = self._coins_of(member) * ONE_COIN
            transfer = self.contract.coin.functions.transfer(member.participant.address, member.coins_before)
            self._owner_sender.send(transfer)
        return members

    def _others(self) -> list[Member]:
        """Whoever else takes part."""
        return []

    def _coins_of(self, member: Member) -> int:
        """With how many coins a member begins."""
        del member
        return COINS

    def _trainer(self, index: int, share: NDArray[np.int64]) -> Member:
        name = f"trainer {index + 1}"
        cheat = next((one for one in self.cheats if one.actor == name), None)
        kind = CHEATING_TRAINERS[cheat.evidence] if cheat else Trainer
        trainer = self._trainer_of(kind, index, self._learner(index, self.data.train.select(share)))
        if cheat and isinstance(trainer, CheatingTrainer):
            trainer.cheats_in = cheat.round
        return Member(name=name, participant=trainer, coins_before=0)

    def _learner(self, index: int, share: Samples) -> Learner:
        return self._honest_learner(index, share)

    def _trainer_of(self, kind: type[AnyTrainer], index: int, learner: Learner) -> AnyTrainer:
        name = f"trainer-{index + 1}"
        sender, journal = self._sender(1 + index, name)
        return kind(
            self.watch,
            sender,
            self.gas,
            learner=learner,
            models=self._models(),
            private=LocalStore(self.settings.out / "state" / name / "outbox"),
            journal=journal,
            salt=lambda round_, attempt: self._derived("salt", index, round_, attempt),
        )

    def _aggregator(self, index: int) -> Member:
        name = f"aggregator {index + 1}"
        sender, _ = self._sender(1 + self.settings.participants + index, name.replace(" ", "-"))
        cheat = next((one for one in self.cheats if one.actor == name and one.evidence == AGGREGATE), None)
        kind = HidingAggregator if cheat else Aggregator
        aggregator = kind(self.watch, sender, self.gas, models=self._models())
        aggregator.pace = FIRST_HASHES_PER_SECOND
        if cheat and isinstance(aggregator, HidingAggregator):
            aggregator.cheats_in = cheat.round
        return Member(name=name, participant=aggregator, coins_before=0)

    def _validator(self, index: int) -> Member:
        """Each with an equal part of the test samples: no trainer has them, and no two validators share any."""
        name = f"validator {index + 1}"
        account = self.settings.participants + self.further_accounts + index
        sender, journal = self._sender(account, name.replace(" ", "-"))
        mine = self.data.test.select(part_of(len(self.data.test), index + 1, self.settings.validators))
        validator = Validator(
            self.watch,
            sender,
            self.gas,
            judge=LossJudge(lambda vector: self.model.evaluate(vector, mine, self.device).loss),
            models=self._models(),
            journal=journal,
            salt=lambda turn, committee: self._derived("scores", index, turn, committee),
            measured=Fraction(round(1_000 * NOMINAL_PACE * self.training.epochs)),
        )
        return Member(name=name, participant=validator, coins_before=0)

    def _auditor(self) -> Member:
        index = 1 + self.settings.participants + AGGREGATORS
        sender, _ = self._sender(index, "auditor")
        numbers = iter(range(2**31))
        auditor = Auditor(
            self.watch,
            sender,
            self.gas,
            models=ModelBook(self.watch, self.store),
            salt=lambda: self._derived("evidence", next(numbers)),
        )
        return Member(name="auditor", participant=auditor, coins_before=0)

    def _owner(self) -> Member:
        """With a part of the test samples, where the rule compares with what it learnt on them."""
        root = self.data.test.select(part_of(len(self.data.test), 1, ROOT_SHARE))
        learner = LocalLearner(
            self.model, root, self.training, seed=self.settings.seed * 1_000 + 999, device=self.device
        )
        inputs = RoundInputs(models=self._models(), root=learner)
        owner = Owner(self.watch, self._owner_sender, self.gas, inputs=inputs)
        return Member(name="owner", participant=owner, coins_before=0)

    def _models(self) -> ModelBook:
        return ModelBook(self.watch, self.store, verified=self.verified)
