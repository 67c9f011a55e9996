"""The weighted mean is exact for every input, and rounds half away from zero."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_client.aggregation import CombiningRule, WeightedMean
from fl_client.aggregation.combine.integers import BLOCK as _BLOCK
from fl_client.aggregation.combine.mean import _INT64_WEIGHT
from fl_client.encoding import LIMIT
from fl_client.errors import EncodingError
from tests.parity import reference

UINT32 = 2**32 - 1
RULE: CombiningRule = WeightedMean()

coordinate = st.integers(-LIMIT, LIMIT) | st.integers(-3, 3) | st.sampled_from([LIMIT, -LIMIT])
weight = st.integers(0, 5) | st.integers(0, UINT32) | st.sampled_from([UINT32, UINT32 - 1])


def lattice(values: Any) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def one(column: list[int], weights: list[int], base: int = 0) -> int:
    return int(RULE.combine(lattice(column).reshape(-1, 1), weights, lattice([base]))[0])


@st.composite
def st_cases(draw: st.DrawFn) -> tuple[list[list[int]], list[int], list[int]]:
    n, d = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(coordinate, min_size=d, max_size=d), min_size=n, max_size=n))
    return (
        rows,
        draw(st.lists(weight, min_size=n, max_size=n)),
        draw(st.lists(coordinate, min_size=d, max_size=d)),
    )


@settings(max_examples=250, deadline=None)
@given(case=st_cases())
def test_mean_is_that_of_exact_fractions(case: tuple[list[list[int]], list[int], list[int]]) -> None:
    rows, weights, base = case
    columns = zip(*rows, strict=True)
    expected = [reference.mean(column, weights, old) for column, old in zip(columns, base, strict=True)]
    assert RULE.combine(lattice(rows), weights, lattice(base)).tolist() == expected


@pytest.mark.parametrize(("column", "expected"), [([1, 2], 2), ([-1, -2], -2), ([0, 1], 1), ([0, -1], -1)])
def test_tie_goes_away_from_zero(column: list[int], expected: int) -> None:
    assert one(column, [1, 1]) == expected


@pytest.mark.parametrize("scale", [UINT32 // 2, 10**12])
@pytest.mark.parametrize(("column", "expected"), [([3, -1], 1), ([5, 0], 3), ([-5, 0], -3), ([4, 0], 2)])
def test_tie_goes_away_from_zero_with_large_weights(column: list[int], expected: int, scale: int) -> None:
    # An update of zeros with weight 2 keeps the weights from being reduced; it shifts no tie that matters.
    near = one([*column, 0], [scale, scale, 2])
    assert near == reference.mean([*column, 0], [scale, scale, 2], 0)
    assert one(column, [scale, scale]) == expected


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("value", [LIMIT, -LIMIT])
def test_edge_of_int64_is_exact(value: int, extra: int) -> None:
    # 2^32 + 2 and one more: the last sum of weights that fits and the first that does not.
    weights = [_INT64_WEIGHT - 5 + extra, 5]
    assert sum(weights) == 2**32 + 2 + extra
    assert one([value, value], weights) == value
    shifted = value - (1 if value > 0 else -1)
    assert one([value, shifted], weights) == reference.mean([value, shifted], weights, 0)


def test_three_inflated_sample_counts_do_not_wrap() -> None:
    assert one([LIMIT] * 3, [UINT32, UINT32 - 1, UINT32 - 2]) == LIMIT


def test_weights_beyond_every_word_are_exact() -> None:
    assert one([LIMIT, -LIMIT, 1], [2**200, 2**200, 2**199 + 1]) == reference.mean(
        [LIMIT, -LIMIT, 1], [2**200, 2**200, 2**199 + 1], 0
    )


@pytest.mark.parametrize(
    ("column", "base", "expected"),
    [([LIMIT], 1, LIMIT), ([-LIMIT], -1, -LIMIT), ([-LIMIT], LIMIT, 0), ([1], LIMIT, LIMIT)],
)
def test_new_model_is_clamped(column: list[int], base: int, expected: int) -> None:
    assert one(column, [1], base) == expected


def test_all_weights_zero_leave_the_model_as_it_is() -> None:
    base = lattice([5, -6])
    assert RULE.combine(lattice([[1, 2], [3, 4]]), [0, 0], base).tolist() == [5, -6]


def test_no_updates_leave_the_model_as_it_is() -> None:
    base = lattice([5, -6])
    assert RULE.combine(np.empty((0, 2), dtype=np.int32), [], base).tolist() == [5, -6]


def test_update_of_weight_zero_does_not_count() -> None:
    assert one([10, LIMIT], [3, 0]) == 10


@pytest.mark.parametrize("weights", [[1, 2, 3], [UINT32, UINT32 - 1, UINT32 - 2], [0, 0, 0]])
def test_inputs_are_left_alone(weights: list[int]) -> None:
    rows, base = lattice([[1, 2], [3, 4], [5, 6]]), lattice([7, 8])
    new = RULE.combine(rows, weights, base)
    assert rows.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert base.tolist() == [7, 8]
    assert not np.shares_memory(new, base)


@pytest.mark.parametrize("dimension", [_BLOCK - 1, _BLOCK, _BLOCK + 1, 3 * _BLOCK + 7])
def test_blocks_join_without_a_seam(dimension: int) -> None:
    rng = np.random.default_rng(dimension)
    rows = rng.integers(-1000, 1000, (4, dimension)).astype(np.int32)
    base = rng.integers(-1000, 1000, dimension).astype(np.int32)
    weights = [3, 1, 4, 1]
    total = (rows.astype(np.int64) * np.array(weights)[:, None]).sum(axis=0)
    expected = base + np.sign(total) * ((2 * np.abs(total) + 9) // 18)
    assert np.array_equal(RULE.combine(rows, weights, base), expected)


def test_ordinary_and_exact_arithmetic_agree() -> None:
    rng = np.random.default_rng(3)
    rows = rng.integers(-LIMIT, LIMIT, (3, 5000)).astype(np.int32)
    base = np.zeros(5000, dtype=np.int32)
    huge = [5 * 2**40 + 5, 7 * 2**40 + 7, 11 * 2**40 + 11]
    # The exact path is taken by a weight of 1 on an update of zeros, too small to move any quotient.
    with_zero = np.vstack([rows, base[None]])
    near = RULE.combine(with_zero, [*huge, 1], base)
    plain = RULE.combine(rows, [5, 7, 11], base)
    total = (rows.astype(np.int64) * np.array([[5], [7], [11]])).sum(axis=0)
    settled = np.abs(2 * total) % 23 != 0
    assert np.array_equal(near[settled], plain[settled])


def test_order_of_updates_does_not_matter() -> None:
    rows = lattice([[1, -7], [2, 9], [4, 4]])
    base = lattice([0, 0])
    there = RULE.combine(rows, [1, 2, 4], base)
    assert RULE.combine(rows[::-1], [4, 2, 1], base).tolist() == there.tolist()


def test_weights_may_be_numpy_integers() -> None:
    weights = np.array([1, 3], dtype=np.uint32)
    assert one([0, 4], weights) == 3  # type: ignore[arg-type]


def test_name_is_that_of_the_task_parameter() -> None:
    assert RULE.name == "mean"


# --- refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("weights", [[1, -1], [1, 1.5]])
def test_weight_that_is_no_count_is_refused(weights: list[int]) -> None:
    with pytest.raises(EncodingError, match=f"weight 1 is {weights[1]}"):
        one([1, 2], weights)


def test_one_weight_an_update_is_due() -> None:
    with pytest.raises(EncodingError, match="1 weights were given for 2 updates"):
        one([1, 2], [1])


def test_update_of_another_dimension_is_refused() -> None:
    with pytest.raises(EncodingError, match=r"shape \(1, 2\); the old model asks for \(n, 3\)"):
        RULE.combine(lattice([[1, 2]]), [1], lattice([1, 2, 3]))


def test_smallest_int32_in_an_update_is_refused() -> None:
    with pytest.raises(EncodingError, match="update 1 has coordinate 0 = -2147483648"):
        one([1, -(2**31)], [1, 0])


def test_smallest_int32_in_the_old_model_is_refused() -> None:
    with pytest.raises(EncodingError, match="old model has coordinate 0"):
        one([1], [1], -(2**31))


def test_updates_of_another_type_are_refused() -> None:
    with pytest.raises(EncodingError, match="update 0 is int64"):
        RULE.combine(np.ones((1, 1), dtype=np.int64), [1], lattice([1]))
