"""The trainer: learns on its own data, binds itself to what it learnt, and vouches for what others published."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fl_client.aggregation.weigh import Needs
from fl_client.chain import Journal, SecretRow, TransactionSender
from fl_client.chain.contracts import Phase, Role, TrainerRecord, TrainerState
from fl_client.encoding import encoded_size
from fl_client.errors import ChainError, EncodingError, StorageError
from fl_client.roles.acting import GasBook
from fl_client.roles.asking import Vouching
from fl_client.roles.models import ModelBook
from fl_client.rounds import Reveal, SealedVector, TaskWatch, seal_vector
from fl_client.storage import ContentId, ContentStore
from fl_client.types import Bytes32

_log = logging.getLogger(__name__)

SaltSource = Callable[[int, int], Bytes32]
"""(round, attempt) -> 32 bytes that nobody else can guess."""


class Update(Protocol):
    """What a learner gives: the quantised difference, int32 (d,), on how many samples it rests, how long it took."""

    @property
    def delta(self) -> NDArray[np.int32]: ...
    @property
    def samples(self) -> int: ...
    @property
    def milliseconds(self) -> int: ...


class Learner(Protocol):
    """Learns from a global model."""

    def update(self, base: NDArray[np.int32], round_: int) -> Update:
        """Train from `base`, int32 (d,)."""
        ...


class Trainer(Vouching):
    """A trainer's account, its learner and its two stores."""

    role = "trainer"
    stakes_as = Role.TRAINER

    def __init__(
        self,
        watch: TaskWatch,
        sender: TransactionSender,
        gas: GasBook,
        *,
        learner: Learner,
        models: ModelBook,
        private: ContentStore,
        journal: Journal,
        salt: SaltSource,
    ) -> None:
        """Make a trainer.

        Args:
            learner: trains on this trainer's data.
            models: global models and others' updates, over the public store.
            private: keeps an update's bytes from before its commitment until its reveal.
            journal: keeps its secrets.
            salt: must be unpredictable; a demonstration may derive it from its seed.
        """
        super().__init__(watch, sender, gas)
        self.learner, self.models = learner, models
        self.private, self.journal, self.salt = private, journal, salt
        self._unpublished: SecretRow | None = None
        self._has_looked_back = False

    def act(self, phase: Phase) -> str | None:
        """Join; then in each round commit, reveal, attest; at the end go home."""
        record = self.contract.trainer(self.address)
        if (shown := self.show_asked()) is not None:
            return shown
        if phase is Phase.ENDED:
            return self.go_home(Role.TRAINER)
        if record.state is TrainerState.NONE:
            return self.join()
        if record.state is TrainerState.SUSPENDED and not record.leaving:
            return self.restore()
        if phase is Phase.COMMIT and self.may_commit(record):
            return self.commit()
        if phase is Phase.REVEAL and self._owes_reveal(record):
            return self.reveal()
        self._look_back()
        if self._unpublished is not None and self._publish_late(self._unpublished):
            return "published its update late"
        if phase is Phase.ATTEST and self.may_attest(record):
            return self.attest()
        return None

    # ------------------------------------------------------------------ membership

    def join(self) -> str:
        """Lock the stake."""
        self.allow(self.contract.parameters.trainer_stake)
        self.send(self.contract.task.functions.joinAsTrainer())
        return "joined"

    def restore(self) -> str | None:
        """Fill the stake up after a slash, if the balance allows."""
        stake, _ = self.contract.stake(self.address, Role.TRAINER)
        missing = self.contract.parameters.trainer_stake - stake
        if self.contract.balance(self.address) < missing:
            return None
        self.allow(missing)
        self.send(self.contract.task.functions.topUp())
        return "filled its stake up"

    # ------------------------------------------------------------------ commit

    def may_commit(self, record: TrainerRecord) -> bool:
        """Whether this trainer is due in the present turn."""
        clock = self.contract.clock()
        revealed = record.state >= TrainerState.REVEALED and record.turn >= clock.first_turn
        if record.leaving or revealed or record.turn == clock.turn or record.state is TrainerState.COMMITTED:
            return False
        return self.contract.is_drawn(self.address) and not self._awaits_inputs()

    def _awaits_inputs(self) -> bool:
        """Whether the owner still owes the round what its rule weighs by: nobody may commit too early.

        Once all have committed it is too late for that, so half of the phase is left to the owner, and no more.
        """
        record = self.ledger.current()
        if not self.models.rule.needs & (Needs.TRUST | Needs.REPUTATIONS) or record.reveals:
            return False
        given = self.ledger.tables.has_inputs(record.number)
        return not given and not self._is_late(self.contract.parameters.commit_seconds)

    def commit(self) -> str | None:
        """Learn, keep the update where only this trainer sees it, and commit."""
        clock = self.contract.clock()
        kept = self.journal.secret(self.contract.address, self.address, clock.round, clock.attempt)
        secret = kept or self.prepare(clock.round, clock.attempt)
        if secret.base_model != self.ledger.base_of(clock.round)[0]:
            # A reorganisation changed the model before. What was learnt cannot be revealed on this one, and a
            # second commitment for the same attempt is never made: sitting it out costs nothing.
            _log.warning(
                "%s: round %d has another base by now, this attempt is left out", self.address, clock.round
            )
            return None
        # Learning takes its time, and the contract refuses what was meant for an earlier turn.
        self.contract.look_again()
        if self.contract.clock(self.address).turn != clock.turn:
            return None
        committed = self.contract.task.functions.commitUpdate(clock.turn, secret.digest)
        self.send(committed, intent=self.named("commit"))
        return "committed"

    def prepare(self, round_: int, attempt: int) -> SecretRow:
        """Learn from the round's model; the update and its salt are on the disk when this returns."""
        learnt = self.learner.update(self.models.base(round_), round_)
        sealed = self.seal(learnt.delta)
        content = self.private.put(sealed.data)
        commitment, salt = sealed.commitment, self.salt(round_, attempt)
        digest = self.watch.digest_of(
            round_=round_,
            attempt=attempt,
            trainer=self.address,
            commitment=commitment,
            content_id=content.digest,
            samples=learnt.samples,
            milliseconds=learnt.milliseconds,
            salt=salt,
        )
        secret = SecretRow(
            task=self.contract.address,
            account=self.address,
            round=round_,
            attempt=attempt,
            base_model=self.ledger.base_of(round_)[0],
            commitment=commitment,
            content_id=content.digest,
            content_bytes=len(sealed.data),
            samples=learnt.samples,
            milliseconds=learnt.milliseconds,
            root_hash=Bytes32(sealed.root.hash),
            root_sum=sealed.root.sum,
            salt=salt,
            digest=digest,
        )
        self.journal.record_secret(secret)
        return secret

    def seal(self, delta: NDArray[np.int32]) -> SealedVector:
        """Encode and commit; refuses an update that the task would refuse."""
        sealed = seal_vector(delta, self.watch.update_form)
        bound = self.contract.parameters.norm_bound_squared
        if sealed.root.sum > bound:
            raise EncodingError(
                f"the update's sum of squares is {sealed.root.sum}, the task allows {bound}: "
                "lower the learning rate or the number of epochs"
            )
        return sealed

    # ------------------------------------------------------------------ reveal

    def _owes_reveal(self, record: TrainerRecord) -> bool:
        return record.state is TrainerState.COMMITTED and record.turn == self.contract.clock().turn

    def reveal(self) -> str | None:
        """Publish the bytes, then the fields that were committed to.

        Raises:
            StorageError: the bytes cannot be published, and there is time to wait. Towards the deadline the
                fields are revealed all the same: an update that nobody can fetch earns nothing, a commitment
                without reveal costs the penalty.
        """
        clock = self.contract.clock()
        secret = self.journal.secret(self.contract.address, self.address, clock.round, clock.attempt)
        if secret is None:
            raise ChainError(
                f"{self.address} committed in round {clock.round}, attempt {clock.attempt}, and the journal "
                f"{self.journal.path} has no secret of it: start with the state folder that it was made in"
            )
        try:
            self._publish(secret)
        except StorageError as problem:
            if not self._is_late(self.contract.parameters.reveal_seconds):
                raise
            _log.warning("%s: reveals without its bytes: %s", self.address, problem)
            self._unpublished = secret
        self.send(
            self.contract.task.functions.revealUpdate(
                secret.root_hash, secret.root_sum, secret.content_id, secret.report, secret.salt
            ),
            intent=self.named("reveal"),
        )
        return "revealed"

    def _publish(self, secret: SecretRow) -> None:
        content = ContentId.from_digest(secret.content_id, secret.content_bytes)
        size = encoded_size(self.watch.update_form)
        self.models.store.put(self.private.get(content, max_bytes=size))

    def _publish_late(self, secret: SecretRow) -> bool:
        """Try again what failed at the reveal: those who attest or aggregate may still come by."""
        try:
            self._publish(secret)
        except StorageError:
            return False
        self._unpublished = None
        return True

    def _look_back(self) -> None:
        """Once, after a start: an update that the process before revealed must be there to fetch."""
        record = self.ledger.rounds.get(self.ledger.round)
        if record is None or self._has_looked_back:
            return
        self._has_looked_back = True
        for reveal in record.reveals:
            if reveal.trainer != self.address:
                continue
            secret = self.journal.secret(self.contract.address, self.address, record.number, reveal.attempt)
            if secret is not None and not self._is_public(secret):
                self._unpublished = secret

    def _is_public(self, secret: SecretRow) -> bool:
        try:
            return self.models.store.has(ContentId.from_digest(secret.content_id, secret.content_bytes))
        except StorageError:
            return False

    def _serve(self, number: int, reveal: Reveal) -> None:
        try:
            self.models.serve(number, reveal)
        except StorageError as problem:
            # The bytes are right, which is what is asked; a daemon that comes back takes what was not published.
            _log.warning("%s: cannot serve update %d: %s", self.address, reveal.index, problem)

    def _is_late(self, phase_seconds: int) -> bool:
        """Whether less than half of the present phase is left."""
        _, deadline = self.contract.phase(self.address)
        return deadline - self.contract.connection.now() < phase_seconds / 2

    # ------------------------------------------------------------------ attest

    def may_attest(self, record: TrainerRecord) -> bool:
        """Whether this trainer has revealed in this round and not yet vouched in this turn."""
        clock = self.contract.clock()
        in_round = record.turn >= clock.first_turn
        if record.state is TrainerState.REVEALED:
            return in_round
        return record.state is TrainerState.ATTESTED and in_round and record.turn != clock.turn

    def attest(self) -> str:
        """Fetch every update, recompute its commitment, and say for which that went well.

        What is vouched for is put into this trainer's own store: an update that was served to some until it was
        accepted, and then no more, would leave the round without a model.

        Raises:
            StorageError: not even its own update is there, or none is, so that the store is at fault and not the
                others, and there is time to wait.
        """
        record, bitmap, missing = self.ledger.current(), 0, None
        waits = not self._is_late(self.contract.parameters.attest_seconds)
        for reveal in record.reveals:
            try:
                if not self.models.update(record.number, reveal).lies:
                    bitmap |= 1 << reveal.index
                    self._serve(record.number, reveal)
            except (StorageError, EncodingError) as problem:
                own = reveal.trainer == self.address and self._unpublished is None
                if own and problem.passing and waits:
                    raise
                missing = missing or problem
                continue  # not there, or not what was committed to: not vouched for
        if missing is not None and missing.passing and not bitmap and waits:
            raise missing
        self.send(self.contract.task.functions.attestUpdates(bitmap), intent=self.named("attest"))
        return f"attested {bitmap.bit_count()} of {len(record.reveals)}"
