"""An encrypted task's two words, and the masks of its parties."""

from __future__ import annotations

from random import Random
from typing import Any

import brownie
import pytest

from tests.contracts.federation import RANDOM, plain

CLOCK = (8, 40, 24, 24, 8, 8, 8, 8, 8, 8, 8, 8, 16, 32, 32)
MASKS = (32,) * 8


@pytest.fixture(scope="module")
def harness(owner: Any) -> Any:
    return owner.deploy(brownie.EncryptedHarness)


def packed(widths: tuple[int, ...], values: tuple[int, ...]) -> int:
    word = offset = 0
    for width, value in zip(widths, values, strict=True):
        word |= value << offset
        offset += width
    return word


def random_values(widths: tuple[int, ...], numbers: Random) -> tuple[int, ...]:
    return tuple(numbers.choice([0, 1, 2**width - 1, numbers.randrange(2**width)]) for width in widths)


@pytest.mark.parametrize("seed", range(8))
def test_what_was_packed_is_unpacked_as_it_was(harness: Any, seed: int) -> None:
    # INV-PACK-2
    numbers = Random(RANDOM + seed)
    clock = (numbers.randrange(12), *random_values(CLOCK[1:], numbers))
    masks = random_values(MASKS, numbers)
    words = packed(CLOCK, clock), packed(MASKS, masks)
    assert plain(tuple(harness.unpack(*words))) == (*clock, *masks)
    assert plain(tuple(harness.repack(*words))) == words


@pytest.mark.parametrize(("word", "widths"), [(0, CLOCK), (1, MASKS)], ids=["clock", "masks"])
def test_every_bit_has_its_own_field(harness: Any, word: int, widths: tuple[int, ...]) -> None:
    for bit in range(256):
        if word == 0 and 4 <= bit < 8:
            continue  # no phase has such a number
        words = [0, 0]
        words[word] = 1 << bit
        used = bit < sum(widths)
        found = [field for field in plain(tuple(harness.unpack(*words))) if field]
        assert len(found) == used, bit
        assert plain(tuple(harness.repack(*words)))[word] == (1 << bit if used else 0), bit


@pytest.mark.parametrize("mask", [0, 1, 0b1011, 2**31, 2**32 - 1])
def test_a_mask_is_counted(harness: Any, mask: int) -> None:
    assert harness.count(mask) == mask.bit_count()


@pytest.mark.parametrize("parties", [0, 1, 5, 31, 32])
def test_everybody_is_as_many(harness: Any, parties: int) -> None:
    assert harness.everybody(parties) == 2**parties - 1


@pytest.mark.parametrize(
    ("mask", "place", "expected"),
    [
        (0b100, 2, True),
        (0b100, 1, False),
        (2**32 - 1, 31, True),
        (2**32 - 1, 32, False),
        (2**32 - 1, 255, False),
    ],
)
def test_a_place_is_in_a_mask_or_not(harness: Any, mask: int, place: int, expected: bool) -> None:
    assert harness.has(mask, place) == expected
