"""A reviewed task on a local node: its validators are processes like everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain.contracts import ONE_COIN, Phase
from fl_client.cli.network import Network, NetworkPlan
from fl_client.errors import ConfigError
from fl_client.rounds import TaskWatch

pytestmark = pytest.mark.slow

ROUNDS, TRAINERS, VALIDATORS = 1, 4, 3
RUN_SECONDS = 480  # a limit for a busy machine; an idle one takes a tenth of it


@dataclass(frozen=True, kw_only=True)
class Run:
    """A task that has ended."""

    network: Network
    watch: TaskWatch
    deeds: dict[str, list[str]]
    verdict: dict[str, Any]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    plan = NetworkPlan(
        out=tmp_path_factory.mktemp("validators") / "run",
        trainers=TRAINERS,
        rounds=ROUNDS,
        seed=7,
        partition="iid",
        validators=VALIDATORS,
        reward="samples",
        poll=0.5,
        until_home=True,
    )
    with Network(plan) as network:
        network.wait(RUN_SECONDS)
        (verdict,) = network.run("audit", plan.out / "task.json", *network.reading("auditor"))
        watch = TaskWatch(network.contract)
        watch.refresh()
        deeds = {process.name: process.deeds for process in network.processes}
        yield Run(network=network, watch=watch, deeds=deeds, verdict=verdict)


def test_the_task_has_ended_and_its_audit_agrees(run: Run) -> None:
    assert run.network.contract.phase()[0] is Phase.ENDED
    assert run.verdict["passed"] and run.verdict["rounds_checked"] == ROUNDS


def test_every_validator_scores_in_the_first_turn(run: Run) -> None:
    assert run.watch.ledger.board is not None
    review = run.watch.ledger.board.reviews[1]
    assert len(review.judges()) == VALIDATORS and review.medians
    for number in range(VALIDATORS):
        deeds = run.deeds[f"validator-{number + 1}"]
        assert deeds[0] == "took a seat on the board"
        assert {"committed to its scores", "revealed its scores", "took its stake back"} <= set(deeds)


def test_no_validator_was_slashed(run: Run) -> None:
    contract = run.network.contract
    assert contract.board is not None
    for name, account in run.network.accounts.items():
        if name.startswith("validator"):
            gained = contract.balance(account) - 500 * ONE_COIN
            assert gained in (0, ROUNDS * contract.board.terms.reward)


def test_too_few_validators_are_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--validators is 2: give 3 to 64"):
        NetworkPlan(out=tmp_path / "run", validators=2)
