"""Sixteen fields in one word: each setter writes its own and refuses what does not fit."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.contracts.federation import reverts

WIDTHS = {
    "phase": 8,
    "mark": 40,
    "round": 24,
    "turn": 24,
    "attempt": 8,
    "voids": 8,
    "active": 8,
    "due": 8,
    "pending": 8,
    "revealed": 8,
    "accepted": 8,
    "sealer": 8,
    "proposal": 8,
    "disputes": 8,
    "disputeOpen": 8,
    "seats": 8,
}
"""Bits of every field, from the lowest up."""

NAMES = tuple(WIDTHS)
OFFSETS = {name: sum(WIDTHS[other] for other in NAMES[:place]) for place, name in enumerate(NAMES)}
LARGEST = {name: 2**bits - 1 for name, bits in WIDTHS.items()} | {"phase": 10, "disputeOpen": 1}


def filled(numbers: random.Random) -> list[int]:
    return [numbers.randint(0, LARGEST[name]) for name in NAMES]


def test_layout_is_the_table_in_the_source(harness: Any) -> None:
    values = [place + 1 for place in range(16)]
    values[NAMES.index("disputeOpen")] = 1
    word = sum(value << OFFSETS[name] for name, value in zip(NAMES, values, strict=True))
    assert harness.setClock(0, values) == word


def test_what_is_set_is_read(harness: Any) -> None:
    numbers = random.Random(3)
    for _ in range(5):
        values = filled(numbers)
        assert [int(value) for value in harness.clockFields(harness.setClock(0, values))] == values


@pytest.mark.parametrize("name", NAMES)
def test_a_setter_changes_its_own_field_only(harness: Any, name: str) -> None:
    numbers = random.Random(name)
    place = NAMES.index(name)
    values = filled(numbers)
    before = harness.setClock(2**256 - 1, values)
    values[place] = (values[place] + 1) % (LARGEST[name] + 1)
    after = harness.setClock(before, values)
    assert (before ^ after) >> OFFSETS[name] < 2 ** WIDTHS[name]
    assert (before ^ after) % 2 ** OFFSETS[name] == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_field_takes_its_largest_value(harness: Any, name: str) -> None:
    values = [0] * 16
    values[NAMES.index(name)] = LARGEST[name]
    assert harness.setClock(0, values) == LARGEST[name] << OFFSETS[name]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("phase", "disputeOpen")])
def test_what_does_not_fit_reverts(harness: Any, name: str) -> None:
    values = [0] * 16
    values[NAMES.index(name)] = LARGEST[name] + 1
    with reverts("RoundClockFieldOverflow", OFFSETS[name], LARGEST[name] + 1):
        harness.setClock(0, values)


def test_fields_above_the_last_are_left_alone(harness: Any) -> None:
    rest = 2**256 - 2**192
    assert harness.setClock(rest, [0] * 16) == rest
