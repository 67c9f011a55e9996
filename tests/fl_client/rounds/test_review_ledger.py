"""Seats and committees of a board, from its events."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.chain import Event
from fl_client.chain.contracts import MAX_BOARD_SEATS, NO_COMMITTEE
from fl_client.errors import ChainError
from fl_client.rounds import ReviewLedger
from fl_client.types import Address, Bytes32

BOARD = Address("0x" + "b" * 40)


def told(ledger: ReviewLedger, name: str, **args: Any) -> None:
    ledger.apply(
        Event(
            name=name,
            address=BOARD,
            args=args,
            block=1,
            log_index=0,
            transaction_hash=Bytes32(bytes(32)),
        )
    )


def account(number: int) -> Address:
    return Address(f"0x{number:040x}")


@pytest.fixture
def full() -> ReviewLedger:
    ledger = ReviewLedger(BOARD)
    for seat in range(MAX_BOARD_SEATS):
        told(ledger, "ValidatorJoined", validator=account(seat + 1), seat=seat, turn=0)
    return ledger


def test_a_full_board_takes_nobody(full: ReviewLedger) -> None:
    with pytest.raises(ChainError, match="all 64 seats of the board 0xbbb.* are taken: wait until"):
        full.free_seat()


def test_the_first_free_seat_is_taken_again(full: ReviewLedger) -> None:
    told(full, "ValidatorLeft", validator=account(8), seat=7)
    told(full, "ValidatorLeft", validator=account(31), seat=30)
    assert full.free_seat() == 7
    assert (full.seat_of(account(8)), full.seat_of(account(9))) == (None, 8)


@pytest.mark.parametrize(("committee", "judges"), [(0, 2), (NO_COMMITTEE, 0)])
def test_a_draw_among_too_few_makes_no_committee(full: ReviewLedger, committee: int, judges: int) -> None:
    told(full, "ReviewOpened", turn=3, acceptedMask=0b11)
    told(full, "CommitteeDrawn", turn=3, committee=committee, size=2, seats=b"\x05\x09" + bytes(30), mark=9)
    drawn = full.reviews[3].committees
    assert [len(one.validators) for one in drawn] == ([judges] if judges else [])
