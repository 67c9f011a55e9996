"""A training task's contract, typed: what can be asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from fl_client.chain.connection import Connection
from fl_client.chain.contracts.board import BoardContract, ReviewState
from fl_client.chain.contracts.clone import TaskClone
from fl_client.chain.contracts.deployment import Deployment
from fl_client.chain.contracts.dispute import Dispute, Step, TableDispute, read_dispute, read_table_dispute
from fl_client.chain.contracts.parameters import NOBODY, TaskParameters
from fl_client.types import Address, Bytes32

OPEN_SLOTS: Final = 2
"""Slots that stay open to everybody after each seat had its own (``TaskState.OPEN_SLOTS``)."""


class Phase(IntEnum):
    """What a task is doing (``types/TaskTypes.sol``)."""

    NONE = 0
    JOIN = 1
    COMMIT = 2
    REVEAL = 3
    ATTEST = 4
    AGGREGATE = 5
    CHALLENGE = 6
    FINAL = 7
    VOID = 8
    STALLED = 9
    ENDED = 10
    REVIEW = 11


class Role(IntEnum):
    """As what an account locked its stake."""

    NONE = 0
    TRAINER = 1
    SEALER = 2
    CHALLENGER = 3
    VALIDATOR = 4


class Evidence(IntEnum):
    """On what a slash stands."""

    NONE = 0
    NO_REVEAL = 1
    WRONG_NORM = 2
    WRONG_AGGREGATE = 3
    NO_ANSWER = 4
    LOST_DISPUTE = 5
    NO_SCORES = 6
    NO_SUBMISSION = 7
    NO_SHARES = 8
    WRONG_STATEMENT = 9
    NOT_SHOWN = 10


class TrainerState(IntEnum):
    """Where a trainer stands in its latest turn."""

    NONE = 0
    READY = 1
    COMMITTED = 2
    REVEALED = 3
    ATTESTED = 4
    SUSPENDED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The round's state as recorded; `types/RoundClock.sol` says what each field means."""

    phase: Phase
    mark: int
    round: int
    turn: int
    attempt: int
    voids: int
    active: int
    due: int
    pending: int
    revealed: int
    accepted: int
    sealer: int
    proposal: int
    disputes: int
    dispute_open: bool
    seats: int

    @property
    def first_turn(self) -> int:
        """The first turn of the present round."""
        return self.turn - self.attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainerRecord:
    """A trainer's record; `types/TrainerRecord.sol` says what each field means."""

    word: int
    turn: int
    state: TrainerState
    index: int
    leaving: bool


class TaskContract(TaskClone):
    """One task on a chain, with the contracts it works with.

    Attributes:
        parameters: as fixed at its creation.
        court, tables, questions: further contracts, for building transactions.
        board: where its updates are reviewed; None where nobody does.
    """

    def __init__(self, connection: Connection, deployment: Deployment, address: Address) -> None:
        """Bind a task.

        Raises:
            ChainError: the factory never made it, or the code there is another.
        """
        super().__init__(connection, deployment, address, "TrainingTask")
        self.court = connection.contract("DisputeCourt", deployment.court)
        self.tables = connection.contract("RoundTables", deployment.round_tables)
        questions = connection.call(self.court.functions.questions())
        self.questions = connection.contract("AvailabilityQuestions", questions)
        self.parameters = TaskParameters.from_chain(connection.call(self.task.functions.parameters()))
        self.board: BoardContract | None = None
        if self.parameters.board != NOBODY:
            self.board = BoardContract(connection, deployment, self.parameters.board, self.address)

    def _answered(
        self, results: dict[tuple[Any, ...], Any], name: str, arguments: tuple[Any, ...]
    ) -> Any | None:
        """What does not depend on the account is in anybody's status."""
        if name != "statusOf" or arguments != (NOBODY,):
            return None
        return next((value for (view, *_), value in results.items() if view == name), None)

    def phase(self, account: Address = NOBODY) -> tuple[Phase, int]:
        """The present phase and its deadline in seconds since 1970 (0: when somebody acts)."""
        current, deadline, *_ = self._once("statusOf", account)
        return Phase(current), int(deadline)

    def deadline(self, account: Address = NOBODY) -> int:
        """Until when the present phase lasts, seconds since 1970; 0 where it ends by somebody's act.

        Of a review its board knows: the task itself notes only when it was opened.
        """
        phase, deadline = self.phase(account)
        if phase is Phase.REVIEW:
            return self.review().deadline
        return 0 if phase is Phase.ENDED else deadline

    def clock(self, account: Address = NOBODY) -> Clock:
        """The round's state as recorded."""
        phase, *rest = self._once("statusOf", account)[2]
        return Clock(phase=Phase(phase), **dict(zip(Clock.__slots__[1:], rest, strict=True)))

    def seats(self) -> tuple[Address, ...]:
        """The sealers' seats; a free one is the zero address."""
        return tuple(Address(seat) for seat in self._once("seats"))

    def set_hash(self) -> Bytes32:
        """Running hash of the reveals, of the accepted updates once they are frozen."""
        return Bytes32(bytes(self._once("setHash")))

    def proposed_model(self) -> tuple[Bytes32, Address]:
        """Commitment and author of the present proposal."""
        model, proposer = self._once("proposedModel")
        return Bytes32(bytes(model)), Address(proposer)

    def trainer(self, account: Address) -> TrainerRecord:
        """A trainer's record."""
        word, turn, state, index, leaving = self._once("statusOf", account)[3]
        return TrainerRecord(word=word, turn=turn, state=TrainerState(state), index=index, leaving=leaving)

    def is_drawn(self, account: Address) -> bool:
        """Whether a trainer is drawn for the present turn."""
        return bool(self._once("statusOf", account)[4])

    def dispute(self) -> Dispute:
        """The open dispute about the model; its step is NONE where there is none.

        As of the same block as the ledger: the sealer may answer between two questions.
        """
        return read_dispute(self.connection, self.court, self.address, self._block)

    def table_dispute(self) -> TableDispute:
        """The open dispute about the proposer's table; its step is NONE where there is none."""
        return read_table_dispute(self.connection, self.court, self.address, self._block)

    def open_dispute(self) -> Dispute | TableDispute:
        """Whichever of the two is open; its step is NONE where neither is."""
        found = self.dispute()
        if found.step is Step.NONE and self.parameters.weighing != NOBODY:
            return self.table_dispute()
        return found

    def review(self) -> ReviewState:
        """What the task's board is doing, as of the same block as everything else."""
        assert self.board is not None  # asked only where there is one
        return self.board.state(self._block)

    def stake(self, account: Address, role: Role) -> tuple[int, int]:
        """A stake in 1e-18 coin, and from when it may be withdrawn (0: bound)."""
        place = self.address if role is not Role.VALIDATOR or self.board is None else self.board.address
        return self.locked(place, account, role)
