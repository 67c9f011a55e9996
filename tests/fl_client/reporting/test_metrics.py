"""Metrics as CSV: the summary's numbers, none rounded."""

import csv
import io

from fl_client.reporting import render_metrics
from fl_client.reporting.metrics import columns_of

from .sample import sample


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_columns_are_the_documented_ones() -> None:
    assert render_metrics(sample()).splitlines()[0] == (
        "round,accuracy,loss,accepted,revealed,gas,slashes,chain_seconds,wall_seconds"
    )


def test_every_value_equals_the_summary() -> None:
    summary = sample()
    summary["rounds"][1]["accuracy"] = 0.1 + 0.2
    found = rows(render_metrics(summary))
    assert len(found) == len(summary["rounds"])
    columns = columns_of(summary)
    for row, entry in zip(found, summary["rounds"], strict=True):
        assert {name: float(row[name]) for name in columns} == {
            name: entry[key] for name, key in columns.items()
        }


def test_a_run_without_a_final_round_has_the_header_alone() -> None:
    assert render_metrics(sample(rounds=[])).count("\n") == 1
