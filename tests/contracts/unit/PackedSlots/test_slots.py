"""What was packed is read again, slot by slot."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.contracts.paillier_reference import pack


@pytest.mark.parametrize(
    ("length", "bits", "slots"), [(64, 21, 24), (256, 21, 97), (32, 51, 5), (32, 255, 1), (64, 73, 7)]
)
def test_the_highest_bit_stays_free(harness: Any, length: int, bits: int, slots: int) -> None:
    assert harness.slotsOf(length, bits) == slots == (8 * length - 1) // bits


@pytest.mark.parametrize("bits", [1, 8, 21, 37, 64, 200, 248, 249])
def test_every_slot_is_read(harness: Any, bits: int) -> None:
    length, random = 64, Random(bits)
    values = [random.getrandbits(bits) for _ in range((8 * length - 1) // bits)]
    plaintext = sum(value << slot * bits for slot, value in enumerate(values)).to_bytes(length, "big")
    found = [harness.slotAt(plaintext, slot, bits) for slot in range(0, len(values), len(values) // 20 + 1)]
    assert found == values[:: len(values) // 20 + 1]


def test_what_stands_before_the_plaintext_is_not_read(harness: Any) -> None:
    """The highest slot's word begins in the call's own data."""
    assert harness.slotAt(bytes(32), 11, 21) == 0
    assert harness.slotAt(b"\x7f" + b"\xff" * 31, 11, 21) == 2**21 - 1


def sum_at(harness: Any, plaintext: bytes, slot: int, weight: int) -> int:
    """A slot of 21 bits for values of 16, read as a sum of that weight."""
    return int(harness.sumOf(harness.slotAt(plaintext, slot, 21), 16, weight))


@pytest.mark.parametrize("weight", [1, 2, 31, 32])
def test_the_offset_is_taken_off_once_for_each_weight(harness: Any, weight: int) -> None:
    values = [-(2**15) + 1, -1, 0, 1, 2**15 - 1]
    (plaintext,) = pack(values, 64, 21, 16)
    data = (plaintext * weight).to_bytes(64, "big")
    found = [sum_at(harness, data, slot, weight) for slot in range(5)]
    assert found == [value * weight for value in values]


def test_a_full_slot_leaves_the_next_alone(harness: Any) -> None:
    (plaintext,) = pack([2**15 - 1, -(2**15) + 1, 0], 64, 21, 16)
    data = (plaintext * 32).to_bytes(64, "big")
    assert [sum_at(harness, data, slot, 32) for slot in range(3)] == [
        32 * (2**15 - 1),
        -32 * (2**15 - 1),
        0,
    ]
