"""A published update, as its trainer revealed it."""

from __future__ import annotations

from dataclasses import dataclass

from fl_client.encoding import report_of
from fl_client.types import Address, Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """A published update, as its trainer revealed it."""

    trainer: Address
    turn: int
    attempt: int
    index: int
    root_hash: Bytes32
    root_sum: int
    content_id: Bytes32
    samples: int
    salt: Bytes32
    milliseconds: int = 0

    @property
    def report(self) -> int:
        """Samples and milliseconds as they were revealed."""
        return report_of(self.samples, self.milliseconds)
