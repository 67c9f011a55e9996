"""What happened on a task's review board, rebuilt from its events alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from fl_client.chain import Event
from fl_client.chain.contracts import MAX_BOARD_SEATS, NO_COMMITTEE
from fl_client.errors import ChainError
from fl_client.types import Address, Bytes32


@dataclass(slots=True)
class CommitteeRecord:
    """One committee of a review: its validators in the order of the draw, and what they revealed."""

    number: int
    seats: tuple[int, ...]
    validators: tuple[Address, ...]
    committed: dict[Address, Bytes32] = field(default_factory=dict)
    scores: dict[Address, tuple[bytes, Bytes32]] = field(default_factory=dict)  # with their salts
    silent: list[Address] = field(default_factory=list)

    def rows(self) -> list[bytes]:
        """The revealed scores in the order of the committee, as ``concludeReview`` takes them."""
        return [self.scores[validator][0] for validator in self.validators if validator in self.scores]

    def judges(self) -> list[Address]:
        """Whose rows those are."""
        return [validator for validator in self.validators if validator in self.scores]


@dataclass(slots=True)
class ReviewRecord:
    """The review of one turn.

    Attributes:
        accepted_mask: what the attestations accepted.
        kept_mask: what the review left of it; None while it is open.
        honest_mask: which judges were near the medians, in the order of the last committee's reveals.
        medians: of each update; empty where no committee reached its quorum.
        reveals: how many updates of the round had been revealed when it was opened.
        round: of the task.
        dropped: reveals whose trainer had been slashed when the review was opened.
    """

    turn: int
    accepted_mask: int
    committees: list[CommitteeRecord] = field(default_factory=list)
    kept_mask: int | None = None
    honest_mask: int = 0
    medians: tuple[int, ...] = ()
    reveals: int = 0
    round: int = 0
    dropped: frozenset[int] = frozenset()

    def belongs_to(self, number: int, reveals: int, dropped: Collection[int]) -> None:
        """Note what the round was like when the review was opened."""
        self.round, self.reveals, self.dropped = number, reveals, frozenset(dropped)

    def judges(self) -> list[Address]:
        """Whose scores decided, in the order of ``honest_mask``."""
        return self.committees[-1].judges() if self.committees and self.medians else []


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentCut:
    """What a silent validator lost; amounts in 1e-18 coin."""

    turn: int
    validator: Address
    taken: int
    burned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardEntry:
    """Something that moved the board's coins: a conclusion, or a cut."""

    turn: int
    cut: SilentCut | None = None


class ReviewLedger:
    """Everything that the events of one board say.

    Attributes:
        reviews: by turn.
        seats: who holds which.
        validators: whoever ever joined.
        history: conclusions and cuts, in chain order.
        refunded: unspent escrow and burned bonus, once the board is closed.
    """

    def __init__(self, board: Address) -> None:
        self.board = board
        self.reviews: dict[int, ReviewRecord] = {}
        self.seats: dict[int, Address] = {}
        self.validators: list[Address] = []
        self.history: list[BoardEntry] = []
        self.refunded: tuple[int, int] | None = None
        self._turn = 0

    def seat_of(self, account: Address) -> int | None:
        """The seat that an account holds."""
        return next((seat for seat, holder in self.seats.items() if holder == account), None)

    def free_seat(self) -> int:
        """The first seat that nobody holds; a board has no gaps beyond it.

        Raises:
            ChainError: all are taken.
        """
        for seat in range(MAX_BOARD_SEATS):
            if seat not in self.seats:
                return seat
        raise ChainError(
            f"all {MAX_BOARD_SEATS} seats of the board {self.board} are taken: wait until a validator leaves, "
            "then start again"
        )

    def apply(self, event: Event) -> None:
        """Take one event over; those of others are passed over."""
        if event.address == self.board or event.args.get("task") == self.board:
            handler = _HANDLERS.get(event.name)
            if handler is not None:
                handler(self, event.args)

    def _joined(self, args: Any) -> None:
        self.seats[args["seat"]] = args["validator"]
        if args["validator"] not in self.validators:
            self.validators.append(args["validator"])

    def _left(self, args: Any) -> None:
        self.seats.pop(args["seat"], None)

    def _silent(self, args: Any) -> None:
        self.seats.pop(args["seat"], None)
        self.reviews[args["turn"]].committees[-1].silent.append(args["validator"])

    def _opened(self, args: Any) -> None:
        self._turn = args["turn"]
        self.reviews[self._turn] = ReviewRecord(turn=self._turn, accepted_mask=args["acceptedMask"])

    def _drawn(self, args: Any) -> None:
        seats = tuple(bytes(args["seats"])[: args["size"]])
        decides = len(seats) and args["committee"] != NO_COMMITTEE
        record = self.reviews[args["turn"]]
        if decides:
            holders = tuple(self.seats[seat] for seat in seats)
            record.committees.append(CommitteeRecord(args["committee"], seats, holders))

    def _committed(self, args: Any) -> None:
        self.reviews[args["turn"]].committees[-1].committed[args["validator"]] = Bytes32(
            bytes(args["digest"])
        )

    def _revealed(self, args: Any) -> None:
        self.reviews[args["turn"]].committees[-1].scores[args["validator"]] = (
            bytes(args["scores"]),
            Bytes32(bytes(args["salt"])),
        )

    def _concluded(self, args: Any) -> None:
        record = self.reviews[args["turn"]]
        record.kept_mask, record.honest_mask = args["keptMask"], args["honestMask"]
        record.medians = tuple(args["medians"])
        self.history.append(BoardEntry(turn=record.turn))

    def _slashed(self, args: Any) -> None:
        cut = SilentCut(
            turn=self._turn, validator=args["account"], taken=args["taken"], burned=args["burned"]
        )
        self.history.append(BoardEntry(turn=self._turn, cut=cut))

    def _refunded(self, args: Any) -> None:
        self.refunded = (args["amount"], args["burned"])


_HANDLERS = {
    "ValidatorJoined": ReviewLedger._joined,
    "ValidatorLeft": ReviewLedger._left,
    "ValidatorSilent": ReviewLedger._silent,
    "ReviewOpened": ReviewLedger._opened,
    "CommitteeDrawn": ReviewLedger._drawn,
    "ScoresCommitted": ReviewLedger._committed,
    "ScoresRevealed": ReviewLedger._revealed,
    "ReviewConcluded": ReviewLedger._concluded,
    "StakeSlashed": ReviewLedger._slashed,
    "EscrowRefunded": ReviewLedger._refunded,
}
