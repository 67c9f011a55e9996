"""A round's updates as its rule weighs them: from the vectors and the chain's records to rows and a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fl_client.aggregation import AggregationRule
from fl_client.aggregation.weigh import DistanceTable, Needs, RoundFigures, Weighing
from fl_client.encoding import set_hash
from fl_client.rounds.reveal import Reveal
from fl_client.rounds.table_ledger import NO_TRUST, PostedInputs, PostedTable, TableKey
from fl_client.rounds.vectors import FetchedVector, Vector
from fl_client.types import Address, Bytes32

ENTRY_BYTES: Final = 16
"""Of a squared distance in a table that is posted, big-endian."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedRound:
    """What a set of updates comes to, before the coordinates are combined.

    Attributes:
        rule: the task's.
        updates: n vectors, int32 (d,), in the order of their reveals.
        weighing: the rows that are combined.
        table: the squared distances that the rule reads, 16 bytes each; empty where there are none to post.
    """

    rule: AggregationRule
    updates: tuple[Vector, ...] = field(repr=False)
    weighing: Weighing = field(repr=False)
    table: bytes = field(repr=False)

    def model(self, base: Vector) -> Vector:
        """The new model, int32 (d,)."""
        return self.rule.combine_rows(self.weighing, np.stack(self.updates), base)

    @property
    def shares(self) -> tuple[float, ...]:
        """How much each update counts for in what is combined; 0: it was weighed away."""
        return self.rule.shares(self.weighing)


def weigh_round(
    rule: AggregationRule,
    reveals: Sequence[Reveal],
    updates: Sequence[FetchedVector],
    weights: Sequence[int],
    inputs: PostedInputs,
    trust: FetchedVector | None,
) -> WeighedRound:
    """Weigh a set of updates as the contracts do.

    Lengths are those that the updates' trees claim. Without a trusted vector, or without reputations, a rule that
    reads them gives every row the weight 0.

    Args:
        rule: the task's.
        reveals: of the accepted updates, at least one.
        updates: the vectors, in the same order.
        weights: their capped sample counts.
        inputs: what the owner gave to the round.
        trust: the trusted vector, where it gave one.
    """
    rows = np.stack([one.vector for one in updates])
    asked = bool(rule.needs & Needs.TRUST)
    compared = None
    if asked:
        compared = np.zeros_like(rows[0]) if trust is None else trust.vector
    found = rule.measure(
        rows,
        weights,
        reputations=[inputs.reputations.get(one.trainer, 0) for one in reveals],
        trust=compared,
        norms=[one.root_sum for one in reveals],
        trust_norm=(0 if trust is None else trust.root.sum) if asked else None,
    )
    return WeighedRound(
        rule=rule,
        updates=tuple(one.vector for one in updates),
        weighing=rule.weigh.weigh(found.figures),
        table=b"" if found.table is None else pack_table(found.table, trusted=trust is not None),
    )


def pack_table(table: DistanceTable, *, trusted: bool) -> bytes:
    """Write a table as it is posted: the distances between updates, then those to the trusted vector.

    >>> pack_table(DistanceTable(distances=(5,), norms=(), trust_distances=(7, 258)), trusted=True).hex()[-8:]
    '00000102'
    """
    entries = (*table.distances, *(table.trust_distances if trusted else ()))
    return b"".join(one.to_bytes(ENTRY_BYTES, "big") for one in entries)


def pair_count(needs: Needs, count: int) -> int:
    """Entries of a table that are of two updates; those to the trusted vector come after them.

    Args:
        needs: of the rule.
        count: n, the number of updates.

    >>> pair_count(Needs.DISTANCES, 4), pair_count(Needs.TRUST, 4)
    (6, 0)
    """
    return count * (count - 1) // 2 if needs & Needs.DISTANCES else 0


def table_length(needs: Needs, count: int, *, trusted: bool) -> int:
    """Bytes of a table; 0 where the rule reads none.

    Args:
        needs: of the rule.
        count: n, the number of updates.
        trusted: whether the round has a trusted vector.

    >>> table_length(Needs.DISTANCES | Needs.TRUST, 3, trusted=True)
    96
    """
    return ENTRY_BYTES * (pair_count(needs, count) + (count if needs & Needs.TRUST and trusted else 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTable:
    """The table that every proposal of a frozen round has to stand on (``AggregateVerifier._isTableWrong``).

    Attributes:
        key: round, set and trusted vector that it must be for.
        length: in bytes; 0 where the rule reads none.
    """

    key: TableKey
    length: int

    def standing(self, posted: PostedTable | None) -> PostedTable | None:
        """A proposer's latest table, if it is for this; None where it is not, or there is none."""
        return posted if posted is not None and posted.key == self.key else None

    def data_of(self, posted: PostedTable | None) -> bytes | None:
        """What the rule reads of a proposer's latest table; empty where it reads none, None where that is missing."""
        if not self.length:
            return b""
        found = self.standing(posted)
        return found.data if found is not None and len(found.data) == self.length else None


def due_table(
    needs: Needs, number: int, entries: Sequence[tuple[Address, int, Bytes32]], inputs: PostedInputs
) -> DueTable:
    """Say which table a round's proposals have to stand on.

    Args:
        needs: of the task's rule.
        number: of the round.
        entries: trainer, weight and commitment of each accepted update (``TaskWatch.entries``).
        inputs: what the owner gave to the round.
    """
    length = table_length(needs, len(entries), trusted=inputs.trust != NO_TRUST)
    return DueTable(key=(number, set_hash(entries), inputs.trust), length=length)


def unpack_table(data: bytes, needs: Needs, count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Read a posted table: the distances between updates, and those to the trusted vector, 0 where there is none.

    Args:
        data: of the right length for the rule and the round.
        needs: of the rule.
        count: n, the number of updates.

    >>> unpack_table(bytes(15) + b"\x05", Needs.DISTANCES, 2)
    ((5,), ())
    """
    entries = tuple(
        int.from_bytes(data[start : start + ENTRY_BYTES], "big") for start in range(0, len(data), ENTRY_BYTES)
    )
    pairs = pair_count(needs, count)
    trusted = entries[pairs:] or (0,) * count
    return entries[:pairs], trusted if needs & Needs.TRUST else ()


def weighed_on_record(
    rule: AggregationRule,
    reveals: Sequence[Reveal],
    weights: Sequence[int],
    inputs: PostedInputs,
    table: bytes,
) -> Weighing:
    """The rows that the contracts combine, from what the chain has alone: nobody's bytes are fetched.

    Args:
        rule: the task's.
        reveals: of the accepted updates, at least one.
        weights: their capped sample counts.
        inputs: what the owner gave to the round.
        table: the one behind the proposal (``DueTable.data_of``).
    """
    distances, trusted = unpack_table(table, rule.needs, len(reveals))
    figures = RoundFigures(
        samples=tuple(weights),
        norms=tuple(one.root_sum for one in reveals),
        distances=distances,
        reputations=tuple(inputs.reputations.get(one.trainer, 0) for one in reveals),
        # Without a trusted vector the contracts read no root, whatever was posted as one.
        trust_norm=0 if inputs.trust == NO_TRUST else inputs.trust_root.sum,
        trust_distances=trusted,
    )
    return rule.weigh.weigh(figures)
