"""Who may still come to a task."""

from __future__ import annotations

from pathlib import Path

import pytest

from fl_client.chain.contracts import Phase, Role
from fl_client.errors import ChainError
from fl_client.roles import require_open
from fl_client.simulation import DemoSettings, Federation


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Federation:
    """A task that has just ended: stakes are bound still."""
    out: Path = tmp_path_factory.mktemp("ended") / "run"
    federation = Federation(DemoSettings(participants=3, rounds=1, epochs=1, honest=True, out=out))
    assert len(list(federation.run())) == 1 and federation.contract.phase()[0] is Phase.ENDED
    return federation


def test_whoever_has_a_stake_in_an_ended_task_may_come_back_for_it(federation: Federation) -> None:
    require_open(federation.members[0].participant, Role.TRAINER)


def test_nobody_joins_an_ended_task_whatever_is_left_in_it(federation: Federation) -> None:
    with pytest.raises(
        ChainError, match=r"^the task 0x\w+ has ended, nobody can join it: give one that runs$"
    ):
        require_open(federation.members[0].participant, Role.TRAINER, anew=True)


def test_whoever_has_nothing_in_an_ended_task_is_told_so(federation: Federation) -> None:
    (owner,) = [member.participant for member in federation.members if member.name == "owner"]
    with pytest.raises(ChainError, match="has ended, nobody can join it"):
        require_open(owner, Role.TRAINER)
