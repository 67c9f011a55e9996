"""An encrypted task of five parties, at the phase that a module's own fixture plays it to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.encrypted import Federation
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


@pytest.fixture(scope="module")
def federation(request: Any, play: Any) -> Federation:
    """The task at the module's phase."""
    return play(request.module.PHASE)
