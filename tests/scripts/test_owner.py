"""A task on a local node whose rule weighs by what the owner gives: the owner is a process like everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fl_client.chain.contracts import Phase
from fl_client.cli.network import Network, NetworkPlan
from fl_client.rounds import NO_TRUST, PostedInputs, TaskWatch
from fl_client.types import Bytes32

pytestmark = pytest.mark.slow

ROUNDS, TRAINERS = 2, 3
RUN_SECONDS = 480  # a limit for a busy machine; an idle one takes a tenth of it
GAVE = "gave the round what its rule asks for"


@dataclass(frozen=True, kw_only=True)
class Run:
    """A task that has ended."""

    network: Network
    watch: TaskWatch
    deeds: dict[str, list[str]]
    verdict: dict[str, Any]

    @property
    def given(self) -> list[PostedInputs]:
        """What each round was given."""
        return [self.watch.ledger.tables.inputs_of(number) for number in self.watch.ledger.rounds]

    @property
    def models(self) -> list[Bytes32]:
        """The first model, and that of each round."""
        standing = [record.standing for record in self.watch.ledger.rounds.values()]
        return [self.watch.ledger.initial_model, *(one.model for one in standing if one is not None)]


@pytest.fixture(scope="class")
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    plan = NetworkPlan(
        out=tmp_path_factory.mktemp("owner") / "run",
        trainers=TRAINERS,
        rounds=ROUNDS,
        seed=7,
        partition="iid",
        rule=request.cls.rule,
        poll=0.5,
    )
    with Network(plan) as network:
        network.wait(RUN_SECONDS)
        (verdict,) = network.run("audit", plan.out / "task.json", *network.reading("auditor"))
        watch = TaskWatch(network.contract)
        watch.refresh()
        deeds = {process.name: process.deeds for process in network.processes}
        yield Run(network=network, watch=watch, deeds=deeds, verdict=verdict)


class Given:
    """What has to be true whatever the owner gives."""

    rule: str

    def test_the_task_has_ended_and_its_audit_agrees(self, run: Run) -> None:
        assert run.network.contract.phase()[0] is Phase.ENDED
        assert run.verdict["passed"] and run.verdict["rounds_checked"] == ROUNDS

    def test_the_owner_gives_to_every_round_once(self, run: Run) -> None:
        assert run.deeds["owner"].count(GAVE) == ROUNDS

    def test_every_round_moves_the_model(self, run: Run) -> None:
        # Without what its rule asks for every weight is nothing, and the model stays as it is.
        assert len(set(run.models)) == ROUNDS + 1


class TestTrustedVector(Given):
    rule = "fltrust+mean"

    def test_every_round_has_a_trusted_update_of_its_own(self, run: Run) -> None:
        trusts = [given.trust for given in run.given]
        assert NO_TRUST not in trusts and len(set(trusts)) == ROUNDS

    def test_the_aggregator_posts_a_table_of_distances_to_it(self, run: Run) -> None:
        assert run.deeds["aggregator"].count(f"posted the distances of {TRAINERS} updates") == ROUNDS


class TestReputations(Given):
    rule = "reputation+mean"

    def test_a_reputation_is_one_and_one_more_for_each_accepted_update(self, run: Run) -> None:
        trainers = [account for name, account in run.network.accounts.items() if name.startswith("trainer")]
        assert [dict(given.reputations) for given in run.given] == [
            dict.fromkeys(trainers, number) for number in range(1, ROUNDS + 1)
        ]
