"""Tables of distances: where an entry is, how it is split, and what tells a right table from a wrong one."""

from __future__ import annotations

import numpy as np
import pytest

from fl_client.aggregation.weigh import Needs, measure
from fl_client.disputes import (
    TableFlaw,
    answer_sums,
    chunk_distances,
    first_wrong_entry,
    pack_sums,
    pair_of,
    table_flaw,
    wrong_sum,
)
from fl_client.encoding import LIMIT
from fl_client.errors import DisputeError, StorageError
from fl_client.rounds import NO_INPUTS, NO_TRUST, DueTable, PostedTable, due_table, unpack_table
from fl_client.rounds.weighing import pack_table
from fl_client.types import Address, Bytes32

BOTH = Needs.DISTANCES | Needs.TRUST
GENERATOR = np.random.default_rng(3)
SET, POSTER = Bytes32(b"\x01" * 32), Address("0x" + "11" * 20)


def vectors(count: int, size: int) -> np.ndarray:
    return GENERATOR.integers(-LIMIT, LIMIT + 1, (count, size)).astype(np.int32)


@pytest.mark.parametrize("count", [2, 3, 7, 32])
def test_every_place_is_the_pair_whose_distance_stands_there(count: int) -> None:
    updates, trust = vectors(count, 5), vectors(1, 5)[0]
    table = measure(updates, trust)
    packed = pack_table(table, trusted=True)
    every = [*updates.astype(object), trust.astype(object)]
    for place in range(len(packed) // 16):
        one, other = pair_of(place, BOTH, count)
        expected = sum((every[one] - every[other]) ** 2)
        assert int.from_bytes(packed[16 * place : 16 * place + 16], "big") == expected
    assert unpack_table(packed, BOTH, count) == (table.distances, table.trust_distances)


def test_a_round_without_a_trusted_vector_has_distances_of_0_to_it() -> None:
    table = measure(vectors(3, 5), np.zeros(5, dtype=np.int32))
    packed = pack_table(table, trusted=False)
    assert len(packed) == 3 * 16
    assert unpack_table(packed, BOTH, 3) == (table.distances, (0, 0, 0))


@pytest.mark.parametrize("size", [1, 64, 65, 64 * 300 + 1])
def test_sums_over_chunks_make_up_the_distance(size: int) -> None:
    one, other = vectors(2, size)
    distances = chunk_distances(one, other)
    gap = one.astype(object) - other
    assert distances.total == sum(gap * gap) == measure(np.stack([one, other])).distances[0]
    assert distances[len(distances) - 1] == sum(gap[64 * (len(distances) - 1) :] ** 2)


def test_answers_go_down_to_the_chunks_and_add_up_on_the_way() -> None:
    """300 chunks: a tree of nine levels, so two answers, the last range of which is cut off by the vector's end."""
    one, other = vectors(2, 64 * 300 - 7)
    distances = chunk_distances(one, other)
    first = answer_sums(distances, 9, 0)
    assert len(first) == 150 and sum(first) == distances.total
    last = answer_sums(distances, 1, 149)
    assert last == (distances[298], distances[299]) and sum(last) == first[149]
    assert answer_sums(distances, 1, 3) == (distances[6], distances[7])


def test_the_first_wrong_sum_is_followed() -> None:
    mine = (5, 7, 9)
    assert wrong_sum(mine, pack_sums((5, 8, 8))) == 1
    with pytest.raises(DisputeError, match="nothing to challenge"):
        wrong_sum(mine, pack_sums(mine))


def posted(data: bytes, round_: int = 2, set_hash: Bytes32 = SET, trust: Bytes32 = NO_TRUST) -> PostedTable:
    return PostedTable(poster=POSTER, round=round_, set_hash=set_hash, trust=trust, data=data)


def flaw_of(theirs: PostedTable | None, mine: bytes = bytes(48)) -> TableFlaw | None:
    due = DueTable(key=(2, SET, NO_TRUST), length=len(mine))
    return table_flaw(lambda: mine, theirs, due=due, needs=Needs.DISTANCES, count=3)


def seen_without_bytes(theirs: PostedTable | None) -> TableFlaw | None:
    """What is told where updates are withheld: the right table cannot be computed."""

    def withheld() -> bytes:
        raise StorageError("the updates are not here")

    due = DueTable(key=(2, SET, NO_TRUST), length=48)
    return table_flaw(withheld, theirs, due=due, needs=Needs.DISTANCES, count=3)


def test_a_right_table_has_no_flaw() -> None:
    assert flaw_of(posted(bytes(48))) is None
    assert flaw_of(None, mine=b"") is None  # the rule reads none


@pytest.mark.parametrize(
    "theirs",
    [
        None,
        posted(bytes(48), round_=1),
        posted(bytes(48), set_hash=NO_TRUST),
        posted(bytes(48), trust=SET),
    ],
    ids=["none", "another round", "another set", "another trusted vector"],
)
def test_a_table_for_something_else_is_none(theirs: PostedTable | None) -> None:
    found = seen_without_bytes(theirs)
    assert found is not None and found.posted is None and found.pair is None


def test_a_table_of_another_length_has_no_entries_to_dispute() -> None:
    short = posted(bytes(32))
    found = seen_without_bytes(short)
    assert found is not None and found.posted is short and found.pair is None


def test_what_a_rule_reads_is_the_table_that_is_due_or_nothing() -> None:
    entries = [(POSTER, 1, SET)] * 3
    due = due_table(Needs.DISTANCES, 2, entries, NO_INPUTS)
    right = posted(bytes(48), set_hash=due.key[1])
    assert due.data_of(right) == right.data
    assert due.data_of(posted(bytes(48))) is None  # of another set
    assert due.data_of(posted(bytes(32), set_hash=due.key[1])) is None
    assert due_table(Needs(0), 2, entries, NO_INPUTS).data_of(right) == b""


def test_the_first_wrong_entry_is_named_by_its_updates() -> None:
    wrong = bytes(31) + b"\x01" + bytes(15) + b"\x02"
    found = flaw_of(posted(wrong))
    assert found is not None and found.pair == (0, 2)
    assert first_wrong_entry(bytes(48), wrong) == 1
