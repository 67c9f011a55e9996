"""Fixing the accepted set as the review has found."""

import pytest

from fl_client.chain.contracts import ReviewStep
from tests.contracts.dissection import accuse
from tests.contracts.federation import (
    ONE,
    advance_to,
    at,
    create_task,
    deadline_of,
    now,
    only_event,
    present,
    reverts,
)
from tests.contracts.reviews import BAD, GOOD, Review, fund_validators, reviewed_task, validators_of
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase, TrainerState
from tests.contracts.unit.TrainingTask.entries import hash_of


@pytest.fixture(scope="module")
def validators(system, owner, accounts):
    found = validators_of(accounts)
    fund_validators(system, owner, found)
    return found


@pytest.fixture(scope="module")
def reviewed(system, people, validators):
    return reviewed_task(system, people, validators)


@pytest.fixture(scope="module")
def task(reviewed):
    return reviewed[0]


@pytest.fixture(scope="module")
def review(reviewed, trainers, validators):
    """Of a round that everybody but the last trainer has attested."""
    task, board = reviewed
    round_ = Round.of(task)
    round_.until_revealed(trainers[:5])
    round_.attest(trainers[:4])
    return Review.of(board, round_, validators)


@pytest.fixture
def opened(review, trainers, outsider):
    review.round_.attest(trainers[4:5])
    review.open(outsider)
    return review


# ---------------------------------------------------------------------- before


def test_only_the_board_concludes(opened, task, outsider):
    with reverts("TrainingTaskUnauthorized", outsider):
        task.concludeReview(opened.round_.entries, 0b11111, [], {"from": outsider})


def test_of_a_task_without_board_nobody_does(system, people, outsider):
    plain = create_task(system, people.owner)
    with reverts("TrainingTaskUnauthorized", outsider):
        plain.concludeReview([], 0, [], {"from": outsider})


def test_outside_a_review_even_the_board_may_not(review, task, owner):
    board = task.parameters()["board"]
    with reverts("TrainingTaskUnexpectedPhase", Phase.ATTEST, Phase.REVIEW):
        task.concludeReview.call(review.round_.entries, 0b11111, [], {"from": board})


def test_freezing_opens_the_review_when_everybody_has_attested(opened, task):
    assert (present(task), opened.step) == (Phase.REVIEW, ReviewStep.DRAW)


def test_freezing_early_while_somebody_has_not_attested_reverts(review, outsider):
    with reverts("TrainingTaskUnexpectedPhase", Phase.ATTEST, Phase.AGGREGATE):
        review.open(outsider)


def test_at_the_deadline_the_review_is_due(review, task, outsider):
    at(deadline_of(task))
    review.open(outsider)
    assert (present(task), review.step) == (Phase.REVIEW, ReviewStep.DRAW)


def test_the_phase_follows_from_the_clock_alone(review, task):
    advance_to(task, Phase.REVIEW)
    assert review.step == ReviewStep.NONE


def test_the_review_is_opened_once(opened, outsider):
    with reverts("TrainingTaskUnexpectedPhase", Phase.REVIEW, Phase.ATTEST):
        opened.open(outsider)


def test_the_board_hears_what_the_attestations_accept(review, trainers, outsider):
    review.round_.attest(trainers[4:5], 0)
    opened = only_event(review.open(outsider), "ReviewOpened")
    assert opened == {"turn": 1, "acceptedMask": 0b11111}


def test_nothing_is_paid_before_the_review(opened, pool, trainers):
    assert [pool.earningsOf(trainer)["claimable"] for trainer in trainers[:5]] == [0] * 5


def test_too_few_for_a_review_void_the_round_at_once(system, people, validators, trainers, outsider):
    task, board = reviewed_task(system, people, validators)
    round_ = Round.of(task)
    round_.until_attested(trainers[:5], 0b00011)
    frozen = task.freezeRound(round_.entries, {"from": outsider})
    assert only_event(frozen, "RoundVoided")["attempt"] == 0
    assert board.review()["step"] == ReviewStep.NONE


def test_nobody_proposes_while_updates_are_reviewed(opened, task, sealers):
    with reverts("TrainingTaskUnexpectedPhase", Phase.REVIEW, Phase.ATTEST):
        opened.round_.propose(seat=1)


def test_nobody_proposes_instead_of_a_review(review, trainers, task):
    review.round_.attest(trainers[4:5])
    with reverts("TrainingTaskUnexpectedPhase", Phase.REVIEW, Phase.AGGREGATE):
        review.round_.propose(seat=1)
    assert review.step == ReviewStep.NONE


