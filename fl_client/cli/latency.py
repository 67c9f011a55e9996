"""`fl latency`: BlockFL's model of a round's latency, in tables, as JSON, and as a page with plots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fl_client.errors import ConfigError

if TYPE_CHECKING:
    from fl_client.simulation.latency.study import Study

_PAGE, _FIGURES = "latency.html", "latency.json"


def latency(
    miners: Annotated[int, typer.Option(help="Miners, 1 to 1000.")] = 10,
    devices: Annotated[int, typer.Option(help="Devices, 1 to 1000.")] = 10,
    update_kbit: Annotated[float, typer.Option(help="Size of a local update, in Kbit.")] = 5.0,
    header_kbit: Annotated[float, typer.Option(help="Size of a block's header, in Kbit.")] = 200.0,
    snr: Annotated[float, typer.Option(help="Signal to noise ratio of all links, in dB.")] = 10.0,
    wait_ms: Annotated[float, typer.Option(help="How long a block waits for updates, in ms.")] = 50.0,
    start: Annotated[
        str, typer.Option(help="When miners begin: padded (all at the waiting time) or asynchronous.")
    ] = "padded",
    rate: Annotated[
        float | None,
        typer.Option(help="Blocks a second of one miner; the best rate by default.", metavar="HZ"),
    ] = None,
    epochs: Annotated[int, typer.Option(help="Epochs to simulate.")] = 200_000,
    crossover: Annotated[
        bool,
        typer.Option(
            "--crossover", help="Also learn with failing miners, one against several; half a minute."
        ),
    ] = False,
    failing: Annotated[
        float, typer.Option(help="Probability with which a miner fails in an epoch, for the crossover.")
    ] = 0.5,
    networks: Annotated[int, typer.Option(help="Networks drawn for each point of the crossover.")] = 6,
    seed: Annotated[int, typer.Option(help="Of everything that is drawn.")] = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            help=f"Folder for {_PAGE} with all plots and {_FIGURES}; brings --crossover.", metavar="DIR"
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")
    ] = False,
) -> None:
    """Show how long a round of BlockFL takes, by formula and simulated: the best block rate, forks, overtaking.

    The defaults are the paper's (arXiv 1808.03949). Forks make too high a rate as slow as too low a one.

    Example: fl latency --miners 20 --snr 8 --out runs/latency
    """
    # numpy takes its time to import: only this command pays for it.
    from fl_client.simulation.latency import LatencyParameters, Malfunction
    from fl_client.simulation.latency.study import Study

    if seed < 0:
        raise ConfigError(f"--seed is {seed}: give a whole number from 0")
    network = LatencyParameters(
        miners=miners,
        devices=devices,
        update_bits=update_kbit * 1e3,
        header_bits=header_kbit * 1e3,
        wait_seconds=wait_ms / 1e3,
    ).with_snr(snr)
    study = Study(
        parameters=network,
        rate_hz=rate,
        start=_start(start),
        epochs=epochs,
        seed=seed,
        malfunction=Malfunction(probability=failing),
        networks=networks,
    )
    found = _studied(study, with_crossover=crossover or out is not None, with_curves=out is not None)
    if out is not None:
        _write(out, found)
    if as_json:
        typer.echo(json.dumps(found, sort_keys=True))
    else:
        _show(found, out)


def _start(name: str) -> Any:
    from fl_client.simulation.latency import Start

    try:
        return Start(name)
    except ValueError:
        raise ConfigError(f"--start is {name!r}: give padded or asynchronous") from None


def _studied(study: Study, *, with_crossover: bool, with_curves: bool) -> dict[str, Any]:
    """Everything that was asked for; a single miner has no forks, no curves and nobody to overtake."""
    from fl_client.simulation.latency import study as studies

    found = studies.headline(study)
    if study.parameters.miners > 1:
        found["overtaking"] = studies.overtaking(study)
    if with_curves:
        found["curves"] = studies.curves(study)
    if with_crossover:
        found["crossover"] = studies.crossover(study)
    return found


def _write(out: Path, found: dict[str, Any]) -> None:
    from fl_client.reporting import render_latency

    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / _PAGE).write_text(render_latency(found), encoding="utf-8")
        text = json.dumps(found, indent=2, sort_keys=True) + "\n"
        (out / _FIGURES).write_text(text, encoding="utf-8")
    except OSError as problem:
        raise ConfigError(f"cannot write to --out {out}: {problem.strerror}") from problem


def _show(found: dict[str, Any], out: Path | None) -> None:
    from rich.console import Console

    from fl_client.reporting import print_fact, print_latency

    console = Console(highlight=False)
    print_latency(console, found)
    if out is not None:
        console.print()
        print_fact(console, "page", str(out / _PAGE))
        print_fact(console, "figures", str(out / _FIGURES))
