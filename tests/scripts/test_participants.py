"""A task on a local node: five trainers, an aggregator and an auditor, every one in a process of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain.contracts import ONE_COIN, Phase, TaskContract
from fl_client.cli.network import Network, NetworkPlan
from fl_client.storage import LocalStore
from fl_client.types import Address
from tests.fl_client.storage import js_ipfs
from tests.scripts.nodes import ENVIRONMENT, node, run_fl, script, tool

pytestmark = pytest.mark.slow

ROUNDS = 2
COINS = 500
RUN_SECONDS = 480  # a limit for a busy machine; an idle one takes a tenth of it
PLAN = NetworkPlan(out=Path(), rounds=ROUNDS, seed=7, rule="trimmed-mean:0.34", poll=0.5, until_home=True)


@dataclass(frozen=True, kw_only=True)
class Run:
    """A task that has ended: what every process said, and how it ended."""

    url: str
    reading: list[object]
    plan: NetworkPlan
    contract: TaskContract
    addresses: dict[str, Address]
    codes: dict[str, int]
    deeds: dict[str, list[str]]
    errors: dict[str, str]
    verdict: dict[str, Any]

    @property
    def trainers(self) -> list[str]:
        return [name for name in self.addresses if name.startswith("trainer")]


@contextmanager
def content_of(
    kind: type[Participants], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, ...]]:
    """The IPFS daemons that a kind of run shares; none where all share a folder."""
    if not kind.on_ipfs:
        yield ()
    elif js_ipfs.ADDRESS:
        yield (js_ipfs.ADDRESS,)
    else:
        with js_ipfs.running(tmp_path_factory.mktemp("ipfs")) as daemon:
            yield (daemon.rpc,)


@pytest.fixture(scope="class")
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    out = tmp_path_factory.mktemp(request.cls.node) / "run"
    with node(request.cls.node) as url, content_of(request.cls, tmp_path_factory) as ipfs:
        plan = replace(PLAN, out=out, rpc_url=url, trainers=request.cls.trainers, ipfs=ipfs)
        with Network(plan) as network:
            network.wait(RUN_SECONDS)
            reading = network.reading("auditor")
            audit = network.run("audit", out / "task.json", *reading)
            yield Run(
                url=url,
                reading=reading,
                plan=plan,
                contract=network.contract,
                addresses=network.accounts,
                codes={process.name: process.handle.returncode for process in network.processes},
                deeds={process.name: process.deeds for process in network.processes},
                errors={
                    process.name: process.log.with_suffix(".err").read_text() for process in network.processes
                },
                verdict=audit[0],
            )


class Participants:
    """What has to be true of a task that has ended, whatever the node."""

    node: str
    trainers: int
    on_ipfs = False

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

    def test_every_trainer_takes_part_in_every_round(self, run: Run) -> None:
        for name in run.trainers:
            deeds = run.deeds[name]
            assert [deeds.count(deed) for deed in ("joined", "committed", "revealed")] == [1, ROUNDS, ROUNDS]
            assert deeds.count(f"attested {self.trainers} of {self.trainers}") == ROUNDS

    def test_aggregator_proposes_one_model_a_round_from_all_updates(self, run: Run) -> None:
        assert run.deeds["aggregator"].count(f"proposed a model from {self.trainers} updates") == ROUNDS

    def test_nobody_was_slashed_and_everybody_has_its_stake_back(self, run: Run) -> None:
        parameters = run.contract.parameters
        coins = {
            name: run.contract.balance(account) - COINS * ONE_COIN for name, account in run.addresses.items()
        }
        given = ROUNDS * 10 * COINS * ONE_COIN - COINS * ONE_COIN
        earned = ROUNDS * (parameters.update_reward + parameters.attest_reward)
        assert coins == {
            **dict.fromkeys(run.trainers, earned),
            "aggregator": ROUNDS * parameters.seal_reward,
            "auditor": 0,
            # Every reward was paid out, so nothing came back of the budget.
            "owner": given - parameters.budget,
        }

    def test_audit_over_the_node_agrees(self, run: Run) -> None:
        assert run.verdict["passed"] and run.verdict["rounds_checked"] == ROUNDS

    def test_no_log_holds_a_password_or_a_key(self, run: Run) -> None:
        password = (run.plan.out / "keys" / "password").read_text().strip()
        for log in (run.plan.out / "logs").iterdir():
            text = log.read_text()
            assert password not in text and "ciphertext" not in text

    def test_model_has_the_bits_of_the_run_in_one_process(self, run: Run, tmp_path: Path) -> None:
        arguments = [
            "--participants",
            self.trainers,
            "--rounds",
            ROUNDS,
            "--seed",
            PLAN.seed,
            "--rule",
            PLAN.rule,
        ]
        done = run_fl("demo", *arguments, "--honest", "--json", "--out", tmp_path / "demo", timeout=300)
        assert done.returncode == 0, done.stderr
        assert "0x" + run.contract.base_model().hex() == json.loads(done.stdout)["model_root"]

    def test_status_says_that_the_task_has_ended(self, run: Run) -> None:
        done = run_fl(
            "status", run.contract.address, *self._where(run), "--account", run.addresses["owner"], "--json"
        )
        found = json.loads(done.stdout)
        assert (found["phase"], found["round"], found["deadline"]) == ("ended", ROUNDS, 0)
        assert found["account"]["address"] == run.addresses["owner"]

    def test_model_is_exported_as_safetensors(self, run: Run, tmp_path: Path) -> None:
        out = tmp_path / "model.safetensors"
        done = run_fl("export", run.contract.address, *run.reading, "--out", out, "--json")
        assert done.returncode == 0, done.stderr
        assert (
            json.loads(done.stdout)["model_root"] == "0x" + run.contract.base_model().hex()
            and out.stat().st_size
        )

    @staticmethod
    def _where(run: Run) -> list[object]:
        return ["--rpc-url", run.url, "--deployment", run.plan.out / "deployment.json"]


class TestOnAnvil(Participants):
    node = "anvil"
    trainers = 5


class TestOnGanache(Participants):
    node = "ganache"
    trainers = 3


@pytest.mark.daemon
@js_ipfs.needed
class TestOnIpfs(Participants):
    """Every process has a folder of its own; what they share is the daemon."""

    node = "anvil"
    trainers = 5
    on_ipfs = True

    def test_whoever_puts_nothing_has_it_all_from_the_daemon(self, run: Run) -> None:
        assert not (run.plan.out / "store").exists()
        folders = {name: run.plan.out / f"store-{name}" for name in (*run.trainers, "aggregator", "auditor")}
        unpublished = [path for folder in folders.values() for path in folder.glob(".unpublished/*")]
        # Five updates and a model a round, and the first model, each of one block or two.
        blocks = LocalStore(folders["auditor"]).sizes()
        assert unpublished == [] and len(blocks) >= ROUNDS * (self.trainers + 1) + 1


@pytest.mark.parametrize(
    ("name", "usage"), [("participant", "train"), ("aggregator", "aggregate"), ("auditor", "audit")]
)
def test_script_is_the_command_of_its_role(name: str, usage: str) -> None:
    done = subprocess.run(
        script(name, "--help"), capture_output=True, text=True, timeout=60, env=ENVIRONMENT, check=False
    )
    of_fl = run_fl(usage, "--help")
    assert done.returncode == 0
    assert done.stdout.split("Options")[1] == of_fl.stdout.split("Options")[1]
    assert tool("fl")
