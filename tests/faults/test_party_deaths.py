"""A party of an encrypted task is killed (SIGKILL) at every step of every deed, and started anew with its folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.encrypted_stage import Ground
from tests.faults.encrypted_place import MortalStage, ground_on_anvil
from tests.faults.test_deaths import BYTES, cells

DEEDS = ("approve", "join", "confirmKey", "submit", "attest", "proposeSum", "share", "claim", "withdraw")
SAID = [
    *("keys:before", "keys:after", *BYTES[2:]),
    *("update-row:before", "update-row:after", "share-row:before", "share-row:after"),
    *("sharing:before", "sharing:after"),
]
FAST = ["update-row:after", "submit:sent:after", "sharing:after", "share:kept:after", "share:sent:after"]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground_on_anvil(tmp_path_factory.mktemp("encrypted")) as there:
        yield there


@pytest.mark.parametrize("points", cells(DEEDS, FAST, tuple(SAID)))
def test_party_that_dies_says_nothing_twice_and_loses_nothing(ground: Ground, points: list[str]) -> None:
    stage = MortalStage(ground)
    with stage.mortal(points) as one:
        stage.play(one)
    assert sorted(one.died_at()) == sorted(points)
    stage.assert_settled()
    stage.assert_said_once()
