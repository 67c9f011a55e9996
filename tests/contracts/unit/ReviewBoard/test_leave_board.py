"""Giving a seat back, and taking the stake."""

from tests.contracts.federation import ONE, ZERO, now, only_event, pass_time, reverts
from tests.contracts.task_types import Role


def test_frees_the_seat(board, validators):
    left = board.leaveBoard(2, {"from": validators[2]})
    assert only_event(left, "ValidatorLeft") == {"validator": validators[2], "seat": 2}
    assert board.seatOf(2)["validator"] == ZERO


def test_the_stake_unbonds(board, vault, validators):
    board.leaveBoard(2, {"from": validators[2]})
    assert vault.stakeOf(board, validators[2], Role.VALIDATOR) == (50 * ONE, now() + 5_000)


def test_somebody_elses_seat_reverts(board, validators):
    with reverts("ReviewBoardNotYourSeat", validators[2], 1):
        board.leaveBoard(1, {"from": validators[2]})


def test_twice_reverts(board, validators):
    board.leaveBoard(2, {"from": validators[2]})
    with reverts("ReviewBoardNotYourSeat", validators[2], 2):
        board.leaveBoard(2, {"from": validators[2]})


def test_while_the_draw_is_due_nobody_leaves(opened, board, validators):
    """The seed is known a block later: leaving would choose who comes instead."""
    for seat, validator in enumerate(validators):
        with reverts("ReviewBoardStillEngaged", validator):
            board.leaveBoard(seat, {"from": validator})


def test_the_committee_stays(drawn, board):
    for seat in drawn.committee:
        with reverts("ReviewBoardStillEngaged", drawn.holder(seat)):
            board.leaveBoard(seat, {"from": drawn.holder(seat)})


def test_the_committee_stays_until_the_review_is_over(due, board, outsider):
    seat = due.committee[0]
    with reverts("ReviewBoardStillEngaged", due.holder(seat)):
        board.leaveBoard(seat, {"from": due.holder(seat)})
    due.conclude(outsider)
    board.leaveBoard(seat, {"from": due.holder(seat)})


def test_whoever_was_not_drawn_may_leave(drawn, board):
    (seat, _) = sorted(set(range(7)) - set(drawn.committee))
    holder = drawn.holder(seat)
    left = board.leaveBoard(seat, {"from": holder})
    assert only_event(left, "ValidatorLeft") == {"validator": holder, "seat": seat}
    assert board.seatOf(seat)["validator"] == ZERO


def test_the_stake_is_bound_before_its_time(board, vault, validators):
    with reverts("StakeVaultStillBound", validators[2], 0):
        board.withdrawStake({"from": validators[2]})
    board.leaveBoard(2, {"from": validators[2]})
    with reverts("StakeVaultStillBound", validators[2], now() + 5_000):
        board.withdrawStake({"from": validators[2]})


def test_the_stake_comes_back_whole(board, coin, validators):
    before = coin.balanceOf(validators[2])
    board.leaveBoard(2, {"from": validators[2]})
    pass_time(5_000)
    board.withdrawStake({"from": validators[2]})
    assert coin.balanceOf(validators[2]) - before == 50 * ONE
