"""One task as a participant sees it: its contract, its events so far, and its formats."""

from __future__ import annotations

from collections.abc import Sequence

from fl_client.chain.contracts import NOBODY, Phase, TaskContract
from fl_client.encoding import Node, UpdateMessage, VectorFormat, VectorKind, commit_vector, update_digest
from fl_client.rounds.following import Following
from fl_client.rounds.ledger import TaskLedger
from fl_client.rounds.reveal import Reveal
from fl_client.types import Address, Bytes32


class TaskWatch(Following[TaskContract, TaskLedger]):
    """A plain task: its contract, its events so far, and its formats."""

    artifacts = (
        *("TrainingTask", "StakeVault", "RewardPool", "DisputeCourt", "RoundTables", "ReviewBoard"),
        *("AvailabilityQuestions", "ProofOfWork"),
    )

    def _new_ledger(self) -> TaskLedger:
        parameters = self.contract.parameters
        board = None if parameters.board == NOBODY else parameters.board
        return TaskLedger(self.contract.address, parameters.initial_model, parameters.initial_content, board)

    def _contracts(self) -> tuple[Address, ...]:
        """The task, and those of its deployment that tell of it."""
        deployment = self.contract.deployment
        court, tables, questions = deployment.court, deployment.round_tables, self.contract.questions.address
        return self.contract.address, deployment.vault, deployment.pool, court, tables, Address(questions)

    def _speakers(self) -> tuple[Address, ...]:
        parameters = self.contract.parameters
        further = [one for one in (parameters.board, parameters.sealing) if one != NOBODY]
        return (*self._contracts(), *further)

    @property
    def update_form(self) -> VectorFormat:
        """The format of this task's updates."""
        return self._form(VectorKind.UPDATE)

    @property
    def model_form(self) -> VectorFormat:
        """The format of this task's models."""
        return self._form(VectorKind.MODEL)

    def refresh(self, account: Address = NOBODY) -> tuple[Phase, int]:
        """Read all new events; returns the phase after them and its deadline, asked as `account`.

        Raises:
            ChainUnavailable: the node is gone, or behind what it told before.
            ChainError: it is on another chain by now.
        """
        with self.contract.held():
            self.catch_up()
            self._require_one_block(lambda: self.contract.clock(account).turn, self.ledger.turn)
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
        milliseconds: int,
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
            milliseconds=milliseconds,
            salt=salt,
        )
        return update_digest(message, self.contract.connection.chain_id)

    def digest_of_reveal(self, number: int, reveal: Reveal) -> Bytes32:
        """The digest that the fields of a round's reveal hash to."""
        return self.digest_of(
            round_=number,
            attempt=reveal.attempt,
            trainer=reveal.trainer,
            commitment=self.commitment_of(reveal),
            content_id=reveal.content_id,
            samples=reveal.samples,
            milliseconds=reveal.milliseconds,
            salt=reveal.salt,
        )

    def entries(self, reveals: Sequence[Reveal]) -> tuple[tuple[Address, int, Bytes32], ...]:
        """Reveals as the contract wants them posted: trainer, capped weight, commitment."""
        cap = self.contract.parameters.max_samples
        return tuple(
            (reveal.trainer, min(reveal.samples, cap), self.commitment_of(reveal)) for reveal in reveals
        )

    def accepted(self, number: int) -> tuple[Reveal, ...]:
        """The accepted updates of a frozen round, in the order of their reveals."""
        record = self.ledger.rounds[number]
        return tuple(reveal for reveal in record.reveals if record.accepts(reveal.index))

    def _form(self, kind: VectorKind) -> VectorFormat:
        parameters = self.contract.parameters
        return VectorFormat(dimension=parameters.dimension, fraction_bits=parameters.fraction_bits, kind=kind)
