"""On whom a task waits, as a page shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fl_client.chain.contracts import Phase
from fl_client.records import RecordWatch
from fl_client.records.state import PresentState
from fl_client.roles import Aggregator
from fl_client.simulation import DemoSettings, Federation


@pytest.fixture
def searching(tmp_path: Path) -> Federation:
    """A round whose model is sought by work: its set is fixed, and nobody has found a nonce."""
    federation = Federation(
        DemoSettings(
            participants=3, rounds=1, epochs=1, honest=True, sealing="proof-of-work", out=tmp_path / "run"
        )
    )
    for _ in range(40):
        for member in federation.members:
            if federation.contract.phase()[0] is Phase.AGGREGATE:
                return federation
            member.participant.step()
        if federation.contract.phase()[0] is Phase.COMMIT:
            federation.connection.wait_until(federation.connection.now() + 1)
    raise AssertionError("no set was fixed")


def test_by_work_all_aggregators_are_due_until_the_phase_is_over(searching: Federation) -> None:
    watch = RecordWatch(searching.contract, start_block=0)
    watch.read()
    shown, signature = PresentState(watch).to_json(), watch.signature
    sealers = [one.participant for one in searching.members if isinstance(one.participant, Aggregator)]
    assert len(sealers) == 2
    assert sorted(shown["due"]) == sorted(watch.roster.name_of(one.address) for one in sealers)
    assert shown["deadline"] == searching.contract.phase()[1]
    searching.connection.wait_until(watch.now + searching.contract.parameters.seal_seconds)
    watch.read()
    later = PresentState(watch).to_json()
    assert (later["due"], later["deadline"]) == (shown["due"], shown["deadline"])
    assert watch.signature[2:] == signature[2:]
