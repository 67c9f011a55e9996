"""Scores on their way to the chain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fl_client.errors import EncodingError
from fl_client.review import UNAVAILABLE, ZERO_SCORE, pack_scores, score_of, unpack_scores


@given(st.lists(st.integers(0, UNAVAILABLE)))
def test_row_unpacks_to_its_scores(scores: list[int]) -> None:
    assert unpack_scores(pack_scores(scores)) == tuple(scores)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_no_worth_looks_unavailable(worth: float) -> None:
    assert 0 <= score_of(worth) < UNAVAILABLE


def test_worth_is_counted_in_ten_thousandths_around_the_middle() -> None:
    assert [score_of(worth) for worth in (0.0, 0.0001, -0.02, 100.0, -100.0)] == [
        ZERO_SCORE,
        ZERO_SCORE + 1,
        ZERO_SCORE - 200,
        UNAVAILABLE - 1,
        0,
    ]


@pytest.mark.parametrize("worth", [float("nan"), float("inf"), float("-inf")])
def test_model_that_an_update_broke_gets_the_lowest_score(worth: float) -> None:
    assert score_of(worth) == 0


@pytest.mark.parametrize("score", [-1, UNAVAILABLE + 1])
def test_score_that_does_not_fit_is_named(score: int) -> None:
    with pytest.raises(EncodingError, match=f"score 1 is {score}"):
        pack_scores([0, score])


def test_row_of_odd_length_is_refused() -> None:
    with pytest.raises(EncodingError, match="has 3 bytes"):
        unpack_scores(b"abc")
