"""A node that answers views of its latest block from the one that it is just making, as anvil does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain import Connection
from fl_client.chain.contracts import Phase
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.errors import ChainUnavailable
from fl_client.rounds import TaskWatch, following
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.simulation import DemoSettings, Federation
from tests.encrypted_stage import Stage, make_ground


@pytest.fixture
def federation(tmp_path: Path) -> Federation:
    """Everybody has joined, and the first round is not open."""
    found = Federation(DemoSettings(participants=3, rounds=1, epochs=1, honest=True, out=tmp_path / "run"))
    for member in found.members[:4]:  # three trainers and the aggregator
        member.participant.step()
    assert found.contract.phase()[0] is Phase.JOIN
    return found


def answering_ahead(monkeypatch: pytest.MonkeyPatch, connection: Connection, *, times: int) -> list[str]:
    """Let so many views be answered as of the latest block, whichever was asked for; gives which they were."""
    call, ahead = connection.call, []

    def answer(function: Any, **how: Any) -> Any:
        if "block" in how and len(ahead) < times:
            ahead.append(function.fn_name)
            how = {**how, "block": "latest"}
        return call(function, **how)

    monkeypatch.setattr(connection, "call", answer)
    return ahead


def at(watch: TaskWatch | EncryptedWatch, block: Any, look: Callable[[], Any]) -> Any:
    """What a look at a block that was the latest when it began gives."""
    watch.contract._held = block
    try:
        return look()
    finally:
        watch.contract._held = None


@pytest.fixture
def begun(federation: Federation) -> tuple[TaskWatch, Any]:
    """A watch, and the last block before the first round opened."""
    block = federation.connection.head()
    federation.members[-1].participant.step()
    assert federation.contract.phase()[0] is Phase.COMMIT
    return TaskWatch(federation.contract, start_block=0), block


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "LOOK_SECONDS", 0.0)


def test_a_view_of_the_next_block_is_asked_for_again(
    begun: tuple[TaskWatch, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, block = begun
    ahead = answering_ahead(monkeypatch, watch.contract.connection, times=1)
    phase, _ = at(watch, block, watch.refresh)
    assert ahead == ["statusOf"]
    assert (phase, watch.ledger.round) == (Phase.JOIN, 0)


def test_a_node_that_stays_ahead_of_its_events_is_waited_for(
    begun: tuple[TaskWatch, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, block = begun
    answering_ahead(monkeypatch, watch.contract.connection, times=following.MOST_LOOKS + 1)
    with pytest.raises(ChainUnavailable, match="is in turn 1, and by its events in turn 0") as raised:
        at(watch, block, watch.refresh)
    assert raised.value.passing
    assert watch.refresh()[0] is Phase.COMMIT


def test_a_view_of_an_encrypted_task_is_asked_for_again_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = Stage(make_ground(tmp_path)).run_to(EncryptedPhase.SUBMIT)
    before = stage.connection.block_number() - 1
    watch = EncryptedWatch(stage.contract, start_block=0)
    ahead = answering_ahead(monkeypatch, stage.connection, times=1)
    phase, _ = at(watch, (before, stage.connection.block_hash(before)), watch.refresh)
    assert ahead == ["state"]
    assert (phase, watch.ledger.turn) == (EncryptedPhase.CONFIRM, None)


def test_on_a_development_node_a_view_is_asked_for_again_once_its_block_has_a_follower(
    federation: Federation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where no turn was opened: the second of two commitments changes other views."""
    monkeypatch.setattr(Connection, "runs_ahead", True)
    watch, owner = federation.watch, federation.members[-1].participant
    owner.step()
    first, second = (member.participant for member in federation.members[:2])
    first.step()
    call, others = federation.connection.call, [second]

    def answer(function: Any, **how: Any) -> Any:
        if function.fn_name == "statusOf" and others:
            federation.contract._held, held = None, federation.contract._held
            others.pop().step()
            federation.contract._held = held
            how = {**how, "block": "latest"}
        return call(function, **how)

    monkeypatch.setattr(federation.connection, "call", answer)
    with federation.contract.held():
        watch.refresh()
        assert federation.contract.clock().pending == len(watch.ledger.current().commits) == 1
    assert not others and federation.contract.clock().pending == 2
