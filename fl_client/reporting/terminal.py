"""What a run shows in a terminal: a progress bar, a table that grows by a line a round, and the closing tables."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from fl_client.reporting.weights import HEADS, weight_rows
from fl_client.reporting.words import coins, score, signed_coins

# With it, a hash of 66 characters ends inside a terminal of 80.
_NAME_WIDTH = 12
_FILES = {"report": "report.html", "metrics": "metrics.csv", "model": "model.safetensors"}


class LiveRounds:
    """The live display of a running federation."""

    def __init__(self, console: Console, rounds: int) -> None:
        self._rounds = rounds
        self._progress = Progress(
            TextColumn("rounds"), BarColumn(bar_width=32), MofNCompleteColumn(), TimeElapsedColumn()
        )
        self._bar = self._progress.add_task("rounds", total=rounds)
        self._table = Table(box=None, pad_edge=False, header_style="bold")
        for name, justify in (
            ("round", "right"),
            ("accuracy", "right"),
            ("accepted", "right"),
            ("gas", "right"),
        ):
            self._table.add_column(name, justify=justify)  # type: ignore[arg-type]
        self._table.add_column("slashed for")
        self._live = Live(Group(self._table, Text(""), self._progress), console=console, refresh_per_second=8)

    def __enter__(self) -> LiveRounds:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()
        if not self._live.console.is_terminal:
            self._live.console.print()  # only a terminal's display ends its last line

    def add(self, number: int, accuracy: float, accepted: int, gas: int, slashes: tuple[str, ...]) -> None:
        """Add a line."""
        caught = ", ".join(slashes)
        self._table.add_row(
            str(number), f"{accuracy:.4f}", str(accepted), f"{gas:,}", Text(caught, style="red")
        )
        self._progress.update(self._bar, completed=number)


def print_summary(console: Console, summary: dict[str, Any]) -> None:
    """The closing tables: money, gas, slashes, files, verdict."""
    for table in (_weights(summary), _money(summary), _gas(summary), _slashes(summary)):
        if table.row_count:
            console.print()
            console.print(table)
    if summary["left_out"]:
        console.print()
    for name, why in summary["left_out_why"].items():
        console.print(f"left out: {name}, since {why}")
    console.print()
    final = summary["final_accuracy"]
    shown = "no round became final" if final is None else score(final)
    console.print(Text(f"final {summary['metric']}: ").append(shown, "bold"))
    print_fact(console, "model root", summary["model_root"])
    print_fact(console, "chain head", summary["head"])
    for name, file in summary.get("files", _FILES).items():
        print_fact(console, name, f"{summary['out']}/{file}")
    print_verdict(console, summary["audit"])


def print_fact(console: Console, name: str, value: str) -> None:
    """A name and a value that is to be copied: never broken, whatever the width."""
    console.print(Text(f"{name:{_NAME_WIDTH - 1}} {value}"), soft_wrap=True)


def print_verdict(console: Console, audit: dict[str, Any]) -> None:
    """The audit's verdict in one line, and below it where it differs or could not be checked."""
    verdict, colour, reason = "cannot be checked", "yellow", audit["unchecked"]
    if audit["passed"]:
        verdict, colour, reason = "agrees", "green", None
    elif audit["first_difference"] is not None:
        verdict, colour, reason = "differs", "red", audit["first_difference"]
    rounds = audit["rounds_checked"]
    said = Text(f"{'audit':{_NAME_WIDTH}}")
    said.append(verdict, colour)
    said.append(f", {rounds} round{'' if rounds == 1 else 's'} recomputed")
    console.print(said, soft_wrap=True)
    if away := audit.get("weighed_away"):
        updates = f"{len(away)} accepted update{'' if len(away) == 1 else 's'}"
        rounds_of = len({one["round"] for one in away})
        text = (
            f"{updates} weighed away by {audit['rule']}, in {rounds_of} round{'' if rounds_of == 1 else 's'}"
        )
        print_fact(console, "", text)
    if reason is not None:
        # Built as text, since a reason may have square brackets.
        console.print(Text(" " * _NAME_WIDTH + str(reason)), soft_wrap=True)


def _weights(summary: dict[str, Any]) -> Table:
    title = f"Who counted how much by {summary['settings']['rule']}"
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    for name in HEADS:
        table.add_column(name, justify="left" if name == HEADS[0] else "right")
    for row in weight_rows(summary.get("weights") or ()):
        table.add_row(*row)
    return table


def _money(summary: dict[str, Any]) -> Table:
    table = Table(title="Coins earned and lost", title_justify="left", title_style="bold", box=None)
    table.add_column("account")
    for name in ("before", "after", "change"):
        table.add_column(name, justify="right")
    for name, entry in summary["balances"].items():
        change = entry["change"]
        colour = "green" if change > 0 else "red" if change < 0 else ""
        table.add_row(name, coins(entry["before"]), coins(entry["after"]), Text(signed_coins(change), colour))
    return table


def _gas(summary: dict[str, Any]) -> Table:
    table = Table(title="Gas by role and call", title_justify="left", title_style="bold", box=None)
    table.add_column("role")
    table.add_column("call")
    for name in ("times", "mean", "greatest"):
        table.add_column(name, justify="right")
    for role, calls in summary["gas"]["by_role"].items():
        for call, figures in calls.items():
            table.add_row(role, call, str(figures["count"]), f"{figures['mean']:,}", f"{figures['max']:,}")
            role = ""
    return table


def _slashes(summary: dict[str, Any]) -> Table:
    table = Table(title="Slashed, in coins", title_justify="left", title_style="bold", box=None)
    table.add_column("round", justify="right")
    table.add_column("who")
    table.add_column("evidence", style="red")
    for name in ("taken", "burned", "bounty", "shared"):
        table.add_column(name, justify="right")
    for slash in summary["slashes"]:
        amounts = (coins(slash[key]) for key in ("amount", "burned", "bounty", "shared"))
        table.add_row(str(slash["round"]), slash["who"], slash["evidence"], *amounts)
    return table
