"""Searching for a nonce, and what it is bound to."""

from dataclasses import replace

import pytest

from fl_client.errors import ConfigError
from fl_client.sealing import ANYBODY, EASIEST, Puzzle, mine, nonce_of, seat_with, work_of
from fl_client.types import Address, Bytes32

PUZZLE = Puzzle(
    chain_id=1,
    policy=Address("0x" + "11" * 20),
    task=Address("0x" + "22" * 20),
    round=3,
    turn=4,
    proposal=0,
    set_hash=Bytes32(b"s" * 32),
    model=Bytes32(b"m" * 32),
    sealer=Address("0x" + "33" * 20),
)
EASY = EASIEST // 500


def test_a_found_nonce_lies_below_the_target_and_none_before_it_does() -> None:
    nonce, tried = mine(PUZZLE, EASY)
    assert nonce is not None and tried == nonce + 1
    assert [work_of(PUZZLE, one) < EASY for one in range(nonce + 1)] == [False] * nonce + [True]


def test_a_search_goes_on_where_it_stopped() -> None:
    whole, _ = mine(PUZZLE, EASY)
    found, tried = None, 0
    while found is None:
        found, tried = mine(PUZZLE, EASY, start=tried, tries=7)
    assert found == whole


def test_so_many_tries_and_no_more() -> None:
    assert mine(PUZZLE, 0, start=5, tries=100) == (None, 105)


def test_time_ends_a_search() -> None:
    ticks = iter(range(100))
    nonce, tried = mine(PUZZLE, 0, seconds=3, now=lambda: next(ticks))
    assert nonce is None and 0 < tried < 100_000


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": 2},
        {"policy": Address("0x" + "44" * 20)},
        {"task": Address("0x" + "44" * 20)},
        {"round": 4},
        {"turn": 5},
        {"proposal": 1},
        {"set_hash": bytes(32)},
        {"model": bytes(32)},
        {"sealer": Address("0x" + "44" * 20)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_work_is_bound_to(change: dict[str, object]) -> None:
    assert work_of(replace(PUZZLE, **change), 0) != work_of(PUZZLE, 0)


@pytest.mark.parametrize(("seat", "nonce"), [(0, 0), (15, 2**248 - 1), (255, 7)])
def test_seat_and_nonce_come_apart_again(seat: int, nonce: int) -> None:
    both = seat_with(seat, nonce)
    assert (both & 0xFF, nonce_of(both)) == (seat, nonce)
    assert both != ANYBODY


@pytest.mark.parametrize(("seat", "nonce"), [(256, 0), (-1, 0), (0, 2**248), (0, -1)])
def test_what_does_not_fit_is_refused(seat: int, nonce: int) -> None:
    with pytest.raises(ConfigError, match="8 bits"):
        seat_with(seat, nonce)
