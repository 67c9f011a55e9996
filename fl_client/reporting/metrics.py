"""A run's numbers by round as CSV, for spreadsheets and plotting."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

COLUMNS: Final = {
    "round": "round",
    "accuracy": "accuracy",
    "loss": "loss",
    "accepted": "accepted",
    "revealed": "revealed",
    "gas": "gas",
    "slashes": "slashes",
    "chain_seconds": "seconds",
    "wall_seconds": "wall_seconds",
}
"""The file's columns, and what they are called in the summary's rounds.

`round` from 1, final rounds only; `accuracy`, the task's metric, and `loss` of the round's model on the test data;
`accepted`, updates that entered the model; `revealed`, updates that were published; `gas` of all transactions since
the round before; `slashes` booked since then; `chain_seconds`, from the opening of the round to its close by the
blocks' stamps, all attempts together; `wall_seconds`, what it took here.
"""


def render_metrics(summary: dict[str, Any]) -> str:
    """One row a final round under a header row; lines end in a line feed, numbers have all their digits.

    Args:
        summary: what ``run_demo`` returns.

    Returns:
        The file's text.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for entry in summary["rounds"]:
        writer.writerow([entry[key] for key in COLUMNS.values()])
    return text.getvalue()
