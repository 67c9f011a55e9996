"""When a process of an encrypted task has nothing more to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.roles.party import Party
from fl_client.roles.running import has_left, is_dealt
from tests.encrypted_stage import Ground, Stage, make_ground


class Distrustful(Party):
    """Rejects every key."""

    def confirm(self) -> str | None:
        """Say no, once."""
        ceremony = self.ledger.ceremony
        if self._is_in(self.state.confirmed | self.state.left_out) or ceremony is None:
            return None
        self.send(self.contract.task.functions.rejectKey(ceremony.number))
        return "rejected the key"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder: Path = tmp_path_factory.mktemp("leaving")
    return make_ground(folder)


@pytest.fixture(scope="module")
def stage(ground: Ground) -> Stage:
    return Stage(ground, parties=4, kinds={1: Distrustful}).run_to(EncryptedPhase.SUBMIT)


def dealer_of(stage: Stage) -> Any:
    return stage.members["dealer"].actor


def test_a_dealer_is_done_when_the_first_round_opens(ground: Ground, stage: Stage) -> None:
    assert is_dealt(dealer_of(stage))
    assert not is_dealt(dealer_of(Stage(ground, parties=4)))


def test_a_party_that_was_left_out_waits_for_its_stake_alone(stage: Stage) -> None:
    assert not stage.party(2).is_member
    assert has_left(stage.party(2), until_ended=True) and not has_left(stage.party(2))


def test_a_party_of_the_key_stays_to_the_end(stage: Stage) -> None:
    assert not has_left(stage.party(1), until_ended=True)


def test_nobody_leaves_before_it_could_join(ground: Ground) -> None:
    assert not has_left(Stage(ground, parties=4).party(1), until_ended=True)


def test_an_auditor_has_no_place_and_stays_to_the_end(stage: Stage) -> None:
    assert not has_left(stage.add_auditor("auditor"), until_ended=True)
