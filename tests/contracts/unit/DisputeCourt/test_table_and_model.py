"""A dispute about a table beside evidence about the model."""

from __future__ import annotations

from typing import Any

import brownie
import pytest
from eth_utils.crypto import keccak

from tests.contracts.dissection import SALT, altered, prove
from tests.contracts.federation import ZERO, People, System, only_event, reverts
from tests.contracts.table_dispute import TableDispute, denied
from tests.contracts.tabled import empty_proof, packed_table, tabled
from tests.contracts.task_types import Role

ERROR = 5
NONE, SUMS = 0, 5


@pytest.fixture
def wrong_twice(system: System, people: People) -> TableDispute:
    """A wrong table, and a model that not even that table gives; one dispute about the table is open."""
    round_ = tabled(system, people, "krum:1+mean")
    dispute = denied(round_, people, 0, 1, ERROR, propose=False)
    round_.post(dispute.sealer, dispute.entries)
    round_.round.propose(altered(round_.model_over(dispute.entries), 70))
    dispute.open()
    return dispute


def model_proof(dispute: TableDispute) -> Any:
    round_ = dispute.round
    return round_.proof(altered(round_.model_over(dispute.entries), 70), 70, dispute.entries)


def test_a_proof_about_the_model_ends_the_dispute(
    court: Any, vault: Any, trainers: Any, wrong_twice: TableDispute
) -> None:
    """The proposal is gone, whoever showed it; the challenger of the table gets its bond back."""
    task, challenger = wrong_twice.task, wrong_twice.challenger
    proved = prove(court, task, trainers[7], model_proof(wrong_twice))
    assert only_event(proved, "AggregateRejected")["proposer"] == wrong_twice.sealer
    assert court.tableDisputeOf(task)["challenger"] == ZERO
    with reverts("DisputeCourtUnexpectedStep", NONE, SUMS):
        wrong_twice.answer()
    task.leaveTask(Role.CHALLENGER, 0, {"from": challenger})
    task.withdraw(Role.CHALLENGER, {"from": challenger})
    assert vault.stakeOf(task, challenger, Role.CHALLENGER)["amount"] == 0


def test_the_challenger_of_a_table_announces_other_evidence_like_anybody(
    court: Any, wrong_twice: TableDispute
) -> None:
    """It has named no replacement, so that none can come to stand."""
    task, challenger = wrong_twice.task, wrong_twice.challenger
    with brownie.reverts(revert_pattern="DisputeCourtNotOpened: .*"):
        court.proveWrongAggregate(task, model_proof(wrong_twice), SALT, {"from": challenger})
    prove(court, task, challenger, model_proof(wrong_twice))
    assert task.proposedModel()[1] == ZERO


def test_a_missing_table_has_no_entry_to_deny(system: System, people: People) -> None:
    round_ = tabled(system, people, "krum:1+mean")
    round_.round.propose(round_.model())
    sealer = next(one for one in people.sealers if one == round_.task.proposedModel()[1])
    dispute = TableDispute(
        round=round_,
        sealer=sealer,
        challenger=people.challenger,
        one=0,
        other=1,
        entries=round_.entries(),
        theirs=[0],
    )
    with reverts("DisputeCourtWrongTable", keccak(packed_table(dispute.entries)), bytes(32)):
        dispute.open()
    proved = prove(system.court, round_.task, people.challenger, empty_proof())
    assert only_event(proved, "AggregateRejected")["proposer"] == sealer
