"""Opening the first round."""

import pytest

from tests.contracts.federation import (
    at,
    create_task,
    deadline_of,
    events,
    join_all,
    now,
    only_event,
    pass_deadline,
    present,
    reverts,
)
from tests.contracts.task_types import UNKNOWN_DUE, Phase, Role


@pytest.fixture
def joined(new_task, trainers, sealers):
    join_all(new_task, trainers[:3], sealers)
    return new_task


def test_before_the_joining_phase_is_over_reverts(joined, outsider):
    at(deadline_of(joined) - 1)
    with reverts("TrainingTaskUnexpectedPhase", Phase.JOIN, Phase.COMMIT):
        joined.start({"from": outsider})


def test_at_its_end_anybody_opens_the_round(joined, outsider):
    at(deadline_of(joined))
    joined.start({"from": outsider})
    assert present(joined) == Phase.COMMIT


def test_emits_turn_opened(joined, outsider):
    pass_deadline(joined)
    transaction = joined.start({"from": outsider})
    assert only_event(transaction, "TurnOpened") == {
        "round": 1,
        "turn": 1,
        "attempt": 0,
        "due": 3,
        "deadline": now() + 600,
    }


def test_a_full_task_opens_at_once(system, owner, trainers, sealers, outsider):
    task = create_task(system, owner, max_trainers=3)
    join_all(task, trainers[:3], sealers)
    task.start({"from": outsider})
    assert task.clock()["round"] == 1


def test_twice_reverts(joined, outsider):
    pass_deadline(joined)
    joined.start({"from": outsider})
    with reverts("TrainingTaskUnexpectedPhase", Phase.COMMIT, Phase.JOIN):
        joined.start({"from": outsider})


def test_fewer_trainers_than_the_quorum_revert(new_task, trainers, sealers, outsider):
    join_all(new_task, trainers[:2], sealers)
    pass_deadline(new_task)
    with reverts("TrainingTaskUnexpectedPhase", Phase.JOIN, Phase.COMMIT):
        new_task.start({"from": outsider})


def test_without_sealer_reverts(new_task, trainers, outsider):
    join_all(new_task, trainers[:3], [])
    pass_deadline(new_task)
    with reverts("TrainingTaskUnexpectedPhase", Phase.JOIN, Phase.COMMIT):
        new_task.start({"from": outsider})


def test_a_sealer_that_left_does_not_count(new_task, trainers, sealers, outsider):
    join_all(new_task, trainers[:3], sealers[:1])
    new_task.leaveTask(Role.SEALER, 0, {"from": sealers[0]})
    pass_deadline(new_task)
    with reverts("TrainingTaskUnexpectedPhase", Phase.JOIN, Phase.COMMIT):
        new_task.start({"from": outsider})


def test_a_trainer_that_left_does_not_count(joined, trainers, outsider):
    joined.leaveTask(Role.TRAINER, 0, {"from": trainers[0]})
    pass_deadline(joined)
    with reverts("TrainingTaskUnexpectedPhase", Phase.JOIN, Phase.COMMIT):
        joined.start({"from": outsider})


def test_draws_no_seed_when_everybody_takes_part(joined, outsider):
    pass_deadline(joined)
    assert events(joined.start({"from": outsider}), "TurnSeeded") == []


def test_how_many_are_drawn_is_unknown(system, owner, trainers, sealers, outsider):
    task = create_task(system, owner, fraction_bps=5_000)
    join_all(task, trainers, sealers)
    transaction = task.start({"from": outsider})
    assert only_event(transaction, "TurnOpened")["due"] == UNKNOWN_DUE
