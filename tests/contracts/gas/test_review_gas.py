"""What a review costs: validators' calls by the number of updates, and the largest that is possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from brownie import history

from tests.contracts.federation import People, System, advance_to, events, fund, only_event
from tests.contracts.gas import snapshot
from tests.contracts.gas.crowd import LARGEST, MOST_TRAINERS, Crowd
from tests.contracts.gas.test_gas import QUARTER_BLOCK, ZERO_BYTES, crowd_of, gas_since, most
from tests.contracts.reviews import (
    BAD,
    GOOD,
    Review,
    create_reviewed_task,
    fund_validators,
    join_board,
    review_terms,
    reviewed_task,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase

BASE, PER_UPDATE = 85_000, 1_000
"""Gas of a validator's two calls in a round, and of each update that it scores."""

COMMITTEE = 15
ROUNDS = 6
CALLS = ("commitScores", "revealScores")


def limit(updates: int) -> int:
    return BASE + PER_UPDATE * updates


def both(costs: dict[str, list[int]]) -> int:
    """The most that commit and reveal cost together."""
    return sum(most(costs[name]) for name in CALLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """Gas of a task of eight updates and five validators, by round from the first, and of joining the board."""

    joins: list[int]
    rounds: list[dict[str, list[int]]]


@pytest.fixture(scope="module")
def people(module_isolation: None, accounts: Any) -> People:
    return crowd_of(accounts, 8)


@pytest.fixture(scope="module")
def system(system: System, people: People) -> System:
    """The same, and this crowd has coins too."""
    fund(system, people)
    return system


@pytest.fixture(scope="module")
def validators(system: System, owner: Any, accounts: Any) -> list[Any]:
    """Fifteen accounts, those of trainers among them: they have no role in the large task."""
    found = [*accounts[1:13], *accounts[16:19]]
    fund_validators(system, owner, found)
    return found


@pytest.fixture(scope="module")
def small(system: System, people: People, validators: list[Any]) -> Small:
    begin = len(history)
    judges = validators[10:15]
    task, board = reviewed_task(system, people, judges, trainers=8, rounds=ROUNDS)
    joins = gas_since(begin)["joinAsValidator"]
    round_, costs = Round.of(task), []
    for _ in range(ROUNDS):
        round_.until_attested(people.trainers)
        begin = len(history)
        Review.of(board, round_, judges).run(people.owner, [GOOD] * 8)
        costs.append(gas_since(begin))
        round_.propose()
        round_ = round_.finalize(people.owner)
    return Small(joins=joins, rounds=costs)


def test_a_validator_in_every_round(small: Small) -> None:
    found = [both(costs) for costs in small.rounds]
    print(f"\ncommit and reveal, 8 updates: {', '.join(f'{gas:,}' for gas in found)}; limit {limit(8):,}")
    assert most(found) <= limit(8)


@pytest.mark.parametrize("name", [*CALLS, "drawCommittee", "concludeReview"])
def test_later_rounds_cost_the_same(small: Small, name: str) -> None:
    # From the fourth on both sealers have earned before, so that no slot is new.
    later = [most(costs[name]) for costs in small.rounds[3:]]
    assert max(later) - min(later) <= ZERO_BYTES


def test_joining_a_board(small: Small) -> None:
    print(f"\njoinAsValidator {most(small.joins):,}")
    assert most(small.joins) <= 190_000


def test_gas_of_a_review_is_that_of_the_snapshot(small: Small) -> None:
    """Eight updates, five validators; the most expensive call of each kind, in the first round and in the fourth."""
    figures = {"joinAsValidator": most(small.joins)}
    for number in (1, 4):
        for name, calls in small.rounds[number - 1].items():
            figures[f"{name}, round {number}"] = most(calls)
    snapshot.compare("review_gas", figures)


def test_the_largest_review(system: System, accounts: Any, validators: list[Any]) -> None:
    """128 updates by 15 validators whose scores all differ, most of them in descending order."""
    people = crowd_of(accounts, 0)
    terms = review_terms(committee=COMMITTEE, quorum=8, tolerance=65_534)
    task, board = create_reviewed_task(system, people.owner, terms, **LARGEST)
    join_board(board, validators)
    crowd = Crowd.joining(system, people, task)
    round_ = crowd.attested_round()
    review = Review.of(board, round_, validators)
    for middle in (BAD, GOOD):
        begin = len(history)
        review.open(people.owner)
        seats = review.draw(people.owner)
        # Sorting has most to do where every judge scores below the one before.
        for place, seat in enumerate(seats):
            review.commit([seat], [middle - 20 * place - update % 16 for update in range(MOST_TRAINERS)])
        review.reveal(seats)
        ended = review.conclude(people.owner)
        measured = gas_since(begin)
        shown = {name: most(calls) for name, calls in measured.items()}
        print(f"\n{MOST_TRAINERS} updates, {COMMITTEE} validators: {shown}; limit {limit(MOST_TRAINERS):,}")
        assert both(measured) <= limit(MOST_TRAINERS)
        assert measured["freezeRound"][0] < QUARTER_BLOCK
        assert ended.gas_used < QUARTER_BLOCK
        if middle == BAD:
            assert len(events(ended, "RoundVoided")) == 1
            advance_to(task, Phase.ATTEST)
            crowd.attest(round_)
    assert only_event(ended, "RoundFrozen")["acceptedMask"] == round_.everything