@pytest.mark.parametrize("call", ["voidRound", "finalizeRound", "endTask"])
def test_no_other_way_leads_out(opened, task, outsider, call):
    required = {"voidRound": Phase.VOID, "finalizeRound": Phase.FINAL, "endTask": Phase.STALLED}[call]
    with reverts("TrainingTaskUnexpectedPhase", Phase.REVIEW, required):
        getattr(task, call)({"from": outsider})


def test_sealers_may_join_meanwhile(opened, task, challenger):
    task.joinAsSealer({"from": challenger})
    assert task.seats()[2] == challenger


# ---------------------------------------------------------------------- after


def test_the_set_is_what_the_review_kept(opened, task, outsider):
    opened.run(outsider, [GOOD, BAD, GOOD, GOOD, GOOD])
    entries = opened.round_.entries
    assert bytes(task.setHash()) == hash_of([entries[0], *entries[2:]])


def test_slots_count_from_the_conclusion(opened, task, outsider):
    opened.run(outsider, [GOOD] * 5)
    assert (present(task), deadline_of(task)) == (Phase.AGGREGATE, now() + 4 * 400)


def test_fewer_than_the_quorum_void_the_round(opened, task, pool, trainers, outsider):
    ended = opened.run(outsider, [GOOD, GOOD, BAD, BAD, BAD])
    assert only_event(ended, "RoundVoided") == {"round": 1, "attempt": 0, "voids": 1}
    assert (present(task), task.clock()["accepted"]) == (Phase.COMMIT, 0)
    assert [pool.earningsOf(trainer)["claimable"] for trainer in trainers[:5]] == [0] * 5


def test_the_next_attempt_is_reviewed_again(opened, task, trainers, outsider):
    opened.run(outsider, [GOOD, GOOD, BAD, BAD, BAD])
    opened.round_.attest(trainers[:5])
    ended = opened.run(outsider, [GOOD, GOOD, BAD, BAD, GOOD])
    assert only_event(ended, "ReviewConcluded")["turn"] == 2
    assert only_event(ended, "RoundFrozen")["acceptedMask"] == 0b10011


def test_the_sealer_of_the_last_round_is_paid_once(opened, task, pool, sealers, trainers, outsider):
    opened.run(outsider, [GOOD] * 5)
    opened.round_.propose()
    next_ = opened.round_.finalize(outsider)
    sealer = sealers[1]
    next_.until_attested(trainers[:5])
    review = Review(board=opened.board, round_=next_, accounts=opened.accounts)
    review.run(outsider, [BAD] * 5)
    assert pool.earningsOf(sealer)["claimable"] == 0
    next_.attest(trainers[:5])
    review.run(outsider, [GOOD] * 5)
    assert pool.earningsOf(sealer)["claimable"] == 2 * ONE


# ---------------------------------------------------------------------- slashed meanwhile


@pytest.fixture
def liar(system, people, validators, trainers, outsider):
    """The second of five updates lies about a leaf's sum; its review is open."""
    task, board = reviewed_task(system, people, validators, dimension=10)
    round_ = Round.of(task)
    updates = [round_.update(trainer) for trainer in trainers[:5]]
    true = sum(int(value) ** 2 for value in updates[1].vector)
    updates[1] = round_.update(trainers[1], sums=[true - 1])
    round_.commit_updates(updates)
    round_.reveal(updates)
    round_.attest(trainers[:5])
    review = Review.of(board, round_, validators)
    review.open(outsider)
    return review


def test_whoever_was_slashed_meanwhile_is_neither_accepted_nor_paid(
    liar, system, people, trainers, challenger, outsider
):
    accuse(system.court, liar.task, challenger, liar.round_.revealed[1], 1)
    assert liar.task.trainerOf(trainers[1])["state"] == TrainerState.SUSPENDED
    ended = liar.run(outsider, [GOOD] * 5)
    assert only_event(ended, "ReviewConcluded")["keptMask"] == 0b11111
    frozen = only_event(ended, "RoundFrozen")
    assert (frozen["acceptedMask"], frozen["attestedMask"]) == (0b11101, 0b11101)
    assert system.pool.earningsOf(trainers[1])["claimable"] == 0
    entries = liar.round_.entries
    assert bytes(liar.task.setHash()) == hash_of([entries[0], *entries[2:]])


def test_whoever_topped_up_meanwhile_is_not_accepted_either(liar, system, trainers, challenger, outsider):
    accuse(system.court, liar.task, challenger, liar.round_.revealed[1], 1)
    liar.task.topUp({"from": trainers[1]})
    ended = liar.run(outsider, [GOOD] * 5)
    assert only_event(ended, "RoundFrozen")["acceptedMask"] == 0b11101
