"""A round at each of its phases, and clones of a factory that nobody admitted."""

from __future__ import annotations

from typing import Any

import brownie
import pytest

from tests.contracts.federation import only_event, task_parameters
from tests.contracts.rounds import Round

ACTIVE = 5


@pytest.fixture(scope="module")
def active(trainers: Any) -> Any:
    """The five trainers that joined before the first round."""
    return trainers[:ACTIVE]


@pytest.fixture
def committing(task: Any) -> Round:
    """The first round, in Commit."""
    return Round.of(task)


@pytest.fixture
def revealing(committing: Round, active: Any) -> Any:
    """The first round, in Reveal, and the five updates that were committed to."""
    return committing, committing.commit(active)


@pytest.fixture
def attesting(committing: Round, active: Any) -> Round:
    """The first round, in Attest, with five updates."""
    committing.until_revealed(active)
    return committing


@pytest.fixture
def aggregating(attesting: Round, active: Any) -> Round:
    """The first round, ready to be aggregated: everybody vouched for everything."""
    attesting.attest(active)
    return attesting


@pytest.fixture
def proposed(aggregating: Round) -> Round:
    """The first round, in Challenge, with the right new model proposed by the second sealer."""
    aggregating.propose()
    return aggregating


@pytest.fixture
def clone(system: Any, owner: Any) -> Any:
    """Return a maker and its uninitialised clone of a task, wired to the real vault and pool."""
    maker = owner.deploy(brownie.CloneMaker)
    implementation = owner.deploy(brownie.TrainingTask, maker, system.court, system.vault, system.pool)
    made = maker.make(implementation, task_parameters(system, owner), {"from": owner})
    return maker, brownie.TrainingTask.at(only_event(made, "CloneMade")["clone"])
