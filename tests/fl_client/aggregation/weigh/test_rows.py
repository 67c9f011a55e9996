"""A row is its updates' exact sum, divided once and rounded half away from zero, for coefficients of any size."""

from __future__ import annotations

from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from fl_client.aggregation.weigh import weighted_row
from fl_client.encoding import LIMIT
from tests.parity.reference import clamped, half_away

values = st.one_of(st.integers(-LIMIT, LIMIT), st.sampled_from([-LIMIT, -1, 0, 1, LIMIT]))
small = st.one_of(st.sampled_from([0, 1, 1, -1]), st.integers(-1_000, 1_000))
factors = st.one_of(st.just(1), st.integers(1, 2**33), st.integers(1, 2**110))
divisors = st.one_of(st.integers(1, 40), st.just(2**32), st.just(3 * 2**32), st.integers(1, 2**64))


def plain_row(updates: np.ndarray, coefficients: tuple[int, ...], divisor: int) -> list[int]:
    columns = updates.T.tolist()
    sums = (sum(c * x for c, x in zip(coefficients, column, strict=True)) for column in columns)
    return [clamped(half_away(Fraction(total, divisor))) for total in sums]


@settings(max_examples=400, deadline=None)
@given(st.data(), factors, divisors)
def test_row_is_the_exact_quotient(data: st.DataObject, factor: int, divisor: int) -> None:
    count = data.draw(st.integers(1, 6))
    updates = np.array(
        data.draw(st.lists(st.lists(values, min_size=5, max_size=5), min_size=count, max_size=count))
    )
    updates = updates.astype(np.int32)
    drawn = data.draw(st.lists(small, min_size=count, max_size=count))
    coefficients = tuple(factor * c for c in drawn)
    row = weighted_row(updates, coefficients, divisor)
    assert row.dtype == np.int32
    assert row.tolist() == plain_row(updates, coefficients, divisor)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("divisor", [2 * 3**20, 2**33 * 5])
def test_halves_go_away_from_zero_where_products_exceed_64_bits(divisor: int, sign: int) -> None:
    """factor / divisor = odd / 2, too large for an int64: every odd value is a tie."""
    factor = (divisor // 2) * 3
    updates = np.array([[sign, 3 * sign, 5 * sign, 2 * sign, 10**9 * sign]] * 2, dtype=np.int32)
    coefficients = (factor, 2 * factor)
    assert weighted_row(updates, coefficients, 3 * divisor).tolist() == plain_row(
        updates, coefficients, 3 * divisor
    )


def test_a_row_that_is_an_update_is_not_copied() -> None:
    updates = np.arange(6, dtype=np.int32).reshape(2, 3)
    assert np.shares_memory(weighted_row(updates, (0, 4), 4), updates)


def test_a_row_of_nothing_is_zero() -> None:
    assert weighted_row(np.full((2, 3), LIMIT, dtype=np.int32), (0, 0), 7).tolist() == [0, 0, 0]
