"""Accounts of a development node (tests/scripts sends with them on real nodes)."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.chain import Connection, UnlockedSender, demo_account
from fl_client.errors import ChainError
from tests.fl_client.chain.test_connection import node

OWN, OTHER = (demo_account(1, index).address for index in range(2))


def answers(*accounts: str) -> dict[str, Any]:
    return {"eth_chainId": {"result": "0x5"}, "eth_accounts": {"result": list(accounts)}}


def test_first_account_sends_unless_another_is_named() -> None:
    with node(answers(OWN, OTHER)) as url:
        connection = Connection.open(url)
        senders = UnlockedSender(connection), UnlockedSender(connection, OTHER)
    assert tuple(sender.address for sender in senders) == (OWN, OTHER)


def test_node_that_signs_for_nobody_is_refused() -> None:
    with node(answers()) as url, pytest.raises(ChainError, match="signs for nobody"):
        UnlockedSender(Connection.open(url))


def test_account_of_somebody_else_is_refused() -> None:
    with node(answers(OWN)) as url, pytest.raises(ChainError, match=f"does not sign for {OTHER}"):
        UnlockedSender(Connection.open(url), OTHER)
