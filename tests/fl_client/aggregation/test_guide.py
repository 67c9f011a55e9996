"""The guide to the rules says what they do."""

from __future__ import annotations

import doctest
from pathlib import Path

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "aggregation.md"


def test_examples_in_the_guide_are_true() -> None:
    failed, tried = doctest.testfile(str(GUIDE), module_relative=False)
    assert failed == 0 and tried > 5
