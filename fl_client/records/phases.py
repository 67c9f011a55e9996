"""In which phase a task was at every moment: the contract's own rule, followed through its events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from fl_client.chain import Event
from fl_client.chain.contracts import NOBODY, OPEN_SLOTS, Phase, Role, Step, TaskParameters
from fl_client.encoding import CHUNK_COORDINATES
from fl_client.records.spans import PhaseRecord
from fl_client.types import Address


@dataclass(slots=True, kw_only=True)
class OpenDispute:
    """The dispute that is open: whose move it awaits, and until when in seconds since 1970."""

    challenger: Address
    step: Step
    deadline: int


class PhaseClock(PhaseRecord):
    """A task's round as `types/RoundClock.sol` records it, kept up to date from events and their blocks' stamps.

    The phase follows from deadlines as in ``TaskState._phaseOf``, so that what passed between two blocks is known
    to the second, and a node need not keep old states.

    Attributes:
        seats: sealers by seat, at most 16; the zero address where one is free.
        seed: 32 bytes that the latest draw follows from.
    """

    def __init__(self, parameters: TaskParameters) -> None:
        super().__init__()
        self._parameters = parameters
        self.phase, self.mark = Phase.NONE, 0
        self.due = self.pending = self.revealed = 0
        self.frozen = False
        self.seats: list[Address] = []
        self.proposer: Address = NOBODY
        self.dispute: OpenDispute | None = None
        self.seed = bytes(32)

    def at(self, now: int) -> tuple[Phase, int]:
        """The phase at a moment after the latest event, and its deadline; both in seconds since 1970."""
        parameters = self._parameters
        phase, deadline = self._of_trainers(now)
        if phase is Phase.ATTEST:
            if self.revealed < parameters.quorum:
                return Phase.VOID, 0
            if now >= deadline:
                # A board comes before any sealer; anybody may open its review.
                return (Phase.REVIEW, 0) if parameters.board != NOBODY else self._sealing(now, deadline)
        elif phase is Phase.AGGREGATE:
            return self._sealing(now, deadline)
        elif phase is Phase.CHALLENGE and now >= deadline and self.dispute is None:
            return Phase.FINAL, 0
        elif phase in (Phase.NONE, Phase.ENDED):
            return phase, 0
        return phase, deadline

    def slot(self, now: int) -> tuple[Address | None, int]:
        """Whose slot it is in Aggregate (None: anybody's), and when it ends in seconds since 1970."""
        started = self.at(now)[1] - self._sealing_seconds()
        passed = max(0, now - started) // self._parameters.seal_seconds
        ends = started + (passed + 1) * self._parameters.seal_seconds
        if passed >= len(self.seats):
            return None, ends
        sealer = self.seats[(self.round + self.proposal + passed) % len(self.seats)]
        return (None if sealer == NOBODY else sealer), ends

    def proposers(self, now: int) -> tuple[tuple[Address, ...], int]:
        """Who is to propose in Aggregate (none: anybody), and until when in seconds since 1970.

        A slot is one sealer's. Where work decides there are none: any seat may propose at any time.
        """
        if self._parameters.sealing != NOBODY:
            return tuple(one for one in self.seats if one != NOBODY), self.at(now)[1]
        sealer, ends = self.slot(now)
        return (() if sealer is None else (sealer,)), ends

    # ------------------------------------------------------------------ the phase, derived

    def _of_trainers(self, now: int) -> tuple[Phase, int]:
        parameters = self._parameters
        phase, deadline = self.phase, self.mark
        if phase is Phase.COMMIT and now >= deadline:
            if not self.pending:
                return Phase.ATTEST, deadline + parameters.attest_seconds
            phase, deadline = Phase.REVEAL, deadline + parameters.reveal_seconds
        if phase is Phase.REVEAL and now >= deadline:
            phase, deadline = Phase.ATTEST, deadline + parameters.attest_seconds
        return phase, deadline

    def _sealing(self, now: int, started: int) -> tuple[Phase, int]:
        deadline = started + self._sealing_seconds()
        return (Phase.STALLED if now >= deadline else Phase.AGGREGATE), deadline

    def _sealing_seconds(self) -> int:
        return (len(self.seats) + OPEN_SLOTS) * self._parameters.seal_seconds

    # ------------------------------------------------------------------ events

    def apply(self, event: Event, now: int) -> None:
        """Take one event of the task over."""
        handler = _HANDLERS.get(event.name)
        if handler is not None:
            handler(self, event.args, now)

    def _created(self, args: Any, now: int) -> None:
        self.phase, self.mark = Phase.JOIN, now + self._parameters.join_seconds

    def _seated(self, args: Any, now: int) -> None:
        seat = int(args["seat"])
        self.seats += [NOBODY] * (seat + 1 - len(self.seats))
        self.seats[seat] = args["sealer"]

    def _displaced(self, args: Any, now: int) -> None:
        self.seats[int(args["seat"])] = NOBODY

    def _left(self, args: Any, now: int) -> None:
        if args["role"] == Role.SEALER:
            self._free(args["account"])

    def _slashed(self, args: Any, now: int) -> None:
        if args["role"] == Role.SEALER:
            self._free(args["account"])

    def _free(self, account: Address) -> None:
        self.seats = [NOBODY if seat == account else seat for seat in self.seats]

    def _opened(self, args: Any, now: int) -> None:
        if args["round"] != self.round:
            self.revealed, self.proposal = 0, 0
        self.round, self.turn, self.attempt = args["round"], args["turn"], args["attempt"]
        self.phase, self.mark, self.due, self.pending = Phase.COMMIT, args["deadline"], args["due"], 0
        self.frozen, self.dispute, self.proposer = False, None, NOBODY

    def _seeded(self, args: Any, now: int) -> None:
        self.seed = bytes(args["seed"])

    def _committed(self, args: Any, now: int) -> None:
        self.pending += 1
        if self.pending + self.revealed == self.due:
            self.phase, self.mark = Phase.REVEAL, now + self._parameters.reveal_seconds

    def _revealed(self, args: Any, now: int) -> None:
        deadline = self._of_trainers(now)[1]
        self.revealed, self.pending = self.revealed + 1, self.pending - 1
        self.phase, self.mark = Phase.REVEAL, deadline
        if not self.pending:
            self.phase, self.mark = Phase.ATTEST, now + self._parameters.attest_seconds

    def _reviewing(self, args: Any, now: int) -> None:
        self.phase, self.mark = Phase.REVIEW, now

    def _froze(self, args: Any, now: int) -> None:
        phase, deadline = self.at(now)
        early = phase in (Phase.ATTEST, Phase.REVIEW)
        self.mark = now if early else deadline - self._sealing_seconds()
        self.phase, self.frozen = Phase.AGGREGATE, True

    def _proposed(self, args: Any, now: int) -> None:
        self.phase, self.mark = Phase.CHALLENGE, now + self._parameters.challenge_seconds
        self.proposal, self.proposer, self.dispute = args["proposal"], args["proposer"], None

    def _rejected(self, args: Any, now: int) -> None:
        self.phase, self.mark, self.dispute, self.proposer = Phase.AGGREGATE, now, None, NOBODY

    def _challenged(self, args: Any, now: int) -> None:
        # A vector of one chunk has no tree to walk down.
        step = Step.NODES if self._parameters.dimension > CHUNK_COORDINATES else Step.CHUNK
        self.dispute = OpenDispute(challenger=args["challenger"], step=step, deadline=args["deadline"])

    def _denied(self, args: Any, now: int) -> None:
        # Two vectors of one chunk are compared at once.
        step = Step.SUMS if self._parameters.dimension > CHUNK_COORDINATES else Step.ENTRY
        self.dispute = OpenDispute(challenger=args["challenger"], step=step, deadline=args["deadline"])

    def _sums(self, args: Any, now: int) -> None:
        self._step(Step.PICK_SUM, now)

    def _sum_picked(self, args: Any, now: int) -> None:
        self._step(Step.ENTRY if args["level"] == 0 else Step.SUMS, now)

    def _nodes(self, args: Any, now: int) -> None:
        self._step(Step.PICK, now)

    def _picked(self, args: Any, now: int) -> None:
        self._step(Step.CHUNK if args["level"] == 0 else Step.NODES, now)

    def _chunk(self, args: Any, now: int) -> None:
        self._step(Step.PROOF, now)

    def _step(self, step: Step, now: int) -> None:
        if self.dispute is not None:
            self.dispute.step, self.dispute.deadline = step, now + self._parameters.answer_seconds

    def _resolved(self, args: Any, now: int) -> None:
        if not args["challengerWon"]:
            self.dispute = None
            self.mark = max(self.mark, now + self._parameters.challenge_seconds)

    def _ended(self, args: Any, now: int) -> None:
        self.phase, self.mark, self.round = Phase.ENDED, now, args["round"]


_HANDLERS: Final[dict[str, Callable[[PhaseClock, Any, int], None]]] = {
    "TaskCreated": PhaseClock._created,
    "SealerJoined": PhaseClock._seated,
    "SealerDisplaced": PhaseClock._displaced,
    "MemberLeft": PhaseClock._left,
    "StakeSlashed": PhaseClock._slashed,
    "TurnOpened": PhaseClock._opened,
    "TurnSeeded": PhaseClock._seeded,
    "UpdateCommitted": PhaseClock._committed,
    "UpdateRevealed": PhaseClock._revealed,
    "ReviewOpened": PhaseClock._reviewing,
    "RoundFrozen": PhaseClock._froze,
    "AggregateProposed": PhaseClock._proposed,
    "AggregateRejected": PhaseClock._rejected,
    "DisputeOpened": PhaseClock._challenged,
    "NodesOpened": PhaseClock._nodes,
    "NodePicked": PhaseClock._picked,
    "ChunkOpened": PhaseClock._chunk,
    "TableDisputeOpened": PhaseClock._denied,
    "SumsOpened": PhaseClock._sums,
    "SumPicked": PhaseClock._sum_picked,
    "DisputeResolved": PhaseClock._resolved,
    "TaskEnded": PhaseClock._ended,
}
