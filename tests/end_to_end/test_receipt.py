"""Receipts: every fate that an update can have, told from the chain alone, and no false one holds."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain import demo_account, import_chain
from fl_client.chain.contracts import ONE_COIN, Deployment, Phase, TaskContract, TrainerRecord, find_factories
from fl_client.errors import AuditDiffers, ChainError, ConfigError
from fl_client.records.receipt import TaskPast, receipt_of
from fl_client.records.receipt_check import check_receipt
from fl_client.roles import ModelBook, Trainer
from fl_client.rounds import VerifiedVectors
from fl_client.simulation import DemoSettings, Federation
from fl_client.simulation.attackers import LyingNormTrainer
from fl_client.simulation.attacks.offenders import SharedWith, WithholdingTrainer
from fl_client.storage import LocalStore
from fl_client.types import Address

from .conftest import Run, run_fl

Told = Callable[[str, int], dict[str, Any]]


class AbsentTrainer(Trainer):
    """Commits in no round but the first, and vouches for nothing, so that Attest lasts until its end."""

    def may_commit(self, record: TrainerRecord) -> bool:
        return self.ledger.round == 1 and super().may_commit(record)

    def may_attest(self, record: TrainerRecord) -> bool:
        return False


class LateTrainer(Trainer):
    """In the second round it sends its commitment when the others reveal."""

    def act(self, phase: Phase) -> str | None:
        if self.ledger.round != 2 or phase is Phase.ENDED:
            return super().act(phase)
        if phase is Phase.REVEAL and self._sent is None:
            web3, clock = self.contract.connection.web3, self.contract.clock()
            call = self.contract.task.functions.commitUpdate(clock.turn, bytes(32))
            nonce = web3.eth.get_transaction_count(self.address)  # type: ignore[arg-type]
            filled = call.build_transaction(
                {
                    "gas": 200_000,
                    "nonce": nonce,
                    "chainId": self.contract.connection.chain_id,
                    "gasPrice": 10**10,
                }  # type: ignore[typeddict-item]
            )
            signed = demo_account(0, 3).sign_transaction(filled)
            self._sent = web3.eth.send_raw_transaction(signed.raw)
        return None

    _sent: Any = None


class AlwaysAbsent(Trainer):
    """Joins, and never commits."""

    def may_commit(self, record: TrainerRecord) -> bool:
        return False


def named(federation: Federation) -> dict[str, Any]:
    return {member.name: member.participant for member in federation.members}


def teller(contract: TaskContract, address: Callable[[str], Address]) -> Told:
    past = TaskPast.read(contract)
    return lambda who, number: receipt_of(past, address(who), number)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Federation, Told]:
    """Two rounds of six trainers, four of whom do something else than they should."""
    out = tmp_path_factory.mktemp("receipts") / "run"
    federation = Federation(
        DemoSettings(participants=6, rounds=2, epochs=1, partition="iid", honest=True, out=out)
    )
    people = named(federation)
    for who, kind in {2: LyingNormTrainer, 3: LateTrainer, 4: WithholdingTrainer, 5: AbsentTrainer}.items():
        people[f"trainer {who}"].__class__ = kind
    people["trainer 2"].cheats_in = 1
    among = LocalStore(out / "among")
    shared = SharedWith(federation.store, among)
    people["trainer 4"].accomplices = among
    people["trainer 4"].models = ModelBook(
        federation.watch, shared, verified=VerifiedVectors(shared, most=16)
    )
    assert len(list(federation.run())) == 2
    federation.close()
    return federation, teller(federation.contract, lambda who: people[who].address)


def test_a_counted_update_has_its_weight_and_what_it_earned(mixed: tuple[Federation, Told]) -> None:
    federation, told = mixed
    found, parameters = told("trainer 1", 1), federation.contract.parameters
    record = federation.watch.ledger.rounds[1]
    weights = {reveal.trainer: reveal.samples for reveal in federation.watch.accepted(1)}
    assert (found["verdict"], found["counted"]) == ("counted", True)
    assert found["samples"] == weights[found["trainer"]]
    assert found["total_samples"] == sum(weights.values())
    assert float(found["share"]) == pytest.approx(found["samples"] / found["total_samples"], abs=1e-6)
    share = federation.watch.ledger.bonus_shares.get(1, 0)
    assert int(found["earned"]["total"]) == parameters.update_reward + parameters.attest_reward + share
    assert [one["accepted"] for one in found["set"]["entries"]] == [
        bool((record.accepted_mask or 0) >> place & 1) for place in range(len(record.reveals))
    ]


@pytest.mark.parametrize(
    ("who", "number", "verdict", "words"),
    [
        ("trainer 2", 1, "slashed", "proved to lie about its length (wrong-norm)"),
        ("trainer 2", 2, "counted", "accepted updates of a final round"),
        ("trainer 3", 2, "late", "the commit phase was over"),
        ("trainer 4", 1, "outvoted", "1 of the 5 who may attest vouched for it, more than 2 have to"),
        ("trainer 5", 2, "never-committed", "never committed to an update in turn 2"),
        ("owner", 1, "no-member", "no trainer of the task"),
    ],
)
def test_each_fate_has_its_reason(
    mixed: tuple[Federation, Told], who: str, number: int, verdict: str, words: str
) -> None:
    found = mixed[1](who, number)
    assert (found["verdict"], words in found["why"]) == (verdict, True), found["why"]
    assert found["counted"] is (verdict == "counted")
    if not found["counted"]:
        assert found["samples"] is None and found["earned"]["update"] == "0"
    check_receipt(mixed[0].contract, json.loads(json.dumps(found)))


def test_a_slash_is_on_the_receipt_with_its_transaction(mixed: tuple[Federation, Told]) -> None:
    (cut,) = mixed[1]("trainer 2", 1)["lost"]
    assert (cut["evidence"], cut["taken"]) == ("wrong-norm", str(50 * ONE_COIN))
    assert cut["transaction"] in mixed[1]("trainer 2", 1)["why"]
    assert mixed[1]("trainer 2", 2)["lost"] == []


def test_a_round_that_never_was_is_refused(mixed: tuple[Federation, Told]) -> None:
    with pytest.raises(ConfigError, match="--round is 3: the task .* has opened the rounds 1 to 2 of 2"):
        mixed[1]("trainer 1", 3)


# ---------------------------------------------------------------------- forgeries


def weigh(found: dict[str, Any]) -> None:
    found["share"] = "0.900000"


def excuse(found: dict[str, Any]) -> None:
    found["verdict"] = "rejected"


def hide(found: dict[str, Any]) -> None:
    found["records"] = [one for one in found["records"] if one["event"] != "UpdatesAttested"]


def move(found: dict[str, Any]) -> None:
    found["records"][0]["log_index"] += 5


def rewrite(found: dict[str, Any]) -> None:
    frozen = next(one for one in found["records"] if one["event"] == "RoundFrozen")
    frozen["args"]["acceptedMask"] = 0b11111


def salt(found: dict[str, Any]) -> None:
    found["commitment"]["salt"] = "0x" + "11" * 32


def reweigh(found: dict[str, Any]) -> None:
    found["set"]["entries"][0]["weight"] += 1


def rebase(found: dict[str, Any]) -> None:
    found["as_of"]["hash"] = "0x" + "22" * 32


def elsewhere(found: dict[str, Any]) -> None:
    found["task"] = "0x" + "33" * 20


@pytest.mark.parametrize(
    ("forge", "words"),
    [
        (weigh, "share: the receipt says"),
        (excuse, 'verdict: the receipt says "rejected"'),
        (hide, "records: the receipt says"),
        (move, "the chain has no log"),
        (rewrite, "RoundFrozen in block .*: its args"),
        (salt, "which its trainer never committed to"),
        (reweigh, "entry 0 of the set does not hash"),
        (rebase, "the receipt is as of block"),
        (elsewhere, "the receipt is of task 0x3333"),
    ],
)
def test_a_forged_receipt_does_not_hold(
    mixed: tuple[Federation, Told], forge: Callable[[dict[str, Any]], None], words: str
) -> None:
    found = copy.deepcopy(json.loads(json.dumps(mixed[1]("trainer 1", 1))))
    check_receipt(mixed[0].contract, found)
    forge(found)
    with pytest.raises(AuditDiffers, match=words):
        check_receipt(mixed[0].contract, found)


def test_a_chain_that_is_not_as_far_yet_says_nothing_against_a_receipt(
    mixed: tuple[Federation, Told],
) -> None:
    found, height = mixed[1]("trainer 1", 1), mixed[0].connection.block_number()
    found["as_of"]["block"] = height + 1
    with pytest.raises(
        ChainError, match=f"is as of block {height + 1}, .* is at block {height}: wait for it"
    ):
        check_receipt(mixed[0].contract, found)


def test_what_is_no_receipt_is_said(mixed: tuple[Federation, Told]) -> None:
    found = mixed[1]("trainer 1", 1)
    del found["as_of"]
    with pytest.raises(ConfigError, match="the receipt is broken: it has no as_of"):
        check_receipt(mixed[0].contract, found)


# ---------------------------------------------------------------------- rounds that come to nothing


@pytest.fixture(scope="module")
def hopeless(tmp_path_factory: pytest.TempPathFactory) -> tuple[Federation, dict[str, dict[str, Any]], Told]:
    """Three trainers and a quorum of three, one of whom never comes; and what was known in the middle of it."""
    out = tmp_path_factory.mktemp("void") / "run"
    federation = Federation(DemoSettings(participants=3, rounds=1, epochs=1, honest=True, out=out))
    people = named(federation)
    people["trainer 3"].__class__ = AlwaysAbsent
    while not federation.watch.ledger.round or len(federation.watch.ledger.current().commits) < 2:
        federation._sweep()
    early = teller(federation.contract, lambda who: people[who].address)
    seen = {who: early(who, 1) for who in ("trainer 1", "trainer 3")}
    assert list(federation.run()) == []
    return federation, seen, teller(federation.contract, lambda who: people[who].address)


def test_before_its_end_a_round_is_open(
    hopeless: tuple[Federation, dict[str, dict[str, Any]], Told],
) -> None:
    assert {who: found["verdict"] for who, found in hopeless[1].items()} == {
        "trainer 1": "open",
        "trainer 3": "open",
    }


def test_a_receipt_of_an_earlier_block_still_holds(
    hopeless: tuple[Federation, dict[str, dict[str, Any]], Told],
) -> None:
    federation, seen, _ = hopeless
    assert seen["trainer 1"]["as_of"]["block"] < federation.connection.block_number()
    check_receipt(federation.contract, seen["trainer 1"])


@pytest.mark.parametrize(("who", "verdict"), [("trainer 1", "voided"), ("trainer 3", "never-committed")])
def test_a_round_without_a_quorum_counts_nothing(
    hopeless: tuple[Federation, dict[str, dict[str, Any]], Told], who: str, verdict: str
) -> None:
    found = hopeless[2](who, 1)
    assert (found["verdict"], found["counted"], found["earned"]["total"]) == (verdict, False, "0")
    if verdict == "voided":
        assert "given up after 3 attempts" in found["why"]


# ---------------------------------------------------------------------- the command, on a run with its cheats


@pytest.mark.parametrize(
    ("trainer", "number", "verdict", "words"),
    [
        (6, 2, "not-revealed", "20 coins were taken for it in block"),
        (5, 3, "copied", "It copied the commitment of 0x"),
        (4, 4, "outvoted", "that its tree lies was proved in transaction 0x"),
        (1, 5, "counted", "A proposed model was rejected on evidence"),
    ],
)
def test_planted_cheats_are_named(run: Run, trainer: int, number: int, verdict: str, words: str) -> None:
    connection = import_chain(run.out / "chain")
    ((factory, task, _),) = find_factories(connection)
    contract = TaskContract(connection, Deployment.of_factory(connection, factory), task)
    found = receipt_of(TaskPast.read(contract), demo_account(3, trainer).address, number)
    assert found["verdict"] == verdict
    assert words in found["why"]


def test_the_command_writes_a_receipt_and_checks_it(run: Run, tmp_path: Path) -> None:
    who = demo_account(3, 1).address
    given = run_fl("receipt", str(run.out), "--trainer", who, "--round", "2", "--json")
    assert given.returncode == 0, given.stderr
    file = tmp_path / "receipt.json"
    file.write_text(given.stdout)
    checked = run_fl("receipt", str(run.out), "--check", str(file))
    assert checked.returncode == 0, checked.stderr
    assert "holds: all" in checked.stdout and "counted" in checked.stdout
    file.write_text(given.stdout.replace('"verdict": "counted"', '"verdict": "outvoted"'))
    refused = run_fl("receipt", str(run.out), "--check", str(file))
    assert refused.returncode == 1 and refused.stderr.count("\n") == 1 and "verdict" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--trainer", "0x12", "--round", "1"), "--trainer is '0x12'"),
        ((), "give --trainer and --round"),
        (("--check", "nowhere.json"), "cannot read the receipt nowhere.json"),
    ],
)
def test_wrong_arguments_are_said_in_one_line(run: Run, arguments: tuple[str, ...], words: str) -> None:
    done = run_fl("receipt", str(run.out), *arguments)
    assert done.returncode == 3 and done.stderr.count("\n") == 1 and words in done.stderr
