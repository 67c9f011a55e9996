"""Counting attestations as the contract does, in a round that is tried again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fl_client.rounds import Reveal, tally
from fl_client.rounds.round_record import RoundRecord
from fl_client.types import Address, Bytes32

TURN = 2


def trainer(number: int) -> Address:
    return Address("0x" + f"{number:040x}")


def record(roots: Sequence[int], votes: Sequence[int], *, attempt: int = 1, dropped: int = 0) -> RoundRecord:
    """A round whose i-th reveal has this root and whose author vouches for these updates."""
    reveals = [
        Reveal(
            trainer=trainer(index),
            turn=TURN,
            attempt=attempt,
            index=index,
            root_hash=Bytes32(bytes(31) + bytes([root])),
            root_sum=1,
            content_id=Bytes32(bytes(32)),
            samples=1,
            salt=Bytes32(bytes(32)),
        )
        for index, root in enumerate(roots)
    ]
    return RoundRecord(
        number=1,
        attempt=attempt,
        reveals=reveals,
        attestations={trainer(index): (TURN, vote) for index, vote in enumerate(votes)},
        dropped={index for index in range(len(roots)) if dropped >> index & 1},
    )


def test_more_than_half_of_those_who_stand_accept() -> None:
    outcome = tally(record([1, 2, 3, 4], [0b1111, 0b0111, 0b0011, 0b0001], attempt=0), turn=TURN)
    assert (outcome.accepted_mask, outcome.attested_mask, outcome.complete) == (0b0011, 0b1111, True)


@pytest.mark.parametrize("dropped", [0b00000, 0b00001])
def test_a_repetition_has_no_voice_even_if_its_first_author_was_slashed(dropped: int) -> None:
    """Else a sealer would count one voice more than the contract, and take another set for the accepted one."""
    played = record([1, 2, 3, 4, 1], [0, 0b01110, 0b01110, 0b00110, 0b01000], dropped=dropped)
    outcome = tally(played, turn=TURN)
    assert outcome.attested_mask == 0b01111 & ~dropped
    assert outcome.complete
    # With the repetition's voice there were five (or four) in place of four (or three).
    assert outcome.accepted_mask == (0b00110 if not dropped else 0b01110)


def test_in_a_first_attempt_equal_updates_both_stand() -> None:
    assert tally(record([1, 1, 1], [0b111] * 3, attempt=0), turn=TURN).accepted_mask == 0b111
