"""A task on a local node, run to its end with a process for every participant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fl_client.cli.network import Network, NetworkPlan
from fl_client.rounds import TaskWatch

_RUN_SECONDS = 480  # a limit for a busy machine; an idle one takes a tenth of it


@dataclass(frozen=True, kw_only=True)
class EndedTask:
    """A task that has ended, what each process said, and what an audit by another one says."""

    network: Network
    watch: TaskWatch
    deeds: dict[str, list[str]]
    verdict: dict[str, Any]


@contextmanager
def ended(plan: NetworkPlan) -> Iterator[EndedTask]:
    """Run a plan to its end; the node runs on until the context is left."""
    with Network(plan) as network:
        network.wait(_RUN_SECONDS)
        (verdict,) = network.run("audit", plan.out / "task.json", *network.reading("auditor"))
        watch = TaskWatch(network.contract)
        watch.refresh()
        deeds = {process.name: process.deeds for process in network.processes}
        yield EndedTask(network=network, watch=watch, deeds=deeds, verdict=verdict)
