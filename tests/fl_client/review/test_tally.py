"""Medians, who is near them, and what they pay."""

from __future__ import annotations

import random

import pytest

from fl_client.chain.contracts import Payment
from fl_client.review import (
    UNAVAILABLE,
    honest_mask,
    is_near,
    kept_mask,
    median_score,
    medians,
    shares,
)

BPS = 10_000


def column(*scores: int) -> list[list[int]]:
    return [[score] for score in scores]


def test_the_median_of_an_odd_count_is_the_one_in_the_middle() -> None:
    assert median_score(column(9, 1, 5), 0) == 5


def test_the_median_of_an_even_count_is_rounded_down() -> None:
    assert median_score(column(9, 1, 4, 7), 0) == 5


def test_half_of_the_judges_are_not_enough() -> None:
    assert median_score(column(7, UNAVAILABLE), 0) == UNAVAILABLE
    assert median_score(column(7, 7, UNAVAILABLE), 0) == 7


def test_a_minority_moves_the_median_nowhere_beyond_what_others_gave() -> None:
    numbers = random.Random(5)
    for _ in range(200):
        honest = [numbers.randrange(65_535) for _ in range(numbers.randint(2, 8))]
        liars = [numbers.choice((0, 65_534, numbers.randrange(65_535))) for _ in range(len(honest) - 1)]
        assert min(honest) <= median_score(column(*honest, *liars), 0) <= max(honest)


def test_the_order_of_the_judges_does_not_matter() -> None:
    numbers = random.Random(6)
    rows = [[numbers.randrange(65_536) for _ in range(5)] for _ in range(9)]
    expected = medians(rows, 5)
    numbers.shuffle(rows)
    assert medians(rows, 5) == expected


def test_near_is_meant_on_average() -> None:
    assert is_near([0, 20], [10, 20], 5)
    assert not is_near([0, 19], [10, 20], 5)


def test_scores_that_were_not_given_are_not_averaged() -> None:
    assert is_near([UNAVAILABLE, 20], [0, 25], 5)


def test_whoever_scored_less_than_half_is_not_near() -> None:
    assert not is_near([1, UNAVAILABLE, UNAVAILABLE], [1, 1, 1], 10)
    assert is_near([1, 1, UNAVAILABLE], [1, 1, 1], 0)


def test_where_nothing_has_a_median_nobody_is_near() -> None:
    assert honest_mask([[UNAVAILABLE]] * 3, [UNAVAILABLE], 65_534) == 0
    assert honest_mask([[5], [UNAVAILABLE]], [UNAVAILABLE], 65_534) == 0


def test_without_updates_nobody_is_near() -> None:
    assert not is_near([], [], 65_534)


def test_kept_is_at_the_floor_available_and_attested() -> None:
    assert kept_mask([10, 9, 11, UNAVAILABLE, 10], 10, 0b11011) == 0b10001


def pay(payment: Payment, middle: int, weight: int) -> int:
    (share,) = shares([middle], [weight], 1, payment=payment, floor=100, full=200, max_samples=40)
    return share


@pytest.mark.parametrize(
    ("payment", "middle", "weight", "share"),
    [
        (Payment.EQUAL, 100, 1, BPS),
        (Payment.SAMPLES, 100, 40, BPS),
        (Payment.SAMPLES, 65_534, 1, 250),
        (Payment.SCORE, 100, 40, 0),
        (Payment.SCORE, 133, 40, 3_300),
        (Payment.SCORE, 199, 1, 9_900),
        (Payment.SCORE, 200, 1, BPS),
        (Payment.SCORE, 65_534, 1, BPS),
    ],
)
def test_payment(payment: Payment, middle: int, weight: int, share: int) -> None:
    assert pay(payment, middle, weight) == share


@pytest.mark.parametrize("payment", Payment)
def test_what_is_not_kept_earns_nothing(payment: Payment) -> None:
    found = shares([200, 200], [40, 40], 0b10, payment=payment, floor=100, full=200, max_samples=40)
    assert found == (0, BPS)
