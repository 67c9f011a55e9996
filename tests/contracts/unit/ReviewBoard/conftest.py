"""A reviewed task of five trainers and seven validators, at every step of its first review."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.reviews import GOOD, Review, fund_validators, reviewed_task, validators_of
from tests.contracts.rounds import Round


@pytest.fixture(scope="module")
def validators(system: Any, owner: Any, accounts: Any) -> tuple[Any, ...]:
    """Seven accounts with coins that the vault may take."""
    found = validators_of(accounts)
    fund_validators(system, owner, found)
    return found


@pytest.fixture(scope="module")
def reviewed(system: Any, people: Any, validators: Any) -> tuple[Any, Any]:
    """The task and its board; all hold seats, and the first round takes commitments."""
    return reviewed_task(system, people, validators)


@pytest.fixture(scope="module")
def task(reviewed: Any) -> Any:
    """The task."""
    return reviewed[0]


@pytest.fixture(scope="module")
def board(reviewed: Any) -> Any:
    """Its board."""
    return reviewed[1]


@pytest.fixture(scope="module")
def good() -> list[int]:
    """A row that finds all five updates worth something."""
    return [GOOD] * 5


@pytest.fixture(scope="module")
def attested(task: Any, board: Any, trainers: Any, validators: Any) -> Review:
    """The first round's review before it is opened: five updates that everybody vouches for."""
    round_ = Round.of(task)
    round_.until_attested(trainers[:5])
    return Review.of(board, round_, validators)


@pytest.fixture
def opened(attested: Review, outsider: Any) -> Review:
    """The draw is due."""
    attested.open(outsider)
    return attested


@pytest.fixture
def drawn(opened: Review, outsider: Any) -> Review:
    """A committee of five is to commit."""
    opened.draw(outsider)
    return opened


@pytest.fixture
def committed(drawn: Review, good: Any) -> Review:
    """All five have committed to good scores, which ends that step."""
    drawn.commit(drawn.committee, good)
    return drawn


@pytest.fixture
def due(committed: Review) -> Review:
    """All five have revealed."""
    committed.reveal(committed.committee)
    return committed
