"""A task that is sealed by proof of work, and its first round with the set frozen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.federation import running_task
from tests.contracts.rounds import Round

RATE = 1
ACTIVE = 5


@pytest.fixture(scope="module")
def policy(system: Any) -> Any:
    """ProofOfWork."""
    return system.proof_of_work


@pytest.fixture(scope="module")
def task(system: Any, people: Any) -> Any:
    """A task of five trainers and two sealers that wants a proposal a second after the freeze."""
    return running_task(system, people, sealing=system.proof_of_work.address, sealing_rate=RATE)


@pytest.fixture(scope="module")
def active(trainers: Any) -> Any:
    """The five trainers that joined."""
    return trainers[:ACTIVE]


@pytest.fixture(scope="module")
def frozen(task: Any, active: Any, outsider: Any) -> Round:
    """The first round, its set frozen; slots count from now on."""
    round_ = Round.of(task)
    round_.until_attested(active)
    task.freezeRound(round_.entries, {"from": outsider})
    return round_
