"""The verifier and a round to ask about."""

from __future__ import annotations

from typing import Any

import pytest
from brownie import EncryptedVerifier

from tests.contracts.encrypted_round import Round, make_round


@pytest.fixture(scope="module")
def verifier(module_isolation: None, accounts: Any) -> Any:
    """The contract."""
    return accounts[0].deploy(EncryptedVerifier)


@pytest.fixture(scope="session")
def right() -> Round:
    """Three updates of seven ciphertexts, three chunks of the model; all of it right."""
    return make_round()
