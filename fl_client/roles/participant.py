"""What every role of a plain task has: an account, a view of the task, and the calls that anybody may make."""

from __future__ import annotations

from fl_client.chain import TransactionSender
from fl_client.chain.contracts import Clock, Phase, ReviewStep, Role, TaskContract
from fl_client.errors import ContractReverted
from fl_client.roles.acting import Actor, GasBook
from fl_client.rounds import TaskLedger, TaskWatch, tally
from fl_client.types import Address

# Somebody else was faster, or the time for it passed meanwhile: nothing is lost, the next step looks anew.
_RACES = frozenset(
    {
        "TrainingTaskUnexpectedPhase",
        "TrainingTaskOtherTurn",
        "TrainingTaskOtherRound",
        "TrainingTaskOtherSet",
        "TrainingTaskNothingToSettle",
        "TrainingTaskNoSuchRecord",
        "TrainingTaskNotChallengeable",
        "DisputeCourtOtherProposal",
        "TrainingTaskNotDrawn",
        "TrainingTaskNotYourSlot",
        "TrainingTaskSeedPending",
        "TrainingTaskWrongEntries",
        "RoundTablesAlreadyGiven",
        "RoundTablesOtherRound",
        "RoundTablesTooLate",
        "DisputeCourtDeadline",
        "ReviewBoardNotDue",
        "ReviewBoardOtherReview",
        "ReviewBoardSeatTaken",
        "ReviewBoardSeedPending",
        "ReviewBoardUnexpectedStep",
        "DisputeCourtUnexpectedStep",
    }
)

_BPS = 10_000


class Participant(Actor[TaskContract, TaskLedger, Phase]):
    """An account that takes part in one plain task."""

    stakes_as = Role.NONE
    races = _RACES

    def __init__(self, watch: TaskWatch, sender: TransactionSender, gas: GasBook) -> None:
        super().__init__(watch, sender, gas)
        self.watch = watch

    @property
    def speakers(self) -> tuple[Address, ...]:
        """Whose events are news to somebody in the task."""
        deployment, board = self.contract.deployment, self.contract.board
        own = (self.contract.address, deployment.court, deployment.round_tables)
        return own if board is None else (*own, board.address)

    def _look(self) -> Phase:
        return self.watch.refresh(self.address)[0]

    def _standing(self) -> Clock:
        return self.contract.clock()

    def due_at(self) -> int | None:
        """From which stamp on there may be something to do although nobody acts; None: not known.

        The end of the phase, of a dispute's step, of a sealer's slot, or of a stake's time.
        """
        with self.contract.held():
            now = self.contract.connection.now()
            phase, deadline = self.contract.phase(self.address)
            times = [deadline]
            if phase is Phase.ENDED:
                times += [
                    self.contract.stake(self.address, role)[1] for role in (self.stakes_as, Role.CHALLENGER)
                ]
            elif phase is Phase.CHALLENGE and self.contract.clock(self.address).dispute_open:
                times.append(self.contract.open_dispute().deadline)
            elif phase is Phase.REVIEW and self.contract.board is not None:
                times.append(self.contract.review().mark)
            elif phase is Phase.AGGREGATE:
                seconds = self.contract.parameters.seal_seconds
                times += [deadline - slot * seconds for slot in range(1, 2 + len(self.contract.seats()))]
        return min((time for time in times if time > now), default=None)

    def named(self, call: str) -> str:
        """The intent of a call that is made at most once a turn."""
        clock = self.contract.clock()
        return f"{call} {self.contract.address} {clock.round}.{clock.turn}.{clock.proposal}"

    def advance(self, phase: Phase) -> str | None:
        """Make the call that moves the task on, where anybody may."""
        functions = self.contract.task.functions
        if phase is Phase.JOIN:
            return self.start()
        if phase is Phase.COMMIT and self._awaits_draw():
            self.send(functions.seedTurn())
            return "decided the draw"
        if phase is Phase.CHALLENGE:
            return self.resolve()
        if phase is Phase.FINAL:
            self.send(functions.finalizeRound())
            return "finalised the round"
        if phase is Phase.VOID:
            self.send(functions.voidRound())
            return "voided the round"
        if phase in (Phase.ATTEST, Phase.REVIEW):
            return self.review(phase)
        if phase is Phase.STALLED:
            record = self.ledger.current()
            if record.accepted_mask is None:
                # The rewards are owed although no sealer came.
                self.send(functions.freezeRound(list(self.watch.entries(record.reveals))))
                return "froze the round"
            self.send(functions.endTask())
            return "ended the task"
        return None

    def review(self, phase: Phase) -> str | None:
        """Open a review, draw its committee, or end it, where that is due."""
        record, board = self.ledger.current(), self.contract.board
        if board is None or self.ledger.board is None:
            return None
        if phase is Phase.ATTEST and not tally(record, turn=record.turn).complete:
            return None
        entries = list(self.watch.entries(record.reveals))
        open_review = self.ledger.board.reviews.get(record.turn)
        if open_review is None:
            self.send(self.contract.task.functions.freezeRound(entries))
            return "opened the review"
        state = self.contract.review()
        if state.step is ReviewStep.DRAW:
            self.send(board.board.functions.drawCommittee())
            return "drew the committee"
        if state.step is ReviewStep.DUE:
            last = open_review.committees[-1] if open_review.committees else None
            rows = last.rows() if last is not None and last.number == state.committee else []
            self.send(board.board.functions.concludeReview(entries, rows))
            return "concluded the review"
        return None

    def start(self) -> str | None:
        """Open the first round when all places are taken or the joining time is over."""
        clock, parameters = self.contract.clock(), self.contract.parameters
        over = self.contract.connection.now() >= clock.mark
        seated = any(int(seat, 16) for seat in self.contract.seats())
        ready = clock.active >= parameters.quorum and seated
        if not over and not (ready and clock.active == parameters.max_trainers):
            return None
        try:
            if ready:
                self.send(self.contract.task.functions.start())
                return "started the task"
            self.send(self.contract.task.functions.endTask())
            return "ended the task: too few came"
        except ContractReverted as refusal:
            if refusal.name != "TrainingTaskUnexpectedPhase":
                raise
            return None

    def resolve(self) -> str | None:
        """End a dispute in which a step was missed; without it the round would never go on."""
        if not self.contract.clock().dispute_open:
            return None
        if self.contract.connection.now() < self.contract.open_dispute().deadline:
            return None
        self.send(self.contract.court.functions.resolveDispute(self.contract.address))
        return "ended a dispute whose deadline had passed"

    def _awaits_draw(self) -> bool:
        """Whether trainers are drawn and the present turn's draw is not decided."""
        return self.contract.parameters.fraction_bps < _BPS and self.ledger.seeded_turn < self.ledger.turn

    def go_home(self, role: Role) -> str | None:
        """After the end: claim, leave, and take the stake back once it is free."""
        claimable, _ = self.contract.earnings(self.address)
        if claimable:
            self.send(self.contract.pool.functions.claim())
            return "claimed its earnings"
        amount, releasable_at = self.contract.stake(self.address, role)
        if not amount:
            return None
        if not releasable_at:
            self.send(self.contract.task.functions.leaveTask(int(role), self._seat() or 0))
            return "left"
        if self.contract.connection.now() >= releasable_at:
            self.send(self.contract.task.functions.withdraw(int(role)))
            return "took its stake back"
        return None

    def _seat(self) -> int | None:
        seats = self.contract.seats()
        return seats.index(self.address) if self.address in seats else None
