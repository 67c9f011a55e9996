"""A small contract on a chain in this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from web3.contract import Contract

from fl_client.chain import Connection, ContractArtifact, Journal, TransactionSender, demo_account
from fl_client.types import Address

LEDGER = ContractArtifact.from_json((Path(__file__).parents[2] / "data" / "ledger.json").read_text())


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A chain with the ledger on it (keys below 5 are refused) and one account that sends."""

    connection: Connection
    sender: TransactionSender
    journal: Journal
    ledger: Contract
    address: Address


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    connection = Connection.embedded(seed=3, accounts=2)
    with Journal(tmp_path / "state") as journal:
        sender = TransactionSender(
            connection, demo_account(3, 0), journal, timeout_seconds=3, bump_after_seconds=0.3
        )
        address = sender.deploy(LEDGER, 5).contract_address
        assert address is not None
        ledger = connection.bind(LEDGER, address)
        yield World(connection=connection, sender=sender, journal=journal, ledger=ledger, address=address)
