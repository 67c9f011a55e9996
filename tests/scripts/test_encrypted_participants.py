"""An encrypted task on a local node: three parties, a dealer and an auditor, every one in a process of its own."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from fl_client.chain import Connection, UnlockedSender
from fl_client.chain.contracts import ONE_COIN, FactoryBounds, deploy
from fl_client.chain.contracts.encrypted import EncryptedContract, EncryptedPhase
from fl_client.cli.processes import Process, bare_environment
from fl_client.privacy.at_rest import SecretFolder
from fl_client.types import Address
from tests.scripts.nodes import PASSWORD, fl, key_options, new_account, node, run_fl, succeed

pytestmark = pytest.mark.slow

PARTIES, ROUNDS, COINS = 3, 1, 1_000
RUN_SECONDS = 480  # a limit for a busy machine; an idle one takes a tenth of it
DEFINITION = """
import torch
from torch import nn

from fl_client import learning


class Tiny(learning.ClassificationTask):
    name = "tiny"
    epochs = 1
    batch_size = 10
    learning_rate = 0.1

    def model(self):
        return nn.Linear(4, 2)

    def data(self):
        inputs = torch.arange(240, dtype=torch.float32).reshape(60, 4) % 7 / 7
        targets = (inputs.sum(1) > 1.7).to(torch.int64)
        return learning.TaskData(
            train_inputs=inputs[:48],
            train_targets=targets[:48],
            test_inputs=inputs[48:],
            test_targets=targets[48:],
        )
"""


@dataclass
class Consortium:
    """A node, contracts, accounts, and the processes that run for them."""

    folder: Path
    url: str
    accounts: dict[str, Address] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)

    def found(self) -> None:
        """Deploy, hand out coins, and create the task by its owner's command."""
        connection = Connection.open(self.url)
        bank = UnlockedSender(connection)
        deployment = deploy(bank, connection, bounds=FactoryBounds.devnet())
        deployment.write(self.folder / "deployment.json")
        coin = connection.contract("DeepCoin", deployment.coin)
        for name in ("owner", "dealer", "auditor", *(f"party-{one + 1}" for one in range(PARTIES))):
            self.accounts[name] = new_account(self.folder, name).address
            bank.give(self.accounts[name], 5 * 10**18)
            bank.send(coin.functions.transfer(self.accounts[name], COINS * ONE_COIN))
        (self.folder / "tiny.py").write_text(DEFINITION)
        plan = {
            "privacy": "paillier",
            "definition": f"{self.folder / 'tiny.py'}:Tiny",
            "rounds": ROUNDS,
            "encryption": {"dealer": self.accounts["dealer"], "parties": PARTIES, "modulus_bits": 512},
            "seconds": {"phase": 120, "challenge": 4, "answer": 2},
        }
        (self.folder / "task.yaml").write_text(yaml.safe_dump(plan))
        self.made = self.succeed("owner", "task", "create", self.folder / "task.yaml", "--out", self.task)
        self.contract = EncryptedContract(connection, deployment, self.made["task"])

    @property
    def task(self) -> Path:
        return self.folder / "task.json"

    def reading(self) -> list[object]:
        """Node, contracts and store."""
        where: list[object] = ["--rpc-url", self.url, "--deployment", self.folder / "deployment.json"]
        return [*where, "--store", self.folder / "store"]

    def options(self, name: str) -> list[object]:
        """What an account's commands are told."""
        return [*self.reading(), *self.own(name)]

    def own(self, name: str) -> list[object]:
        """What is an account's own of it."""
        return [*key_options(self.folder, name), "--state", self.folder / "state" / name]

    def succeed(self, name: str, *arguments: object) -> dict[str, Any]:
        """The last object that an account's command printed."""
        return succeed(*arguments, *self.options(name))[-1]

    def start(self, name: str, *arguments: object) -> None:
        """Start a process of an account."""
        log = self.folder / f"{name}.log"
        with log.open("a") as output, log.with_suffix(".err").open("a") as errors:
            handle = subprocess.Popen(
                fl(*arguments, *self.options(name), "--poll", 0.3, "--json"),
                stdout=output,
                stderr=errors,
                text=True,
                env=bare_environment(),
            )
        self.processes.append(
            Process(name=name, role=name, address=self.accounts[name], handle=handle, log=log)
        )

    def start_all(self) -> None:
        """Everybody, the dealer last, as it may be in life."""
        self.start("auditor", "audit", self.task, "--watch", "--challenge")
        for one in range(PARTIES):
            learning = ["--definition", f"{self.folder / 'tiny.py'}:Tiny", "--share", f"{one + 1}/{PARTIES}"]
            self.start(f"party-{one + 1}", "train", self.task, *learning)
        self.start("dealer", "deal", self.task)

    def wait(self) -> None:
        """Until every process has ended."""
        deadline = time.monotonic() + RUN_SECONDS
        while any(one.handle.poll() is None for one in self.processes):
            late = [one.name for one in self.processes if one.handle.poll() is None]
            broken = [one.name for one in self.processes if one.handle.poll()]
            assert not broken, {name: (self.folder / f"{name}.err").read_text()[-2_000:] for name in broken}
            assert time.monotonic() < deadline, (late, self.contract.state())
            time.sleep(0.3)
        for process in self.processes:
            process.follow()

    def close(self) -> None:
        """End what still runs."""
        for process in self.processes:
            process.handle.kill()
            process.handle.wait()

    def said(self, name: str) -> list[dict[str, Any]]:
        """What a process printed."""
        return next(process.said for process in self.processes if process.name == name)

    def deeds(self, name: str) -> list[str]:
        return [entry["deed"] for entry in self.said(name) if "deed" in entry]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Consortium]:
    with ExitStack() as stack:
        url = stack.enter_context(node("anvil"))
        consortium = Consortium(tmp_path_factory.mktemp("consortium"), url)
        stack.callback(consortium.close)
        consortium.found()
        consortium.start_all()
        consortium.wait()
        yield consortium


