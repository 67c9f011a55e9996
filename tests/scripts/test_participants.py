"""A task on a local node, every participant in a process of its own."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain import Connection
from fl_client.chain.contracts import ONE_COIN, Deployment, Phase, TaskContract
from fl_client.types import Address
from tests.scripts.nodes import ENVIRONMENT, key_options, new_account, node, script, succeed, tool

pytestmark = pytest.mark.slow

TRAINERS = ("trainer-1", "trainer-2", "trainer-3")
OTHERS = {"aggregator": "aggregator", "auditor": "auditor", "owner": "owner"}
ROUNDS = 2
COINS = 500
RUN_SECONDS = 480  # a limit for a busy machine; an idle one takes a tenth of it


@dataclass(frozen=True, kw_only=True)
class Run:
    """A task that has ended: what every process said, and how it ended."""

    url: str
    folder: Path
    contract: TaskContract
    addresses: dict[str, Address]
    codes: dict[str, int]
    deeds: dict[str, list[dict[str, Any]]]
    errors: dict[str, str]

    def said(self, name: str) -> list[str]:
        return [entry["deed"] for entry in self.deeds[name]]


def found(url: str, folder: Path) -> tuple[TaskContract, dict[str, Address]]:
    """Deploy, fund everybody and create the task."""
    names = (*TRAINERS, *OTHERS)
    addresses = {name: new_account(folder, name).address for name in names}
    deployment = folder / "deployment.json"
    succeed("deploy", "--rpc-url", url, "--unlocked", "--bounds", "devnet", "--out", deployment)
    where = ["--rpc-url", url, "--deployment", deployment]
    succeed("fund", *where, "--coins", COINS, "--ether", 5, *addresses.values())
    # Phases end early when everybody has acted; only the window for challenges and the unbonding time are waited for.
    # On a busy machine it takes a minute until six processes have imported what they need.
    seconds = ["--phase-seconds", 180, "--challenge-seconds", 2, "--answer-seconds", 2, "--unbonding-seconds", 19]
    people = ["--trainers", len(TRAINERS), "--rounds", ROUNDS, "--seed", 7, "--rule", "trimmed-mean:0.34"]
    files = ["--store", folder / "store", "--out", folder / "task.json"]
    (made,) = succeed("create_task", *where, *key_options(folder, "owner"), *people, *seconds, *files)
    return TaskContract(Connection.open(url), Deployment.read(deployment), made["task"]), addresses


def start(name: str, url: str, folder: Path) -> subprocess.Popen[str]:
    """Start one participant."""
    arguments: list[object] = [
        "--role",
        OTHERS.get(name, "trainer"),
        "--rpc-url",
        url,
        "--json",
        "--poll",
        0.5,
    ]
    arguments += ["--deployment", folder / "deployment.json", "--task", folder / "task.json"]
    arguments += [
        *key_options(folder, name),
        "--store",
        folder / "store",
        "--state",
        folder / f"state-{name}",
    ]
    if name in TRAINERS:
        share = f"{TRAINERS.index(name) + 1}/{len(TRAINERS)}"
        arguments += ["--share", share, "--partition", "dirichlet:1.0", "--seed", 7]
    with (folder / f"{name}.log").open("w") as log, (folder / f"{name}.err").open("w") as errors:
        command = script("participant", *arguments)
        return subprocess.Popen(command, stdout=log, stderr=errors, text=True, env=ENVIRONMENT)


def wait_for(processes: dict[str, subprocess.Popen[str]]) -> dict[str, int]:
    """Wait for all; the first that fails ends the others."""
    deadline = time.monotonic() + RUN_SECONDS
    try:
        while any(process.poll() is None for process in processes.values()):
            if time.monotonic() > deadline or any(process.poll() for process in processes.values()):
                break
            time.sleep(0.2)
    finally:
        for process in processes.values():
            if process.poll() is None:
                process.kill()
    return {name: process.wait() for name, process in processes.items()}


@pytest.fixture(scope="class")
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp(request.cls.node)
    with node(request.cls.node) as url:
        contract, addresses = found(url, folder)
        codes = wait_for({name: start(name, url, folder) for name in addresses})
        yield Run(
            url=url,
            folder=folder,
            contract=contract,
            addresses=addresses,
            codes=codes,
            deeds={
                name: [json.loads(line) for line in (folder / f"{name}.log").read_text().splitlines()]
                for name in addresses
            },
            errors={name: (folder / f"{name}.err").read_text() for name in addresses},
        )


class Participants:
    """What has to be true of a task that has ended, whatever the node."""

    node: str

    def test_every_process_ends_well_and_silently(self, run: Run) -> None:
        assert set(run.codes.values()) == {0} and not any(run.errors.values()), (
            run.codes,
            run.errors,
            run.deeds,
        )

    def test_the_task_combines_as_its_owner_chose(self, run: Run) -> None:
        chosen = (run.contract.parameters.rule, run.contract.parameters.rule_argument)
        assert chosen == (run.contract.deployment.trimmed_mean_rule, 3_400)

    def test_the_task_has_ended(self, run: Run) -> None:
        assert run.contract.phase()[0] is Phase.ENDED

    @pytest.mark.parametrize("name", TRAINERS)
    def test_trainer_takes_part_in_every_round(self, run: Run, name: str) -> None:
        deeds = run.said(name)
        assert [deeds.count(deed) for deed in ("joined", "committed", "revealed")] == [1, ROUNDS, ROUNDS]
        assert deeds.count(f"attested {len(TRAINERS)} of {len(TRAINERS)}") == ROUNDS

    def test_aggregator_proposes_one_model_a_round_from_all_updates(self, run: Run) -> None:
        assert run.said("aggregator").count(f"proposed a model from {len(TRAINERS)} updates") == ROUNDS

    def test_nobody_was_slashed_and_everybody_has_its_stake_back(self, run: Run) -> None:
        paid = {"owner": -run.contract.parameters.budget}
        coins = {name: run.contract.balance(run.addresses[name]) - COINS * ONE_COIN for name in run.addresses}
        parameters = run.contract.parameters
        earned = ROUNDS * (parameters.update_reward + parameters.attest_reward)
        sealed = ROUNDS * parameters.seal_reward
        assert coins == {
            **dict.fromkeys(TRAINERS, earned),
            "aggregator": sealed,
            "auditor": 0,
            # Every reward was paid out, so nothing came back of the budget.
            "owner": paid["owner"],
        }

    def test_audit_over_the_node_agrees(self, run: Run) -> None:
        command = [tool("fl"), "audit", run.contract.address, "--rpc-url", run.url, "--json"]
        command += ["--deployment", str(run.folder / "deployment.json"), "--store", str(run.folder / "store")]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=60, env=ENVIRONMENT, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["rounds_checked"] == ROUNDS


class TestOnAnvil(Participants):
    node = "anvil"


class TestOnGanache(Participants):
    node = "ganache"
