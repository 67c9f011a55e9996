"""Naming the task."""

from tests.contracts.federation import reverts


def test_the_board_serves_its_task(task, board):
    assert board.task() == task


def test_a_second_time_reverts(board, factory):
    with reverts("ReviewBoardUnauthorized", factory):
        board.initialize.call(factory, {"from": factory.address})


def test_another_caller_reverts(board, outsider):
    with reverts("ReviewBoardUnauthorized", outsider):
        board.initialize(outsider, {"from": outsider})


def test_the_implementation_serves_nobody(system, outsider):
    with reverts("ReviewBoardUnauthorized", outsider):
        system.board.initialize(outsider, {"from": outsider})


def test_only_the_task_opens_a_review(board, outsider):
    with reverts("ReviewBoardUnauthorized", outsider):
        board.open(1, 5, bytes(32), 0b11111, {"from": outsider})
