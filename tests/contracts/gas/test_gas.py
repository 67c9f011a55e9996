"""What a round costs: every figure has a limit, and the tables are printed with `-s`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from brownie import history

from tests.contracts.federation import (
    People,
    System,
    create_task,
    fund,
    only_event,
    present,
    running_task,
)
from tests.contracts.gas import snapshot
from tests.contracts.gas.crowd import LARGEST, MOST_TRAINERS, Crowd
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase

JOIN = 130_000
FIRST = {"commitUpdate": 58_000, "revealUpdate": 75_000}
LATER = {"commitUpdate": 40_000, "revealUpdate": 60_000, "attestUpdates": 35_000}
CLAIM_TO_EMPTY, CLAIM_LATER = 65_000, 48_000

ZERO_BYTES = 400
"""Random fields have more or fewer zero bytes, at 12 gas of call data each."""

SEAL = 184_686
"""`proposeAggregate` and `finalizeRound` of six trainers as measured; the target is 150,000."""

QUARTER_BLOCK = 30_000_000 // 4
ROUNDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Gas of every call of some rounds: by function, then by round from the first."""

    joins: list[int]
    rounds: list[dict[str, list[int]]]

    def sealing(self, number: int) -> int:
        """Gas of proposing and finalising in one round, counted from 1."""
        calls = self.rounds[number - 1]
        return calls["proposeAggregate"][0] + calls["finalizeRound"][0]


def crowd_of(accounts: Any, count: int) -> People:
    """Return up to twelve trainers, two sealers and a challenger."""
    return People(
        owner=accounts[0],
        trainers=tuple(accounts[1 : 1 + count]),
        sealers=tuple(accounts[13:15]),
        challenger=accounts[15],
        outsider=accounts[16],
    )


def gas_since(start: int) -> dict[str, list[int]]:
    """Gas of the transactions since the one of this number, by function."""
    costs: dict[str, list[int]] = {}
    for transaction in history[start:]:
        costs.setdefault(transaction.fn_name, []).append(int(transaction.gas_used))
    return costs


def played(system: System, people: People) -> tuple[Any, Costs]:
    """Play rounds with all trainers; both sealers have earned from the fourth on."""
    count = len(people.trainers)
    start = len(history)
    task = running_task(system, people, count, rounds=ROUNDS, max_trainers=count)
    joins = gas_since(start)["joinAsTrainer"]
    costs = []
    round_ = Round.of(task)
    for _ in range(ROUNDS):
        start = len(history)
        round_ = round_.run(people.trainers, people.owner)
        costs.append(gas_since(start))
    return task, Costs(joins=joins, rounds=costs)


@pytest.fixture(scope="module")
def people(module_isolation: None, accounts: Any) -> People:
    return crowd_of(accounts, 12)


@pytest.fixture(scope="module")
def system(system: System, people: People) -> System:
    """The same, and the larger crowd has coins too."""
    fund(system, people)
    return system


@pytest.fixture(scope="module")
def tasks(system: System, people: People, accounts: Any) -> dict[int, tuple[Any, Costs]]:
    """A task of twelve and one of six trainers, each after all its rounds."""
    return {12: played(system, people), 6: played(system, crowd_of(accounts, 6))}


@pytest.fixture(scope="module")
def costs(tasks: dict[int, tuple[Any, Costs]]) -> dict[int, Costs]:
    return {count: measured for count, (_, measured) in tasks.items()}


def most(calls: Sequence[int]) -> int:
    return max(calls)


# ---------------------------------------------------------------------- trainers


def test_joining(costs: dict[int, Costs]) -> None:
    print(f"\njoinAsTrainer {most(costs[6].joins):,}")
    assert most(costs[6].joins + costs[12].joins) <= JOIN


@pytest.mark.parametrize("count", [6, 12])
@pytest.mark.parametrize("name", FIRST)
def test_first_round(costs: dict[int, Costs], count: int, name: str) -> None:
    print(f"\nfirst {name}, {count} trainers: {most(costs[count].rounds[0][name]):,}")
    assert most(costs[count].rounds[0][name]) <= FIRST[name]


