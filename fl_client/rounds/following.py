"""A contract's events followed from the first on, through restarts and reorganisations, into a ledger."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from fl_client.chain import Event, EventCursor, KeptEvents, load_artifact
from fl_client.chain.contracts.clone import TaskClone
from fl_client.errors import ChainUnavailable, GradbondError, HistoryReplaced
from fl_client.types import Address

_log = logging.getLogger(__name__)

BEHIND_SECONDS: Final = 30.0
"""How long a node may be behind what it told before: after that its own view counts, as of a shorter chain."""


MOST_LOOKS: Final = 5
LOOK_SECONDS: Final = 0.2
"""How often and how far apart views are asked for again that are not of the block of the events."""


class Ledger(Protocol):
    """What events are written into."""

    def apply_all(self, events: Iterable[Event]) -> None:
        """Take events over, in chain order."""
        ...


AnyContract = TypeVar("AnyContract", bound=TaskClone)
AnyLedger = TypeVar("AnyLedger", bound=Ledger)


class Following(ABC, Generic[AnyContract, AnyLedger]):
    """A task's contract together with the ledger of its events; roles of one process may share it.

    Attributes:
        contract: the task.
        ledger: what its events say; another object after a reorganisation.
        reorganisations: how often the chain replaced blocks that were read already.
    """

    artifacts: Sequence[str] = ()

    def __init__(
        self, contract: AnyContract, *, start_block: int | None = None, state: Path | None = None
    ) -> None:
        """Follow a task.

        Args:
            contract: the task.
            start_block: where its events begin; ``None`` takes the deployment's block.
            state: a state folder, where events are kept for the next start; ``None`` keeps nothing.
        """
        self.contract = contract
        self.reorganisations = 0
        self._start = contract.deployment.block if start_block is None else start_block
        self._behind_since: float | None = None
        self._kept = None if state is None else KeptEvents(state, self._subject())
        self._begin()
        try:
            self.ledger.apply_all(self._cursor.restore())
        except GradbondError as problem:
            _log.warning("kept events are not this task's (%s): reading them again", problem)
            self._forget()

    @abstractmethod
    def _new_ledger(self) -> AnyLedger:
        """One in which nothing has happened."""

    @abstractmethod
    def _contracts(self) -> tuple[Address, ...]:
        """The task, and those of its deployment that tell of it."""

    def _speakers(self) -> tuple[Address, ...]:
        """Everybody whose events are read."""
        return self._contracts()

    def close(self) -> None:
        """Let another process have the state folder."""
        if self._kept is not None:
            self._kept.close()

    def _forget(self) -> None:
        if self._kept is not None:
            self._kept.clear()
        self._begin()

    def _begin(self) -> None:
        self.ledger = self._new_ledger()
        self._cursor = EventCursor(
            self.contract.connection,
            self._speakers(),
            [load_artifact(name) for name in self.artifacts],
            self._start,
            kept=self._kept,
        )

    def _subject(self) -> str:
        """What kept events must be of: another chain, task, deployment or start makes them worthless."""
        return " ".join([str(self.contract.deployment.chain_id), *self._contracts(), str(self._start)])

    def catch_up(self) -> None:
        """Read all new events; a reorganisation makes the ledger anew, from the start block.

        Raises:
            ChainUnavailable: the node is gone, or behind what it told before.
            ChainError: it is on another chain by now.
        """
        with self.contract.held() as block:
            try:
                self._read(block)
            except HistoryReplaced as replaced:
                self.contract.connection.require_same_chain()
                _log.warning("%s", replaced)
                self.reorganisations += 1
                self._forget()
                self._read(block)

    def _require_one_block(self, viewed: Callable[[], int], told: int) -> None:
        """Make sure that the views and the events of this look are of one block.

        Else whoever acts would look for a turn that it was told of and find none. Nodes answer views from another
        block than the one that was asked for: one that executes a block before it shows it, several behind one name.

        Args:
            viewed: asks the contract for its latest turn, 0 before the first.
            told: the latest turn by the events.

        Raises:
            ChainUnavailable: they stay apart.
        """
        for _ in range(MOST_LOOKS):
            if viewed() == told:
                return
            time.sleep(LOOK_SECONDS)
            self.contract.forget_views()
        raise ChainUnavailable(
            f"{self.contract.connection.url} is not at one block: {self.contract.address} is in turn {viewed()}, and "
            f"by its events in turn {told}; wait for it"
        )

    def _read(self, block: int) -> None:
        try:
            self.ledger.apply_all(self._cursor.poll(block, tip=self.contract.held_hash))
        except HistoryReplaced:
            raise
        except ChainUnavailable:
            if block >= self._cursor.next_block - 1:
                raise
            now = time.monotonic()
            self._behind_since = self._behind_since or now
            if now - self._behind_since < BEHIND_SECONDS:
                raise
            raise HistoryReplaced(f"the chain ends at block {block}, before what was read already") from None
        self._behind_since = None
