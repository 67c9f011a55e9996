"""A table is posted once before its proposal: whatever dies between the two, and whoever starts again."""

from __future__ import annotations

from pathlib import Path

import pytest

from fl_client.chain import TransactionSender
from fl_client.chain.artifacts import load_artifact
from fl_client.chain.delivery import Delivery
from fl_client.chain.events import EventCursor
from fl_client.errors import ChainUnavailable
from fl_client.roles import Aggregator, GasBook, ModelBook
from fl_client.rounds import TaskWatch
from fl_client.simulation import DemoSettings, Federation


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    settings = DemoSettings(participants=3, rounds=1, epochs=1, honest=True, rule="nnm:1+mean", out=tmp_path)
    return Federation(settings)


def until_due(federation: Federation) -> Aggregator:
    """Let everybody act until an aggregator owes a table; it has not acted yet."""
    sealers = [one.participant for one in federation.members if isinstance(one.participant, Aggregator)]
    for _ in range(30):
        for member in federation.members:
            if member.participant is sealers[1] and len(federation.watch.ledger.rounds) == 1:
                federation.watch.refresh()
                if len(federation.watch.ledger.current().attestations) == 3:
                    return sealers[1]
            member.participant.step()
        federation.connection.wait_until(federation.connection.now() + 1)
    raise AssertionError("no table came due")


def started_again(federation: Federation, dead: Aggregator) -> Aggregator:
    """Another process with the same state folder: everything else is read anew."""
    sender = TransactionSender(federation.connection, dead.sender._account, dead.sender._journal)
    watch = TaskWatch(federation.contract)
    watch.refresh()
    return Aggregator(watch, sender, GasBook(), models=ModelBook(watch, federation.store))


def tables_posted(federation: Federation) -> int:
    deployment = federation.deployment
    cursor = EventCursor(
        federation.connection, [deployment.round_tables], [load_artifact("RoundTables")], deployment.block
    )
    return sum(event.name == "TablePosted" for event in cursor.poll())


def test_a_table_that_was_posted_is_not_posted_again_after_a_restart(federation: Federation) -> None:
    sealer = until_due(federation)
    assert sealer.step() == "posted the distances of 3 updates"
    again = started_again(federation, sealer)
    assert again.step() == "proposed a model from 3 updates"
    assert tables_posted(federation) == 1


def test_a_table_whose_sending_broke_off_is_posted_once(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealer = until_due(federation)
    with monkeypatch.context() as gone:

        def refuse(self: Delivery, row: object) -> None:
            raise ChainUnavailable("the node is gone")

        gone.setattr(Delivery, "broadcast", refuse)
        with pytest.raises(ChainUnavailable, match="the node is gone"):
            sealer.step()
    assert tables_posted(federation) == 0
    again = started_again(federation, sealer)
    assert again.step() == "proposed a model from 3 updates"
    assert tables_posted(federation) == 1
    proposal = again.watch.ledger.current().proposals
    again.watch.refresh()
    assert proposal[0].table is not None and proposal[0].table.poster == again.address
