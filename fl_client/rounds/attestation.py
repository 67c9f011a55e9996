"""Which updates a round's attestations accept: the contract's own arithmetic, on what the events say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fl_client.rounds.round_record import RoundRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a round's attestations say, bit i of a mask being the i-th reveal.

    Attributes:
        accepted_mask: vouched for by more than half of those who may attest.
        attested_mask: whose trainers have attested.
        complete: whether everybody who may attest has.
    """

    accepted_mask: int
    attested_mask: int
    complete: bool

    @property
    def accepted(self) -> int:
        """How many updates are accepted."""
        return self.accepted_mask.bit_count()


def tally(record: RoundRecord, *, turn: int, dropped: Collection[int] | None = None) -> Outcome:
    """Count a round's attestations as ``TrainingTask.freezeRound`` does.

    Args:
        record: the round.
        turn: in which it is counted; attestations of an earlier turn do not count.
        dropped: reveals whose trainer had been slashed by then; ``None``: before the set was fixed.

    Returns:
        The outcome.
    """
    present = attested = 0
    gone = record.dropped if dropped is None else dropped
    public: set[tuple[bytes, int]] = set()
    votes = [0] * len(record.reveals)
    for reveal in record.reveals:
        root = (bytes(reveal.root_hash), reveal.root_sum)
        repeated = bool(record.attempt) and root in public
        public.add(root)
        if reveal.index in gone:  # slashed since: neither attests nor is accepted
            continue
        if repeated:
            continue  # what an earlier attempt made public is nobody else's, whatever became of its author
        present |= 1 << reveal.index
        when, bitmap = record.attestations.get(reveal.trainer, (0, 0))
        if when != turn:
            continue
        attested |= 1 << reveal.index
        for index in range(len(votes)):
            votes[index] += bitmap >> index & 1
    half = present.bit_count() // 2
    accepted = sum(1 << index for index, count in enumerate(votes) if count > half and present >> index & 1)
    return Outcome(accepted_mask=accepted, attested_mask=attested, complete=attested == present)
