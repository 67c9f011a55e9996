"""Rounding to the lattice and back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fl_client.encoding import LIMIT, check_lattice, dequantise, quantise
from fl_client.errors import EncodingError
from tests.parity import reference

bits = st.integers(0, 30)
lattice_values = st.lists(st.integers(-LIMIT, LIMIT), min_size=1, max_size=50)


def rounded(value: float, fraction_bits: int) -> int:
    return reference.half_away(Fraction(value) * 2**fraction_bits)


@settings(deadline=None)
@given(values=st.lists(st.floats(-1.99, 1.99), max_size=40), fraction_bits=bits)
def test_doubles_round_half_away_from_zero(values: list[float], fraction_bits: int) -> None:
    got = quantise(np.array(values, dtype=np.float64), fraction_bits)
    assert got.tolist() == [rounded(value, fraction_bits) for value in values]


@settings(deadline=None)
@given(values=st.lists(st.floats(-1.5, 1.5, width=32), max_size=40), fraction_bits=bits)
def test_singles_round_half_away_from_zero(values: list[float], fraction_bits: int) -> None:
    got = quantise(np.array(values, dtype=np.float32), fraction_bits)
    assert got.tolist() == [rounded(value, fraction_bits) for value in values]


@settings(deadline=None)
@given(halves=st.lists(st.integers(-(2**31) + 1, 2**31 - 2), min_size=1, max_size=20))
def test_exact_ties_go_away_from_zero(halves: list[int]) -> None:
    values = np.array(halves, dtype=np.float64) + 0.5
    expected = [half + 1 if half >= 0 else half for half in halves]
    assert quantise(values, 0).tolist() == expected


def test_largest_float_below_one_half_rounds_to_zero() -> None:
    below = np.nextafter(0.5, 0.0)
    assert quantise(np.array([below, -below]), 0).tolist() == [0, 0]


@settings(deadline=None)
@given(values=lattice_values, fraction_bits=bits)
def test_quantise_is_the_inverse_of_dequantise(values: list[int], fraction_bits: int) -> None:
    vector = np.array(values, dtype=np.int32)
    assert quantise(dequantise(vector, fraction_bits), fraction_bits).tolist() == values


@settings(deadline=None)
@given(values=lattice_values, fraction_bits=bits)
def test_dequantise_is_exact(values: list[int], fraction_bits: int) -> None:
    got = dequantise(np.array(values, dtype=np.int32), fraction_bits).tolist()
    assert [Fraction(value) for value in got] == [Fraction(value, 2**fraction_bits) for value in values]


def test_result_is_native_int32() -> None:
    assert quantise(np.zeros(3, dtype=np.float32), 20).dtype == np.dtype(np.int32)


def test_no_coordinates_give_no_coordinates() -> None:
    assert quantise(np.zeros(0), 20).shape == (0,)


def test_values_just_inside_the_limit_pass() -> None:
    edge = LIMIT + 0.49
    assert quantise(np.array([edge, -edge]), 0).tolist() == [LIMIT, -LIMIT]


@pytest.mark.parametrize("value", [LIMIT + 0.5, -LIMIT - 0.5, 2.0**31, -(2.0**31), 1e300, -1e300])
def test_value_out_of_range_is_named_with_its_index(value: float) -> None:
    with pytest.raises(EncodingError) as caught:
        quantise(np.array([0.0, 1.0, value]), 0)
    assert f"coordinate 2 is {value!r}" in str(caught.value)


def test_range_follows_the_fraction_bits() -> None:
    assert quantise(np.array([2047.9999]), 20).size == 1
    with pytest.raises(EncodingError, match=r"coordinate 0 is 2048\.0"):
        quantise(np.array([2048.0]), 20)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_value_that_is_no_number_is_named_with_its_index(value: float, dtype: type) -> None:
    values: NDArray[Any] = np.zeros(100_000, dtype=dtype)
    values[70_001] = value
    with pytest.raises(EncodingError, match=f"coordinate 70001 is {value}"):
        quantise(values, 20)


def test_first_of_several_bad_values_is_named() -> None:
    with pytest.raises(EncodingError, match="coordinate 1 is inf"):
        quantise(np.array([0.0, np.inf, np.nan]), 20)


@pytest.mark.parametrize(
    "values", [np.zeros(3, dtype=np.float16), np.zeros(3, dtype=np.int64), np.zeros((2, 2))]
)
def test_other_arrays_are_not_quantised(values: NDArray[Any]) -> None:
    with pytest.raises(EncodingError, match="cannot quantise"):
        quantise(values, 20)


@pytest.mark.parametrize("fraction_bits", [-1, 31])
def test_fraction_bits_are_checked(fraction_bits: int) -> None:
    with pytest.raises(EncodingError, match="fraction_bits"):
        quantise(np.zeros(1), fraction_bits)
    with pytest.raises(EncodingError, match="fraction_bits"):
        dequantise(np.zeros(1, dtype=np.int32), fraction_bits)


def test_smallest_int32_is_not_a_value() -> None:
    with pytest.raises(EncodingError, match=r"coordinate 1 = -2147483648"):
        check_lattice(np.array([0, -(2**31)], dtype=np.int32))


@pytest.mark.parametrize(
    "vector", [np.zeros(2, dtype=">i4"), np.zeros(2, dtype=np.int64), np.zeros((1, 2), np.int32), [1, 2]]
)
def test_only_native_int32_vectors_are_lattice_vectors(vector: object) -> None:
    with pytest.raises(EncodingError, match="pass int32"):
        check_lattice(vector)  # type: ignore[arg-type]