@pytest.mark.parametrize("count", [6, 12])
@pytest.mark.parametrize("name", LATER)
def test_later_rounds(costs: dict[int, Costs], count: int, name: str) -> None:
    later = [most(calls[name]) for calls in costs[count].rounds[1:]]
    print(f"\nlater {name}, {count} trainers: {', '.join(f'{gas:,}' for gas in later)}")
    assert most(later) <= LATER[name]


@pytest.mark.parametrize("name", LATER)
def test_later_rounds_cost_the_same_whatever_the_round(costs: dict[int, Costs], name: str) -> None:
    for measured in costs.values():
        later = [most(calls[name]) for calls in measured.rounds[1:]]
        assert max(later) - min(later) <= ZERO_BYTES


@pytest.mark.parametrize("name", LATER)
def test_a_trainers_calls_cost_the_same_however_many_take_part(costs: dict[int, Costs], name: str) -> None:
    six, twelve = (
        most([gas for calls in costs[count].rounds[1:] for gas in calls[name]]) for count in (6, 12)
    )
    assert abs(twelve - six) <= ZERO_BYTES


def test_claiming(tasks: dict[int, tuple[Any, Costs]], system: System, people: People) -> None:
    """The first claim to a wallet without coins writes a slot that was empty."""
    task, _ = tasks[12]
    trainer = people.trainers[8]
    system.coin.transfer(people.owner, system.coin.balanceOf(trainer), {"from": trainer})
    first = system.pool.claim({"from": trainer}).gas_used
    assert system.coin.balanceOf(trainer) > 0
    assert present(task) == Phase.ENDED
    later = system.pool.claim({"from": people.trainers[0]}).gas_used
    print(f"\nclaim to an empty wallet {first:,}, later {later:,}")
    assert first <= CLAIM_TO_EMPTY
    assert later <= CLAIM_LATER


# ---------------------------------------------------------------------- sealers


def test_sealing_six_trainers_in_the_steady_state(costs: dict[int, Costs]) -> None:
    """From the fourth round on both sealers have earned before, so that no slot is new."""
    measured = costs[6].sealing(4)
    per_trainer = (costs[12].sealing(4) - measured) / 6
    print(f"\npropose and finalise, 6 trainers: {measured:,}; each further trainer {per_trainer:,.0f}")
    assert measured <= SEAL * 102 // 100


def test_sealing_does_not_grow_with_the_rounds(costs: dict[int, Costs]) -> None:
    for measured in costs.values():
        assert abs(measured.sealing(5) - measured.sealing(4)) <= 2 * ZERO_BYTES


# ---------------------------------------------------------------------- the committed figures


def test_gas_is_that_of_the_snapshot(costs: dict[int, Costs]) -> None:
    """Six trainers; the most expensive call of each kind, in the first round and in the fourth."""
    six = costs[6]
    figures = {"joinAsTrainer": most(six.joins)}
    for number in (1, 4):
        for name, calls in six.rounds[number - 1].items():
            figures[f"{name}, round {number}"] = most(calls)
    snapshot.compare("gas", figures)


# ---------------------------------------------------------------------- as many as a task takes


def test_freezing_the_largest_round(system: System, accounts: Any) -> None:
    """128 trainers, all accepted, none of whom has ever earned: a quarter of a block must do."""
    people = crowd_of(accounts, 0)
    task = create_task(system, people.owner, **LARGEST)
    round_ = Crowd.joining(system, people, task).attested_round()
    frozen = task.freezeRound(round_.entries, {"from": people.owner})
    assert only_event(frozen, "RoundFrozen")["acceptedMask"] == round_.everything
    print(f"\nfreezeRound, {MOST_TRAINERS} trainers: {frozen.gas_used:,}")
    assert frozen.gas_used < QUARTER_BLOCK
