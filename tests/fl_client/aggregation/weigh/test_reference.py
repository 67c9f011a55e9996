"""The robust rules give what byzfl's implementations and FLTrust's formula give, up to the lattice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fl_client.aggregation import parse_aggregation

FILE = Path(__file__).parents[3] / "data" / "robust_rules.json"
"""Written by scripts/tools/reference_vectors.py, which says what is whose."""

ROUNDS: list[dict[str, Any]] = json.loads(FILE.read_text())

STEPS = 1.0
"""Steps of the lattice: rows and their combination are each rounded to half a step; ratios add 2^-32 of a length."""


@pytest.mark.parametrize("round_", ROUNDS, ids=lambda round_: f"seed {round_['seed']}")
def test_every_rule_equals_its_reference(round_: dict[str, Any]) -> None:
    updates = np.array(round_["updates"], dtype=np.int32)
    trust = np.array(round_["trust"], dtype=np.int32)
    base = np.zeros(updates.shape[1], dtype=np.int32)
    for name, reference in round_["expected"].items():
        found = parse_aggregation(name).aggregate(updates, [1] * len(updates), base, trust=trust)
        assert np.abs(found.model - np.array(reference)).max() <= STEPS + 1e-3, name


def test_krum_of_the_references_is_not_always_the_same_update() -> None:
    """Otherwise a rule that takes the first update would pass."""
    chosen = set()
    for round_ in ROUNDS:
        name, value = next(item for item in round_["expected"].items() if item[0].startswith("krum"))
        updates = np.array(round_["updates"])
        chosen.add(int(np.abs(updates - np.array(value)).sum(axis=1).argmin()))
    assert len(chosen) > 3
