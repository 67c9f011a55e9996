"""Ending a review."""

import pytest

from fl_client.chain.contracts import NO_COMMITTEE, ReviewStep
from fl_client.review import UNAVAILABLE
from tests.contracts.federation import ONE, ZERO, events, now, only_event, present, reverts
from tests.contracts.reviews import (
    BAD,
    GOOD,
    Review,
    pack,
    review_terms,
    reviewed_task,
    unavailable,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Evidence, Phase, Role
from tests.contracts.unit.TrainingTask.entries import hash_of, tampered


def earned(pool, accounts):
    return [pool.earningsOf(account)["claimable"] for account in accounts]


# ---------------------------------------------------------------------- when


def test_before_it_is_due_reverts(committed, outsider):
    with reverts("ReviewBoardUnexpectedStep", ReviewStep.REVEAL, ReviewStep.DUE):
        committed.conclude(outsider)


def test_twice_reverts(due, board, outsider):
    posted = due.posted
    due.conclude(outsider)
    with reverts("ReviewBoardUnexpectedStep", ReviewStep.NONE, ReviewStep.DUE):
        board.concludeReview(due.round_.entries, posted, {"from": outsider})


def test_the_task_goes_on_to_sealing(due, task, outsider):
    due.conclude(outsider)
    assert (present(task), due.step) == (Phase.AGGREGATE, ReviewStep.NONE)


# ---------------------------------------------------------------------- what is accepted


def test_medians_below_the_floor_are_not_kept(opened, task, outsider):
    ended = opened.run(outsider, [GOOD, BAD, GOOD, GOOD, GOOD])
    assert only_event(ended, "ReviewConcluded") == {
        "turn": 1,
        "keptMask": 0b11101,
        "honestMask": 0b11111,
        "medians": (GOOD, BAD, GOOD, GOOD, GOOD),
    }
    assert only_event(ended, "RoundFrozen")["acceptedMask"] == 0b11101
    assert task.clock()["accepted"] == 4


def test_at_the_floor_is_kept(opened, task, outsider):
    opened.run(outsider, [32_768] * 5)
    assert task.clock()["accepted"] == 5


def test_unavailable_is_not_kept(opened, outsider):
    ended = opened.run(outsider, [GOOD, GOOD, UNAVAILABLE, GOOD, GOOD])
    assert only_event(ended, "ReviewConcluded")["keptMask"] == 0b11011


def test_what_the_attestations_refuse_the_review_cannot_accept(
    system, people, validators, trainers, outsider
):
    task, board = reviewed_task(system, people, validators)

    round_ = Round.of(task)
    round_.until_attested(trainers[:5], 0b01111)
    review = Review.of(board, round_, validators)
    ended = review.run(outsider, [GOOD] * 5)
    assert only_event(ended, "RoundFrozen")["acceptedMask"] == 0b01111


# ---------------------------------------------------------------------- who is paid


def test_every_judge_near_the_medians_is_paid(due, pool, outsider):
    judges = [due.holder(seat) for seat in due.committee]
    due.conclude(outsider)
    assert earned(pool, judges) == [2 * ONE] * 5


def test_an_outlier_is_not_paid(opened, board, pool, vault, outsider, good):
    seats = opened.until_due(outsider, good, outlier=[BAD] * 5)
    judges = [opened.holder(seat) for seat in seats]
    ended = opened.conclude(outsider)
    assert only_event(ended, "ReviewConcluded")["honestMask"] == 0b01111
    assert earned(pool, judges) == [2 * ONE] * 4 + [0]
    # It is no fault: neither stake nor seat is lost.
    assert vault.stakeOf(board, judges[4], Role.VALIDATOR)["amount"] == 50 * ONE
    assert board.seatOf(seats[4])["validator"] == judges[4]


def test_whoever_could_fetch_little_is_not_paid(opened, pool, outsider, good):
    seats = opened.until_due(outsider, good, outlier=[GOOD, GOOD, *unavailable(3)])
    judges = [opened.holder(seat) for seat in seats]
    opened.conclude(outsider)
    assert earned(pool, judges) == [2 * ONE] * 4 + [0]


def test_whoever_could_fetch_half_is_no_outlier(opened, pool, outsider, good):
    seats = opened.until_due(outsider, good, outlier=[GOOD, GOOD, GOOD, *unavailable(2)])
    judges = [opened.holder(seat) for seat in seats]
    opened.conclude(outsider)
    assert earned(pool, judges) == [2 * ONE] * 5


def test_a_committee_that_calls_everything_unavailable_is_not_paid(opened, task, pool, outsider):
    """Or nobody would need to look at anything; nothing is accepted either."""
    seats = opened.until_due(outsider, unavailable(5))
    judges = [opened.holder(seat) for seat in seats]
    ended = opened.conclude(outsider)
    assert only_event(ended, "ReviewConcluded")["honestMask"] == 0
    assert earned(pool, judges) == [0] * 5
    assert (present(task), task.clock()["attempt"]) == (Phase.COMMIT, 1)


def test_the_rewards_come_from_the_boards_own_escrow(due, board, task, pool, outsider):
    before = pool.escrowOf(board)["unspent"]
    due.conclude(outsider)
    assert before - pool.escrowOf(board)["unspent"] == 5 * 2 * ONE


# ---------------------------------------------------------------------- who was silent


def test_the_silent_lose_penalty_and_seat(opened, board, vault, outsider, good):
    seats = opened.until_due(outsider, good, silent=2)
    silent = [opened.holder(seat) for seat in seats[:2]]
    ended = opened.conclude(outsider)
    assert events(ended, "ValidatorSilent") == [
        {"validator": validator, "seat": seat, "turn": 1}
        for validator, seat in zip(silent, seats, strict=False)
    ]
    assert [board.seatOf(seat)["validator"] for seat in seats[:2]] == [ZERO, ZERO]
    for validator in silent:
        assert vault.stakeOf(board, validator, Role.VALIDATOR) == (40 * ONE, now() + 5_000)


def test_the_slash_names_its_evidence(opened, board, outsider, good):
    opened.until_due(outsider, good, silent=1)
    slash = only_event(opened.conclude(outsider), "StakeSlashed")
    assert (slash["task"], slash["role"], slash["evidence"]) == (board, Role.VALIDATOR, Evidence.NO_SCORES)
    assert (slash["taken"], slash["burned"], slash["bounty"]) == (10 * ONE, 5 * ONE // 2, 0)


def test_the_coins_of_the_silent_are_shared_among_the_honest(opened, pool, outsider, good):
    """Not with the outlier."""
    seats = opened.until_due(outsider, good, outlier=[BAD] * 5, silent=1)
    judges = [opened.holder(seat) for seat in seats]
    opened.conclude(outsider)
    # Of ten coins a quarter is burned; three share the rest.
    assert earned(pool, judges) == [0, *[2 * ONE + 5 * ONE // 2] * 3, 0]


def test_whoever_committed_and_did_not_reveal_is_silent(drawn, board, outsider, good):
    seats = drawn.committee
    drawn.commit(seats, good)
    drawn.reveal(seats[:4])
    drawn.until(ReviewStep.DUE)
    ended = drawn.conclude(outsider)
    assert only_event(ended, "ValidatorSilent")["seat"] == seats[4]


def test_whoever_has_nothing_left_loses_the_seat_alone(system, people, validators, outsider):
    task, board = reviewed_task(system, people, validators, review_terms(stake=10 * ONE))
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    review = Review.of(board, round_, validators)
    seats = review.until_due(outsider, [GOOD] * 5, silent=1)
    silent = review.holder(seats[0])
    review.conclude(outsider)
    assert system.vault.stakeOf(board, silent, Role.VALIDATOR) == (0, 0)
    # It may come back with another stake, into any free seat.
    board.joinAsValidator(seats[0], {"from": silent})
    assert board.seatOf(seats[0]) == (silent, 1)


# ---------------------------------------------------------------------- what must be posted


def test_scores_of_nobody_revert(due, board, outsider):
    with reverts("ReviewBoardWrongScores", 0):
        board.concludeReview(due.round_.entries, [], {"from": outsider})


def test_scores_too_few_revert(due, board, outsider):
    with reverts("ReviewBoardWrongScores", 4):
        board.concludeReview(due.round_.entries, due.posted[:4], {"from": outsider})


def test_scores_too_many_revert(due, board, outsider):
    with reverts("ReviewBoardWrongScores", 5):
        board.concludeReview(due.round_.entries, [*due.posted, due.posted[0]], {"from": outsider})


def test_other_scores_revert(due, board, outsider):
    posted = due.posted
    posted[2] = pack([BAD] * 5)
    with reverts("ReviewBoardWrongScores", 2):
        board.concludeReview(due.round_.entries, posted, {"from": outsider})


def test_scores_in_another_order_revert(opened, board, outsider, good):
    opened.until_due(outsider, good, outlier=[BAD] * 5)
    posted = opened.posted
    with reverts("ReviewBoardWrongScores", 3):
        board.concludeReview(opened.round_.entries, [*posted[:3], posted[4], posted[3]], {"from": outsider})


@pytest.mark.parametrize("change", ["left out", "reordered", "weighed more", "another vector", "empty"])
def test_other_entries_revert(due, board, outsider, change):
    entries = tampered(due.round_.entries)[change]
    with reverts("TrainingTaskWrongEntries", hash_of(entries), bytes(due.task.setHash())):
        board.concludeReview(entries, due.posted, {"from": outsider})


# ---------------------------------------------------------------------- without a quorum


def test_a_committee_without_quorum_is_replaced(drawn, board, outsider, good):
    seats = drawn.committee
    drawn.commit(seats[:2], good)
    drawn.reveal(seats[:2])
    replaced = drawn.conclude(outsider)
    assert only_event(replaced, "CommitteeReplaced") == {"turn": 1, "committee": 1}
    assert len(events(replaced, "ValidatorSilent")) == 3
    assert (drawn.step, board.review()["mark"]) == (ReviewStep.DRAW, replaced.block_number)


def test_replacing_needs_neither_entries_nor_scores(drawn, board, outsider):
    drawn.until(ReviewStep.DUE)
    board.concludeReview([], [], {"from": outsider})
    assert drawn.step == ReviewStep.DRAW


def test_a_ballot_of_the_replaced_committee_counts_no_more(drawn, board, outsider, good):
    first = drawn.committee
    drawn.commit(first[:2], good)
    drawn.reveal(first[:2])
    drawn.conclude(outsider)
    seats = drawn.draw(outsider)
    # Whoever was silent is gone: the two and those that were not drawn before.
    assert set(seats) == set(range(7)) - set(first[2:])
    assert drawn.posted == []
    drawn.commit(seats, good)
    drawn.reveal(seats)
    assert only_event(drawn.conclude(outsider), "ReviewConcluded")["keptMask"] == 0b11111


def test_a_commitment_to_the_replaced_committee_reverts(drawn, board, outsider, good):
    first = drawn.committee
    drawn.commit(first[:2], good)
    drawn.reveal(first[:2])
    drawn.conclude(outsider)
    drawn.draw(outsider)
    with reverts("ReviewBoardOtherReview", 1, 1):
        board.commitScores(1, 0, first[0], bytes(32), {"from": drawn.holder(first[0])})


def test_after_two_replacements_the_attestations_decide(system, people, validators, outsider):

    terms = review_terms(committee=3, quorum=2)
    task, board = reviewed_task(system, people, validators, terms)
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5], 0b01111)
    review = Review.of(board, round_, validators)
    review.open(outsider)
    first, second = review.fail(outsider), review.fail(outsider)
    # One of seven is left.
    assert len({*first, *second}) == 6
    assert review.draw(outsider) == []
    ended = review.conclude(outsider)
    assert only_event(ended, "ReviewConcluded") == {
        "turn": 1,
        "keptMask": 0b01111,
        "honestMask": 0,
        "medians": (),
    }
    assert only_event(ended, "RoundFrozen")["acceptedMask"] == 0b01111
    assert earned(system.pool, people.trainers[:5]) == [4 * ONE] * 4 + [ONE]


def test_the_third_committee_without_quorum_is_punished_and_not_replaced(
    system, people, validators, accounts, outsider
):

    everybody = [*validators, people.challenger, people.trainers[7]]
    task, board = reviewed_task(system, people, everybody, review_terms(committee=3, quorum=3))
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    review = Review.of(board, round_, everybody)
    review.open(outsider)
    seen = [*review.fail(outsider), *review.fail(outsider)]
    seats = review.draw(outsider)
    review.commit(seats[:2], [GOOD] * 5)
    review.reveal(seats[:2])
    assert review.posted == [pack([GOOD] * 5)] * 2
    ended = review.conclude(outsider)
    assert sorted([*seen, *seats]) == list(range(9))
    assert only_event(ended, "ValidatorSilent")["seat"] == seats[2]
    assert only_event(ended, "ReviewConcluded")["medians"] == ()
    assert task.clock()["accepted"] == 5
    # Whoever revealed keeps its stake.
    for seat in seats[:2]:
        assert system.vault.stakeOf(board, review.holder(seat), Role.VALIDATOR)["amount"] == 50 * ONE


def test_without_enough_seats_nobody_is_punished(attested, board, validators, vault, outsider):
    for seat in range(5):
        board.leaveBoard(seat, {"from": validators[seat]})
    attested.open(outsider)
    attested.draw(outsider)
    assert board.review()["committee"] == NO_COMMITTEE
    ended = attested.conclude(outsider)
    assert events(ended, "ValidatorSilent") == []
    assert only_event(ended, "ReviewConcluded")["keptMask"] == 0b11111
    assert vault.stakeOf(board, validators[6], Role.VALIDATOR)["amount"] == 50 * ONE
