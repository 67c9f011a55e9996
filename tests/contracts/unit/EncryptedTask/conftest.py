"""An encrypted task of five parties, at the phase that a module's own fixture plays it to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.encrypted import Federation, fund_accounts
from tests.contracts.encrypted_types import EncryptedPhase


@pytest.fixture(scope="module")
def joining(system: Any, people: Any) -> Federation:
    """A task that nobody has joined."""
    return Federation.create(system, people)


@pytest.fixture(scope="module")
def play(system: Any, people: Any) -> Callable[..., Federation]:
    """Play a new task to a phase of its first round, everybody honest and in time."""

    def to(phase: EncryptedPhase, **overrides: Any) -> Federation:
        return Federation.create(system, people, **overrides).start().until(phase)

    return to


GROUPS = {"max_parties": 10, "threshold": 4, "minimum_accepted": 3, "groups": 3, "max_weight": 3}


@pytest.fixture(scope="module")
def make_groups(system: Any, people: Any, accounts: Any) -> Callable[..., Federation]:
    """Make a task of ten parties, two more than there are trainers elsewhere, in three groups."""
    more = accounts[13:15]
    fund_accounts(system, people.owner, more)
    members = (*people.trainers, *more)

    def make(**overrides: Any) -> Federation:
        return Federation.create(system, people, parties=members, **(GROUPS | overrides))

    return make


@pytest.fixture(scope="module")
def in_groups(make_groups: Any) -> Federation:
    """Such a task, at its first submissions."""
    return make_groups().start()


@pytest.fixture(scope="module")
def federation(request: Any, play: Any) -> Federation:
    """The task at the module's phase."""
    return play(request.module.PHASE)
