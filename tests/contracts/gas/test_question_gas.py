"""What a question for bytes costs: asking, showing a chunk, striking whoever was silent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.federation import People, System, pass_time, running_task
from tests.contracts.gas import snapshot
from tests.contracts.rounds import Round
from tests.contracts.unit.AvailabilityQuestions.conftest import ANSWER, Asking

CHUNKS = 300
MOST = {"askChunk": 250_000, "showChunk": 250_000, "strikeAttester": 250_000}


@pytest.fixture(scope="module")
def gas(system: System, people: People) -> dict[str, int]:
    """Gas of each call, of an update of 300 chunks: nine siblings an opening."""
    round_ = Round.of(running_task(system, people, dimension=64 * CHUNKS))
    updates = round_.until_attested(people.trainers[:5])
    round_.task.freezeRound(round_.entries, {"from": people.outsider})
    asking = Asking(questions=system.questions, round=round_)
    attester, asker = people.trainers[1], people.challenger
    asking.ask(asker, attester, updates[2], 7)
    found: dict[str, Any] = {"askChunk": asking.ask(asker, attester, updates[0], 171)}
    found["showChunk"] = asking.show(attester, attester, updates[0], 171)
    pass_time(ANSWER)
    found["strikeAttester"] = asking.strike(asker, attester, updates[2], 7)
    return {call: int(done.gas_used) for call, done in found.items()}


@pytest.mark.parametrize("call", MOST)
def test_a_question_is_cheap(gas: dict[str, int], call: str) -> None:
    assert gas[call] < MOST[call]


def test_question_snapshot(gas: dict[str, int]) -> None:
    snapshot.compare("question_gas", {f"{call}, {CHUNKS} chunks": cost for call, cost in gas.items()})
