"""The packed states behind external functions."""

from __future__ import annotations

from typing import Any

import pytest
from brownie import PackedStateHarness


@pytest.fixture(scope="module")
def harness(module_isolation: None, accounts: Any) -> Any:
    """Getters and setters of both packed states, callable."""
    return accounts[0].deploy(PackedStateHarness)
