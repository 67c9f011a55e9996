"""A trainer's record in one word."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.contracts.federation import reverts
from tests.contracts.task_types import TrainerState

WIDTHS = {"word": 208, "turn": 24, "state": 8, "index": 8, "leaving": 8}
NAMES = tuple(WIDTHS)
OFFSETS = {name: sum(WIDTHS[other] for other in NAMES[:place]) for place, name in enumerate(NAMES)}
LARGEST = {name: 2**bits - 1 for name, bits in WIDTHS.items()} | {"state": 5, "leaving": 1}


def filled(numbers: random.Random) -> list[int]:
    return [numbers.randint(0, LARGEST[name]) for name in NAMES]


def test_the_record_fills_one_word() -> None:
    assert sum(WIDTHS.values()) == 256


def test_layout_is_the_table_in_the_source(harness: Any) -> None:
    values = [9, 8, 5, 7, 1]
    word = sum(value << OFFSETS[name] for name, value in zip(NAMES, values, strict=True))
    assert harness.setRecord(0, values) == word


def test_what_is_set_is_read(harness: Any) -> None:
    numbers = random.Random(4)
    for _ in range(5):
        values = filled(numbers)
        assert [int(value) for value in harness.recordFields(harness.setRecord(0, values))] == values


@pytest.mark.parametrize("name", NAMES)
def test_a_setter_changes_its_own_field_only(harness: Any, name: str) -> None:
    place = NAMES.index(name)
    values = filled(random.Random(name))
    before = harness.setRecord(2**256 - 1, values)
    values[place] = (values[place] + 1) % (LARGEST[name] + 1)
    after = harness.setRecord(before, values)
    assert (before ^ after) >> OFFSETS[name] < 2 ** WIDTHS[name]
    assert (before ^ after) % 2 ** OFFSETS[name] == 0


@pytest.mark.parametrize("name", ["word", "turn", "index"])
def test_what_does_not_fit_reverts(harness: Any, name: str) -> None:
    values = [0] * 5
    values[NAMES.index(name)] = LARGEST[name] + 1
    with reverts("TrainerRecordFieldOverflow", OFFSETS[name], LARGEST[name] + 1):
        harness.setRecord(0, values)


def test_an_act_keeps_index_and_leaving(harness: Any) -> None:
    before = harness.setRecord(0, [1, 2, TrainerState.READY, 77, 1])
    after = harness.act(before, 2**208 - 1, 2**24 - 1, TrainerState.ATTESTED)
    assert [int(value) for value in harness.recordFields(after)] == [
        2**208 - 1,
        2**24 - 1,
        TrainerState.ATTESTED,
        77,
        1,
    ]
