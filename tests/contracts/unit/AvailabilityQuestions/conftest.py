"""A frozen round of three chunks in which everybody vouched for everything, and questions about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from fl_client.disputes import opening_of
from tests.contracts.federation import People, System, pass_time, running_task
from tests.contracts.rounds import Round, Update

ANSWER = 300
ACTIVE = 5
CHUNK = 2
"""The last of three chunks: 22 of its coordinates are there, and its sibling is padding."""


class Question(NamedTuple):
    """``IAvailabilityQuestions.Question``."""

    task: Any
    round: int
    attester: Any
    commitment: bytes
    chunk: int = CHUNK


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Questions about one round."""

    questions: Any
    round: Round

    def question(self, attester: Any, update: Update, chunk: int = CHUNK) -> Question:
        """Return the question for a chunk of an update."""
        return Question(self.round.task, self.round.number, attester, update.commitment, chunk)

    def ask(self, by: Any, attester: Any, update: Update, chunk: int = CHUNK) -> Any:
        """Ask an attester for a chunk of an update."""
        question = self.question(attester, update, chunk)
        return self.questions.askChunk(question, update.trainer, {"from": by})

    def show(self, by: Any, attester: Any, update: Update, chunk: int = CHUNK) -> Any:
        """Show what was asked for."""
        question = self.question(attester, update, chunk)
        return self.questions.showChunk(question, opening(update, chunk), {"from": by})

    def strike(self, by: Any, attester: Any, update: Update, chunk: int = CHUNK) -> Any:
        """Say that it was not shown."""
        return self.questions.strikeAttester(self.question(attester, update, chunk), {"from": by})

    def find_silent(self, by: Any, attester: Any, update: Update, chunk: int = CHUNK) -> Any:
        """Ask, wait in vain, strike."""
        self.ask(by, attester, update, chunk)
        pass_time(ANSWER)
        return self.strike(by, attester, update, chunk)


def opening(update: Update, chunk: int = CHUNK) -> bytes:
    """Return what opens a chunk of an update."""
    return opening_of(update.vector, update.tree, chunk, update.tree.nodes(0, chunk, 1)[0].sum)


@pytest.fixture(scope="module")
def active(trainers: Any) -> Any:
    """The five trainers of the round."""
    return trainers[:ACTIVE]


@pytest.fixture(scope="module")
def _frozen(system: System, people: People) -> Round:
    round_ = Round.of(running_task(system, people))
    round_.until_attested(people.trainers[:ACTIVE])
    round_.task.freezeRound(round_.entries, {"from": people.outsider})
    return round_


@pytest.fixture
def task(_frozen: Round) -> Any:
    """The task of that round."""
    return _frozen.task


@pytest.fixture
def asking(questions: Any, _frozen: Round) -> Asking:
    """Questions about that round."""
    return Asking(questions=questions, round=_frozen)


@pytest.fixture
def attester(active: Any) -> Any:
    """The second trainer, who is asked."""
    return active[1]


@pytest.fixture
def update(_frozen: Round) -> Update:
    """The first trainer's update, which it is asked for."""
    return _frozen.revealed[0]
