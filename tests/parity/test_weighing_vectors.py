"""The shared vectors of the weighing rules are up to date, and fl_client makes every row in them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from fl_client.aggregation import parse_aggregation
from fl_client.aggregation.weigh import measure, weighted_row
from tests.parity import weighing_vectors as vectors

SHARED: list[dict[str, Any]] = json.loads(vectors.FILE.read_text())

rounds = pytest.mark.parametrize("shared", SHARED, ids=lambda shared: shared["round"])


def updates_of(shared: dict[str, Any]) -> np.ndarray:
    return np.array(shared["updates"], dtype=np.int32)


def test_the_file_is_what_the_generator_gives() -> None:
    assert vectors.FILE.read_text() == vectors.shared_text(), "run tests.parity.weighing_vectors.write()"


@rounds
def test_table_is_shared(shared: dict[str, Any]) -> None:
    table = measure(updates_of(shared), np.array(shared["trust"], dtype=np.int32))
    assert [str(square) for square in table.norms] == shared["norms"]
    assert [str(square) for square in table.distances] == shared["distances"]
    assert str(table.trust_norm) == shared["trustNorm"]
    assert [str(square) for square in table.trust_distances] == shared["trustDistances"]


@rounds
def test_rows_are_shared(shared: dict[str, Any]) -> None:
    updates = updates_of(shared)
    table = measure(updates, np.array(shared["trust"], dtype=np.int32))
    figures = table.figures(tuple(shared["samples"]), tuple(shared["reputations"]))
    for case in shared["expected"]:
        weighing = parse_aggregation(case["rule"]).weigh.weigh(figures)
        rows = [
            weighted_row(updates, coefficients, divisor).tolist()
            for coefficients, divisor in zip(weighing.coefficients, weighing.divisors, strict=True)
        ]
        assert (rows, list(weighing.weights)) == (case["rows"], case["weights"]), case["rule"]


@rounds
def test_whole_models_are_the_combined_rows(shared: dict[str, Any]) -> None:
    updates, base = updates_of(shared), np.array([5, -5, 0, vectors.LIMIT], dtype=np.int32)
    for case in shared["expected"]:
        for combine in ("mean", "median", "trimmed-mean:0.2"):
            rule = parse_aggregation(f"{case['rule']}+{combine}")
            found = rule.aggregate(
                updates,
                shared["samples"],
                base,
                reputations=shared["reputations"],
                trust=np.array(shared["trust"], dtype=np.int32),
            )
            rows = np.array(case["rows"], dtype=np.int32)
            expected = rule.combine.combine(rows, case["weights"], base)
            assert found.model.tolist() == expected.tolist(), rule.name


@rounds
def test_words_for_the_contracts_are_shared(shared: dict[str, Any]) -> None:
    for case in shared["expected"]:
        weigh = parse_aggregation(case["rule"]).weigh
        own = getattr(weigh, "following", weigh)
        mixing = weigh.argument & 0xFFFF if own is not weigh else 0
        assert (own.argument, mixing) == (case["argument"], case["mixing"])
