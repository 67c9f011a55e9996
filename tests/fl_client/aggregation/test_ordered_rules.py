"""Median and trimmed mean are exact for every input, and sample counts do not matter to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_client.aggregation import CombiningRule, Median, TrimmedMean
from fl_client.aggregation.combine.integers import BLOCK
from fl_client.encoding import LIMIT
from fl_client.errors import ConfigError, EncodingError
from tests.parity import reference

UINT32 = 2**32 - 1

coordinate = st.integers(-LIMIT, LIMIT) | st.integers(-3, 3) | st.sampled_from([LIMIT, -LIMIT])
weight = st.integers(0, 2) | st.integers(0, UINT32)


@dataclass(frozen=True, slots=True)
class Both:
    """A rule, and its formula said slowly."""

    rule: CombiningRule
    slowly: Callable[[Sequence[int], Sequence[int], int], int]


def trimmed(bps: int) -> Both:
    return Both(TrimmedMean(bps), lambda *given: reference.trimmed_mean(*given, bps))


RULES = {"median": Both(Median(), reference.median)} | {
    f"trimmed {bps}": trimmed(bps) for bps in (0, 1_000, 2_000, 3_334, 4_999)
}


@pytest.fixture(params=RULES)
def both(request: pytest.FixtureRequest) -> Both:
    return RULES[request.param]


def lattice(values: Any) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def one(rule: CombiningRule, column: list[int], weights: list[int], base: int = 0) -> int:
    return int(rule.combine(lattice(column).reshape(-1, 1), weights, lattice([base]))[0])


@st.composite
def st_cases(draw: st.DrawFn) -> tuple[list[list[int]], list[int], list[int]]:
    n, d = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    row = st.lists(coordinate, min_size=d, max_size=d)
    rows = draw(st.lists(row, min_size=n, max_size=n))
    return rows, draw(st.lists(weight, min_size=n, max_size=n)), draw(row)


@settings(max_examples=120, deadline=None)
@given(case=st_cases(), name=st.sampled_from(sorted(RULES)), bps=st.integers(0, 4_999))
def test_model_is_that_of_the_formula(
    case: tuple[list[list[int]], list[int], list[int]], name: str, bps: int
) -> None:
    rows, weights, base = case
    for both in (RULES[name], trimmed(bps)):
        columns = zip(*rows, strict=True)
        expected = [both.slowly(column, weights, old) for column, old in zip(columns, base, strict=True)]
        assert both.rule.combine(lattice(rows), weights, lattice(base)).tolist() == expected


@pytest.mark.parametrize("count", [126, 127, 128])
@pytest.mark.parametrize("sign", [1, -1])
def test_as_many_extremes_as_a_task_takes_do_not_wrap(both: Both, count: int, sign: int) -> None:
    column = [sign * LIMIT] * count
    assert one(both.rule, column, [1] * count) == sign * LIMIT
    assert one(both.rule, column, [1] * count, base=sign * LIMIT) == sign * LIMIT
    assert one(both.rule, column, [1] * count, base=-sign * LIMIT) == 0


@pytest.mark.parametrize("weights", [[1, 1, 1, 1], [7, 1, UINT32, 2], [2**200, 1, 1, 1]])
def test_sample_counts_do_not_matter(both: Both, weights: list[int]) -> None:
    column = [4, -9, 1_000, 12]
    assert one(both.rule, column, weights) == both.slowly(column, [1] * 4, 0)


def test_update_of_weight_zero_does_not_count(both: Both) -> None:
    assert one(both.rule, [10, LIMIT, 14], [3, 0, 1]) == both.slowly([10, 14], [1, 1], 0) == 12


def test_all_weights_zero_leave_the_model_as_it_is(both: Both) -> None:
    base = lattice([5, -6])
    assert both.rule.combine(lattice([[1, 2], [3, 4]]), [0, 0], base).tolist() == [5, -6]


def test_no_updates_leave_the_model_as_it_is(both: Both) -> None:
    base = lattice([5, -6])
    new = both.rule.combine(np.empty((0, 2), dtype=np.int32), [], base)
    assert new.tolist() == [5, -6] and not np.shares_memory(new, base)


def test_inputs_are_left_alone(both: Both) -> None:
    rows, base = lattice([[9, 2], [3, 4], [5, 1]]), lattice([7, 8])
    new = both.rule.combine(rows, [1, 2, 3], base)
    assert rows.tolist() == [[9, 2], [3, 4], [5, 1]]
    assert base.tolist() == [7, 8]
    assert not np.shares_memory(new, base)


def test_order_of_updates_does_not_matter(both: Both) -> None:
    rng = np.random.default_rng(4)
    rows = rng.integers(-50, 50, (9, 200)).astype(np.int32)
    base = np.zeros(200, dtype=np.int32)
    there = both.rule.combine(rows, [1] * 9, base)
    assert np.array_equal(both.rule.combine(rows[rng.permutation(9)], [1] * 9, base), there)


@pytest.mark.parametrize("dimension", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7])
def test_blocks_join_without_a_seam(both: Both, dimension: int) -> None:
    """The coordinates of one vector are those of its halves."""
    rng = np.random.default_rng(dimension)
    rows = rng.integers(-1_000, 1_000, (5, dimension)).astype(np.int32)
    base = rng.integers(-1_000, 1_000, dimension).astype(np.int32)
    whole = both.rule.combine(rows, [1] * 5, base)
    cut = dimension // 3
    parts = [both.rule.combine(rows[:, part], [1] * 5, base[part]) for part in (slice(cut), slice(cut, None))]
    assert np.array_equal(whole, np.concatenate(parts))
    for at in (0, BLOCK - 2, dimension - 1):
        column = [int(value) for value in rows[:, at]]
        assert whole[at] == both.slowly(column, [1] * 5, int(base[at]))


# --- how many are dropped -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bps", "count", "dropped"),
    [
        (0, 128, 0),
        (2_000, 4, 0),
        (2_000, 5, 1),
        (2_000, 9, 1),
        (1_999, 5, 0),
        (3_334, 3, 1),
        (4_999, 128, 63),
    ],
)
def test_share_is_rounded_down(bps: int, count: int, dropped: int) -> None:
    assert TrimmedMean(bps).dropped(count) == dropped


def test_something_is_left_of_every_number_of_updates() -> None:
    largest = TrimmedMean(4_999)
    assert all(count > 2 * largest.dropped(count) for count in range(1, 20_000))


def test_largest_share_is_the_median_of_few_updates() -> None:
    rows = np.random.default_rng(5).integers(-LIMIT, LIMIT, (7, 50)).astype(np.int32)
    base = np.zeros(50, dtype=np.int32)
    ours, median = (rule.combine(rows, [1] * 7, base) for rule in (TrimmedMean(4_999), Median()))
    assert np.array_equal(ours, median)


# --- refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bps", [-1, 5_000, 10_000])
def test_share_that_leaves_nothing_is_refused(bps: int) -> None:
    with pytest.raises(ConfigError, match=f"drops {bps} bps a side: give 0 to 4999"):
        TrimmedMean(bps)


@pytest.mark.parametrize("weights", [[1, -1], [1, 1.5]])
def test_weight_that_is_no_count_is_refused(both: Both, weights: list[int]) -> None:
    with pytest.raises(EncodingError, match=f"weight 1 is {weights[1]}"):
        one(both.rule, [1, 2], weights)


def test_smallest_int32_is_refused_even_with_weight_zero(both: Both) -> None:
    with pytest.raises(EncodingError, match="update 1 has coordinate 0 = -2147483648"):
        one(both.rule, [1, -(2**31)], [1, 0])


def test_update_of_another_dimension_is_refused(both: Both) -> None:
    with pytest.raises(EncodingError, match=r"shape \(1, 2\); the old model asks for \(n, 3\)"):
        both.rule.combine(lattice([[1, 2]]), [1], lattice([1, 2, 3]))
