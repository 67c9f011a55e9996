"""An encrypted task's records, kept as they are read."""

from __future__ import annotations

from collections.abc import Mapping

from fl_client.chain.contracts import Role
from fl_client.chain.contracts.encrypted import EncryptedContract, EncryptedPhase
from fl_client.records.encrypted_phases import EncryptedPhases
from fl_client.records.history import Recording
from fl_client.records.roster import Roster
from fl_client.rounds.encrypted import EncryptedLedger
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.types import Address


class EncryptedRecordWatch(Recording[EncryptedContract, EncryptedLedger], EncryptedWatch):
    """An encrypted task and everything that was read of it.

    Attributes:
        phases: what the task was doing when.
    """

    phases: EncryptedPhases

    def _new_roster(self, names: Mapping[Address, tuple[str, str]]) -> Roster:
        parameters = self.contract.parameters
        # One account may be both: then it is called by what it does in the task.
        roles = {parameters.owner: "owner"} | {parameters.dealer: "dealer"}
        return Roster(self.contract.deployment, roles, names)

    def _new_phases(self) -> EncryptedPhases:
        return EncryptedPhases(self.contract.parameters, self.is_suspended)

    def is_suspended(self, account: Address) -> bool:
        """Whether a party's stake is below the greatest penalty, so that it may do nothing but share."""
        staked = self.roster.stakes[account, Role.TRAINER].amount
        return staked < self.contract.parameters.wrong_penalty

    def refresh(self) -> tuple[EncryptedPhase, int]:
        """Read all new events; returns the phase after them and its deadline, seconds since 1970."""
        self.read()
        return self.phases.at(self.now)

    @property
    def suspended(self) -> set[Address]:
        """Parties of the key whose stake is too small for them to do anything but share."""
        ceremony = self.ledger.ceremony
        if ceremony is None or self.ledger.ended is not None:
            return set()
        return {one for one in ceremony.accounts if self.is_suspended(one)}

    @property
    def signature(self) -> tuple[object, ...]:
        """Equal as long as nothing but time and strangers' blocks have passed."""
        _, deadline = self.phases.at(self.now)
        return (*super().signature, self.now >= deadline, self.now >= self.question_deadline)

    @property
    def question_deadline(self) -> int:
        """Until when the open question can be answered, seconds since 1970; 0 where none is open."""
        opened = [one for one in self._events if one.name in ("ChunkAsked", "ChunkShown", "StatementStruck")]
        return int(opened[-1].args["deadline"]) if opened and opened[-1].name == "ChunkAsked" else 0