PARTY_NAMES = [f"party-{one + 1}" for one in range(PARTIES)]


def test_every_process_ends_well_and_silently(run: Consortium) -> None:
    assert {process.name: process.handle.returncode for process in run.processes} == dict.fromkeys(
        ("auditor", *PARTY_NAMES, "dealer"), 0
    )
    assert not any((run.folder / f"{process.name}.err").read_text() for process in run.processes)


def test_the_task_has_ended_with_its_rounds_and_nobody_lost_anything(run: Consortium) -> None:
    assert run.contract.phase()[0] is EncryptedPhase.ENDED
    parameters = run.contract.parameters
    each = ROUNDS * (parameters.update_reward + parameters.attest_reward + parameters.share_reward)
    earned = [run.contract.balance(run.accounts[name]) - COINS * ONE_COIN for name in PARTY_NAMES]
    assert sum(earned) == PARTIES * each + ROUNDS * (parameters.sum_reward + parameters.result_reward)
    assert all(one >= each for one in earned)
    assert run.contract.balance(run.accounts["auditor"]) == COINS * ONE_COIN


@pytest.mark.parametrize("name", PARTY_NAMES)
def test_a_party_is_told_whom_it_trusts_before_it_joins(run: Consortium, name: str) -> None:
    said = run.said(name)
    joined = next(place for place, entry in enumerate(said) if entry.get("deed", "").startswith("joined"))
    notes = [entry["note"] for entry in said[:joined] if "note" in entry]
    assert len(notes) == 1 and run.accounts["dealer"] in notes[0] and "trusted for secrecy" in notes[0]


@pytest.mark.parametrize("name", PARTY_NAMES)
def test_a_party_does_all_that_it_owes(run: Consortium, name: str) -> None:
    deeds = run.deeds(name)
    owed = {"confirmed the key", "submitted its encrypted update", "gave its shares", "took its stake back"}
    assert owed <= set(deeds) and f"vouched for {PARTIES} of {PARTIES}" in deeds


def test_the_dealer_ends_when_the_parties_have_the_key(run: Consortium) -> None:
    deeds = run.deeds("dealer")
    assert f"posted a key for {PARTIES} parties" in deeds
    assert deeds[-1].startswith("done: the parties have the key")


def test_the_audit_agrees(run: Consortium) -> None:
    (verdict,) = succeed("audit", run.task, *run.reading())
    assert verdict["passed"] and verdict["rounds_checked"] == ROUNDS


def test_a_watching_audit_agrees_too(run: Consortium) -> None:
    (verdict,) = succeed("audit", run.task, "--watch", *run.reading())
    assert verdict["passed"]


def test_keys_at_rest_are_encrypted_by_the_keystores_password(run: Consortium) -> None:
    for name in PARTY_NAMES:
        folder = run.folder / "state" / name / "secrets"
        files = list(folder.iterdir())
        assert len(files) == 2 and all(file.read_bytes()[:4] == b"GSL1" for file in files)
        box = SecretFolder(folder, lambda: PASSWORD).read("box.key")
        assert box is not None and len(box) == 32


