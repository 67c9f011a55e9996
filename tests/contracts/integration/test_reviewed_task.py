"""A whole reviewed task: what a review is for, and that every coin comes out again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fl_client.chain.contracts import ReviewStep
from tests.contracts.federation import (
    ONE,
    PURSE,
    SUPPLY,
    People,
    System,
    advance_to,
    check_books,
    only_event,
    pass_time,
    present,
    reverts,
)
from tests.contracts.reviews import (
    BAD,
    GOOD,
    Review,
    fund_validators,
    pack,
    reviewed_task,
    validators_of,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase, Role

HARMFUL = 2
"""Place of the update that every honest judge finds harmful."""


@pytest.fixture(scope="module")
def validators(system: System, owner: Any, accounts: Any) -> tuple[Any, ...]:
    found = validators_of(accounts)
    fund_validators(system, owner, found)
    return found


@pytest.fixture(scope="module")
def reviewed(system: System, people: People, validators: Any) -> tuple[Any, Any]:
    return reviewed_task(system, people, validators)


@pytest.fixture(scope="module")
def task(reviewed: tuple[Any, Any]) -> Any:
    return reviewed[0]


@pytest.fixture(scope="module")
def board(reviewed: tuple[Any, Any]) -> Any:
    return reviewed[1]


@pytest.fixture
def books(system: System, people: People, validators: Any, task: Any, board: Any) -> Any:
    """Check every coin; once more when the test is over."""

    def check() -> None:
        check_books(system, [*people.all, *validators], [task, board])

    yield check
    check()


def harmful_round(task: Any, trainers: Any) -> Round:
    """Play until everybody has vouched for five updates, of which one would spoil the model."""
    round_ = Round.of(task)
    updates = [round_.update(trainer) for trainer in trainers[:5]]
    updates[HARMFUL] = round_.update(
        trainers[HARMFUL], vector=np.full(round_.parameters.dimension, -(2**20), dtype=np.int32)
    )
    round_.commit_updates(updates)
    round_.reveal(updates)
    round_.attest(trainers[:5])
    return round_


def verdict() -> list[int]:
    return [BAD if place == HARMFUL else GOOD for place in range(5)]


def test_a_harmful_update_is_left_out_and_unpaid_and_its_author_keeps_its_stake(
    task: Any, board: Any, books: Any, system: System, people: People, validators: Any
) -> None:
    round_ = harmful_round(task, people.trainers)
    Review.of(board, round_, validators).run(people.outsider, verdict())
    books()
    kept = [update for place, update in enumerate(round_.revealed) if place != HARMFUL]
    round_.propose(round_.new_model(kept))
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": people.outsider})
    assert bytes(task.baseModel()) == round_.commitment_to(round_.new_model(kept))
    author = people.trainers[HARMFUL]
    # Its attestation is paid: it vouched for bytes, not for itself.
    assert system.pool.earningsOf(author)["claimable"] == ONE
    assert system.vault.stakeOf(task, author, Role.TRAINER)["amount"] == 100 * ONE
    assert system.pool.earningsOf(people.trainers[0])["claimable"] == 4 * ONE


def test_a_minority_of_liars_changes_nothing(
    task: Any, board: Any, books: Any, people: People, validators: Any
) -> None:
    """Two of five praise the harmful update and condemn the others."""
    round_ = harmful_round(task, people.trainers)
    review = Review.of(board, round_, validators)
    review.open(people.outsider)
    seats = review.draw(people.outsider)
    review.commit(seats[:2], [65_534 if place == HARMFUL else 0 for place in range(5)])
    review.commit(seats[2:], verdict())
    review.reveal(seats)
    ended = only_event(review.conclude(people.outsider), "ReviewConcluded")
    assert (ended["keptMask"], ended["honestMask"]) == (0b11011, 0b11100)


def test_three_rounds_with_every_fault_leave_nothing_behind(
    task: Any, board: Any, books: Any, system: System, people: People, validators: Any
) -> None:
    """An outlier, a silent judge, a committee without quorum, and a round that the review voids."""
    trainers, outsider = people.trainers[:5], people.outsider
    outlier = Review.of(board, harmful_round(task, trainers), validators)
    outlier.run(outsider, verdict(), outlier=[GOOD] * 5, silent=1)
    books()
    outlier.round_.propose(outlier.round_.new_model(without_harm(outlier.round_)))
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": outsider})
    second = Review.of(board, harmful_round(task, trainers), validators)
    second.open(outsider)
    second.fail(outsider)
    books()
    # One of seven was silent before, now five: too few are left for a quorum of three.
    assert second.draw(outsider) == []
    ended = second.conclude(outsider)
    assert only_event(ended, "RoundFrozen")["acceptedMask"] == 0b11111
    second.round_.propose()
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": outsider})
    books()
    third = Review.of(board, harmful_round(task, trainers), validators)
    third.run_without_validators(outsider)
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
    board.closeBoard({"from": outsider})
    leave_all(task, board, people, validators)
    for account in (*people.all, *validators):
        if system.pool.earningsOf(account)["claimable"]:
            system.pool.claim({"from": account})
    assert [system.vault.held(), system.pool.held()] == [0, 0]
    silent = [one for one in validators if system.coin.balanceOf(one) < PURSE]
    assert len(silent) == 6
    balances = [system.coin.balanceOf(account) for account in (*people.all, *validators)]
    assert sum(balances) == system.coin.totalSupply() < SUPPLY


def without_harm(round_: Round) -> Any:
    return [update for place, update in enumerate(round_.revealed) if place != HARMFUL]


def leave_all(task: Any, board: Any, people: People, validators: Any) -> None:
    """Everybody gives up its role, waits, and takes its stake."""
    for trainer in people.trainers[:5]:
        task.leaveTask(Role.TRAINER, 0, {"from": trainer})
    for seat, sealer in enumerate(people.sealers):
        if task.seats()[seat] == sealer:
            task.leaveTask(Role.SEALER, seat, {"from": sealer})
    for seat in range(board.seatCount()):
        holder = board.seatOf(seat)["validator"]
        if int(holder, 16):
            board.leaveBoard(seat, {"from": holder})
    pass_time(5_000)
    for trainer in people.trainers[:5]:
        task.withdraw(Role.TRAINER, {"from": trainer})
    for sealer in people.sealers:
        task.withdraw(Role.SEALER, {"from": sealer})
    for validator in validators:
        board.withdrawStake({"from": validator})


# ---------------------------------------------------------------------- nothing stalls


def test_with_everybody_silent_an_outsider_leads_out_of_every_step(
    task: Any, board: Any, books: Any, people: People, validators: Any
) -> None:
    """INV-REVIEW-2: nobody but the trainers ever acts."""
    outsider = people.outsider
    round_ = Round.of(task)
    round_.until_revealed(people.trainers[:5])
    round_.attest(people.trainers[:4])
    advance_to(task, Phase.REVIEW)
    review = Review.of(board, round_, validators)
    review.open(outsider)
    for _ in range(3):
        review.draw(outsider)
        if review.step != ReviewStep.DUE:
            review.until(ReviewStep.DUE)
        review.conclude(outsider)
        books()
        if review.step == ReviewStep.NONE:
            break
    assert present(task) == Phase.AGGREGATE


def test_a_judge_that_hides_its_scores_only_delays(
    task: Any, board: Any, books: Any, people: People, validators: Any
) -> None:
    """The last one to reveal sees all others: it may keep silent, which costs it the penalty and the seat."""
    round_ = harmful_round(task, people.trainers)
    review = Review.of(board, round_, validators)
    review.open(people.outsider)
    seats = review.draw(people.outsider)
    review.commit(seats, verdict())
    review.reveal(seats[:4])
    with reverts("ReviewBoardUnexpectedStep", ReviewStep.REVEAL, ReviewStep.DUE):
        review.conclude(people.outsider)
    review.until(ReviewStep.DUE)
    ended = review.conclude(people.outsider)
    assert only_event(ended, "ValidatorSilent")["seat"] == seats[4]
    assert only_event(ended, "RoundFrozen")["acceptedMask"] == 0b11011


# ---------------------------------------------------------------------- replay


def test_scores_of_an_earlier_turn_are_refused_in_the_next(
    task: Any, board: Any, books: Any, people: People, validators: Any
) -> None:
    """The round was void and is reviewed again: neither old commitments nor old digests serve."""
    round_ = harmful_round(task, people.trainers)
    review = Review.of(board, round_, validators)
    review.open(people.outsider)
    seats = review.draw(people.outsider)
    old = {seat: review.digest(seat, pack([BAD] * 5)) for seat in range(7)}
    salts = {seat: review.salt(seat) for seat in range(7)}
    review.commit(seats, [BAD] * 5)
    review.reveal(seats)
    review.conclude(people.outsider)
    round_.attest(people.trainers[:5])
    review.open(people.outsider)
    seat = review.draw(people.outsider)[0]
    holder = review.holder(seat)
    with reverts("ReviewBoardOtherReview", 2, 0):
        board.commitScores(1, 0, seat, old[seat], {"from": holder})
    board.commitScores(2, 0, seat, old[seat], {"from": holder})
    review.until(ReviewStep.REVEAL)
    expected = review.digest(seat, pack([BAD] * 5), salt=salts[seat])
    with reverts("ReviewBoardCommitmentMismatch", expected):
        board.revealScores(seat, pack([BAD] * 5), salts[seat], {"from": holder})


def test_one_account_in_every_role_gains_nothing_by_it(
    system: System, people: People, validators: Any
) -> None:
    """A trainer that is sealer and validator too judges itself; the median of the others decides."""
    trainer = people.trainers[HARMFUL]
    task, board = reviewed_task(system, people, [trainer, *validators[:4]])
    task.joinAsSealer({"from": trainer})
    round_ = harmful_round(task, people.trainers)
    review = Review.of(board, round_, [trainer, *validators])
    review.open(people.outsider)
    seats = review.draw(people.outsider)
    own = [seat for seat in seats if review.holder(seat) == trainer]
    review.commit(own, [0, 0, 65_534, 0, 0])
    review.commit([seat for seat in seats if seat not in own], verdict())
    review.reveal(seats)
    frozen = review.conclude(people.outsider)
    assert only_event(frozen, "RoundFrozen")["acceptedMask"] == 0b11011
    assert system.pool.earningsOf(trainer)["claimable"] == ONE
