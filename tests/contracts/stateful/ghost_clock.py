"""What a task remembers, and what phase follows from it, in plain Python; nothing here asks the chain."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.contracts.stateful.ghost_money import Money, refuse_if
from tests.contracts.task_types import (
    OPEN_SLOTS,
    SUBSTITUTE,
    UNKNOWN_DUE,
    Phase,
    TaskParameters,
    TrainerState,
)

CHUNK_DUE, PROOF_DUE = 3, 4
"""Steps of a dispute about a model of one chunk."""


@dataclass(slots=True)
class Trainer:
    """A trainer's record."""

    state: TrainerState = TrainerState.NONE
    turn: int = 0
    index: int = 0
    bitmap: int = 0
    leaving: bool = False


@dataclass(slots=True)
class Dispute:
    """The open dispute."""

    challenger: str
    deadline: int
    step: int = CHUNK_DUE


@dataclass(slots=True, repr=False)
class GhostClock:
    """A task's state and its turns."""

    p: TaskParameters
    money: Money
    now: int
    mark: int
    recorded: Phase = Phase.JOIN
    round: int = 0
    turn: int = 0
    attempt: int = 0
    voids: int = 0
    active: int = 0
    due: int = 0
    pending: int = 0
    revealed: list[str] = field(default_factory=list)
    accepted: int = 0
    sealer: int = 0
    proposal: int = 0
    target: int = 0  # of the proof of work; 0: the first one
    disputes: int = 0
    substitute: str = ""
    seats: list[str] = field(default_factory=list)
    trainers: dict[str, Trainer] = field(default_factory=dict)
    dispute: Dispute | None = None

    # ------------------------------------------------------------------ the phase

    @property
    def sealing_starts(self) -> int:
        """When the slots began, or begin."""
        if self.recorded == Phase.COMMIT:
            return self.mark + (self.p.reveal_seconds if self.pending else 0) + self.p.attest_seconds
        return self.mark + (self.p.attest_seconds if self.recorded == Phase.REVEAL else 0)

    @property
    def phase(self) -> Phase:
        """The present phase."""
        if self.recorded == Phase.CHALLENGE:
            return Phase.FINAL if self.now >= self.mark and not self.dispute else Phase.CHALLENGE
        if self.recorded not in (Phase.COMMIT, Phase.REVEAL, Phase.ATTEST, Phase.AGGREGATE):
            return self.recorded
        if self.recorded == Phase.COMMIT and self.now < self.mark:
            return Phase.COMMIT
        if self.now < self.reveal_ends:
            return Phase.REVEAL
        if self.recorded != Phase.AGGREGATE:
            if len(self.revealed) < self.p.quorum:
                return Phase.VOID
            if self.now < self.sealing_starts:
                return Phase.ATTEST
        slots = len(self.seats) + OPEN_SLOTS
        return (
            Phase.STALLED
            if self.now >= self.sealing_starts + slots * self.p.seal_seconds
            else Phase.AGGREGATE
        )

    @property
    def reveal_ends(self) -> int:
        """The end of the reveal phase; 0 if there is none."""
        if self.recorded == Phase.COMMIT and self.pending:
            return self.mark + self.p.reveal_seconds
        return self.mark if self.recorded == Phase.REVEAL else 0

    @property
    def next_change(self) -> int:
        """When the present phase ends by itself, or now if somebody must act."""
        phase = self.phase
        if phase == Phase.CHALLENGE and self.dispute:
            return self.dispute.deadline
        if phase in (Phase.JOIN, Phase.COMMIT, Phase.CHALLENGE):
            return self.mark
        if phase == Phase.REVEAL:
            return self.reveal_ends
        if phase == Phase.ATTEST:
            return self.sealing_starts
        if phase == Phase.AGGREGATE:
            return self.sealing_starts + (len(self.seats) + OPEN_SLOTS) * self.p.seal_seconds
        return self.now

    @property
    def first_turn(self) -> int:
        return self.turn - self.attempt

    @property
    def proposer(self) -> str:
        """Who answers for the latest proposal."""
        if self.sealer == 0:
            return ""
        return self.substitute if self.sealer == SUBSTITUTE else self.seats[self.sealer - 1]

    def require(self, phase: Phase) -> None:
        refuse_if(self.phase != phase, "TrainingTaskUnexpectedPhase")

    def trainer(self, account: str) -> Trainer:
        return self.trainers.setdefault(account, Trainer())

    # ------------------------------------------------------------------ turns

    def start(self) -> None:
        refuse_if(self.recorded != Phase.JOIN, "TrainingTaskUnexpectedPhase")
        full = self.active == self.p.max_trainers
        early = not full and self.now < self.mark
        refuse_if(early or not self._startable, "TrainingTaskUnexpectedPhase")
        self.round = 1
        self._open_turn(self.active)

    @property
    def _startable(self) -> bool:
        return self.active >= self.p.quorum and any(self.seats)

    def _open_turn(self, due: int) -> None:
        self.turn += 1
        self.recorded, self.mark = Phase.COMMIT, self.now + self.p.commit_seconds
        self.due, self.pending = due, 0

    def void(self) -> None:
        self.require(Phase.VOID)
        self._void()

    def _void(self) -> None:
        self.voids += 1
        if self.voids >= self.p.max_voids:
            self._end()
            return
        self.attempt += 1
        self._open_turn(UNKNOWN_DUE)

    def end(self) -> None:
        abandoned = self.recorded == Phase.JOIN and self.now >= self.mark and not self._startable
        if not abandoned:
            self.require(Phase.STALLED)
            refuse_if(self.accepted == 0, "TrainingTaskNotFrozen")
        self._end()

    def _end(self) -> None:
        self.recorded, self.mark = Phase.ENDED, self.now
        self._pay_sealer()
        self.money.purses[self.p.owner] += self.money.unspent
        self.money.burned += self.money.bonus
        self.money.unspent = self.money.bonus = 0
        self.money.closed = True

    def _pay_sealer(self) -> None:
        if self.proposer:
            self.money.unspent -= self.p.seal_reward
            self.money.earn(self.proposer, self.p.seal_reward)
        self.sealer = 0

    def finalize(self) -> None:
        self.require(Phase.FINAL)
        self.round += 1
        self.voids = self.attempt = self.accepted = self.proposal = self.disputes = 0
        self.revealed = []
        if self.round > self.p.rounds:
            self._end()
        else:
            self._open_turn(self.active)
