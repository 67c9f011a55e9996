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
    "submitted": "submitted",
    "shared": "shared",
    "gas": "gas",
    "slashes": "slashes",
    "chain_seconds": "seconds",
    "wall_seconds": "wall_seconds",
}
"""The file's columns, and what they are called in the summary's rounds.

`round` from 1, final rounds only; `accuracy`, the task's metric, and `loss` of the round's model on the test data;
`accepted`, updates that entered the model; `revealed`, updates that were published, or of an encrypted run
`submitted`, updates that came, and `shared`, parties whose shares stood in the end; `gas` of all transactions since
the round before; `slashes` booked since then; `chain_seconds`, from the opening of the round to its close by the
blocks' stamps, all attempts together; `wall_seconds`, what it took here.
"""

_PLAIN: Final = frozenset({"revealed"})
_ENCRYPTED: Final = frozenset({"submitted", "shared"})


def columns_of(summary: dict[str, Any]) -> dict[str, str]:
    """The columns of a run, by its kind: an encrypted one reveals nothing, a plain one shares nothing."""
    others = _PLAIN if summary["settings"].get("privacy") is not None else _ENCRYPTED
    return {name: key for name, key in COLUMNS.items() if name not in others}


def render_metrics(summary: dict[str, Any]) -> str:
    """One row a final round under a header row; lines end in a line feed, numbers have all their digits.

    Args:
        summary: what ``run_demo`` returns.

    Returns:
        The file's text.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    shown = columns_of(summary)
    writer.writerow(shown)
    for entry in summary["rounds"]:
        writer.writerow([entry[key] for key in shown.values()])
    return text.getvalue()
