"""The commands of an account and of a task, on a node, with a settings file as a user would have one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain import Connection
from tests.scripts.nodes import ENVIRONMENT, fl, node

PASSWORD = "correct horse"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A folder with gradbond.toml, keys and a task, in which commands are run."""

    folder: Path
    url: str

    def run(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            fl(*arguments),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            env=ENVIRONMENT
            | {"FL_PASSWORD": PASSWORD, "PYTHONPATH": str(Path(__file__).parents[2])}
            | environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def said(self, *arguments: object) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refused(self, *arguments: object) -> tuple[int, str]:
        done = self.run(*arguments)
        assert done.stdout == "" and done.stderr.startswith("fl: ") and done.stderr.count("\n") == 1, (
            done.stderr
        )
        return done.returncode, done.stderr.strip()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with node("anvil") as url:
        (folder / "gradbond.toml").write_text(
            f'[chain]\nrpc_url = "{url}"\ndeployment = "deployment.json"\n[store]\nstore = "store"\n'
        )
        desk = Desk(folder=folder, url=url)
        desk.said("deploy", "--unlocked", "--bounds", "devnet")
        owner, alice = (desk.said("keys", "new", name)["address"] for name in ("owner", "alice"))
        assert desk.run("fund", owner, alice, "--coins", 1_000).returncode == 0
        (folder / "task.yaml").write_text("trainers: 3\nrounds: 2\nseconds: {phase: 600}\n")
        desk.said("task", "create", "task.yaml", "--keystore", "keys/owner.json")
        yield desk


def address_of(desk: Desk, name: str) -> str:
    return str(next(row["address"] for row in desk.said("keys", "list") if row["name"] == name))


# ---------------------------------------------------------------------- keys


def test_keystores_can_be_read_by_their_owner_alone(desk: Desk) -> None:
    assert os.stat(desk.folder / "keys" / "alice.json").st_mode & 0o777 == 0o600


def test_a_keystore_is_never_overwritten(desk: Desk) -> None:
    assert desk.refused("keys", "new", "alice") == (
        3,
        "fl: keys/alice.json exists already: a keystore is never overwritten",
    )


def test_a_name_cannot_lead_out_of_the_folder(desk: Desk) -> None:
    code, line = desk.refused("keys", "new", "../alice")
    assert code == 3 and "is no name" in line


def test_an_imported_key_has_its_own_address(desk: Desk, tmp_path: Path) -> None:
    # The first key of every development node.
    (tmp_path / "hex").write_text("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80\n")
    made = desk.said("keys", "import", "imported", "--key-file", tmp_path / "hex")
    assert made["address"] == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


def test_what_is_no_key_is_not_repeated(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "hex").write_text("0xnothing")
    code, line = desk.refused("keys", "import", "other", "--key-file", tmp_path / "hex")
    assert code == 3 and "no private key" in line and "nothing" not in line


def test_without_a_terminal_the_password_has_to_come_from_somewhere(desk: Desk) -> None:
    environment = {key: value for key, value in ENVIRONMENT.items() if key != "FL_PASSWORD"}
    done = subprocess.run(
        fl("keys", "new", "nobody"),
        cwd=desk.folder,
        capture_output=True,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3 and "give --password-file, set FL_PASSWORD" in done.stderr
    assert not (desk.folder / "keys" / "nobody.json").exists()


# ---------------------------------------------------------------------- tasks


def test_the_task_is_listed(desk: Desk) -> None:
    (row,) = desk.said("task", "list")
    assert (row["phase"], row["rounds"], row["places"]) == ("join", 2, 3)
    assert row["owner"] == address_of(desk, "owner")


def test_the_task_is_shown_whole(desk: Desk) -> None:
    facts = desk.said("task", "show", "task.json")
    assert (facts["max_trainers"], facts["trainer_stake"], facts["commit_seconds"]) == (
        3,
        "100 coins",
        "600 s",
    )
    assert facts["rule"].startswith("mean (0x")


def test_the_example_makes_a_task(desk: Desk) -> None:
    example = desk.run("task", "example").stdout
    (desk.folder / "example.yaml").write_text(example.replace("phase: 600", "phase: 60"))
    made = desk.said(
        "task", "create", "example.yaml", "--keystore", "keys/owner.json", "--out", "example.json"
    )
    assert made["trainers"] == 5
    again = desk.run(
        "task", "create", "example.yaml", "--keystore", "keys/owner.json", "--out", "example.json"
    )
    assert made["task"] in again.stdout and "it was paid for before" in again.stdout


def test_a_wrong_entry_is_named(desk: Desk) -> None:
    (desk.folder / "wrong.yaml").write_text("trainer: 3\n")
    code, line = desk.refused("task", "create", "wrong.yaml", "--keystore", "keys/owner.json")
    assert code == 3 and "wrong.yaml: there is no 'trainer'" in line


def test_a_file_that_builds_objects_is_refused(desk: Desk) -> None:
    (desk.folder / "evil.yaml").write_text("rounds: !!python/object/apply:os.system ['true']\n")
    code, line = desk.refused("task", "create", "evil.yaml", "--keystore", "keys/owner.json")
    assert code == 3 and "is no YAML file" in line


# ---------------------------------------------------------------------- membership


@pytest.fixture(scope="module")
def joined(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = desk.said("join", "task.json", "--keystore", "keys/alice.json")
    return found


def test_joining_locks_the_stake(desk: Desk, joined: dict[str, Any]) -> None:
    account = desk.said("status", "task.json", "--account", joined["account"])["account"]
    assert account["trainer"] == "ready" and account["balance"] == str(900 * 10**18)
    assert account["stakes"] == [{"role": "trainer", "amount": str(100 * 10**18), "releasable_at": 0}]


def test_nobody_joins_twice(desk: Desk, joined: dict[str, Any]) -> None:
    code, line = desk.refused("join", "task.json", "--keystore", "keys/alice.json")
    assert code == 7 and "nothing to do" in line and joined["account"] in line


def test_there_is_nothing_to_claim_yet(desk: Desk) -> None:
    code, line = desk.refused("claim", "task.json", "--keystore", "keys/alice.json")
    assert code == 7 and "has nothing to claim" in line


def test_whoever_has_no_stake_cannot_leave(desk: Desk) -> None:
    code, line = desk.refused("leave", "task.json", "--keystore", "keys/owner.json")
    assert code == 7 and "has no stake" in line


def test_leaving_binds_the_stake_for_the_unbonding_time_and_then_gives_it_back(desk: Desk) -> None:
    assert desk.run("fund", desk.said("keys", "new", "bob")["address"]).returncode == 0
    who = ("--keystore", "keys/bob.json")
    desk.said("join", "task.json", *who, "--role", "aggregator")
    assert "left as aggregator; 200 coins are bound" in desk.said("leave", "task.json", *who)["deed"]
    assert "are free in" in desk.said("leave", "task.json", *who)["deed"]
    web3 = Connection.open(desk.url).web3
    web3.provider.make_request("evm_increaseTime", [100_000])  # type: ignore[arg-type]
    web3.provider.make_request("evm_mine", [])  # type: ignore[arg-type]
    assert "took back 200 coins" in desk.said("leave", "task.json", *who)["deed"]


# ---------------------------------------------------------------------- validators


@pytest.fixture(scope="module")
def reviewed(desk: Desk) -> tuple[str, ...]:
    """A reviewed task, and an account with coins, as options."""
    (desk.folder / "reviewed.yaml").write_text("seconds: {phase: 600}\nreview: {committee: 3, stake: 30}\n")
    desk.said("task", "create", "reviewed.yaml", "--keystore", "keys/owner.json", "--out", "reviewed.json")
    assert desk.run("fund", desk.said("keys", "new", "vera")["address"]).returncode == 0
    return ("reviewed.json", "--keystore", "keys/vera.json")


def test_a_validator_takes_a_seat_leaves_it_and_has_its_stake_back(
    desk: Desk, reviewed: tuple[str, ...]
) -> None:
    assert desk.said("join", *reviewed, "--role", "validator")["deed"] == "joined as validator"
    code, line = desk.refused("join", *reviewed, "--role", "validator")
    assert code == 7 and "nothing to do" in line
    account = desk.said("status", reviewed[0], "--account", address_of(desk, "vera"))["account"]
    assert (account["board_seat"], account["stakes"][0]["role"]) == (0, "validator")
    assert (
        "seat 0 of the review board"
        in desk.run("status", reviewed[0], "--account", account["address"]).stdout
    )
    assert "left as validator; 30 coins are bound" in desk.said("leave", *reviewed)["deed"]
    assert "30 coins (validator) are free in" in desk.said("leave", *reviewed)["deed"]
    web3 = Connection.open(desk.url).web3
    web3.provider.make_request("evm_increaseTime", [100_000])  # type: ignore[arg-type]
    web3.provider.make_request("evm_mine", [])  # type: ignore[arg-type]
    assert "took back 30 coins (validator)" in desk.said("leave", *reviewed)["deed"]


def test_a_task_without_a_review_takes_no_validators(desk: Desk) -> None:
    code, line = desk.refused("join", "task.json", "--keystore", "keys/alice.json", "--role", "validator")
    assert code == 7 and "is not reviewed: it takes no validators" in line


def test_a_share_without_samples_is_refused_before_the_stake_is_bound(
    desk: Desk, reviewed: tuple[str, ...]
) -> None:
    code, line = desk.refused("validate", *reviewed, "--definition", "digits", "--share", "9000/9000")
    assert code == 3 and "--share is '9000/9000', the definition has" in line and "N at most" in line
    account = desk.said("status", reviewed[0], "--account", address_of(desk, "vera"))["account"]
    assert account["board_seat"] is None


# ---------------------------------------------------------------------- looking


@pytest.fixture(scope="module")
def past(desk: Desk) -> str:
    """Hash of a block that is not the latest any more."""
    connection = Connection.open(desk.url)
    found = connection.head()[1].hex()
    connection.web3.provider.make_request("evm_mine", [])  # type: ignore[arg-type]
    assert connection.head()[1].hex() != found
    return found


def test_an_audit_on_a_node_agrees_where_its_chain_has_the_block_of_head(desk: Desk, past: str) -> None:
    assert desk.said("audit", "task.json", "--head", f"0x{past}")["passed"]


def test_an_audit_on_a_node_differs_where_its_chain_has_no_block_of_head(desk: Desk) -> None:
    done = desk.run("audit", "task.json", "--head", "ab" * 32, "--json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["first_difference"].startswith(f"chain: it has no block 0x{'ab' * 32}")


def test_a_head_on_a_node_must_be_a_hash(desk: Desk) -> None:
    code, line = desk.refused("audit", "task.json", "--head", "latest")
    assert code == 3 and "--head is 'latest': give a block hash of 64 hexadecimal digits" in line


def test_a_head_is_refused_where_it_would_not_be_looked_at(desk: Desk, past: str) -> None:
    code, line = desk.refused("audit", "task.json", "--head", past, "--watch")
    assert code == 3 and "--head goes with an audit taken once" in line


def test_status_is_for_people_too(desk: Desk) -> None:
    shown = desk.run("status", "task.json").stdout
    assert "join" in shown and "of 3 places" in shown


def test_doctor_finds_everything_well(desk: Desk) -> None:
    findings = desk.said("doctor", "task.json", "--keystore", "keys/alice.json")
    assert {finding["verdict"] for finding in findings} <= {"ok", "warning"}
    names = [finding["what"] for finding in findings]
    assert names == [
        *("versions", "node", "clock", "contracts", "task", "account", "ether", "coins", "state", "store"),
        "first model",
    ]


@pytest.mark.parametrize(
    ("arguments", "what", "text"),
    [
        (("--rpc-url", "http://127.0.0.1:9"), "node", "no node answers"),
        (("--deployment", "nowhere.json"), "contracts", "cannot read"),
        (("--keystore", "gradbond.toml"), "account", "is no keystore file"),
        (("--store", "empty"), "first model", "is not in"),
    ],
)
def test_doctor_names_what_is_wrong(desk: Desk, arguments: tuple[str, ...], what: str, text: str) -> None:
    done = desk.run("doctor", "task.json", *arguments, "--json")
    wrong = {row["what"]: row["text"] for row in json.loads(done.stdout) if row["verdict"] == "wrong"}
    assert done.returncode == 1 and text in wrong[what]


def test_contracts_of_another_version_are_refused(desk: Desk) -> None:
    other = json.loads((desk.folder / "deployment.json").read_text())
    other["vault"] = other["coin"]
    (desk.folder / "other.json").write_text(json.dumps(other))
    code, line = desk.refused("status", "task.json", "--deployment", "other.json")
    assert code == 7 and "StakeVault" in line
