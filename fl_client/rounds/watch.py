"""One task as a participant sees it: its contract, its events so far, and its formats."""

from __future__ import annotations

from collections.abc import Sequence

from fl_client.chain import EventCursor, load_artifact
from fl_client.chain.contracts import NOBODY, Phase, TaskContract
from fl_client.encoding import Node, UpdateMessage, VectorFormat, VectorKind, commit_vector, update_digest
from fl_client.rounds.ledger import Reveal, TaskLedger
from fl_client.types import Address, Bytes32

_WATCHED = ("TrainingTask", "StakeVault", "RewardPool", "DisputeCourt")


class TaskWatch:
    """A task's contract together with the ledger of its events; roles of one process may share it."""

    def __init__(self, contract: TaskContract, *, start_block: int | None = None) -> None:
        deployment, parameters = contract.deployment, contract.parameters
        self.contract = contract
        self.ledger = TaskLedger(contract.address, parameters.initial_model, parameters.initial_content)
        self._cursor = EventCursor(
            contract.connection,
            [contract.address, deployment.vault, deployment.pool, deployment.court],
            [load_artifact(name) for name in _WATCHED],
            deployment.block if start_block is None else start_block,
        )

    @property
    def update_form(self) -> VectorFormat:
        """The format of this task's updates."""
        return self._form(VectorKind.UPDATE)

    @property
    def model_form(self) -> VectorFormat:
        """The format of this task's models."""
        return self._form(VectorKind.MODEL)

    def refresh(self, account: Address = NOBODY) -> tuple[Phase, int]:
        """Read all new events; returns the phase after them and its deadline, asked as `account`."""
        with self.contract.held() as block:
            if block >= self._cursor.next_block:
                self.ledger.apply_all(self._cursor.poll(block))
            return self.contract.phase(account)

    def commitment_of(self, reveal: Reveal) -> Bytes32:
        """The commitment that a reveal's fields make."""
        return commit_vector(Node(hash=reveal.root_hash, sum=reveal.root_sum), self.update_form)

    def digest_of(
        self,
        *,
        round_: int,
        attempt: int,
        trainer: Address,
        commitment: Bytes32,
        content_id: Bytes32,
        samples: int,
        salt: Bytes32,
    ) -> Bytes32:
        """The EIP-712 digest that a trainer commits to."""
        message = UpdateMessage(
            task=self.contract.address,
            round=round_,
            attempt=attempt,
            base_model=self.ledger.base_of(round_)[0],
            trainer=trainer,
            commitment=commitment,
            content_id=content_id,
            samples=samples,
            salt=salt,
        )
        return update_digest(message, self.contract.connection.chain_id)

    def entries(self, reveals: Sequence[Reveal]) -> tuple[tuple[Address, int, Bytes32], ...]:
        """Reveals as the contract wants them posted: trainer, capped weight, commitment."""
        cap = self.contract.parameters.max_samples
        return tuple(
            (reveal.trainer, min(reveal.samples, cap), self.commitment_of(reveal)) for reveal in reveals
        )

    def accepted(self, number: int) -> tuple[Reveal, ...]:
        """The accepted updates of a frozen round, in the order of their reveals."""
        record = self.ledger.rounds[number]
        mask = record.accepted_mask or 0
        return tuple(reveal for reveal in record.reveals if mask >> reveal.index & 1)

    def _form(self, kind: VectorKind) -> VectorFormat:
        parameters = self.contract.parameters
        return VectorFormat(dimension=parameters.dimension, fraction_bits=parameters.fraction_bits, kind=kind)
