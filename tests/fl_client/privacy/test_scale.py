"""Scaling rounds as the rest of the system does, stays on the lattice, and takes sums of any size."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_client.aggregation.combine.integers import divide
from fl_client.encoding import LIMIT
from fl_client.errors import EncodingError
from fl_client.privacy.scale import apply_sum, quantise


def exact(base: int, total: int, weight: int, scale_bits: int) -> int:
    moved = Fraction(total << scale_bits, weight)
    away = int(abs(moved) + Fraction(1, 2)) * (1 if moved >= 0 else -1)
    return max(-LIMIT, min(LIMIT, base + away))


def lattice(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


@pytest.mark.parametrize("scale_bits", [0, 1, 5, 17, 30])
def test_updates_are_rounded_as_sums_are(scale_bits: int) -> None:
    values = np.random.default_rng(scale_bits).integers(-LIMIT, LIMIT, 2_000, endpoint=True).astype(np.int32)
    values[:4] = (LIMIT, -LIMIT, 1 << scale_bits >> 1, -(1 << scale_bits >> 1))
    expected = divide(values.astype(np.int64), 1 << scale_bits)
    assert (quantise(values, scale_bits, 32) == np.clip(expected, -LIMIT, LIMIT)).all()


@pytest.mark.parametrize("value_bits", [2, 8, 16, 32])
def test_an_update_is_clipped_to_its_bits(value_bits: int) -> None:
    limit = 2 ** (value_bits - 1) - 1
    assert quantise(lattice(LIMIT, -LIMIT), 0, value_bits).tolist() == [limit, -limit]


def test_ties_go_away_from_zero() -> None:
    assert quantise(lattice(2, -2, 1, -1), 2, 8).tolist() == [1, -1, 0, 0]


@settings(max_examples=200, deadline=None)
@given(
    base=st.integers(-LIMIT, LIMIT),
    total=st.one_of(st.integers(-(2**21), 2**21), st.integers(-(2**62), 2**62)),
    weight=st.integers(1, 32),
    scale_bits=st.integers(0, 30),
)
def test_a_new_coordinate_is_exact_whatever_the_sum(
    base: int, total: int, weight: int, scale_bits: int
) -> None:
    new = apply_sum(lattice(base), np.array([total], dtype=np.int64), weight, scale_bits)
    assert new.tolist() == [exact(base, total, weight, scale_bits)]


@pytest.mark.parametrize("total", [2**63 - 1, -(2**63)])
def test_the_widest_sums_are_exact(total: int) -> None:
    new = apply_sum(lattice(7), np.array([total], dtype=np.int64), 3, 30)
    assert new.tolist() == [exact(7, total, 3, 30)]


@pytest.mark.parametrize("sign", [1, -1])
def test_the_widest_sum_and_the_greatest_coordinate_do_not_run_over(sign: int) -> None:
    new = apply_sum(lattice(sign * LIMIT), np.array([sign * (2**63 - 1)], dtype=np.int64), 1, 0)
    assert new.tolist() == [sign * LIMIT]


def test_sums_beyond_any_word_are_exact() -> None:
    totals = np.array([2**200 + 1, -(2**100), 6, 0], dtype=np.object_)
    new = apply_sum(lattice(0, 0, 1, 5), totals, 4, 0)
    assert new.tolist() == [LIMIT, -LIMIT, 3, 5]


def test_the_new_model_stays_on_the_lattice() -> None:
    new = apply_sum(lattice(LIMIT, -LIMIT), np.array([1, -1]), 1, 0)
    assert new.tolist() == [LIMIT, -LIMIT]


@pytest.mark.parametrize("bits", [-1, 31])
def test_a_scale_out_of_range_is_refused(bits: int) -> None:
    for work in (
        lambda: quantise(lattice(1), bits, 8),
        lambda: apply_sum(lattice(1), np.array([1]), 1, bits),
    ):
        with pytest.raises(EncodingError, match=f"a scale of {bits} bits"):
            work()


@pytest.mark.parametrize("bits", [1, 33])
def test_value_bits_out_of_range_are_refused(bits: int) -> None:
    with pytest.raises(EncodingError, match=f"values of {bits} bits"):
        quantise(lattice(1), 0, bits)


def test_what_is_no_lattice_vector_is_refused() -> None:
    with pytest.raises(EncodingError):
        quantise(lattice(-(2**31)), 0, 8)
    with pytest.raises(EncodingError):
        apply_sum(lattice(-(2**31)), np.array([1]), 1, 0)


def test_sums_of_another_shape_are_refused() -> None:
    with pytest.raises(EncodingError, match="sums of shape"):
        apply_sum(lattice(1, 2), np.array([1]), 1, 0)


def test_a_mean_over_nothing_is_refused() -> None:
    with pytest.raises(EncodingError, match="a total weight of 0"):
        apply_sum(lattice(1), np.array([1]), 0, 0)
