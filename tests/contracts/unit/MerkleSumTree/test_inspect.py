"""Which chunks may be part of a vector at all, and their true sums of squares."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.openings import LIMIT, chunk_of

SMALLEST = -(2**31)


def test_sum_of_squares_is_exact(harness: Any) -> None:
    values = [(-1) ** i * 31 * i for i in range(64)]
    assert harness.inspect(chunk_of(values), 0, 64) == (True, sum(x * x for x in values))


@pytest.mark.parametrize("value", [LIMIT, -LIMIT])
def test_largest_magnitudes_are_values(harness: Any, value: int) -> None:
    assert harness.inspect(chunk_of([value] * 64), 0, 64) == (True, 64 * LIMIT**2)


@pytest.mark.parametrize("place", [0, 31, 63])
def test_the_smallest_int32_is_no_value(harness: Any, place: int) -> None:
    values = [0] * 64
    values[place] = SMALLEST
    assert harness.inspect(chunk_of(values), 0, 64) == (False, 2**62)


@pytest.mark.parametrize("value", [1, -1, SMALLEST])
def test_nothing_but_zero_beyond_the_dimension(harness: Any, value: int) -> None:
    values = [1] * 10 + [0] * 54
    assert harness.inspect(chunk_of(values), 1, 74) == (True, 10)
    values[10] = value
    assert harness.inspect(chunk_of(values), 1, 74) == (False, 10 + value * value)


def test_the_last_coordinate_of_the_last_chunk_counts_too(harness: Any) -> None:
    assert harness.inspect(chunk_of([0] * 63 + [1]), 2, 191) == (False, 1)
    assert harness.inspect(chunk_of([0] * 63 + [1]), 2, 192) == (True, 1)


def test_a_chunk_before_the_last_may_be_full(harness: Any) -> None:
    assert harness.inspect(chunk_of([1] * 64), 0, 65) == (True, 64)
