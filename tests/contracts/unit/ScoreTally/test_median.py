"""The median of an update's scores."""

import brownie
import pytest

from fl_client.review import UNAVAILABLE
from tests.contracts.reviews import pack


@pytest.fixture
def median(harness):
    def call(*scores):
        return harness.medians([pack([score]) for score in scores], 1)[0]

    return call


def test_of_an_odd_count_it_is_the_one_in_the_middle(median):
    assert median(9, 1, 5) == 5


def test_of_an_even_count_it_is_rounded_down(median):
    assert median(9, 1, 4, 7) == 5


def test_half_of_the_judges_are_not_enough(median):
    assert median(7, UNAVAILABLE) == UNAVAILABLE
    assert median(7, UNAVAILABLE, UNAVAILABLE, 9) == UNAVAILABLE


def test_more_than_half_are(median):
    assert median(7, UNAVAILABLE, 9) == 8


def test_of_nobody_it_is_unavailable(harness):
    assert harness.medians([], 2) == (UNAVAILABLE, UNAVAILABLE)


def test_of_the_greatest_scores_it_is_still_a_score(median):
    assert median(65_534, 65_534, 65_534, 65_534) == 65_534


def test_each_update_has_its_own_place(harness):
    rows = [pack([1, 20, 300]), pack([2, 10, 100]), pack([3, 30, 200])]
    assert harness.medians(rows, 3) == (2, 20, 200)


def test_beyond_the_row_there_is_nothing(harness):
    with brownie.reverts():
        harness.medians([pack([1])], 3)
