"""The libraries of encrypted rounds behind external functions."""

from __future__ import annotations

from typing import Any

import pytest
from brownie import PaillierHarness


@pytest.fixture(scope="module")
def harness(module_isolation: None, accounts: Any) -> Any:
    """The libraries' functions, callable."""
    return accounts[0].deploy(PaillierHarness)
