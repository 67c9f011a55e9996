"""One encrypted task as a participant sees it: its contract, its events so far, and its formats."""

from __future__ import annotations

from fl_client.chain.contracts.encrypted import EncryptedContract, EncryptedPhase
from fl_client.encoding import VectorFormat, VectorKind
from fl_client.rounds.encrypted import EncryptedLedger
from fl_client.rounds.following import Following
from fl_client.types import Address


class EncryptedWatch(Following[EncryptedContract, EncryptedLedger]):
    """An encrypted task: its contract, its events so far, and the format of its models."""

    artifacts = ("EncryptedTask", "StakeVault", "RewardPool")

    def _new_ledger(self) -> EncryptedLedger:
        parameters = self.contract.parameters
        return EncryptedLedger(self.contract.address, parameters.initial_model, parameters.initial_content)

    def _contracts(self) -> tuple[Address, ...]:
        deployment = self.contract.deployment
        return self.contract.address, deployment.vault, deployment.pool

    @property
    def model_form(self) -> VectorFormat:
        """The format of this task's models."""
        parameters = self.contract.parameters
        return VectorFormat(
            dimension=parameters.dimension, fraction_bits=parameters.fraction_bits, kind=VectorKind.MODEL
        )

    def refresh(self) -> tuple[EncryptedPhase, int]:
        """Read all new events; returns the phase after them and its deadline.

        Raises:
            ChainUnavailable: the node is gone, or behind what it told before.
            ChainError: it is on another chain by now.
        """
        with self.contract.held():
            self.catch_up()
            told = 0 if self.ledger.turn is None else self.ledger.turn.number
            self._require_one_block(lambda: self.contract.state().turn, told)
            return self.contract.phase()
