"""One look at an encrypted task: who is asked, who owes, and what an account has in it."""

from __future__ import annotations

import json

import pytest

from fl_client.chain.contracts import ONE_COIN
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.rounds.encrypted_status import read_encrypted_status
from tests.encrypted_stage import Stage, make_ground


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = Stage(make_ground(tmp_path_factory.mktemp("status")))
    stage.run(lambda: stage.phase is EncryptedPhase.SUBMIT and stage.contract.state().submitted == 1)
    return stage


def test_a_phase_says_how_many_have_done_what_it_asks_for(stage: Stage) -> None:
    found = read_encrypted_status(stage.contract)
    assert (found.phase, found.done, found.due, found.account) == ("submit", 1, 4, None)
    assert (found.parties, found.places, found.round, found.turn) == (4, 4, 1, 1)


def test_an_account_sees_its_place_its_stake_and_whether_it_owes(stage: Stage) -> None:
    owes = []
    for number in range(1, 5):
        account = read_encrypted_status(stage.contract, stage.party(number).address).account
        assert account is not None and account.place == number - 1
        (stake,) = account.stakes
        assert (stake.role, stake.amount, stake.releasable_at) == ("party", 100 * ONE_COIN, 0)
        owes.append(account.owes)
    assert owes == [False, True, True, True]


def test_a_stranger_has_nothing_in_the_task(stage: Stage) -> None:
    account = read_encrypted_status(stage.contract, stage.members["dealer"].actor.address).account  # type: ignore[union-attr]
    assert account is not None and (account.place, account.stakes, account.owes) == (None, (), False)


def test_amounts_are_texts_where_a_program_reads_them(stage: Stage) -> None:
    status = read_encrypted_status(stage.contract, stage.party(1).address).to_json()
    said = json.loads(json.dumps(status))["account"]
    assert said["stakes"][0]["amount"] == str(100 * ONE_COIN)
    assert {type(said[name]) for name in ("claimable", "earned", "balance")} == {str}


def test_before_there_is_a_key_those_who_joined_are_counted(stage: Stage) -> None:
    other = Stage(stage.ground)
    other.step("party 1")
    found = read_encrypted_status(other.contract)
    assert (found.phase, found.parties, found.due) == ("join", 1, 0)
