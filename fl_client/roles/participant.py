"""What every role has: an account, a view of the task, and steps that may be taken again at any time."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from fl_client.chain import PASSES_NOW, Receipt, TransactionSender
from fl_client.chain.contracts import Phase, ReviewStep, Role, TaskContract
from fl_client.errors import ContractReverted, HistoryReplaced
from fl_client.rounds import TaskLedger, TaskWatch, tally
from fl_client.types import Address

_log = logging.getLogger(__name__)

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
        *("AvailabilityQuestionsAlreadyAsked", "AvailabilityQuestionsAlreadyCharged"),
        *("AvailabilityQuestionsDeadline", "AvailabilityQuestionsNotAsked"),
        *("AvailabilityQuestionsNoAttester", "AvailabilityQuestionsRoundNotOpen"),
    }
)

# In a row: the chain's clock may reach a deadline between the simulation of a call and its block.
_MOST_OVERTAKEN = 3


_BPS = 10_000


@dataclass(slots=True)
class GasBook:
    """What every call of every role has cost, in gas: role -> call -> one figure a transaction."""

    spent: dict[str, dict[str, list[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def note(self, role: str, call: str, gas: int) -> None:
        """Write one transaction down."""
        self.spent[role][call].append(gas)

    @property
    def total(self) -> int:
        """Gas of all transactions."""
        return sum(gas for calls in self.spent.values() for figures in calls.values() for gas in figures)

    def summary(self) -> dict[str, dict[str, dict[str, int]]]:
        """Count, mean and greatest figure by role and call."""
        return {
            role: {
                call: {"count": len(figures), "mean": round(sum(figures) / len(figures)), "max": max(figures)}
                for call, figures in sorted(calls.items())
            }
            for role, calls in sorted(self.spent.items())
        }


class Participant:
    """An account that takes part in one task.

    A role's `step` looks at the chain, does at most one thing that is due, and says what it was; taken again it
    goes on from whatever the chain and the journal say, so a killed process just starts anew.
    """

    role = "participant"
    stakes_as = Role.NONE

    def __init__(self, watch: TaskWatch, sender: TransactionSender, gas: GasBook) -> None:
        self.watch = watch
        self.sender = sender
        self.gas = gas
        self._overtaken = 0
        self._reorganisations = watch.reorganisations
        self.looked_at = -1  # the block of the last step

    @property
    def address(self) -> Address:
        """The account."""
        return self.sender.address

    @property
    def contract(self) -> TaskContract:
        """The task's contract."""
        return self.watch.contract

    @property
    def ledger(self) -> TaskLedger:
        """What has happened so far."""
        return self.watch.ledger

    def step(self) -> str | None:
        """Do what is due; returns what was done, or None."""
        # What was begun comes first: a decision made before its end would be made from half of the facts.
        self.sender.resume()
        with self.contract.held() as block:
            self.looked_at = block
            phase, _ = self.watch.refresh(self.address)
            if self.watch.reorganisations != self._reorganisations:
                lost = self.sender.recover()
                self._reorganisations = self.watch.reorganisations
                if lost:
                    return f"sent again {lost} transactions that the chain had lost"
            try:
                done = self.act(phase)
            except ContractReverted as refusal:
                self._note(refusal)
                return None
            except HistoryReplaced as replaced:
                _log.warning("%s", replaced)
                return "sent again what the chain had lost"
        self._overtaken = 0
        return done

    def due_at(self) -> int | None:
        """From which stamp on there may be something to do although nobody acts; None: not known.

        The end of the phase, of a dispute's step, of a sealer's slot, or of a stake's time.
        """
        with self.contract.held():
            now = self.contract.connection.now()
            phase, deadline = self.contract.phase(self.address)
            times = [deadline, *(one.deadline for one in self.ledger.questions.open)]
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

    def _note(self, refusal: ContractReverted) -> None:
        """Pass over a refusal that only means that the task has moved on; raises any other.

        Some say so by their name. Others mean it where the task stands elsewhere than when the step was decided: what
        the contract compares first depends on the call.
        """
        if refusal.name == PASSES_NOW and self._overtaken < _MOST_OVERTAKEN:
            self._overtaken += 1
        elif refusal.name not in _RACES:
            decided_in = self.contract.clock()
            self.contract.look_again()
            if self.contract.clock() == decided_in:
                raise refusal
        _log.info("%s: another was faster (%s)", self.address, refusal.name)

    def act(self, phase: Phase) -> str | None:
        """What this role does in a phase."""
        return None

    def send(self, function: Any, *, intent: str | None = None) -> Receipt:
        """Send a transaction and write down its gas."""
        receipt = self.sender.send(function, intent=intent)
        self.gas.note(self.role, function.fn_name, receipt.gas_used)
        return receipt

    def named(self, call: str) -> str:
        """The intent of a call that is made at most once a turn."""
        clock = self.contract.clock()
        return f"{call} {self.contract.address} {clock.round}.{clock.turn}.{clock.proposal}"

    def allow(self, amount: int, spender: Address | None = None) -> None:
        """Let the vault (or another contract) take coins, unless it may already."""
        spender = spender or self.contract.deployment.vault
        coin = self.contract.coin
        if self.contract.connection.call(coin.functions.allowance(self.address, spender)) < amount:
            self.send(coin.functions.approve(spender, amount))

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
