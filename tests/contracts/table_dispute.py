"""Both sides of a dispute about an entry of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fl_client.aggregation.weigh import Needs
from fl_client.encoding import MerkleSumTree
from tests.contracts.dissection import CHUNK, SALT, Dissecting, opening_of
from tests.contracts.federation import People
from tests.contracts.tabled import TabledRound, packed_table


def chunk_sums(one: NDArray[np.int32], other: NDArray[np.int32]) -> list[int]:
    """Return the sum of squared differences over each chunk."""
    squares = (one.astype(object) - other.astype(object)) ** 2
    return [int(sum(squares[start : start + CHUNK])) for start in range(0, len(squares), CHUNK)]


@dataclass(kw_only=True)
class TableDispute(Dissecting):
    """One dispute about an entry, played by two who each have their own sums of chunks.

    Args:
        one, other: whose distance.
        entries: the table that the sealer posted.
        theirs: the sums of chunks that the sealer stands for.
    """

    round: TabledRound
    sealer: Any
    challenger: Any
    one: int
    other: int
    entries: list[int]
    theirs: list[int] = field(repr=False)
    shown: list[int] = field(repr=False, default_factory=list)

    @property
    def court(self) -> Any:
        """The court."""
        return self.round.system.court

    @property
    def task(self) -> Any:
        """The task."""
        return self.round.task

    @property
    def vectors(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The two vectors."""
        accepted = self.round.accepted
        last = self.round.inputs.trust if self.other == len(accepted) else accepted[self.other].vector
        assert last is not None
        return accepted[self.one].vector, last

    @property
    def ours(self) -> list[int]:
        """The true sums."""
        return chunk_sums(*self.vectors)

    def ranges(self, sums: Sequence[int]) -> list[int]:
        """Split the current range of chunks."""
        span = 1 << (self.level - self.below)
        first, last = self.position << self.level, (self.position + 1) << self.level
        return [sum(sums[at : at + span]) for at in range(first, min(last, len(sums)), span)]

    def open(self) -> Any:
        """Announce the dispute, and open it in the next block."""
        by = {"from": self.challenger}
        number = self.round.round.number
        places = (self.one, self.other)
        opening = self.court.tableOpening(self.challenger, self.task, number, *places, SALT)
        self.court.openEvidence(opening, by)
        self.level = (len(self.theirs) - 1).bit_length()
        opened = self.court.openTableDispute(self.task, number, *places, packed_table(self.entries), SALT, by)
        return self._done("openTableDispute", opened)

    def answer(self, by: Any = None) -> Any:
        """Show the sums below the current range."""
        self.shown = self.ranges(self.theirs)
        done = self.court.answerSums(self.task, packed_table(self.shown), {"from": by or self.sealer})
        return self._done("answerSums", done)

    def difference(self) -> int:
        """Return the first sum that is not the true one; the first of all if there is none."""
        own = self.ranges(self.ours)
        return next((place for place, total in enumerate(self.shown) if total != own[place]), 0)

    def pick(self) -> Any:
        """Go on to it."""
        place = self.difference()
        done = self.court.pickSum(self.task, place, packed_table(self.shown), {"from": self.challenger})
        self.position = (self.position << self.below) + place
        self.level -= self.below
        return self._done("pickSum", done)

    def proof(self) -> tuple[Any, ...]:
        """Return the chunk reached in both vectors."""
        openings = [opening_of(vector, MerkleSumTree.build(vector), self.position) for vector in self.vectors]
        return (self.round.round.entries, *openings)

    def prove(self, by: Any = None) -> Any:
        """Show that chunk."""
        done = self.court.proveWrongEntry(self.task, self.proof(), {"from": by or self.challenger})
        return self._done("proveWrongEntry", done)

    def run(self) -> Any:
        """Play the whole dispute; return the last transaction."""
        self.until_chunk()
        return self.prove()


def denied(
    round_: TabledRound,
    people: People,
    one: int,
    other: int,
    error: int,
    chunk: int = 0,
    *,
    propose: bool = True,
) -> TableDispute:
    """Let the first sealer propose over a table whose entry of these two is off; nobody has objected yet.

    Args:
        error: what is added to the entry, and to the sum of the chunk that the sealer lies about; 0 for none.
        chunk: which one.
        propose: whether the sealer has posted and proposed already.
    """
    count = len(round_.accepted)
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    if not round_.rule.needs & Needs.DISTANCES:
        pairs = []
    places = [*pairs, *((i, count) for i in range(count))]
    entries = round_.entries()
    entries[places.index((one, other))] += error
    sealer = next(one for one in people.sealers if one == round_.first_sealer())
    dispute = TableDispute(
        round=round_,
        sealer=sealer,
        challenger=people.challenger,
        one=one,
        other=other,
        entries=entries,
        theirs=[],
    )
    dispute.theirs = dispute.ours
    dispute.theirs[chunk] += error
    if propose:
        round_.propose_over(entries)
    return dispute
