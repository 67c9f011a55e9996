"""Publishing scores."""

import pytest
from brownie import web3

from fl_client.chain.contracts import BallotState, ReviewStep
from tests.contracts.federation import at, only_event, reverts
from tests.contracts.reviews import GOOD, Review, pack, review_terms, reviewed_task
from tests.contracts.rounds import Round


def test_emits_scores_revealed(committed, board):
    seat = committed.committee[0]
    holder, row, salt = committed.holder(seat), committed.rows[seat], committed.salt(seat)
    revealed = board.revealScores(seat, row, salt, {"from": holder})
    assert only_event(revealed, "ScoresRevealed") == {
        "turn": 1,
        "validator": holder,
        "scores": row,
        "salt": salt,
    }


def test_the_ballot_keeps_their_hash(committed, board, good):
    seat = committed.committee[0]
    committed.reveal([seat])
    word = int.from_bytes(bytes(web3.keccak(pack(good)))[:26], "big")
    assert board.ballotOf(seat) == (word, 1, 0, BallotState.REVEALED)
    assert board.review()["revealed"] == 1


def test_while_others_may_commit_reverts(drawn, board, good):
    seat = drawn.committee[0]
    drawn.commit([seat], good)
    with reverts("ReviewBoardUnexpectedStep", ReviewStep.COMMIT, ReviewStep.REVEAL):
        board.revealScores(seat, drawn.rows[seat], drawn.salt(seat), {"from": drawn.holder(seat)})


def test_twice_reverts(committed):
    seat = committed.committee[0]
    committed.reveal([seat])
    with reverts("ReviewBoardNotDue", committed.holder(seat)):
        committed.reveal([seat])


def test_without_commitment_reverts(drawn, good):
    drawn.commit(drawn.committee[1:3], good)
    seat = drawn.committee[0]
    drawn.rows[seat] = pack(good)
    drawn.until(ReviewStep.REVEAL)
    with reverts("ReviewBoardNotDue", drawn.holder(seat)):
        drawn.reveal([seat])


def test_somebody_elses_seat_reverts(committed, board):
    one, other = committed.committee[:2]
    digest = committed.digest(one, committed.rows[one], validator=committed.holder(other).address)
    with reverts("ReviewBoardCommitmentMismatch", digest):
        board.revealScores(one, committed.rows[one], committed.salt(one), {"from": committed.holder(other)})


def test_a_copied_commitment_cannot_be_revealed(drawn, board, good):
    """The hash names its author: whoever repeats it can reveal neither the scores nor others."""
    one, other = drawn.committee[:2]
    digest = drawn.digest(one, pack(good))
    for seat in (one, other):
        board.commitScores(1, 0, seat, digest, {"from": drawn.holder(seat)})
    drawn.until(ReviewStep.REVEAL)
    own = drawn.digest(other, pack(good), salt=drawn.salt(one))
    with reverts("ReviewBoardCommitmentMismatch", own):
        board.revealScores(other, pack(good), drawn.salt(one), {"from": drawn.holder(other)})


@pytest.mark.parametrize("scores", [[GOOD] * 4, [GOOD] * 6, []])
def test_another_number_of_scores_reverts(drawn, board, scores):
    seat = drawn.committee[0]
    drawn.commit(drawn.committee[:1], scores)
    drawn.until(ReviewStep.REVEAL)
    with reverts("ReviewBoardWrongLength", 2 * len(scores), 10):
        drawn.reveal([seat])


def test_half_a_score_reverts(committed, board):
    seat = committed.committee[0]
    with reverts("ReviewBoardWrongLength", 9, 10):
        board.revealScores(
            seat, committed.rows[seat][:9], committed.salt(seat), {"from": committed.holder(seat)}
        )


def test_other_scores_than_committed_revert(committed, board):
    seat = committed.committee[0]
    other = pack([GOOD] * 4 + [GOOD + 1])
    with reverts("ReviewBoardCommitmentMismatch", committed.digest(seat, other)):
        board.revealScores(seat, other, committed.salt(seat), {"from": committed.holder(seat)})


def test_another_salt_reverts(committed, board):
    seat = committed.committee[0]
    digest = committed.digest(seat, committed.rows[seat], salt=bytes(32))
    with reverts("ReviewBoardCommitmentMismatch", digest):
        board.revealScores(seat, committed.rows[seat], bytes(32), {"from": committed.holder(seat)})


def test_a_commitment_for_another_board_cannot_be_revealed(system, people, validators, drawn, good):
    """Same validators, same turn and committee, another task."""
    task, board = reviewed_task(system, people, validators, review_terms(committee=7, quorum=4))
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    elsewhere = Review.of(board, round_, validators)
    elsewhere.open(people.outsider)
    elsewhere.draw(people.outsider)
    seat = drawn.committee[0]
    elsewhere.rows[seat] = pack(good)
    board.commitScores(1, 0, seat, drawn.digest(seat, pack(good)), {"from": drawn.holder(seat)})
    elsewhere.until(ReviewStep.REVEAL)
    with reverts("ReviewBoardCommitmentMismatch", elsewhere.digest(seat, pack(good))):
        elsewhere.reveal([seat])


def test_the_last_one_ends_the_step(committed):
    committed.reveal(committed.committee[:4])
    assert committed.step == ReviewStep.REVEAL
    committed.reveal(committed.committee[4:])
    assert committed.step == ReviewStep.DUE


def test_whoever_did_not_commit_is_not_awaited(drawn, good):
    drawn.commit(drawn.committee[:3], good)
    drawn.reveal(drawn.committee[:3])
    assert drawn.step == ReviewStep.DUE


def test_at_the_deadline_reverts(committed, board):
    committed.reveal(committed.committee[:1])
    at(board.review()["mark"])
    with reverts("ReviewBoardUnexpectedStep", ReviewStep.DUE, ReviewStep.REVEAL):
        committed.reveal(committed.committee[1:2])


def test_a_second_before_the_deadline_is_in_time(committed, board):
    committed.reveal(committed.committee[:1])
    at(board.review()["mark"] - 1)
    committed.reveal(committed.committee[1:2])
    assert board.review()["revealed"] == 2


def test_the_whole_time_is_left_to_whoever_commits_last(drawn, board, good):
    """Without the last commitment the step ends by its deadline, from which revealing counts."""
    commit_ends = board.review()["mark"]
    drawn.commit(drawn.committee[:3], good)
    drawn.until(ReviewStep.REVEAL)
    assert board.review()["mark"] == commit_ends + 710
