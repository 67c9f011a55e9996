"""Values are clamped to the lattice's range, which has no -2^31."""

from __future__ import annotations

from typing import Any

import pytest

LIMIT = 2**31 - 1


@pytest.mark.parametrize(
    ("value", "clamped"),
    [
        (0, 0),
        (-1, -1),
        (LIMIT, LIMIT),
        (LIMIT + 1, LIMIT),
        (-LIMIT, -LIMIT),
        (-LIMIT - 1, -LIMIT),
        (2 * LIMIT, LIMIT),
        (-2 * LIMIT, -LIMIT),
        (2**255 - 1, LIMIT),
        (-(2**255), -LIMIT),
    ],
)
def test_clamp(harness: Any, value: int, clamped: int) -> None:
    assert harness.clamp(value) == clamped
