"""What a run shows in a terminal: a progress bar, a table that grows by a line a round, and the closing tables."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

ONE_COIN = 10**18


def coins(amount: int) -> str:
    """An amount in whole coins, two places.

    >>> coins(1_500_000_000_000_000_000)
    '1.50'
    """
    return f"{amount / ONE_COIN:,.2f}"


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

    def add(self, number: int, accuracy: float, accepted: int, gas: int, slashes: tuple[str, ...]) -> None:
        """Add a line."""
        caught = ", ".join(slashes)
        self._table.add_row(
            str(number), f"{accuracy:.4f}", str(accepted), f"{gas:,}", Text(caught, style="red")
        )
        self._progress.update(self._bar, completed=number)


def print_summary(console: Console, summary: dict[str, Any]) -> None:
    """The closing tables: money, gas, slashes, files, verdict."""
    console.print()
    console.print(_money(summary))
    console.print(_gas(summary))
    for slash in summary["slashes"]:
        console.print(
            f"[red]slashed[/red] {slash['who']}: {slash['evidence']} in round {slash['round']}, "
            f"{coins(slash['amount'])} coins ({coins(slash['burned'])} burned, {coins(slash['bounty'])} bounty)"
        )
    if summary["left_out"]:
        console.print("left out, for want of rounds or participants: " + ", ".join(summary["left_out"]))
    console.print()
    score = summary["final_accuracy"]
    shown = "no round became final" if score is None else f"{score:.4f}"
    console.print(f"final {summary['metric']}  [bold]{shown}[/bold]")
    console.print(f"model root      {summary['model_root']}", soft_wrap=True)
    console.print(f"chain head      {summary['head']}", soft_wrap=True)
    console.print(f"report          {summary['out']}/report.html", soft_wrap=True)
    console.print(f"model           {summary['out']}/model.safetensors", soft_wrap=True)
    print_verdict(console, summary["audit"])


def print_verdict(console: Console, audit: dict[str, Any]) -> None:
    """The audit's verdict in one line."""
    if audit["passed"]:
        console.print(f"audit           [green]agrees[/green]: {audit['rounds_checked']} rounds recomputed")
    elif audit["first_difference"] is not None:
        console.print(f"audit           [red]differs[/red]: {audit['first_difference']}", soft_wrap=True)
    else:
        console.print(
            f"audit           [yellow]cannot be checked[/yellow]: {audit['unchecked']}", soft_wrap=True
        )


def _money(summary: dict[str, Any]) -> Table:
    table = Table(title="Coins earned and lost", title_justify="left", title_style="bold", box=None)
    table.add_column("account")
    for name in ("before", "after", "change"):
        table.add_column(name, justify="right")
    for name, entry in summary["balances"].items():
        change = entry["change"]
        colour = "green" if change > 0 else "red" if change < 0 else ""
        table.add_row(
            name, coins(entry["before"]), coins(entry["after"]), Text(f"{change / ONE_COIN:+,.2f}", colour)
        )
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
