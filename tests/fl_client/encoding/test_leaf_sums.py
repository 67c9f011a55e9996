"""Sums of squares are exact at every size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_client.encoding import LIMIT, SUM_BOUND
from fl_client.encoding.leaf_sums import (
    _INT64_SAFE,
    LeafSums,
    add_pairs,
    claimed_words,
    square_sums,
    words_from_bytes,
    words_to_bytes,
)
from fl_client.errors import EncodingError

sums = st.integers(0, SUM_BOUND // 2 - 1)


def words(values: list[int]) -> np.ndarray:
    return words_from_bytes(b"".join(value.to_bytes(16, "big") for value in values))


@settings(deadline=None)
@given(values=st.lists(st.integers(-LIMIT, LIMIT) | st.sampled_from([LIMIT, -LIMIT]), min_size=1, max_size=8))
def test_squares_are_added_exactly(values: list[int]) -> None:
    chunk = (values * 64)[:64]
    got = tuple(LeafSums(square_sums(np.array([chunk], dtype=np.int32))))
    assert got == (sum(value * value for value in chunk),)


@pytest.mark.parametrize(
    "value", [LIMIT, -LIMIT, _INT64_SAFE, -_INT64_SAFE, _INT64_SAFE + 1, -_INT64_SAFE - 1]
)
def test_chunk_of_equal_values_is_exact_on_both_sides_of_the_fast_path(value: int) -> None:
    chunk = np.full((3, 64), value, dtype=np.int32)
    assert tuple(LeafSums(square_sums(chunk))) == (64 * value * value,) * 3


@settings(deadline=None)
@given(left=sums, right=sums)
def test_neighbours_are_added_with_their_carry(left: int, right: int) -> None:
    assert tuple(LeafSums(add_pairs(words([left, right])))) == (left + right,)


@settings(deadline=None, max_examples=50)
@given(values=st.lists(st.integers(0, SUM_BOUND - 1), min_size=1, max_size=9))
def test_sums_keep_their_bytes(values: list[int]) -> None:
    data = b"".join(value.to_bytes(16, "big") for value in values)
    assert words_to_bytes(words_from_bytes(data)).tobytes() == data
    assert tuple(LeafSums(words_from_bytes(data))) == tuple(values)


@pytest.mark.parametrize("value", [-1, SUM_BOUND])
def test_claim_outside_sixteen_bytes_is_refused(value: int) -> None:
    with pytest.raises(EncodingError, match=f"chunk 1 is {value}"):
        claimed_words([0, value], chunks=2)


def test_claims_that_reach_the_bound_together_are_refused() -> None:
    half = SUM_BOUND // 2
    assert claimed_words([half, half - 1], chunks=2).shape == (2, 2)
    with pytest.raises(EncodingError, match="add up to"):
        claimed_words([half, half], chunks=2)


def test_one_claim_a_chunk_is_due() -> None:
    with pytest.raises(EncodingError, match="2 leaf sums were given for 3 chunks"):
        claimed_words([0, 0], chunks=3)


@given(values=st.lists(st.integers(0, 2**120), min_size=1, max_size=9))
def test_leaf_sums_are_the_integers_that_were_claimed(values: list[int]) -> None:
    found = LeafSums(claimed_words(values, chunks=len(values)))
    assert found == tuple(values) and list(found[1:]) == values[1:] and found[-1] == values[-1]
    assert found.total == sum(values)


def test_total_of_leaf_sums_carries_from_word_to_word() -> None:
    words = np.full((1000, 2), 2**64 - 1, dtype=np.uint64)
    assert LeafSums(words).total == 1000 * (2**128 - 1)


@given(values=st.lists(st.integers(0, 2**120), min_size=1, max_size=9), data=st.data())
def test_differences_are_found_in_either_word(values: list[int], data: st.DataObject) -> None:
    index, bit = data.draw(st.integers(0, len(values) - 1)), data.draw(st.integers(0, 119))
    other = [value ^ (1 << bit) if place == index else value for place, value in enumerate(values)]
    one, two = (LeafSums(claimed_words(each, chunks=len(each))) for each in (values, other))
    assert one.differences(two) == (index,) and one.differences(one) == () and one != two


def test_leaf_sums_as_words_are_refused_like_integers() -> None:
    words = LeafSums(np.full((2, 2), 2**63, dtype=np.uint64))
    with pytest.raises(EncodingError, match="add up to"):
        claimed_words(words, chunks=2)
    with pytest.raises(EncodingError, match="2 leaf sums were given for 3 chunks"):
        claimed_words(words, chunks=3)
