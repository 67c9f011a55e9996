"""Shamir's polynomials without a division."""

import random
from itertools import combinations
from math import factorial

import pytest

from fl_client.privacy.paillier.sharing import evaluate, lagrange, random_dual_word

ORDER = 1_000_003
PARTIES = 6


def values(degree: int, seed: int = 1) -> tuple[list[int], list[int]]:
    drawn = random.Random(seed)
    coefficients = [drawn.randrange(ORDER) for _ in range(degree + 1)]
    return coefficients, [int(evaluate(coefficients, index, ORDER)) for index in range(1, PARTIES + 1)]


def test_evaluation_is_horners() -> None:
    assert evaluate([3, 5, 7], 10, 1000) == (3 + 50 + 700) % 1000


@pytest.mark.parametrize("places", list(combinations(range(PARTIES), 3)), ids=str)
def test_any_t_values_give_the_secret_times_a_factorial(places: tuple[int, ...]) -> None:
    coefficients, shares = values(2)
    delta = factorial(PARTIES)
    found = sum(weight * shares[place] for weight, place in zip(lagrange(delta, places), places, strict=True))
    assert found % ORDER == delta * coefficients[0] % ORDER


@pytest.mark.parametrize("at", [3, 4, 5])
def test_they_give_every_other_value(at: int) -> None:
    _, shares = values(2)
    delta = factorial(PARTIES)
    found = sum(weight * share for weight, share in zip(lagrange(delta, [0, 1, 2], at), shares, strict=False))
    assert found % ORDER == delta * shares[at] % ORDER


def test_coefficients_of_all_thirty_two_parties_are_integers() -> None:
    delta = factorial(32)
    assert sum(lagrange(delta, range(32))) == delta


@pytest.mark.parametrize("threshold", [1, 2, 3, 5, 6])
def test_a_dual_word_cancels_every_polynomial_of_a_low_degree(threshold: int) -> None:
    for seed in range(20):
        _, shares = values(threshold - 1, seed)
        word = random_dual_word(PARTIES, threshold, 8)
        assert sum(weight * share for weight, share in zip(word, shares, strict=True)) % ORDER == 0


def test_a_dual_word_finds_a_higher_degree() -> None:
    _, shares = values(3)
    misses = 0
    for _ in range(200):
        word = random_dual_word(PARTIES, 3, 8)
        misses += sum(weight * share for weight, share in zip(word, shares, strict=True)) % ORDER == 0
    assert misses < 20


def test_where_all_parties_are_needed_there_is_no_dual_word() -> None:
    assert random_dual_word(4, 4, 8) == [0] * 4


def test_a_dual_word_is_another_one_each_time() -> None:
    """A dealer that knew it could deal to it."""
    assert len({tuple(random_dual_word(PARTIES, 3, 8)) for _ in range(100)}) > 90
