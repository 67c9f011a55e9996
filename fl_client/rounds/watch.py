"""One task as a participant sees it: its contract, its events so far, and its formats."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fl_client.chain import EventCursor, KeptEvents, load_artifact
from fl_client.chain.contracts import NOBODY, Phase, TaskContract
from fl_client.encoding import Node, UpdateMessage, VectorFormat, VectorKind, commit_vector, update_digest
from fl_client.errors import ChainUnavailable, GradbondError, HistoryReplaced
from fl_client.rounds.ledger import TaskLedger
from fl_client.rounds.reveal import Reveal
from fl_client.types import Address, Bytes32

_log = logging.getLogger(__name__)

BEHIND_SECONDS: Final = 30.0
"""How long a node may be behind what it told before: after that its own view counts, as of a shorter chain."""

_WATCHED = (
    *("TrainingTask", "StakeVault", "RewardPool", "DisputeCourt", "RoundTables", "ReviewBoard"),
    *("AvailabilityQuestions", "ProofOfWork"),
)


class TaskWatch:
    """A task's contract together with the ledger of its events; roles of one process may share it.

    Attributes:
        contract: the task.
        ledger: what its events say; another object after a reorganisation.
        reorganisations: how often the chain replaced blocks that were read already.
    """

    def __init__(
        self, contract: TaskContract, *, start_block: int | None = None, state: Path | None = None
    ) -> None:
        """Watch a task.

        Args:
            contract: the task.
            start_block: where its events begin; ``None`` takes the deployment's block.
            state: a state folder, where events are kept for the next start; ``None`` keeps nothing.
        """
        self.contract = contract
        self.reorganisations = 0
        self._start = contract.deployment.block if start_block is None else start_block
        self._behind_since: float | None = None
        self._kept = None if state is None else KeptEvents(state, self._subject())
        self._begin()
        try:
            self.ledger.apply_all(self._cursor.restore())
        except GradbondError as problem:
            _log.warning("kept events are not this task's (%s): reading them again", problem)
            self._forget()

    def close(self) -> None:
        """Let another process have the state folder."""
        if self._kept is not None:
            self._kept.close()

    def _forget(self) -> None:
        if self._kept is not None:
            self._kept.clear()
        self._begin()

    def _begin(self) -> None:
        parameters = self.contract.parameters
        board = None if parameters.board == NOBODY else parameters.board
        sealing = None if parameters.sealing == NOBODY else parameters.sealing
        self.ledger = TaskLedger(
            self.contract.address, parameters.initial_model, parameters.initial_content, board
        )
        self._cursor = EventCursor(
            self.contract.connection,
            [*self._contracts(), *filter(None, [board, sealing])],
            [load_artifact(name) for name in _WATCHED],
            self._start,
            kept=self._kept,
        )

    def _subject(self) -> str:
        """What kept events must be of: another chain, task, deployment or start makes them worthless."""
        return " ".join([str(self.contract.deployment.chain_id), *self._contracts(), str(self._start)])

    def _contracts(self) -> tuple[Address, ...]:
        """The task, and those of its deployment that tell of it."""
        deployment = self.contract.deployment
        court, tables, questions = deployment.court, deployment.round_tables, self.contract.questions.address
        return self.contract.address, deployment.vault, deployment.pool, court, tables, Address(questions)

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

        A reorganisation makes the ledger anew, from the start block.

        Raises:
            ChainUnavailable: the node is gone, or behind what it told before.
            ChainError: it is on another chain by now.
        """
        with self.contract.held() as block:
            try:
                self._read(block)
            except HistoryReplaced as replaced:
                self.contract.connection.require_same_chain()
                _log.warning("%s", replaced)
                self.reorganisations += 1
                self._forget()
                self._read(block)
            return self.contract.phase(account)

    def _read(self, block: int) -> None:
        try:
            self.ledger.apply_all(self._cursor.poll(block, tip=self.contract.held_hash))
        except HistoryReplaced:
            raise
        except ChainUnavailable:
            if block >= self._cursor.next_block - 1:
                raise
            now = time.monotonic()
            self._behind_since = self._behind_since or now
            if now - self._behind_since < BEHIND_SECONDS:
                raise
            raise HistoryReplaced(f"the chain ends at block {block}, before what was read already") from None
        self._behind_since = None

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
