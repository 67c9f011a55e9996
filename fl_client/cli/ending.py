"""With which code a demonstration ends."""

from __future__ import annotations

from typing import Any


def exit_code_of(audit: dict[str, Any]) -> int:
    """A demonstration ends as its audit does: 0 agrees, 1 differs, 2 cannot be checked."""
    return 0 if audit["passed"] else 2 if audit["first_difference"] is None else 1
