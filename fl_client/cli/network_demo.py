"""`fl demo --network`: a federation of processes, for a person to watch."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Protocol

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fl_client.chain.contracts import ONE_COIN, TaskContract
from fl_client.chain.contracts.encrypted import EncryptedContract
from fl_client.cli.encrypted_network import EncryptedNetwork, EncryptedNetworkPlan
from fl_client.cli.ending import exit_code_of
from fl_client.cli.local_network import LocalNetwork
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
from fl_client.roles.encrypted_book import EncryptedBook
from fl_client.rounds import TaskWatch, Vector
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.storage import ContentStore

_LOOK_SECONDS: Final = 0.5


class View(Protocol):
    """A task as an outsider sees it, who has a node and the store."""

    def finals(self) -> Iterator[tuple[int, int]]:
        """Number of every final round, and how many updates it accepted, in order."""
        ...

    def model_after(self, number: int) -> Vector:
        """The model of a final round.

        Raises:
            ContentMissing: its bytes are on their way.
        """
        ...


class PlainView:
    """A plain task."""

    def __init__(self, contract: TaskContract, store: ContentStore) -> None:
        self._watch = TaskWatch(contract)
        self._models = ModelBook(self._watch, store)

    def finals(self) -> Iterator[tuple[int, int]]:
        """See ``View``."""
        self._watch.refresh()
        for number, record in self._watch.ledger.rounds.items():
            if record.finalized:
                yield number, (record.accepted_mask or 0).bit_count()

    def model_after(self, number: int) -> Vector:
        """See ``View``."""
        return self._models.base(number + 1)


class EncryptedView:
    """An encrypted task."""

    def __init__(self, contract: EncryptedContract, store: ContentStore) -> None:
        self._watch = EncryptedWatch(contract)
        self._book = EncryptedBook(self._watch, store)

    def finals(self) -> Iterator[tuple[int, int]]:
        """See ``View``."""
        self._watch.refresh()
        for turn in self._watch.ledger.turns.values():
            if turn.final:
                yield turn.round, turn.accepted.bit_count()

    def model_after(self, number: int) -> Vector:
        """See ``View``."""
        return self._book.base(number + 1)


class Rounds:
    """The rounds, scored by an outsider who has the test data."""

    def __init__(self, view: View, model: GlobalModel, data: TaskData) -> None:
        self._view, self._model, self._data = view, model, data
        self.rows: list[dict[str, Any]] = []
        self._looked = 0.0

    def look(self) -> None:
        """Score the models that have become final, unless the last look was just now."""
        if time.monotonic() - self._looked >= _LOOK_SECONDS:
            self.look_now()

    def look_now(self) -> None:
        """Score the models that have become final since the last look."""
        self._looked = time.monotonic()
        for number, accepted in self._view.finals():
            if number > len(self.rows):
                try:
                    vector = self._view.model_after(number)
                except ContentMissing:
                    return  # on its way
                score = self._model.evaluate(vector, self._data.test, resolve_device("cpu"))
                self.rows.append(
                    {"round": number, "metric": score.metric, "loss": score.loss, "accepted": accepted}
                )


def run_network_demo(plan: NetworkPlan | EncryptedNetworkPlan, *, as_json: bool) -> None:
    """Start everything, show it until the task has ended, and audit it.

    Raises:
        GradbondError: a process failed or took too long; its last words are in the message.
        typer.Exit: the audit's exit code.
    """
    task, data = _loaded(plan)
    console = Console(highlight=False, stderr=as_json)
    console.print(f"starting a node, {plan.people} in {plan.out}")
    began = time.monotonic()
    network = EncryptedNetwork(plan) if isinstance(plan, EncryptedNetworkPlan) else Network(plan)
    with network:
        rounds = Rounds(_view_of(network), _model_of(network, task), data)
        with Live(console=console, refresh_per_second=4, transient=as_json) as live:

            def look() -> None:
                rounds.look()
                live.update(_shown(network, rounds))

            network.wait(plan.round_seconds * plan.rounds, look)
            rounds.look_now()
            live.update(_shown(network, rounds))
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


def _view_of(network: Network | EncryptedNetwork) -> View:
    plan = network.plan
    settings = Settings(store=plan.out / ("store-owner" if plan.ipfs else "store"), ipfs=plan.ipfs)
    store = open_content(settings)
    if isinstance(network, EncryptedNetwork):
        return EncryptedView(network.contract, store)
    return PlainView(network.contract, store)


def _model_of(network: Network | EncryptedNetwork, task: Task) -> GlobalModel:
    fraction_bits = network.contract.parameters.fraction_bits
    return GlobalModel(task, seed=network.plan.seed, fraction_bits=fraction_bits)


def show_ended(console: Console, out: Path, summary: dict[str, Any]) -> None:
    """The closing words: who earned what, where everything is, and what the audit says."""
    console.print(_money(summary))
    console.print()
    print_fact(console, "model root", summary["model_root"])
    print_fact(console, "took", f"{summary['seconds']:.0f} s, with starting everything")
    print_fact(console, "logs", str(out / "logs"))
    print_verdict(console, summary["audit"])


def _loaded(plan: NetworkPlan | EncryptedNetworkPlan) -> tuple[Task, TaskData]:
    """The definition and its data, before anything starts that could only fail for want of them."""
    task = load_task(plan.definition, data_dir=plan.data)
    data = check_task(task)
    share_out(plan.partition, data.train_targets, participants=plan.learners, seed=plan.seed)
    if isinstance(plan, NetworkPlan):
        check_judges(plan.validators, len(data.test))
    return task, data


def _shown(network: LocalNetwork, rounds: Rounds) -> Group:
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


def _summary(
    network: LocalNetwork, rounds: Rounds, verdict: dict[str, Any], seconds: float
) -> dict[str, Any]:
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
