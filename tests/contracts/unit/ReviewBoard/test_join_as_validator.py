"""Taking a seat."""

import pytest

from tests.contracts.federation import ONE, ZERO, only_event, pass_deadline, reverts
from tests.contracts.reviews import create_reviewed_task, join_board
from tests.contracts.task_types import Role


@pytest.fixture
def empty(system, owner):
    """A board that nobody has joined."""
    return create_reviewed_task(system, owner)[1]


def test_emits_validator_joined(empty, validators):
    joined = empty.joinAsValidator(0, {"from": validators[0]})
    assert only_event(joined, "ValidatorJoined") == {"validator": validators[0], "seat": 0, "turn": 0}


def test_locks_the_stake_under_the_board(empty, vault, validators):
    empty.joinAsValidator(0, {"from": validators[0]})
    assert vault.stakeOf(empty, validators[0], Role.VALIDATOR) == (50 * ONE, 0)


def test_seats_are_taken_in_order(empty, validators):
    join_board(empty, validators)
    assert empty.seatCount() == 7
    assert [empty.seatOf(seat)["validator"] for seat in range(8)] == [*validators, ZERO]


def test_a_taken_seat_reverts(empty, validators):
    empty.joinAsValidator(0, {"from": validators[0]})
    with reverts("ReviewBoardSeatTaken", 0):
        empty.joinAsValidator(0, {"from": validators[1]})


def test_a_seat_beyond_the_next_reverts(empty, validators):
    with reverts("ReviewBoardSeatTaken", 1):
        empty.joinAsValidator(1, {"from": validators[0]})


def test_a_seat_that_was_left_is_taken_again(empty, validators):
    join_board(empty, validators[:3])
    empty.leaveBoard(1, {"from": validators[1]})
    empty.joinAsValidator(1, {"from": validators[3]})
    assert (empty.seatOf(1)["validator"], empty.seatCount()) == (validators[3], 3)


def test_a_second_seat_reverts(empty, validators):
    empty.joinAsValidator(0, {"from": validators[0]})
    with reverts("ReviewBoardStillEngaged", validators[0]):
        empty.joinAsValidator(1, {"from": validators[0]})


def test_whoever_left_joins_again_only_after_it_took_its_stake(empty, validators):
    join_board(empty, validators[:2])
    empty.leaveBoard(0, {"from": validators[0]})
    with reverts("ReviewBoardStillEngaged", validators[0]):
        empty.joinAsValidator(0, {"from": validators[0]})


def test_after_the_end_reverts(system, owner, validators, outsider):
    task, board = create_reviewed_task(system, owner)
    pass_deadline(task)
    task.endTask({"from": outsider})
    with reverts("ReviewBoardUnauthorized", validators[0]):
        board.joinAsValidator(0, {"from": validators[0]})


def test_a_seat_counts_from_the_turn_in_which_it_is_taken(board, task, accounts, validators):
    assert [board.seatOf(seat)["since"] for seat in range(7)] == [0] * 7
    board.leaveBoard(6, {"from": validators[6]})
    spare = accounts[11]
    board.joinAsValidator(6, {"from": spare})
    assert board.seatOf(6)["since"] == task.clock()["turn"] == 1
