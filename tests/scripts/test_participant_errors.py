"""Whatever a user gets wrong ends in one line and an exit code, before a stake is bound."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fl_client.chain import Connection, Journal, UnlockedSender
from fl_client.chain.contracts import ONE_COIN, Deployment, FactoryBounds, Role, TaskContract, deploy
from fl_client.cli.app import main
from fl_client.types import Address
from tests.scripts.nodes import ENVIRONMENT, fl, key_options, new_account, node, succeed

Refusal = Callable[[list[str]], tuple[int, str]]

OTHER_TASK = """
from torch import nn
from fl_client.learning.tasks import Digits
class Deeper(Digits):
    def model(self):
        return nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
"""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A node with a task on it, and accounts: `rich` has all it needs, `poor` only ether, `new` nothing."""

    url: str
    folder: Path
    contract: TaskContract
    deployment: Deployment

    def options(self, **changes: object) -> list[str]:
        """A command line that works for the aggregator, with changes."""
        task, role = changes.pop("task", self.contract.address), str(changes.pop("role", "aggregate"))
        given: dict[str, object] = {
            "rpc-url": self.url,
            "deployment": self.folder / "deployment.json",
            "keystore": self.folder / "rich.json",
            "password-file": self.folder / "password",
            "store": self.folder / "store",
            "state": self.folder / "state",
        }
        given.update({name.replace("_", "-"): value for name, value in changes.items()})
        options = [text for name, value in given.items() for text in (f"--{name}", str(value))]
        return [*role.split(), str(task), *options]


@contextmanager
def found(folder: Path) -> Iterator[Place]:
    """Start a node, deploy, and let `rich` create a task."""
    with node("anvil") as url:
        connection = Connection.open(url)
        bank = UnlockedSender(connection)
        deployment = deploy(bank, connection, bounds=FactoryBounds.devnet())
        deployment.write(folder / "deployment.json")
        coin = connection.contract("DeepCoin", deployment.coin)
        rich, poor = (new_account(folder, name).address for name in ("rich", "poor"))
        new_account(folder, "new")
        for account in (rich, poor):
            bank.give(account, 10**18)
        bank.send(coin.functions.transfer(rich, 5_000 * ONE_COIN))
        (folder / "task.yaml").write_text("trainers: 3\nseconds: {phase: 600}\n")
        files = ["--deployment", folder / "deployment.json", "--store", folder / "store"]
        keys = key_options(folder, "rich")
        (made,) = succeed(
            *("task", "create", folder / "task.yaml", "--rpc-url", url, *files, *keys),
            *("--state", folder / "state-rich", "--out", folder / "task.json"),
        )
        contract = TaskContract(connection, deployment, made["task"])
        yield Place(url=url, folder=folder, contract=contract, deployment=deployment)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with found(tmp_path_factory.mktemp("place")) as there:
        yield there


@pytest.fixture
def refusal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Refusal:
    """Runs the command in this process; gives its exit code and its only line."""
    monkeypatch.delenv("FL_PASSWORD", raising=False)

    def given(arguments: list[str]) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        assert said.out == "" and said.err.count("\n") == 1 and said.err.startswith("fl: ")
        return int(str(ended.value.code)), said.err.strip()

    return given


CASES = {
    "unknown role": ({"role": "mine"}, 3, "No such command 'mine'"),
    "keystore that is not there": ({"keystore": "nowhere.json"}, 3, "cannot read the keystore nowhere.json"),
    "password file that is not there": (
        {"password_file": "nowhere"},
        3,
        "cannot read the password file nowhere",
    ),
    "deployment file that is not there": (
        {"deployment": "no.json"},
        3,
        "cannot read the deployment file no.json",
    ),
    "task file that is not there": ({"task": "no.json"}, 3, "cannot read the task file no.json"),
    "task that is no address": ({"task": "0x12"}, 3, "the task is '0x12': give an address"),
    "task that nobody made": ({"task": "0x" + "11" * 20}, 7, "is no task of the factory"),
    "node that is not there": ({"rpc_url": "http://127.0.0.1:9"}, 7, "no node answers at http://127.0.0.1:9"),
    "weight where samples weigh": (
        {"role": "train", "weight": "3"},
        3,
        "is no encrypted task: its updates weigh by their samples",
    ),
    "share beyond the whole": ({"role": "train", "share": "4/3"}, 3, "--share is '4/3': give K/N"),
    "unknown partition": ({"role": "train", "partition": "fair"}, 3, "partition 'fair' is unknown"),
    "unknown definition": ({"role": "train", "definition": "digit"}, 3, "no built-in task 'digit'"),
    "poll that never ends": ({"poll": "nan"}, 3, "poll is nan: give 0.05 to 3600"),
}


