"""Whether a judge is near the medians."""

import pytest

from fl_client.review import UNAVAILABLE
from tests.contracts.reviews import pack


@pytest.fixture
def near(harness):
    def call(row, middles, tolerance):
        return harness.near([pack(row)], middles, tolerance)[0]

    return call


def test_at_the_tolerance_on_average(near):
    assert near([0, 20], [10, 20], 5)


def test_beyond_it(near):
    assert not near([0, 19], [10, 20], 5)


def test_above_is_as_far_as_below(near):
    assert near([20], [10], 10) and not near([21], [10], 10)


def test_scores_that_were_not_given_are_not_averaged(near):
    assert near([UNAVAILABLE, 20], [0, 25], 5)


def test_medians_that_do_not_exist_are_not_compared(near):
    assert near([3, 20], [UNAVAILABLE, 20], 0)


def test_half_of_them_must_be_given(near):
    assert near([1, UNAVAILABLE], [1, 1], 0)
    assert not near([1, UNAVAILABLE, UNAVAILABLE], [1, 1, 1], 65_534)


def test_nobody_is_near_nothing(near):
    """Or a committee could call everything unavailable and be paid for it."""
    assert not near([UNAVAILABLE, UNAVAILABLE], [UNAVAILABLE, UNAVAILABLE], 65_534)
    assert not near([5, 5], [UNAVAILABLE, UNAVAILABLE], 65_534)


def test_the_longest_row_of_the_greatest_distances(near):
    assert not near([65_534] * 128, [0] * 128, 65_533)
    assert near([65_534] * 128, [0] * 128, 65_534)