def test_status_tells_of_task_and_account(run: Consortium) -> None:
    found = run_fl("status", run.task, *run.reading()[:4], "--account", run.accounts["party-1"], "--json")
    status = json.loads(found.stdout)
    assert (status["privacy"], status["phase"], status["round"]) == ("paillier", "ended", ROUNDS)
    assert status["account"]["address"] == run.accounts["party-1"]


def test_list_and_show_know_it(run: Consortium) -> None:
    ((row,),) = succeed("task", "list", *run.reading()[:4])
    assert (row["privacy"], row["places"]) == ("paillier", PARTIES)
    (facts,) = succeed("task", "show", run.task, *run.reading()[:4])
    assert facts["dealer"].startswith(run.accounts["dealer"]) and facts["stake"] == "100 coins"


def test_the_doctor_looks_at_it(run: Consortium) -> None:
    done = run_fl("doctor", run.task, *run.options("party-1"), "--json")
    found = {one["what"]: one for one in json.loads(done.stdout)}
    assert done.returncode == 0 and found["first model"]["verdict"] == "ok"
    assert found["powers"]["verdict"] == "ok" and run.accounts["dealer"] in found["powers"]["text"]
    assert "a party stakes 100" in found["coins"]["text"]


def test_its_model_is_exported(run: Consortium, tmp_path: Path) -> None:
    definition = f"{run.folder / 'tiny.py'}:Tiny"
    out = tmp_path / "model.safetensors"
    (said,) = succeed("export", run.task, *run.reading(), "--definition", definition, "--out", out)
    assert said["round"] == ROUNDS and said["model_root"] == "0x" + run.contract.base_model().hex()


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("aggregate",), "sum the updates and open the sum themselves, use `fl train`"),
        (("validate",), "nobody scores one; use `fl train`"),
        (("own",), "watch it with `fl status --watch`"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_role_that_it_has_not_is_refused_with_what_to_use(
    run: Consortium, arguments: tuple[str, ...], advice: str
) -> None:
    done = run_fl(*arguments, run.task, *run.options("owner"))
    assert done.returncode == 3 and done.stderr.count("\n") == 1
    assert "is an encrypted task" in done.stderr and advice in done.stderr


def test_its_page_is_written_from_chain_and_store(run: Consortium) -> None:
    page = run.folder / "page.html"
    done = run_fl("report", run.made["task"], *run.reading()[:6], "--out", page)
    assert done.returncode == 0 and run.accounts["dealer"] in page.read_text()
    assert "audit       agrees" in done.stdout


def test_a_receipt_says_that_an_update_is_in_the_sum(run: Consortium) -> None:
    whose = ["--trainer", run.accounts["party-1"], "--round", 1, "--json"]
    (found,) = succeed("receipt", run.made["task"], *run.reading()[:4], *whose)
    assert (found["verdict"], found["counted"]) == ("counted", True)


def test_joining_alone_says_whom_it_trusts_and_binds_the_stake(run: Consortium) -> None:
    another = run.folder / "another.json"
    run.succeed("owner", "task", "create", run.folder / "task.yaml", "--out", another)
    said = succeed("join", another, *run.options("auditor"))
    assert run.accounts["dealer"] in said[0]["note"] and said[1]["deed"] == "joined as a party"
    again = run_fl("join", another, *run.options("auditor"))
    assert again.returncode == 7 and "is in" in again.stderr and "already: nothing to do" in again.stderr
    left = run_fl("leave", another, *run.reading()[:4], *run.own("auditor"))
    assert left.returncode == 7 and "bound until the task has ended, go on with `fl train`" in left.stderr
    as_judge = run_fl("join", another, "--role", "validator", *run.options("party-1"))
    assert as_judge.returncode == 3 and "use --role trainer or `fl train`" in as_judge.stderr
    status = succeed("status", another, *run.reading()[:4], "--account", run.accounts["auditor"])[0]
    assert (status["phase"], status["parties"], status["account"]["place"]) == ("join", 1, 0)
    assert [one["role"] for one in status["account"]["stakes"]] == ["party"]


def test_nobody_joins_or_deals_after_the_end(run: Consortium) -> None:
    done = run_fl("join", run.task, *run.options("owner"))
    assert done.returncode == 7 and "has ended, nobody can join it" in done.stderr
    done = run_fl("deal", run.task, *run.options("owner"))
    assert done.returncode == 3 and "give the keystore of the dealer" in done.stderr
