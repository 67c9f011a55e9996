"""INV-TABLE-1: a table is its poster's, for one round, set and trusted vector, and fixed while it stands proposed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from eth_utils.crypto import keccak

from tests.contracts.dissection import prove
from tests.contracts.federation import People, System, advance_to, create_task, only_event, reverts
from tests.contracts.tabled import (
    Inputs,
    TabledRound,
    empty_proof,
    packed_table,
    rule_parameters,
    tabled,
)
from tests.contracts.task_types import Phase


@pytest.fixture(scope="module")
def _attested(system: System, people: People) -> TabledRound:
    return tabled(system, people, "krum:1+mean")


@pytest.fixture
def round_(_attested: TabledRound) -> TabledRound:
    return replace(_attested, round=replace(_attested.round))


@pytest.fixture
def tables(system: System) -> Any:
    return system.tables


def posted(round_: TabledRound, by: Any, set_hash: bytes | None = None) -> bytes:
    chosen = round_.set_hash if set_hash is None else set_hash
    return bytes(round_.system.tables.postedTable(round_.task, by, round_.round.number, chosen))


def test_a_table_is_kept_by_its_hash_and_emitted_whole(round_: TabledRound, outsider: Any) -> None:
    table = packed_table(round_.entries())
    event = only_event(round_.post(outsider, round_.entries()), "TablePosted")
    assert event == {
        "task": round_.task,
        "poster": outsider,
        "round": 1,
        "setHash": round_.set_hash,
        "trust": bytes(32),
        "table": table,
    }
    assert posted(round_, outsider) == keccak(table)


def test_a_table_is_its_posters_alone(round_: TabledRound, outsider: Any, challenger: Any) -> None:
    round_.post(outsider, round_.entries())
    assert posted(round_, challenger) == bytes(32)


def test_a_table_is_for_one_set(round_: TabledRound, outsider: Any) -> None:
    round_.post(outsider, round_.entries())
    assert posted(round_, outsider, keccak(text="another set")) == bytes(32)


def test_a_later_table_takes_the_place_of_the_earlier_one(
    round_: TabledRound, tables: Any, outsider: Any
) -> None:
    round_.post(outsider, [1, 2, 3])
    tables.postTable(round_.task, 1, keccak(text="another set"), b"abc", {"from": outsider})
    assert posted(round_, outsider) == bytes(32)
    round_.post(outsider, [4])
    assert posted(round_, outsider) == keccak(packed_table([4]))


@pytest.mark.parametrize("other", [0, 2])
def test_another_round_reverts(round_: TabledRound, tables: Any, outsider: Any, other: int) -> None:
    with reverts("RoundTablesOtherRound", other, 1):
        tables.postTable(round_.task, other, round_.set_hash, b"", {"from": outsider})


def test_a_table_of_another_task_is_none_of_this_one(
    round_: TabledRound, system: System, owner: Any, outsider: Any
) -> None:
    other = create_task(system, owner, **rule_parameters(system, round_.rule))
    system.tables.postTable(other, 0, round_.set_hash, b"abc", {"from": outsider})
    assert posted(round_, outsider) == bytes(32)


def test_the_table_of_a_round_is_none_of_the_next(round_: TabledRound, people: People) -> None:
    """Even if the next one had the same set."""
    round_.propose_over()
    sealer = round_.task.proposedModel()[1]
    advance_to(round_.task, Phase.FINAL)
    round_.task.finalizeRound({"from": people.owner})
    tables = round_.system.tables
    assert bytes(tables.postedTable(round_.task, sealer, 2, round_.set_hash)) == bytes(32)


@pytest.mark.parametrize(
    ("name", "given", "limit"),
    [
        ("krum:1+mean", None, 16 * 28),
        ("fltrust+mean", None, 0),
        ("fltrust+mean", Inputs(np.ones(150, np.int32)), 16 * 8),
        ("nnm:1+fltrust+mean", Inputs(np.ones(150, np.int32)), 16 * 36),
        ("clip+mean", None, 0),
    ],
)
def test_no_table_is_longer_than_that_of_a_full_round(
    system: System, people: People, name: str, given: Inputs | None, limit: int
) -> None:
    """INV-TABLE-3: one that fits into no transaction could never be shown to be wrong."""
    round_ = TabledRound.running(system, people, name)
    if given is not None:
        round_.give(people.owner, given)
    by = {"from": people.challenger}
    system.tables.postTable(round_.task, 1, b"s" * 32, bytes(limit), by)
    with reverts("RoundTablesTooLong", limit + 1, limit):
        system.tables.postTable(round_.task, 1, b"s" * 32, bytes(limit + 1), by)


def test_a_task_without_a_weighing_takes_no_table(system: System, people: People, task: Any) -> None:
    with reverts("RoundTablesTooLong", 1, 0):
        system.tables.postTable(task, 1, b"s" * 32, b"t", {"from": people.challenger})


# ---------------------------------------------------------------------- whoever stands for a proposal


def test_the_proposer_cannot_post_afterwards(round_: TabledRound, court: Any, challenger: Any) -> None:
    """So a missing table stays missing, and convicts in one transaction."""
    round_.round.propose(round_.model())
    sealer = round_.task.proposedModel()[1]
    with reverts("RoundTablesProposed", sealer):
        round_.post(sealer, round_.entries())
    assert posted(round_, sealer) == bytes(32)
    proved = prove(court, round_.task, challenger, empty_proof())
    assert only_event(proved, "AggregateRejected")["proposer"] == sealer


def test_the_proposer_cannot_change_its_table(round_: TabledRound) -> None:
    round_.propose_over()
    sealer = round_.task.proposedModel()[1]
    with reverts("RoundTablesProposed", sealer):
        round_.post(sealer, [1])
    assert posted(round_, sealer) == keccak(packed_table(round_.entries()))


def test_nor_after_its_challenge_window(round_: TabledRound) -> None:
    round_.propose_over()
    sealer = round_.task.proposedModel()[1]
    advance_to(round_.task, Phase.FINAL)
    with reverts("RoundTablesProposed", sealer):
        round_.post(sealer, [1])


def test_others_may_post_while_a_proposal_stands(round_: TabledRound, challenger: Any) -> None:
    round_.propose_over()
    round_.post(challenger, round_.entries())
    assert posted(round_, challenger) == keccak(packed_table(round_.entries()))


def test_once_the_round_is_closed_its_sealer_posts_for_the_next(round_: TabledRound, people: People) -> None:
    """The last proposer is remembered until the next set is fixed: that must not keep it from sealing again."""
    round_.propose_over()
    sealer = round_.task.proposedModel()[1]
    following = round_.round.finalize(people.owner)
    following.until_attested(people.trainers[:5])
    later = replace(round_, round=following)
    later.post(sealer, later.entries())
    assert posted(later, sealer) == keccak(packed_table(later.entries()))


def test_a_table_is_for_the_rounds_trusted_vector(system: System, people: People) -> None:
    """One from before the owner gave it counts no more."""
    round_ = TabledRound.running(system, people, "nnm:1+fltrust+mean")
    set_hash = keccak(text="set")
    system.tables.postTable(round_.task, 1, set_hash, b"abc", {"from": people.challenger})
    assert posted(round_, people.challenger, set_hash) == keccak(b"abc")
    round_.give(people.owner, Inputs(round_.round.update(people.trainers[0]).vector))
    assert posted(round_, people.challenger, set_hash) == bytes(32)
