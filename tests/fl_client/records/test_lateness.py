"""Calls that a contract refused: which of them were late, and which were refused for something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fl_client.chain.contracts import Phase, TrainerRecord
from fl_client.records.receipt import TaskPast, receipt_of
from fl_client.records.receipt_check import check_receipt
from fl_client.roles import Owner, Participant, Trainer
from fl_client.simulation import DemoSettings, Federation

NOTHING = (bytes(32), 0, bytes(32), 1, bytes(32))


class Rash(Participant):
    """Sends one call whatever becomes of it: nobody simulates it first."""

    sent = False

    def send_blindly(self, function: Any, gas: int = 300_000) -> None:
        web3 = self.contract.connection.web3
        filled = function.build_transaction(
            {
                "gas": gas,
                "nonce": web3.eth.get_transaction_count(self.address),  # type: ignore[arg-type]
                "chainId": self.contract.connection.chain_id,
                "gasPrice": 10**10,
            }
        )
        web3.eth.send_raw_transaction(self.sender._account.sign_transaction(filled).raw)
        self.sent = True

    def commit_blindly(self, turn: int, gas: int = 300_000) -> None:
        self.send_blindly(self.contract.task.functions.commitUpdate(turn, bytes(32)), gas)


class Outsider(Owner, Rash):
    """Commits, and never joined."""

    def act(self, phase: Phase) -> str | None:
        if phase is Phase.COMMIT and not self.sent:
            self.commit_blindly(self.contract.clock().turn)
        return super().act(phase)


class Stingy(Trainer, Rash):
    """Commits in time, with too little gas."""

    def may_commit(self, record: TrainerRecord) -> bool:
        return False

    def act(self, phase: Phase) -> str | None:
        if phase is Phase.COMMIT and not self.sent:
            self.commit_blindly(self.contract.clock().turn, gas=30_000)
        return super().act(phase)


class Behind(Stingy):
    """Commits in time, to the turn before the first."""

    def act(self, phase: Phase) -> str | None:
        if phase is Phase.COMMIT and not self.sent:
            self.commit_blindly(self.contract.clock().turn - 1)
        return super().act(phase)


class Early(Trainer, Rash):
    """Reveals something else, and that once, while it should."""

    when = Phase.REVEAL

    def act(self, phase: Phase) -> str | None:
        if phase in (Phase.REVEAL, Phase.ATTEST):
            if phase is self.when and not self.sent:
                self.send_blindly(self.contract.task.functions.revealUpdate(*NOTHING))
            return None
        return super().act(phase)


class TooLate(Early):
    """Reveals when the others attest."""

    when = Phase.ATTEST


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    """What a receipt of the only round says about a member of the run."""
    out = tmp_path_factory.mktemp("late") / "run"
    federation = Federation(
        DemoSettings(participants=7, rounds=1, epochs=1, partition="iid", honest=True, out=out)
    )
    people = {member.name: member.participant for member in federation.members}
    kinds = {4: Stingy, 5: Behind, 6: Early, 7: TooLate}
    for number, kind in kinds.items():
        people[f"trainer {number}"].__class__ = kind
    people["owner"].__class__ = Outsider
    assert len(list(federation.run())) == 1
    past = TaskPast.read(federation.contract)

    def found(who: str) -> dict[str, Any]:
        receipt = receipt_of(past, people[who].address, 1)
        check_receipt(federation.contract, receipt)
        return receipt

    return found


@pytest.mark.parametrize(
    ("who", "verdict", "words"),
    [
        ("owner", "no-member", "no trainer of the task"),
        ("trainer 4", "never-committed", "never committed to an update in turn 1"),
        ("trainer 5", "late", "or the call was for another turn"),
        ("trainer 6", "not-revealed", "did not reveal: its call of block"),
        ("trainer 7", "late", "did not reveal in time: its call of block"),
    ],
)
def test_only_what_came_when_its_phase_was_over_is_late(
    told: Callable[[str], dict[str, Any]], who: str, verdict: str, words: str
) -> None:
    found = told(who)
    assert len(found["refused"]) == 1
    assert found["refused"][0].keys() == {"call", "block", "transaction"}
    assert found["verdict"] == verdict and words in found["why"], found["why"]
