"""Reasons that no honest run gives: a real task's events, retold with one thing otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fl_client.chain import Event
from fl_client.records.receipt import TaskPast
from fl_client.records.verdict import Judgement, judge
from fl_client.rounds import TaskWatch
from fl_client.simulation import DemoSettings, Federation

Change = Callable[[Event], list[Event]]


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> TaskPast:
    """Two rounds of three honest trainers."""
    out = tmp_path_factory.mktemp("retold") / "run"
    federation = Federation(DemoSettings(participants=3, rounds=2, epochs=1, honest=True, out=out))
    assert len(list(federation.run())) == 2
    return TaskPast.read(federation.contract)


def retold(past: TaskPast, number: int, change: Change) -> Judgement:
    """What a receipt of the second trainer to reveal says when each event is replaced by what ``change`` gives."""
    who = past.watch.ledger.rounds[1].reveals[1].trainer
    events = tuple(one for event in past.events for one in change(event))
    watch = TaskWatch(past.watch.contract)
    watch.ledger.apply_all(events)
    return judge(replace(past, watch=watch, events=events).story(who, number))


def otherwise(event: Event, **args: Any) -> Event:
    return replace(event, args={**event.args, **args})


def of_trainer(past: TaskPast, event: Event) -> bool:
    who = past.watch.ledger.rounds[1].reveals[1].trainer
    return who in (event.args.get("trainer"), event.args.get("account"))


def absent_from(past: TaskPast, number: int, *before: tuple[str, dict[str, Any]]) -> Change:
    """It neither commits nor reveals in a round; ahead of whose first turn these events come."""

    def change(event: Event) -> list[Event]:
        if event.name in ("UpdateCommitted", "UpdateRevealed") and event.args["round"] == number:
            return [] if of_trainer(past, event) else [event]
        if event.name == "UpdatesAttested" and event.args["round"] == number and of_trainer(past, event):
            return []
        if event.name == "TurnOpened" and event.args["round"] == number:
            told = [
                replace(event, name=name, args=args, log_index=event.log_index - 1) for name, args in before
            ]
            return [*told, event]
        return [event]

    return change


def test_honestly_told_it_is_counted(past: TaskPast) -> None:
    assert retold(past, 2, lambda event: [event]).verdict == "counted"


def test_whoever_left_before_is_not_expected(past: TaskPast) -> None:
    who = past.watch.ledger.rounds[1].reveals[1].trainer
    found = retold(past, 2, absent_from(past, 2, ("MemberLeft", {"account": who, "role": 1})))
    assert (found.verdict, found.counted) == ("left", False)
    assert "had left the task in block" in found.why


def test_whoever_left_and_came_back_is_expected_again(past: TaskPast) -> None:
    who = past.watch.ledger.rounds[1].reveals[1].trainer
    left = ("MemberLeft", {"account": who, "role": 1})
    back = ("TrainerJoined", {"trainer": who, "turn": 1})
    assert retold(past, 2, absent_from(past, 2, left, back)).verdict == "never-committed"
    assert retold(past, 2, absent_from(past, 2, left, back, left)).verdict == "left"
    suspended = ("TrainerSuspended", {"trainer": who, "evidence": 2})
    assert retold(past, 2, absent_from(past, 2, suspended, left)).verdict == "left"
    assert retold(past, 2, absent_from(past, 2, suspended, left, back)).verdict == "never-committed"


def test_whoever_comes_back_in_a_turn_waits_for_the_next(past: TaskPast) -> None:
    who = past.watch.ledger.rounds[1].reveals[1].trainer
    left = ("MemberLeft", {"account": who, "role": 1})
    gone = absent_from(past, 2, left)

    def change(event: Event) -> list[Event]:
        told = gone(event)
        if event.name == "TurnOpened" and event.args["round"] == 2:
            args = {"trainer": who, "turn": event.args["turn"]}
            told.append(replace(event, name="TrainerJoined", args=args, log_index=event.log_index + 1))
        return told

    found = retold(past, 2, change)
    assert found.verdict == "joined-late" and "joined in turn 2" in found.why


def test_a_seat_that_is_given_up_is_no_trainers_leaving(past: TaskPast) -> None:
    who = past.watch.ledger.rounds[1].reveals[1].trainer
    gone = absent_from(past, 2, ("MemberLeft", {"account": who, "role": 2}))
    assert retold(past, 2, gone).verdict == "never-committed"


def test_whoever_is_suspended_may_not_commit(past: TaskPast) -> None:
    who = past.watch.ledger.rounds[1].reveals[1].trainer
    suspended = ("TrainerSuspended", {"trainer": who, "evidence": 2})
    found = retold(past, 2, absent_from(past, 2, suspended))
    assert found.verdict == "suspended" and "(wrong-norm)" in found.why
    restored = ("TrainerRestored", {"trainer": who, "turn": 1})
    assert retold(past, 2, absent_from(past, 2, suspended, restored)).verdict == "never-committed"


def test_whoever_joins_in_a_turn_waits_for_the_next(past: TaskPast) -> None:
    gone = absent_from(past, 2)

    def change(event: Event) -> list[Event]:
        late = event.name == "TrainerJoined" and of_trainer(past, event)
        return gone(otherwise(event, turn=2) if late else event)

    assert retold(past, 2, change).verdict == "joined-late"


def test_whoever_never_joined_is_no_member(past: TaskPast) -> None:
    gone = absent_from(past, 2)

    def change(event: Event) -> list[Event]:
        return [] if event.name == "TrainerJoined" and of_trainer(past, event) else gone(event)

    assert retold(past, 2, change).verdict == "no-member"


def test_a_frozen_round_waits_for_its_model(past: TaskPast) -> None:
    def change(event: Event) -> list[Event]:
        return [] if event.name in ("RoundFinalized", "TaskEnded") and event.args["round"] != 1 else [event]

    found = retold(past, 2, change)
    assert (found.verdict, found.counted) == ("accepted", True)


def test_a_task_may_end_before_its_model(past: TaskPast) -> None:
    def change(event: Event) -> list[Event]:
        return [] if event.name == "RoundFinalized" and event.args["round"] == 2 else [event]

    found = retold(past, 2, change)
    assert (found.verdict, found.counted) == ("no-model", True)
    assert "is paid" in found.why


def test_only_the_first_of_two_equal_updates_of_an_earlier_attempt_counts(past: TaskPast) -> None:
    first = past.watch.ledger.rounds[2].reveals[0]
    place = next(
        one.index
        for one in past.watch.ledger.rounds[2].reveals
        if one.trainer == past.watch.ledger.rounds[1].reveals[1].trainer
    )
    assert place > 0

    def change(event: Event) -> list[Event]:
        if event.name == "TurnOpened" and event.args["round"] == 2:
            return [otherwise(event, attempt=1)]
        if event.name == "RoundFrozen" and event.args["round"] == 2:
            return [otherwise(event, acceptedMask=event.args["acceptedMask"] & ~(1 << place))]
        if event.name == "UpdateRevealed" and event.args["round"] == 2 and of_trainer(past, event):
            return [otherwise(event, rootHash=first.root_hash, rootSum=first.root_sum)]
        return [event]

    found = retold(past, 2, change)
    assert found.verdict == "repeated" and first.trainer in found.why
