"""What every federation in one process stands on: a task with its data in shares, a chain, a store, accounts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

from fl_client.chain import Connection, Journal, TransactionSender, demo_account
from fl_client.learning import (
    GlobalModel,
    LocalLearner,
    Samples,
    TaskData,
    check_task,
    load_task,
    resolve_device,
    share_out,
    training_defaults,
)
from fl_client.roles import FRACTION_BITS, GasBook
from fl_client.simulation.plan import DemoSettings, derived_salt
from fl_client.storage import LocalStore
from fl_client.types import Bytes32

NOMINAL_PACE: Final = 0.001
"""Seconds that every trainer reports a sample and epoch: a demonstration gives the same chain on every machine."""


class Ground(ABC):
    """The task, its shares, a chain in this process, and a store.

    Raises:
        ConfigError, LearningError: a setting or the task is wrong.
    """

    def __init__(self, settings: DemoSettings) -> None:
        self.settings = settings
        self.device = resolve_device(settings.device)
        self.task = load_task(settings.task, data_dir=settings.data)
        self.data: TaskData = check_task(self.task)
        self.training = settings.training(training_defaults(self.task))
        self.model = GlobalModel(self.task, seed=settings.seed, fraction_bits=FRACTION_BITS)
        self.shares = share_out(
            settings.partition,
            self.data.train_targets,
            participants=settings.participants,
            seed=settings.seed,
        )
        self.connection = Connection.embedded(seed=settings.seed, accounts=self.accounts)
        self.store = LocalStore(settings.out / "store")
        self.gas = GasBook()
        self._gas_at = [0]

    @property
    @abstractmethod
    def accounts(self) -> int:
        """How many accounts the chain funds."""

    def _sender(self, index: int, name: str) -> tuple[TransactionSender, Journal]:
        journal = Journal(self.settings.out / "state" / name)
        account = demo_account(self.settings.seed, index)
        return TransactionSender(self.connection, account, journal), journal

    def _honest_learner(self, index: int, share: Samples) -> LocalLearner:
        seed = self.settings.seed * 1_000 + index
        return LocalLearner(
            self.model, share, self.training, seed=seed, device=self.device, pace=NOMINAL_PACE
        )

    def _note_spent(self, final: int) -> None:
        """Note what had been spent when rounds became final: others act in the same sweep, for the next one."""
        while len(self._gas_at) <= final:
            self._gas_at.append(self.gas.total)

    def _gas_of(self, number: int) -> int:
        """What was spent from one final round to the next."""
        return self._gas_at[number] - self._gas_at[number - 1]

    def _derived(self, purpose: str, *numbers: int) -> Bytes32:
        return derived_salt(self.settings.seed, purpose, *numbers)
