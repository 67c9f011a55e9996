"""Slots hold what was packed, sums of slots stay apart, and nothing out of range gets in."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_client.encoding import MAX_DIMENSION
from fl_client.errors import CryptoError
from fl_client.privacy.paillier.packing import SlotFormat

FORMAT = SlotFormat(16, 5, 64)


def plain(fmt: SlotFormat, values: list[int]) -> list[int]:
    """The definition, one value after the other."""
    packed = []
    for first in range(0, len(values), fmt.slots):
        part = values[first : first + fmt.slots] + [0] * fmt.slots
        stored = [value + (1 << fmt.value_bits - 1) for value in part[: fmt.slots]]
        packed.append(sum(value << index * fmt.slot_bits for index, value in enumerate(stored)))
    return packed


def int32(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


formats = st.builds(SlotFormat, st.integers(2, 32), st.integers(0, 16), st.integers(32, 80))


@settings(max_examples=100, deadline=None)
@given(fmt=formats, data=st.data())
def test_plaintexts_are_those_of_the_definition_and_come_back(fmt: SlotFormat, data: st.DataObject) -> None:
    value = st.integers(-fmt.limit, fmt.limit)
    values = data.draw(st.lists(value, min_size=1, max_size=3 * fmt.slots))
    packed = fmt.pack(int32(*values))
    assert packed == plain(fmt, values)
    assert fmt.sums(packed, len(values), 1).tolist() == values


def test_a_key_of_2048_bits_takes_97_values_of_16_bits() -> None:
    assert SlotFormat(16, 5, 256).slots == 97
    assert SlotFormat(16, 5, 256).chunks_of(252_398) == 2_603


@settings(max_examples=50, deadline=None)
@given(fmt=formats)
def test_the_greatest_plaintext_is_below_every_modulus_of_its_length(fmt: SlotFormat) -> None:
    (packed,) = fmt.pack(np.full(fmt.slots, fmt.limit, dtype=np.int32))
    # A modulus of L bytes has its highest bit set.
    assert packed.bit_length() <= 8 * fmt.length - 1
    assert (packed * fmt.most_weight).bit_length() <= 8 * fmt.length - 1


@pytest.mark.parametrize("sign", [1, -1])
def test_sums_of_most_weight_and_greatest_values_do_not_run_over(sign: int) -> None:
    fmt = FORMAT
    values = np.full(fmt.slots, sign * fmt.limit, dtype=np.int32)
    values[::2] *= -1
    (packed,) = fmt.pack(values)
    total = fmt.sums([packed * fmt.most_weight], fmt.slots, fmt.most_weight)
    assert (total == values.astype(np.int64) * fmt.most_weight).all()


def test_one_more_than_most_weight_is_refused() -> None:
    (packed,) = FORMAT.pack(int32(1))
    with pytest.raises(CryptoError, match="a total weight of 33: 5 bits of headroom allow 1 to 32"):
        FORMAT.sums([packed], 1, 33)


def test_no_weight_is_refused() -> None:
    with pytest.raises(CryptoError, match="a total weight of 0"):
        FORMAT.sums(FORMAT.pack(int32(1)), 1, 0)


def test_without_headroom_a_second_update_would_run_over() -> None:
    """What the bound on the weight is for: two values of 16 bits do not fit into 16 bits."""
    tight = SlotFormat(16, 0, 64)
    (packed,) = tight.pack(np.full(tight.slots, tight.limit, dtype=np.int32))
    assert (tight.unpack([2 * packed], 2) - 2 * tight.offset).tolist() != [2 * tight.limit] * 2


@pytest.mark.parametrize("value", [2**15, -(2**15), 2**31 - 1, -(2**31)])
def test_a_value_out_of_range_is_refused_by_its_index(value: int) -> None:
    with pytest.raises(CryptoError, match="value 2 is out of the range of 16 bits"):
        FORMAT.pack(int32(0, 32_767, value))


@pytest.mark.parametrize(
    "values",
    [np.zeros(3, dtype=np.int64), np.zeros((1, 3), dtype=np.int32), np.zeros(0, dtype=np.int32)],
    ids=["int64", "matrix", "empty"],
)
def test_what_is_no_vector_of_int32_is_refused(values: np.ndarray) -> None:
    with pytest.raises(CryptoError, match="packed|pack"):
        FORMAT.pack(values)


def test_whatever_a_plaintext_is_its_slots_are_below_their_width() -> None:
    slots = FORMAT.unpack([(1 << 512) - 1], FORMAT.slots)
    assert slots.tolist() == [2**21 - 1] * FORMAT.slots


@pytest.mark.parametrize("bad", [1 << 512, -1], ids=["long", "negative"])
def test_a_plaintext_longer_than_the_modulus_is_refused(bad: int) -> None:
    with pytest.raises(CryptoError, match="does not fit into 64 bytes"):
        FORMAT.unpack([bad], 1)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_another_number_of_plaintexts_is_refused(count: int) -> None:
    with pytest.raises(CryptoError, match=f"25 values lie in 2 plaintexts; {count} came"):
        FORMAT.unpack([0] * count, 25)


@pytest.mark.parametrize("dimension", [-1, 0, MAX_DIMENSION + 1])
def test_a_dimension_out_of_range_is_refused(dimension: int) -> None:
    with pytest.raises(CryptoError, match="values cannot be packed"):
        FORMAT.chunks_of(dimension)


@pytest.mark.parametrize(
    ("bits", "problem"),
    [
        ((1, 5, 64), "values of 1 bits"),
        ((33, 5, 64), "values of 33 bits"),
        ((16, -1, 64), "headroom of -1 bits"),
        ((16, 17, 64), "headroom of 17 bits"),
        ((32, 16, 6), "no slot of 48 bits"),
    ],
)
def test_bits_out_of_range_are_refused(bits: tuple[int, int, int], problem: str) -> None:
    with pytest.raises(CryptoError, match=problem):
        SlotFormat(*bits)


def test_a_quarter_of_a_million_values_take_no_time() -> None:
    fmt = SlotFormat(16, 5, 256)
    values = np.random.default_rng(0).integers(-fmt.limit, fmt.limit, 252_398, endpoint=True).astype(np.int32)
    started = time.process_time()
    back = fmt.sums(fmt.pack(values), values.size, 1)
    assert time.process_time() - started < 1
    assert (back == values).all()
