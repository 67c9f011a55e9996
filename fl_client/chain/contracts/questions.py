"""A question for a chunk of bytes that an attester vouched for, as the contract takes it."""

from __future__ import annotations

from dataclasses import dataclass

from fl_client.types import Address, Bytes32


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which chunk of which update is asked of whom (``IAvailabilityQuestions.Question``).

    Attributes:
        round: of the task.
        attester: who vouched.
        commitment: of the update.
        chunk: from 0.
    """

    round: int
    attester: Address
    commitment: Bytes32
    chunk: int

    def to_tuple(self, task: Address) -> tuple[Address, int, Address, Bytes32, int]:
        """The arguments of the contract, for a task."""
        return task, self.round, self.attester, self.commitment, self.chunk