@pytest.mark.parametrize("name", CASES)
def test_is_refused_in_one_line(name: str, place: Place, refusal: Refusal) -> None:
    changes, code, line = CASES[name]
    found = refusal(place.options(**changes))
    assert found[0] == code and line in found[1]


def test_wrong_password_is_refused(place: Place, refusal: Refusal) -> None:
    (place.folder / "wrong").write_text("something else\n")
    code, line = refusal(place.options(password_file=place.folder / "wrong"))
    assert code == 3 and "wrong password" in line and "something else" not in line


def test_deployment_of_another_chain_is_refused(place: Place, refusal: Refusal) -> None:
    replace(place.deployment, chain_id=1).write(place.folder / "other.json")
    code, line = refusal(place.options(deployment=place.folder / "other.json"))
    assert code == 7 and "is on chain 31337, not on 1" in line


def test_account_without_ether_is_refused(place: Place, refusal: Refusal) -> None:
    code, line = refusal(place.options(keystore=place.folder / "new.json"))
    assert code == 7 and "has no ether" in line


@pytest.mark.parametrize(("role", "stake"), [("trainer", 100), ("aggregator", 200), ("auditor", 200)])
def test_account_without_the_stake_is_refused(place: Place, refusal: Refusal, role: str, stake: int) -> None:
    command = {"trainer": "train", "aggregator": "aggregate", "auditor": "audit --watch --challenge"}[role]
    code, line = refusal(place.options(role=command, keystore=place.folder / "poor.json"))
    assert code == 7 and f"has 0 coins, {role} of this task stakes {stake}" in line


def test_definition_of_another_model_is_refused(place: Place, refusal: Refusal) -> None:
    (place.folder / "deeper.py").write_text(OTHER_TASK)
    code, line = refusal(place.options(role="train", definition=f"{place.folder / 'deeper.py'}:Deeper"))
    assert code == 3 and f"0x{place.contract.parameters.definition_hash.hex()}" in line


def test_store_without_the_first_model_is_refused(place: Place, refusal: Refusal) -> None:
    code, line = refusal(place.options(store=place.folder / "empty"))
    assert code == 6 and "is not in" in line


def test_altered_first_model_is_refused(place: Place, refusal: Refusal) -> None:
    store = place.folder / "altered"
    store.mkdir()
    for block in (place.folder / "store").iterdir():
        data = bytearray(block.read_bytes())
        data[-1] ^= 1
        (store / block.name).write_bytes(data)
    code, line = refusal(place.options(store=store))
    assert code == 6 and "do not hash to it" in line


def test_second_process_in_a_state_folder_is_refused(place: Place, refusal: Refusal) -> None:
    with Journal(place.folder / "busy"):
        code, line = refusal(place.options(state=place.folder / "busy"))
    assert code == 7 and "another process works in" in line


def test_nobody_joined_by_being_refused(place: Place) -> None:
    stakes = [place.contract.stake(Address(account), Role.SEALER)[0] for account in _accounts(place)]
    assert stakes == [0, 0, 0]


def test_error_is_also_an_object_with_json(place: Place) -> None:
    done = subprocess.run(
        fl(*place.options(task="0x12"), "--json"),
        capture_output=True,
        text=True,
        timeout=60,
        env=ENVIRONMENT,
        check=False,
    )
    assert done.returncode == 3 and "Traceback" not in done.stderr
    assert json.loads(done.stdout) == {"error": done.stderr.strip().removeprefix("fl: "), "exit_code": 3}


def test_node_that_dies_is_waited_for_and_then_named(tmp_path: Path) -> None:
    with found(tmp_path) as place:
        arguments = place.options(role="own", patience=1, poll=0.2)
        process = subprocess.Popen(
            fl(*arguments),
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        while not (tmp_path / "state" / "journal.sqlite").exists():
            time.sleep(0.1)
        time.sleep(2)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 7 and "trying again" in errors and "Traceback" not in errors
    assert errors.splitlines()[-1].startswith("fl: ") and place.url in errors.splitlines()[-1]


def _accounts(place: Place) -> list[str]:
    return [
        "0x" + json.loads((place.folder / f"{name}.json").read_text())["address"].removeprefix("0x")
        for name in ("rich", "poor", "new")
    ]
