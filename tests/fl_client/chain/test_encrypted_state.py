"""Whom a phase of an encrypted task waits for."""

from __future__ import annotations

import pytest

from fl_client.chain.contracts.encrypted import EncryptedPhase, EncryptedState

FIELDS = dict.fromkeys(EncryptedState.__slots__, 0) | {
    "parties": 4,
    "confirmed": 0b0011,
    "left_out": 0b1000,
    "suspended": 0b0001,
    "submitted": 0b0110,
    "attested": 0b0010,
    "shared": 0b0101,
}
ASKED = {
    EncryptedPhase.CONFIRM: (0b1011, 0b1111),
    EncryptedPhase.SUBMIT: (0b0110, 0b1110),
    EncryptedPhase.ATTEST: (0b0010, 0b0110),
    EncryptedPhase.SHARE: (0b0101, 0b1110),
}


@pytest.mark.parametrize("phase", EncryptedPhase, ids=lambda phase: phase.name.lower())
def test_who_has_done_what_a_phase_asks_for_and_who_is_due(phase: EncryptedPhase) -> None:
    state = EncryptedState(**(FIELDS | {"phase": phase}))  # type: ignore[arg-type]
    assert state.asked == ASKED.get(phase, (0, 0))
