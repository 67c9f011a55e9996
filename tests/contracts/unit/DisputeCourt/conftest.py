"""A wrong model of 300 chunks: two answers of nodes, 256 and 2, and the upper rows reach into the padding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contracts.dissection import Dissection, disputed
from tests.contracts.federation import People, System

WRONG = 64 * 171 + 5
"""The wrong coordinate, in chunk 171."""


@pytest.fixture(scope="module")
def _proposed(system: System, people: People) -> Dissection:
    return disputed(system, people, WRONG, dimension=64 * 300, quorum=3)


@pytest.fixture
def dispute(_proposed: Dissection) -> Dissection:
    """A sealer has proposed a wrong model; the challenger has the right one and has not spoken yet."""
    return replace(_proposed, gas=[])


@pytest.fixture
def task(dispute: Dissection) -> Any:
    """The task in whose challenge phase we are."""
    return dispute.task
