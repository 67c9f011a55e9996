"""`fl demo`: a whole federation in this process, cheats included."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer
from rich.console import Console

from fl_client.cli.ending import exit_code_of
from fl_client.errors import ConfigError
from fl_client.reporting import LiveRounds, print_summary, render_html, render_metrics

if TYPE_CHECKING:
    from fl_client.simulation import DemoSettings, Federation, RoundReport
    from fl_client.simulation.encrypted_federation import EncryptedFederation

_LEAST_GROUP: Final = 3
"""Fewest updates in the sum of a group."""


def demo(
    task: Annotated[
        str, typer.Option(help="A built-in task, my_module:MyTask or path/to/file.py:MyTask.")
    ] = "digits",
    data: Annotated[
        Path | None, typer.Option(help="Folder of the task's data, e.g. Fashion-MNIST's IDX files.")
    ] = None,
    participants: Annotated[
        int | None,
        typer.Option(help="Trainers, 3 to 128, else 6; encrypted 3 to 32, else 7.", show_default=False),
    ] = None,
    rounds: Annotated[
        int | None, typer.Option(help="Rounds of training, else 10; encrypted, else 2.", show_default=False)
    ] = None,
    partition: Annotated[str, typer.Option(help="iid, shards or dirichlet:ALPHA.")] = "dirichlet:1.0",
    rule: Annotated[
        str,
        typer.Option(help="How updates are weighed and combined, e.g. median, krum:1+mean or nnm:1+median."),
    ] = "mean",
    sealing: Annotated[
        str,
        typer.Option(help="Who proposes: slots (in turn), or proof-of-work (a race)."),
    ] = "slots",
    fraction: Annotated[
        float, typer.Option(help="Share of the trainers drawn for a round, at most 1.")
    ] = 1.0,
    epochs: Annotated[int | None, typer.Option(help="Local epochs; the task's own by default.")] = None,
    batch_size: Annotated[
        str | None, typer.Option(help="Local batch size, or inf; the task's own by default.")
    ] = None,
    lr: Annotated[float | None, typer.Option(help="Local learning rate; the task's own by default.")] = None,
    solver: Annotated[
        str | None, typer.Option(help="Local solver, sgd or svrg; the task's own by default.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides data split, model, keys and salts.")] = 0,
    out: Annotated[Path, typer.Option(help="Folder for everything that the run leaves.")] = Path("runs/demo"),
    honest: Annotated[bool, typer.Option("--honest", help="Plant no cheats.")] = False,
    validators: Annotated[int, typer.Option(help="Validators who score the updates, 3 to 64; 0: none.")] = 0,
    reward: Annotated[
        str,
        typer.Option(
            help="By what accepted updates are paid: equal; with --validators also samples or score."
        ),
    ] = "equal",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:N.")] = "cpu",
    privacy: Annotated[
        str | None,
        typer.Option(help="paillier: nobody sees an update, only their sum is opened, by several together."),
    ] = None,
    threshold: Annotated[
        int | None, typer.Option(help="With --privacy: parties that open a sum; more than half by default.")
    ] = None,
    groups: Annotated[
        int | None,
        typer.Option(
            help="With --privacy: sums of a round, odd, whose median counts; one, the mean, by default."
        ),
    ] = None,
    network: Annotated[
        bool,
        typer.Option(
            "--network", help="Every participant a process of its own, on a local node (anvil); honest."
        ),
    ] = False,
    ipfs: Annotated[
        list[str] | None, typer.Option(help="With --network: RPC address of an IPFS daemon.", metavar="URL")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")
    ] = False,
) -> None:
    """Run a federation on a chain in this process, catch four planted cheats, and audit it; the place to begin.

    Rules are [nnm[:F]+][WEIGH+]COMBINE: mean (also: dane), median or trimmed-mean:BETA, of updates that may be weighed
    by clip, krum:F, multi-krum:F, fltrust, reputation or equal before, and mixed with their neighbours before that
    (docs/guides/aggregation.md).

    Example: fl demo --participants 8 --partition shards --rounds 20 --out runs/shards
    """
    if rounds is None:
        rounds = 2 if privacy else 10
    if participants is None:
        # Two of the planted faults leave the sum of a round without an update, and it has a least number.
        participants = max(7, _LEAST_GROUP * (groups or 1) + 2) if privacy else 6
    if network:
        from fl_client.cli.encrypted_network import EncryptedNetworkPlan
        from fl_client.cli.network import NetworkPlan
        from fl_client.cli.network_demo import run_network_demo
        from fl_client.simulation import DemoSettings

        unusable = {
            "--epochs": epochs is not None,
            "--batch-size": batch_size is not None,
            "--lr": lr is not None,
            "--solver": solver is not None,
            "--fraction": fraction != 1.0,
            "--device": device != "cpu",
        }
        if given := [option for option, is_given in unusable.items() if is_given]:
            raise ConfigError(
                f"--network trains as the task says, all of them, on the CPU: leave out {', '.join(given)}"
            )
        common: dict[str, Any] = {
            "out": out,
            "rounds": rounds,
            "partition": partition,
            "seed": seed,
            "definition": task,
            "data": data,
            "ipfs": tuple(ipfs or ()),
        }
        of_plain: dict[str, Any] = {
            "rule": rule,
            "validators": validators,
            "reward": reward,
            "sealing": sealing,
        }
        if privacy is None and threshold is None and groups is None:
            run_network_demo(NetworkPlan(**common, trainers=participants, **of_plain), as_json=as_json)
            return
        # Which of the options do not go together is said as without --network.
        DemoSettings(
            participants=participants,
            rounds=rounds,
            privacy=privacy,
            threshold=threshold,
            groups=groups,
            **of_plain,
        )
        encrypted = EncryptedNetworkPlan(
            **common, parties=participants, threshold=threshold or 0, groups=groups or 1
        )
        run_network_demo(encrypted, as_json=as_json)
        return
    if ipfs:
        raise ConfigError("--ipfs goes with --network: in one process all share a folder; leave it out")
    # Torch takes seconds to import: only this command pays for it.
    from fl_client.learning import parse_batch_size
    from fl_client.simulation import DemoSettings, run_demo

    settings = DemoSettings(
        task=task,
        data=data,
        participants=participants,
        rounds=rounds,
        partition=partition,
        rule=rule,
        sealing=sealing,
        fraction=fraction,
        epochs=epochs,
        batch_size=None if batch_size is None else parse_batch_size(batch_size),
        learning_rate=lr,
        solver=solver,
        seed=seed,
        out=out,
        honest=honest,
        validators=validators,
        reward=reward,
        device=device,
        privacy=privacy,
        threshold=threshold,
        groups=groups,
    )
    if privacy is not None:
        _demo_encrypted(settings, as_json=as_json)

    def started(federation: Federation) -> list[str]:
        return [
            f"planted: {one.actor} cheats in round {one.round} ({one.evidence})" for one in federation.cheats
        ]

    show_run(settings, run_demo, started, as_json=as_json)


def _demo_encrypted(settings: DemoSettings, *, as_json: bool) -> NoReturn:
    """Run encrypted rounds."""
    from fl_client.simulation.encrypted_demo import run_encrypted_demo

    show_run(settings, run_encrypted_demo, introduce_encrypted, as_json=as_json)


def introduce_encrypted(federation: EncryptedFederation) -> list[str]:
    """Lines about an encrypted federation before it runs: who opens a sum, who is trusted, who is faulty."""
    parameters = federation.contract.parameters
    return [
        f"{parameters.threshold} of {parameters.max_parties} parties open a sum together, modulus "
        f"{8 * parameters.modulus_bytes} bits; the dealer {parameters.dealer} is trusted to forget the key",
        *(
            [
                f"{parameters.groups} groups by chance, each of {parameters.minimum_accepted} updates at least: "
                "the median of their means moves the model"
            ]
            if parameters.groups > 1
            else []
        ),
        *(
            f"planted: {one.actor} is faulty in round {one.round} ({one.evidence})"
            for one in federation.cheats
        ),
    ]


def show_run(
    settings: DemoSettings,
    run: Callable[..., dict[str, Any]],
    introduce: Callable[[Any], list[str]],
    *,
    as_json: bool,
) -> NoReturn:
    """Run a demonstration, show it, write its report, and end as its audit does.

    Args:
        run: of a federation of one kind.
        introduce: lines about a federation before it runs.
    """
    if as_json:
        summary = run(settings)
        _write_report(settings.out, summary)
        typer.echo(json.dumps(summary, sort_keys=True))
        raise typer.Exit(exit_code_of(summary["audit"]))
    console = Console(highlight=False)
    with LiveRounds(console, settings.rounds) as live:

        def started(federation: Federation | EncryptedFederation) -> None:
            lines = introduce(federation)
            lines += [f"left out: {name}, since {why}" for name, why in federation.left_out.items()]
            for line in lines:
                console.print(line, soft_wrap=True)  # what is to be copied stays whole
            console.print()

        def finished(report: RoundReport) -> None:
            live.add(report.round, report.accuracy, report.accepted, report.gas, report.slashes)

        summary = run(settings, on_start=started, on_round=finished)
    _write_report(settings.out, summary)
    print_summary(console, summary)
    raise typer.Exit(exit_code_of(summary["audit"]))


def _write_report(out: Path, summary: dict[str, object]) -> None:
    (out / "metrics.csv").write_text(render_metrics(summary), encoding="utf-8")
    (out / "report.html").write_text(render_html(summary), encoding="utf-8")
