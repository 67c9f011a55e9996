"""A trainer's part in one round: the records that a judgement rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fl_client.chain.contracts import Evidence
from fl_client.chain.events import Event
from fl_client.records.transactions import Refused
from fl_client.rounds import Commit, Reveal, ReviewRecord, RoundRecord, Slash, TaskWatch
from fl_client.types import Address

Place = tuple[int, int]
"""Block and log index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStory:
    """A trainer's part in one round.

    Attributes:
        watch: the task, with all of ``events`` applied.
        events: of the task and its board, in chain order.
        begins, ends: of the round's first turn, and of the next round's; None while there is none.
        refused: the trainer's calls in this round that were mined and refused; looked for where it revealed nothing.
        late: those of them that the contract refused because they were late (``lateness.py``).
    """

    watch: TaskWatch
    events: Sequence[Event]
    trainer: Address
    number: int
    begins: Place
    ends: Place | None
    refused: tuple[Refused, ...] = ()
    late: tuple[Refused, ...] = ()

    @property
    def record(self) -> RoundRecord:
        """The round as the ledger has it."""
        return self.watch.ledger.rounds[self.number]

    @property
    def reveal(self) -> Reveal | None:
        """The trainer's update, if it was revealed in any attempt."""
        return next((one for one in self.record.reveals if one.trainer == self.trainer), None)

    @property
    def commits(self) -> tuple[Commit, ...]:
        """The trainer's commitments, one an attempt."""
        return tuple(one for one in self.record.commits if one.trainer == self.trainer)

    @property
    def review(self) -> ReviewRecord | None:
        """The review of the latest attempt."""
        board = self.watch.ledger.board
        return None if board is None else board.reviews.get(self.record.frozen_turn or self.record.turn)

    @property
    def is_past(self) -> bool:
        """Whether nothing can become of it any more."""
        return self.ends is not None or self.watch.ledger.ended is not None

    def is_within(self, place: Place) -> bool:
        """Whether something happened in this round."""
        return place >= self.begins and not self.is_over(place)

    def is_over(self, place: Place) -> bool:
        """Whether something happened in a later round."""
        return self.ends is not None and place >= self.ends

    def named(self, name: str) -> Iterator[Event]:
        """Events of a name before the next round."""
        return (one for one in self.events if one.name == name and not self.is_over(one.place))

    def slashes(self) -> list[tuple[Slash, Event]]:
        """The trainer's slashes for this round: a silence in it, or an update of it that was proved wrong."""
        booked = [one for one in self.events if one.name == "StakeSlashed" and "task" in one.args]
        booked = [one for one in booked if one.args["task"] == self.watch.contract.address]
        return [
            (slash, event)
            for slash, event in zip(self.watch.ledger.slashes, booked, strict=True)
            if slash.account == self.trainer and self._is_for_this(slash)
        ]

    def _is_for_this(self, slash: Slash) -> bool:
        if slash.evidence == Evidence.WRONG_NORM:
            return slash.reveal_round == self.number
        if slash.evidence == Evidence.NOT_SHOWN:
            cuts = [one for one in self.watch.ledger.slashes if one.evidence == Evidence.NOT_SHOWN]
            place = next(place for place, one in enumerate(cuts) if one is slash)
            return self.watch.ledger.questions.charges[place].question.round == self.number
        if slash.evidence != Evidence.NO_REVEAL:
            return False
        # Nobody commits again before a silence is settled: it was the latest unopened commitment.
        silent = [
            number
            for number, record in self.watch.ledger.rounds.items()
            if number <= slash.round and record.unopened(self.trainer)
        ]
        return bool(silent) and silent[-1] == self.number
