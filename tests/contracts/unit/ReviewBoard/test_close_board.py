"""What is left of the escrow goes back."""

from tests.contracts.federation import ONE, advance_to, only_event, present, reverts
from tests.contracts.reviews import NOTHING, create_reviewed_task
from tests.contracts.task_types import Phase, Role


def end(review, outsider):
    """Let nobody come until the task ends."""
    for _ in range(3):
        advance_to(review.task, Phase.VOID)
        review.task.voidRound({"from": outsider})
    assert present(review.task) == Phase.ENDED


def test_before_the_end_reverts(board, task, outsider):
    with reverts("ReviewBoardStillEngaged", task):
        board.closeBoard({"from": outsider})


def test_of_a_task_that_nobody_started_reverts(system, owner):
    task, board = create_reviewed_task(system, owner)
    with reverts("ReviewBoardStillEngaged", task):
        board.closeBoard({"from": owner})


def test_the_owner_gets_what_was_not_paid(due, board, coin, owner, outsider):
    due.conclude(outsider)
    advance_to(due.task, Phase.STALLED)
    due.task.endTask({"from": outsider})
    before = coin.balanceOf(owner)
    board.closeBoard({"from": outsider})
    assert coin.balanceOf(owner) - before == (3 * 5 - 5) * 2 * ONE


def test_what_the_silent_lost_and_nobody_shares_is_burned(opened, board, coin, task, outsider):
    """Three committees of which nobody came: of five, then two, then none."""
    opened.fail(outsider)
    opened.draw(outsider)
    ended = opened.conclude(outsider)
    assert only_event(ended, "RoundFrozen")["acceptedMask"] == 0b11111
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
    before = coin.totalSupply()
    board.closeBoard({"from": outsider})
    assert before - coin.totalSupply() == 5 * 10 * ONE * 3 // 4


def test_a_second_time_moves_nothing(due, board, coin, pool, owner, outsider):
    due.conclude(outsider)
    advance_to(due.task, Phase.STALLED)
    due.task.endTask({"from": outsider})
    board.closeBoard({"from": outsider})
    before, held = coin.balanceOf(owner), pool.held()
    board.closeBoard({"from": outsider})
    assert (coin.balanceOf(owner), pool.held()) == (before, held)


def test_stakes_stay_their_owners(due, board, vault, validators, outsider):
    due.conclude(outsider)
    advance_to(due.task, Phase.STALLED)
    due.task.endTask({"from": outsider})
    board.closeBoard({"from": outsider})
    assert vault.stakeOf(board, validators[0], Role.VALIDATOR)["amount"] == 50 * ONE


def test_a_review_that_ends_the_task_pays_its_judges_first(opened, board, task, pool, trainers, outsider):
    judges = set()
    for attempt in range(3):
        seats = opened.until_due(outsider, [NOTHING - 1] * 5)
        judges |= {opened.holder(seat) for seat in seats}
        opened.conclude(outsider)
        if attempt < 2:
            opened.round_.attest(trainers[:5])
    assert present(task) == Phase.ENDED
    # Three attempts of one round: its judges are paid once.
    assert sum(pool.earningsOf(judge)["claimable"] for judge in judges) == 5 * 2 * ONE
    board.closeBoard({"from": outsider})
    assert pool.escrowOf(board)["unspent"] == 0
