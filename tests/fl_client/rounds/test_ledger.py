"""Who stands where in a task, from its events."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.chain import Event
from fl_client.chain.contracts import Evidence
from fl_client.rounds import Commit, Reveal, RoundRecord, TaskLedger
from fl_client.types import Address, Bytes32

TASK, ALICE, BOB = (Address("0x" + 40 * digit) for digit in "a12")
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


def committed(trainer: Address, turn: int) -> Commit:
    return Commit(trainer=trainer, turn=turn, digest=EMPTY, copied_from=None)


def revealed(trainer: Address, turn: int) -> Reveal:
    return Reveal(
        trainer=trainer,
        turn=turn,
        attempt=turn - 1,
        index=0,
        root_hash=EMPTY,
        root_sum=1,
        content_id=EMPTY,
        samples=1,
        salt=EMPTY,
        milliseconds=0,
    )


def test_a_commitment_is_opened_by_a_reveal_of_its_own_turn_alone() -> None:
    record = RoundRecord(number=1)
    record.commits += [committed(ALICE, 1), committed(BOB, 1), committed(ALICE, 2)]
    record.reveals += [revealed(BOB, 1), revealed(ALICE, 2)]
    assert record.unopened(ALICE) == (record.commits[0],)
    assert record.unopened(BOB) == ()


def test_before_its_set_is_fixed_a_round_accepts_nothing() -> None:
    record = RoundRecord(number=1)
    assert not record.accepts(0)
    record.accepted_mask = 0b101
    assert [record.accepts(index) for index in range(4)] == [True, False, True, False]
