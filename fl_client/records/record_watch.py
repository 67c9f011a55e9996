"""A plain task's records, kept as they are read."""

from __future__ import annotations

from collections.abc import Mapping

from fl_client.chain.contracts import NOBODY, Phase, TaskContract
from fl_client.records.history import Recording
from fl_client.records.phases import PhaseClock
from fl_client.records.roster import Roster
from fl_client.rounds import TaskLedger, TaskWatch
from fl_client.types import Address


class RecordWatch(Recording[TaskContract, TaskLedger], TaskWatch):
    """A plain task and everything that was read of it.

    Attributes:
        phases: what the task was doing when.
    """

    phases: PhaseClock

    def _of_task(self) -> set[Address]:
        return {self.contract.address, self.contract.parameters.board} - {NOBODY}

    def _new_roster(self, names: Mapping[Address, tuple[str, str]]) -> Roster:
        contract = self.contract
        return Roster(
            contract.deployment,
            {contract.parameters.owner: "owner"},
            names,
            # Bonds of questions lie there, and fees are paid from there at once.
            purse=Address(contract.questions.address),
        )

    def _new_phases(self) -> PhaseClock:
        return PhaseClock(self.contract.parameters)

    def refresh(self, account: Address = NOBODY) -> tuple[Phase, int]:
        """Read all new events; returns the phase after them and its deadline, seconds since 1970."""
        self.read()
        return self.phases.at(self.now)

    @property
    def suspended(self) -> set[Address]:
        """Members whose stake is too small for them to go on."""
        return set(self.ledger.suspended)

    @property
    def signature(self) -> tuple[object, ...]:
        """Equal as long as nothing but time and strangers' blocks have passed."""
        due = self.phases.proposers(self.now) if self.phases.at(self.now)[0] is Phase.AGGREGATE else None
        return (*super().signature, due)
