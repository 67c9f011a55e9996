"""Who stands where in a task, from its events."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.chain import Event
from fl_client.chain.contracts import Evidence
from fl_client.rounds import TaskLedger
from fl_client.types import Address, Bytes32

TASK, ALICE = Address("0x" + "a" * 40), Address("0x" + "1" * 40)
EMPTY = Bytes32(bytes(32))


def told(*events: tuple[str, dict[str, Any]]) -> TaskLedger:
    ledger = TaskLedger(TASK, EMPTY, EMPTY)
    ledger.apply_all(
        Event(name=name, address=TASK, args=args, block=place, transaction_hash=EMPTY, log_index=0)
        for place, (name, args) in enumerate(events)
    )
    return ledger


JOINED = ("TrainerJoined", {"trainer": ALICE, "turn": 0})
SUSPENDED = ("TrainerSuspended", {"trainer": ALICE, "evidence": Evidence.NO_REVEAL})
LEFT = ("MemberLeft", {"account": ALICE, "role": 1})


@pytest.mark.parametrize("back", [JOINED, ("TrainerRestored", {"trainer": ALICE, "turn": 3})])
def test_a_suspended_trainer_is_none_any_more_once_it_is_back(back: tuple[str, dict[str, Any]]) -> None:
    assert told(JOINED, SUSPENDED, LEFT).suspended == {ALICE}
    ledger = told(JOINED, SUSPENDED, LEFT, back)
    assert not ledger.suspended and ledger.trainers == [ALICE]
    assert told(JOINED, SUSPENDED, LEFT, back, SUSPENDED).suspended == {ALICE}
