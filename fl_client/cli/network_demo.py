"""`fl demo --network`: a federation of processes, for a person to watch."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fl_client.chain.contracts import ONE_COIN
from fl_client.cli.demo import exit_code_of
from fl_client.cli.network import Network, NetworkPlan
from fl_client.cli.session import open_content
from fl_client.cli.settings import Settings
from fl_client.errors import ContentMissing
from fl_client.learning import (
    GlobalModel,
    Task,
    TaskData,
    check_task,
    load_task,
    resolve_device,
    share_out,
)
from fl_client.reporting import print_fact, print_verdict
from fl_client.roles import ModelBook, check_judges
from fl_client.rounds import TaskWatch

_ROUND_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 0.5


class Rounds:
    """The rounds as an outsider sees them, who has a node, the store and the test data."""

    def __init__(self, network: Network, task: Task, data: TaskData) -> None:
        plan = network.plan
        settings = Settings(store=plan.out / ("store-owner" if plan.ipfs else "store"), ipfs=plan.ipfs)
        self._data = data
        self._watch = TaskWatch(network.contract)
        self._models = ModelBook(self._watch, open_content(settings))
        self._global = GlobalModel(
            task, seed=plan.seed, fraction_bits=network.contract.parameters.fraction_bits
        )
        self.rows: list[dict[str, Any]] = []
        self._looked = 0.0

    def look(self) -> None:
        """Score the models that have become final since the last look."""
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        self._watch.refresh()
        for number, record in self._watch.ledger.rounds.items():
            if record.finalized and number > len(self.rows):
                try:
                    vector = self._models.base(number + 1)
                except ContentMissing:
                    return  # on its way
                score = self._global.evaluate(vector, self._data.test, resolve_device("cpu"))
                accepted = (record.accepted_mask or 0).bit_count()
                self.rows.append(
                    {"round": number, "metric": score.metric, "loss": score.loss, "accepted": accepted}
                )


def run_network_demo(plan: NetworkPlan, *, as_json: bool) -> None:
    """Start everything, show it until the task has ended, and audit it.

    Raises:
        GradbondError: a process failed or took too long; its last words are in the message.
        typer.Exit: the audit's exit code.
    """
    task, data = _loaded(plan)
    console = Console(highlight=False, stderr=as_json)
    judges = f"{plan.validators} validators, " if plan.validators else ""
    sealers = "an aggregator" if len(plan.aggregators) == 1 else f"{len(plan.aggregators)} aggregators"
    console.print(
        f"starting a node, {plan.trainers} trainers, {judges}{sealers} and an auditor in {plan.out}"
    )
    began = time.monotonic()
    with Network(plan) as network:
        rounds = Rounds(network, task, data)
        with Live(console=console, refresh_per_second=4, transient=as_json) as live:

            def look() -> None:
                rounds.look()
                live.update(_shown(network, rounds))

            network.wait(_ROUND_SECONDS * plan.rounds, look)
            rounds._looked = 0.0
            look()
        seconds = time.monotonic() - began
        verdict = network.audit()
        summary = _summary(network, rounds, verdict, seconds)
    (plan.out / "summary.json").write_text(
        json.dumps(summary, indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )
    if as_json:
        typer.echo(json.dumps(summary, sort_keys=True))
    else:
        show_ended(console, plan.out, summary)
    raise typer.Exit(exit_code_of(verdict))


def show_ended(console: Console, out: Path, summary: dict[str, Any]) -> None:
    """The closing words: who earned what, where everything is, and what the audit says."""
    console.print(_money(summary))
    console.print()
    print_fact(console, "model root", summary["model_root"])
    print_fact(console, "took", f"{summary['seconds']:.0f} s, with starting everything")
    print_fact(console, "logs", str(out / "logs"))
    print_verdict(console, summary["audit"])


def _loaded(plan: NetworkPlan) -> tuple[Task, TaskData]:
    """The definition and its data, before anything starts that could only fail for want of them."""
    task = load_task(plan.definition, data_dir=plan.data)
    data = check_task(task)
    share_out(plan.partition, data.train_targets, participants=plan.trainers, seed=plan.seed)
    check_judges(plan.validators, len(data.test))
    return task, data


def _shown(network: Network, rounds: Rounds) -> Group:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("round", "accuracy", "accepted"):
        table.add_column(name, justify="right")
    for row in rounds.rows:
        table.add_row(str(row["round"]), f"{row['metric']:.4f}", str(row["accepted"]))
    people = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("process", "participant", "round", "did last"):
        people.add_column(name)
    for process in network.processes:
        last = next((entry for entry in reversed(process.said) if "deed" in entry), None)
        said = ("", "starting") if last is None else (str(last["round"]), str(last["deed"]))
        people.add_row(str(process.handle.pid), process.name, *said)
    return Group(table, Text(""), people)


def _summary(network: Network, rounds: Rounds, verdict: dict[str, Any], seconds: float) -> dict[str, Any]:
    contract = network.contract
    coins = {}
    for name, account in network.accounts.items():
        claimable, earned = contract.earnings(account)
        coins[name] = {"earned": f"{earned / ONE_COIN:g}", "unclaimed": f"{claimable / ONE_COIN:g}"}
    return {
        "accounts": network.accounts,
        "audit": verdict,
        "coins": coins,
        "final_accuracy": rounds.rows[-1]["metric"] if rounds.rows else None,
        "model_root": "0x" + contract.base_model().hex(),
        "rounds": rounds.rows,
        "seconds": round(seconds, 1),
        "task": contract.address,
    }


def _money(summary: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title="Coins earned", title_justify="left")
    table.add_column("account")
    table.add_column("earned", justify="right")
    for name, coins in summary["coins"].items():
        table.add_row(name, coins["earned"])
    return table
