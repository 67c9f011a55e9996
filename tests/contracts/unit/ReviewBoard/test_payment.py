"""What accepted updates earn."""

import pytest

from fl_client.chain.contracts import Payment
from fl_client.review import kept_mask, medians, shares
from tests.contracts.federation import ONE, only_event
from tests.contracts.reviews import GOOD, NOTHING, Review, review_terms, reviewed_task
from tests.contracts.rounds import Round

SCORES = [NOTHING, NOTHING + 500, NOTHING + 1_000, NOTHING + 30_000, NOTHING - 1]
UPDATE, ATTESTATION = 3 * ONE, ONE


def concluded(system, people, validators, payment, scores=SCORES):
    """Review a round of five updates with these scores; return what each trainer earned, and the round."""
    terms = review_terms(payment=payment, tolerance=65_534)
    task, board = reviewed_task(system, people, validators, terms)
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    Review.of(board, round_, validators).run(people.outsider, scores)
    earned = [system.pool.earningsOf(trainer)["claimable"] for trainer in people.trainers[:5]]
    return [amount - ATTESTATION for amount in earned], round_


def test_equal_pays_every_accepted_update_the_same(system, people, validators):
    earned, _ = concluded(system, people, validators, Payment.EQUAL)
    assert earned == [UPDATE] * 4 + [0]


def test_samples_pay_by_their_share_of_the_greatest_count(system, people, validators):
    earned, round_ = concluded(system, people, validators, Payment.SAMPLES)
    weights = [update.weight for update in round_.revealed]
    assert len(set(weights)) > 1
    assert earned == [UPDATE * (weight * 10_000 // 1_000) // 10_000 for weight in weights[:4]] + [0]


def test_score_pays_by_the_place_between_floor_and_full(system, people, validators):
    earned, _ = concluded(system, people, validators, Payment.SCORE)
    assert earned == [0, UPDATE // 2, UPDATE, UPDATE, 0]


@pytest.mark.parametrize("payment", Payment)
def test_python_says_the_same(system, people, validators, payment):
    scores = [NOTHING + 1, NOTHING + 333, GOOD, NOTHING + 999, NOTHING - 5]
    earned, round_ = concluded(system, people, validators, payment, scores)
    middles = medians([scores] * 5, 5)
    kept = kept_mask(middles, NOTHING, 0b11111)
    weights = [update.weight for update in round_.revealed]
    expected = shares(
        middles, weights, kept, payment=payment, floor=NOTHING, full=NOTHING + 1_000, max_samples=1_000
    )
    assert earned == [UPDATE * share // 10_000 for share in expected]


def test_attestations_are_paid_whatever_the_review_found(opened, pool, trainers, outsider):
    opened.run(outsider, [NOTHING - 1, NOTHING - 1, GOOD, GOOD, GOOD])
    assert [pool.earningsOf(trainer)["claimable"] for trainer in trainers[:5]] == [ONE] * 2 + [4 * ONE] * 3


def test_a_round_that_is_tried_again_pays_its_judges_once(system, people, validators):
    """Or a committee would earn by voiding rounds, out of what later rounds need."""
    task, board = reviewed_task(system, people, validators)
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    review = Review.of(board, round_, validators)
    review.run(people.outsider, [NOTHING - 1] * 5)
    round_.attest(people.trainers[:5])
    before = system.pool.escrowOf(board)["unspent"]
    review.run(people.outsider, [GOOD] * 5)
    assert before == system.pool.escrowOf(board)["unspent"] == 2 * 5 * 2 * ONE
    round_.propose()
    next_ = round_.finalize(people.outsider)
    next_.until_attested(people.trainers[:5])
    Review.of(board, next_, validators).run(people.outsider, [GOOD] * 5)
    assert system.pool.escrowOf(board)["unspent"] == 5 * 2 * ONE


def test_what_an_outlier_did_not_earn_pays_the_next_attempt(system, people, validators):
    task, board = reviewed_task(system, people, validators)
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    review = Review.of(board, round_, validators)
    review.run(people.outsider, [NOTHING - 1] * 5, outlier=[65_534] * 5)
    round_.attest(people.trainers[:5])
    review.run(people.outsider, [GOOD] * 5)
    paid = sum(system.pool.earningsOf(validator)["claimable"] for validator in validators)
    assert paid == 5 * 2 * ONE


def test_judges_are_paid_at_most_what_the_escrow_has(system, people, validators):
    """A round that is tried again may have used it up; no review may stall for that."""
    task, board = reviewed_task(system, people, validators, rounds=1, max_voids=4)
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    review = Review.of(board, round_, validators)
    for attempt in range(2):
        ended = review.run(people.outsider, [NOTHING - 1] * 5)
        assert only_event(ended, "RoundVoided")["attempt"] == attempt
        round_.attest(people.trainers[:5])
    paid = [system.pool.earningsOf(validator)["claimable"] for validator in validators]
    # One round's budget: five times two coins. The second review found nothing left.
    assert (sum(paid), system.pool.escrowOf(board)["unspent"]) == (10 * ONE, 0)
