"""What the chain has heard of is there to fetch in the end, whenever the store comes back and whoever died."""

from __future__ import annotations

import numpy as np
import pytest

from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.errors import StorageError
from fl_client.storage import StoreSettings, open_store
from fl_client.storage.layered import LayeredStore
from tests.away import away
from tests.encrypted_clear import clear, slashes
from tests.encrypted_stage import Ground, Stage, make_ground

PARTIES = range(1, 5)
DEATHS = pytest.mark.parametrize("dies", [False, True], ids=["lives", "dies"])


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("publishing"))


def until_late(stage: Stage, seconds: int) -> None:
    stage.connection.wait_until(stage.contract.state().deadline - seconds // 2 + 1)


def submit_without_store(stage: Stage) -> None:
    """Everybody has made its update, and submits it late, since there is no store; then all are to vouch."""
    turn = stage.ledger.turn
    for number in PARTIES:
        stage.party(number).work.update_row(turn)
    with away(stage.folder / "store"):
        with pytest.raises(StorageError):
            stage.step("party 1")
        until_late(stage, stage.contract.parameters.submit_seconds)
        for number in PARTIES:
            assert stage.step(f"party {number}")
        assert stage.phase is EncryptedPhase.ATTEST
        for number in PARTIES:
            with pytest.raises(StorageError):
                stage.step(f"party {number}")
    assert stage.ledger.turn.attestations == {}  # nobody vouches for nothing while there is time


@DEATHS
def test_updates_that_were_submitted_without_a_store_are_published_late(ground: Ground, dies: bool) -> None:
    stage = Stage(ground).run_to(EncryptedPhase.SUBMIT)
    submit_without_store(stage)
    if dies:
        stage.enter("party 1")
    stage.run()
    assert stage.did("party 1").count("published its update late") == 1
    assert slashes(stage) == []
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))


def test_without_a_store_they_vouch_for_nothing_once_time_is_short(ground: Ground) -> None:
    stage = Stage(ground).run_to(EncryptedPhase.SUBMIT)
    submit_without_store(stage)
    with away(stage.folder / "store"):
        until_late(stage, stage.contract.parameters.attest_seconds)
        stage.step("party 1")
    assert stage.ledger.turn.attestations == {stage.party(1).address: 0}


def test_what_is_there_is_not_published_again_after_a_restart(ground: Ground) -> None:
    stage = Stage(ground).run_to(EncryptedPhase.ATTEST)
    stage.enter("party 1")
    stage.run()
    assert "published its update late" not in stage.did("party 1")


@DEATHS
def test_shares_that_were_given_without_a_store_are_published_late(ground: Ground, dies: bool) -> None:
    stage = Stage(ground).run_to(EncryptedPhase.SHARE)
    with away(stage.folder / "store"):
        until_late(stage, stage.contract.parameters.share_seconds)
        assert stage.step("party 1")
    assert stage.did("party 1")[-1] == "gave its shares"
    if dies:
        stage.enter("party 1")
    stage.run()
    assert stage.did("party 1").count("published its share late") == 1
    assert slashes(stage) == []


@DEATHS
def test_a_key_that_was_posted_without_a_store_is_published_late(ground: Ground, dies: bool) -> None:
    stage = Stage(ground).run_to(EncryptedPhase.DEAL)
    with away(stage.folder / "store"):
        with pytest.raises(StorageError):
            stage.step("dealer")
        until_late(stage, stage.contract.parameters.deal_seconds)
        assert stage.step("dealer") and not stage.step("dealer")
    if dies:
        stage.enter("dealer")
    stage.run()
    assert stage.did("dealer").count("published the key's file late") == 1
    assert stage.ledger.ceremonies[1].left_out == {}
    assert stage.ledger.rounds_final == 1


def test_a_result_that_no_daemon_takes_is_proposed_all_the_same(ground: Ground) -> None:
    """Whoever has the shares opens the same sum."""
    stage = Stage(ground).run_to(EncryptedPhase.RESULT)
    # Party 3 is the first whose turn it is to propose the result.
    settings = StoreSettings(
        folder=stage.folder / "store", ipfs=("http://127.0.0.1:1",), attempts=1, timeout_seconds=1
    )
    layered = open_store(settings)
    assert isinstance(layered, LayeredStore)
    stage.party(3).book.store = layered
    assert stage.step("party 3")
    result = stage.ledger.turns[1].results[0]
    assert {one.digest for one in layered.unpublished()} >= {result.content, result.model_content}
    stage.run()
    assert np.array_equal(stage.model(), clear(stage, [0, 1, 2, 3]))
