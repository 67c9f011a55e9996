"""Where a reviewed task stands, as `fl status`, a role's diary and the page of the task say it."""

from __future__ import annotations

import json

import pytest

from fl_client.chain.contracts import Phase, ReviewStep
from fl_client.cli.reporting import Diary
from fl_client.records import RecordWatch
from fl_client.records.state import PresentState
from fl_client.rounds import read_status
from fl_client.simulation import DemoSettings, Federation


@pytest.fixture(scope="module")
def federation(tmp_path_factory: pytest.TempPathFactory) -> Federation:
    """Three trainers and three validators, in the first round's review."""
    out = tmp_path_factory.mktemp("status") / "run"
    made = Federation(DemoSettings(participants=3, rounds=1, epochs=1, validators=3, honest=True, out=out))
    for _ in range(40):
        for member in made.members:
            if made.contract.phase()[0] is Phase.REVIEW:
                return made
            member.participant.step()
    raise AssertionError("no review was opened")


def until(federation: Federation, step: ReviewStep) -> None:
    for _ in range(20):
        for member in federation.members:
            if federation.contract.review().step is step:
                return
            member.participant.step()
        federation.connection.wait_until(federation.connection.now() + 1)
    raise AssertionError(f"{step.name} was not reached")


@pytest.mark.parametrize("step", [ReviewStep.DRAW, ReviewStep.COMMIT, ReviewStep.REVEAL, ReviewStep.DUE])
def test_a_review_ends_when_its_board_says(
    federation: Federation, step: ReviewStep, capsys: pytest.CaptureFixture[str]
) -> None:
    until(federation, step)
    timed = step in (ReviewStep.COMMIT, ReviewStep.REVEAL)
    expected = federation.contract.review().mark if timed else 0
    assert not timed or expected > federation.connection.now()
    assert read_status(federation.contract).deadline == expected
    watch = RecordWatch(federation.contract, start_block=0)
    watch.read()
    shown = PresentState(watch).to_json()
    assert (shown["phase"], shown["deadline"]) == ("review", expected)
    Diary(federation.members[0].participant, as_json=True).idle()
    assert json.loads(capsys.readouterr().out)["deadline"] == expected


def test_a_validator_is_shown_with_its_seat_and_its_stake(federation: Federation) -> None:
    board = federation.contract.board
    assert board is not None
    seats = []
    for member in federation.members:
        if member.participant.role == "validator":
            account = read_status(federation.contract, member.participant.address).account
            assert account is not None and account.trainer == "" and account.seat is None
            (stake,) = account.stakes
            assert (stake.role, stake.amount, stake.releasable_at) == ("validator", board.terms.stake, 0)
            seats.append(account.board_seat)
    assert seats == [0, 1, 2]


def test_nobody_else_has_a_seat_on_the_board(federation: Federation) -> None:
    account = read_status(federation.contract, federation.members[0].participant.address).account
    assert account is not None and account.trainer and account.board_seat is None
