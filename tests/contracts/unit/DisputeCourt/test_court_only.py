"""What the court orders a task to do, nobody else can."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.dissection import Dissection
from tests.contracts.federation import reverts
from tests.contracts.task_types import Evidence

MODEL = b"\x42" * 32


def calls(dispute: Dissection) -> dict[str, tuple[Any, ...]]:
    challenger = dispute.challenger
    trainer = dispute.round.revealed[0].trainer
    return {
        "beginDispute": (challenger, 1),
        "dismissDispute": (challenger,),
        "replaceAggregate": (challenger, MODEL, MODEL, Evidence.NO_ANSWER),
        "rejectAggregate": (challenger,),
        "punishUpdate": (trainer, 1, dispute.round.revealed[0].commitment, challenger),
        "bindAttester": (trainer,),
        "chargeAttester": (trainer, challenger),
    }


@pytest.mark.parametrize("by", ["owner", "sealer", "challenger", "trainer"])
@pytest.mark.parametrize(
    "name",
    [
        *("beginDispute", "dismissDispute", "replaceAggregate", "rejectAggregate", "punishUpdate"),
        *("bindAttester", "chargeAttester"),
    ],
)
def test_only_the_court(task: Any, dispute: Dissection, people: Any, name: str, by: str) -> None:
    caller = {
        "owner": people.owner,
        "sealer": dispute.sealer,
        "challenger": dispute.challenger,
        "trainer": people.trainers[0],
    }[by]
    with reverts("TrainingTaskUnauthorized", caller):
        getattr(task, name)(*calls(dispute)[name], {"from": caller})


@pytest.mark.parametrize("by", ["owner", "challenger"])
def test_only_the_questions_are_passed_on(
    court: Any, task: Any, dispute: Dissection, people: Any, by: str
) -> None:
    caller = {"owner": people.owner, "challenger": dispute.challenger}[by]
    with reverts("DisputeCourtNotQuestions", caller):
        court.bindAttester(task, people.trainers[0], {"from": caller})
    with reverts("DisputeCourtNotQuestions", caller):
        court.chargeAttester(task, people.trainers[0], caller, {"from": caller})


def test_the_court_made_the_questions_for_its_own_coin(court: Any, questions: Any, coin: Any) -> None:
    assert tuple(questions.wiring()) == (coin, court)
