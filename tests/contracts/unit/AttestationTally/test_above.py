"""Counting by planes gives what counting column by column gives."""

from __future__ import annotations

import random
from typing import Any

import brownie
import pytest

COLUMNS = 256


def naive(bitmaps: list[int], limit: int) -> int:
    """The columns that more than ``limit`` bitmaps hold, counted one by one."""
    result = 0
    for column in range(COLUMNS):
        if sum(bitmap >> column & 1 for bitmap in bitmaps) > limit:
            result |= 1 << column
    return result


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 16, 33, 64, 100, 127, 128])
def test_random_votes_of_as_many_attesters_as_updates(harness: Any, count: int) -> None:
    numbers = random.Random(count)
    bitmaps = [numbers.getrandbits(count) for _ in range(count)]
    limits = [*range(count + 1), 200, 255]
    assert list(harness.above(bitmaps, limits)) == [naive(bitmaps, limit) for limit in limits]


@pytest.mark.parametrize("seed", range(4))
def test_nearly_unanimous_votes(harness: Any, seed: int) -> None:
    """Where a majority is decided by single votes."""
    numbers = random.Random(seed)
    count = 128
    everything = 2**count - 1
    dissent = [numbers.randint(40, 90) for _ in range(count)]
    bitmaps = [everything] * count
    for column, votes in enumerate(dissent):
        for voter in numbers.sample(range(count), votes):
            bitmaps[voter] &= ~(1 << column)
    limits = [63, 64, 65]
    assert list(harness.above(bitmaps, limits)) == [naive(bitmaps, limit) for limit in limits]


def test_half_is_not_more_than_half(harness: Any) -> None:
    assert list(harness.above([0b11, 0b01, 0b10, 0b00], [4 // 2])) == [0]
    assert list(harness.above([0b11, 0b01, 0b11, 0b00], [4 // 2])) == [0b01]


def test_no_votes_are_above_nothing(harness: Any) -> None:
    assert list(harness.above([], [0, 1, 255])) == [0, 0, 0]


def test_empty_bitmaps_do_not_count(harness: Any) -> None:
    assert list(harness.above([0] * 10 + [1], [0, 1])) == [1, 0]


def test_the_highest_column_counts_too(harness: Any) -> None:
    assert list(harness.above([2**255] * 3, [2, 3])) == [2**255, 0]


def test_counts_go_up_to_255(harness: Any) -> None:
    assert list(harness.above([1] * 255, [253, 254, 255])) == [1, 1, 0]


def test_a_256th_vote_reverts_instead_of_wrapping(harness: Any) -> None:
    with brownie.reverts("Index out of range"):
        harness.above([1] * 256, [0])
