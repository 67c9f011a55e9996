"""What calls cost and contracts weigh, as committed in snapshot.json; no change of it goes unnoticed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("snapshot.json")

TOLERANCE: Final = {
    **dict.fromkeys(("gas", "review_gas", "table_gas", "sealing_gas", "encrypted_gas", "showing_gas"), 0.02),
    "deployed_bytes": 0.005,
}
"""Shares by which a figure may differ: random fields have more or fewer zero bytes; bytecode has no chance in it."""

RENEWING: Final = "GRADBOND_RENEW_SNAPSHOT"
"""`make snapshot` sets it: figures are written down instead of compared."""


def compare(section: str, measured: Mapping[str, int]) -> None:
    """Hold figures against the committed ones of a section, or write them down.

    Raises:
        AssertionError: a figure moved by more than the tolerance, is new or is gone; says how to renew the file.
    """
    committed = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    if os.environ.get(RENEWING):
        committed[section] = dict(sorted(measured.items()))
        FILE.write_text(json.dumps(committed, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return
    moved = differences(committed.get(section, {}), measured, TOLERANCE[section])
    assert not moved, (
        f"{section} moved by more than {TOLERANCE[section]:.1%}: {'; '.join(moved)}. "
        "If that is meant: make snapshot, and say in the commit why"
    )


def differences(committed: Mapping[str, int], measured: Mapping[str, int], tolerance: float) -> list[str]:
    """List what moved, is new or is gone: `name: committed -> measured`."""
    found = []
    for name in sorted(committed.keys() | measured.keys()):
        before, after = committed.get(name), measured.get(name)
        if before is None or after is None or abs(after - before) > tolerance * before:
            found.append(f"{name}: {before} -> {after}")
    return found
