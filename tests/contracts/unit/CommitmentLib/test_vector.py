"""The commitment to a vector hashes every field under a domain of its own."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.openings import MAX_SUM
from tests.parity import reference

ROOT = (b"\x5a" * 32, 2**100 + 7)
ARGUMENTS = (*ROOT, 1_000, 2, 20)


def test_formula_is_the_references(harness: Any) -> None:
    assert bytes(harness.vector(*ARGUMENTS)) == reference.commitment(ROOT, 1_000, 2, 20)


def test_formula_takes_the_largest_fields(harness: Any) -> None:
    root = (b"\xff" * 32, MAX_SUM)
    expected = reference.commitment(root, 2**32 - 1, 255, 255)
    assert bytes(harness.vector(*root, 2**32 - 1, 255, 255)) == expected


@pytest.mark.parametrize("place", range(5))
def test_every_field_counts(harness: Any, place: int) -> None:
    changed: list[Any] = list(ARGUMENTS)
    changed[place] = b"\x5b" * 32 if place == 0 else changed[place] + 1
    assert harness.vector(*changed) != harness.vector(*ARGUMENTS)


def test_a_model_is_never_an_update(harness: Any) -> None:
    assert harness.vector(*ROOT, 1_000, 1, 20) != harness.vector(*ROOT, 1_000, 2, 20)
