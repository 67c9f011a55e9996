"""A study of a round's latency in a terminal: the figures, then a table each for what else was asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table


def print_latency(console: Console, study: dict[str, Any]) -> None:
    """The figures of a study, and its tables.

    Args:
        console: where to.
        study: of ``fl_client.simulation.latency.study``; tables that it lacks are left out.
    """
    network, best = study["parameters"], study["optimal_rate_hz"]
    console.print(
        f"{network['devices']} devices, {network['miners']} miners, {network['between_miners']['snr_db']:g} dB, "
        f"{study['start']} start"
    )
    console.print()
    error = study["simulated_epoch_error"]
    rows = [
        ("best block rate of a miner", f"{best:.4f} Hz" if best else "none: a single miner never forks"),
        ("block rate", f"{study['rate_hz']:.4f} Hz"),
        ("an epoch, by the formula", f"{study['epoch_seconds']:.4f} s"),
        (
            f"simulated, {study['epochs']:,} epochs",
            f"{study['simulated_epoch_seconds']:.4f} s" + ("" if error is None else f" +- {error:.4f}"),
        ),
        ("blocks that fork", f"{study['fork_probability']:.4f}"),
        ("simulated", f"{study['simulated_fork_probability']:.4f}"),
    ]
    console.print(_table("", ("", ""), rows))
    tables = (_readings(study["readings"]), _overtaking(study), _curves(study), _crossover(study))
    for table in (one for group in tables for one in group):
        console.print()
        console.print(table)


def _table(title: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(
        title=title or None, title_justify="left", title_style="bold", box=None, show_header=any(names)
    )
    for place, name in enumerate(names):
        table.add_column(name, justify="right" if place else "left")
    for row in rows:
        table.add_row(*row)
    return table


def _readings(readings: Sequence[dict[str, Any]]) -> list[Table]:
    rows = [
        (
            one["name"],
            f"{one['rate_hz']:.4f}",
            f"{one['fork_probability']:.3f}",
            "-" if one["epoch_seconds"] is None else f"{one['epoch_seconds']:.3f}",
            "-" if one["above_optimum"] is None else f"{one['above_optimum']:+.1%}",
        )
        for one in readings
    ]
    names = ("formula", "rate Hz", "forks", "epoch s", "above best")
    return [_table("The best block rate, by several readings", names, rows)] if rows else []


def _overtaking(study: dict[str, Any]) -> list[Table]:
    if "overtaking" not in study:
        return []
    keys = ("gamblers_ruin", "nakamoto_sum", "exact_race", "simulated_race", "simulated_against_epochs")
    rows = [
        (str(one["lead"]), *(f"{one[key]:.2g}" for key in keys)) for one in study["overtaking"]["by_lead"]
    ]
    names = ("blocks", "from behind", "Nakamoto", "exact", "simulated", "against epochs")
    return [_table("Probability that one miner's private chain catches up", names, rows)]


def _curves(study: dict[str, Any]) -> list[Table]:
    if "curves" not in study:
        return []
    curves = study["curves"]
    named = (
        ("Block rate, in Hz", curves["by_rate"][0]["points"]),
        ("Miners", curves["by_miners"]),
        ("Devices", curves["by_devices"]),
        ("Bits of an update", curves["by_update_bits"]),
        ("SNR, in dB", curves["by_snr_db"]),
    )
    names = ("", "rate Hz", "epoch s", "simulated", "forks")
    return [
        _table(
            title,
            names,
            [
                (
                    f"{one['at']:.4g}" if one["at"] < 1_000 else f"{one['at']:,.0f}",
                    f"{one['rate_hz']:.4f}",
                    f"{one['epoch_seconds']:.3f}",
                    f"{one['simulated_epoch_seconds']:.3f}",
                    f"{one['fork_probability']:.3f}",
                )
                for one in points
            ],
        )
        for title, points in named
    ]


def _crossover(study: dict[str, Any]) -> list[Table]:
    if "crossover" not in study:
        return []
    found = study["crossover"]
    names = ("devices", "miners", "failures", "epochs", "+-", "epoch s", "in all s", "+-")

    def rows(points: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
        return [
            (
                str(one["devices"]),
                str(one["miners"]),
                f"{one['probability']:g}",
                f"{one['epochs']:.1f}",
                f"{one['epochs_error']:.1f}",
                f"{one['epoch_seconds']:.3f}",
                f"{one['completion_seconds']:.1f}",
                f"{one['completion_error']:.1f}",
            )
            for one in points
        ]

    return [
        _table("Learning with sound and with failing miners", names, rows(found["by_devices"])),
        _table("The same by how often a miner fails", names, rows(found["by_probability"])),
    ]
