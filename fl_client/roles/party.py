"""A party of an encrypted task: trains, encrypts, vouches, sums, shares, opens, and doubts everybody else."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fl_client.chain import Journal, StatementRow, TransactionSender
from fl_client.chain.contracts.encrypted import EncryptedPhase, Question, StatementKind
from fl_client.errors import CryptoError, StorageError
from fl_client.privacy.at_rest import SecretFolder
from fl_client.roles.acting import GasBook
from fl_client.roles.encrypted_book import EncryptedBook
from fl_client.roles.models import publish_computed
from fl_client.roles.party_member import PartyMember
from fl_client.roles.party_work import PartyWork, require_weight
from fl_client.roles.showing import shown_share
from fl_client.roles.trainer import Learner
from fl_client.rounds.encrypted_record import EncryptedTurn
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.storage import ContentStore
from fl_client.types import Address

_log = logging.getLogger(__name__)


class Party(PartyMember):
    """Trainer and key holder in one."""

    role = "party"
    work_kind: type[PartyWork] = PartyWork

    def __init__(
        self,
        watch: EncryptedWatch,
        sender: TransactionSender,
        gas: GasBook,
        *,
        learner: Learner,
        book: EncryptedBook,
        private: ContentStore,
        journal: Journal,
        secrets: SecretFolder,
        weight: int = 1,
        most_bond: int | None = None,
        most_top_up: int | None = None,
    ) -> None:
        """Make a party.

        Args:
            learner: trains on this party's data.
            book: what it fetches and checks, over the public store.
            private: keeps the bytes of what it says from before the chain hears of it.
            journal: keeps what it says.
            secrets: keeps its X25519 key and its share of the task's key.
            weight: of its updates.
            most_bond: greatest bond that it puts down for a question, in 1e-18 coin; None: its balance.
            most_top_up: what it adds to its stake at most, over all top-ups, in 1e-18 coin; None: its balance.

        Raises:
            CryptoError: the task takes no such weight.
        """
        super().__init__(
            watch, sender, gas, book=book, secrets=secrets, most_bond=most_bond, most_top_up=most_top_up
        )
        weight = require_weight(weight, self.contract.parameters.max_weight)
        self.work = self.work_kind(self.address, book, learner, private, journal, weight)
        self._unpublished: dict[str, StatementRow] = {}
        self._has_looked_back = False
        self._duties: dict[EncryptedPhase, Callable[[], str | None]] = {
            EncryptedPhase.CONFIRM: self.confirm,
            EncryptedPhase.SUBMIT: self.submit,
            EncryptedPhase.ATTEST: self.attest,
            EncryptedPhase.SUM: self.propose_sum,
            EncryptedPhase.SHARE: self.share,
            EncryptedPhase.RESULT: self.propose_result,
        }

    def act(self, phase: EncryptedPhase) -> str | None:
        """Join; then whatever the phase asks for, questions first; at the end go home."""
        if phase is EncryptedPhase.ENDED:
            return self.go_home()
        if not self.is_member:
            if phase is EncryptedPhase.JOIN and self.address not in self.ledger.keys:
                return self.join()
            return self.move_on() or self.withdraw()
        done = self.answer() or self.top_up() or self.publish_late()
        if done is None and phase in self._duties and self.now() < self.state.deadline:
            done = self._duties[phase]()
        return done or self.refuse(phase) or self.doubt(phase) or self.move_on()

    # ------------------------------------------------------------------ update

    def submit(self) -> str | None:
        """Learn, encrypt, keep, publish, submit."""
        state, turn = self.state, self.turn
        if self._is_in(state.submitted | state.suspended):
            return None
        self.opened.base(turn.round)
        row = self.work.update_row(turn)
        self._publish(row, self.contract.parameters.submit_seconds)
        # Learning and encrypting take their time, and the contract refuses what was meant for an earlier turn.
        self.contract.look_again()
        if self.state.turn != turn.number or self.state.phase is not EncryptedPhase.SUBMIT:
            return None
        submitted = self.contract.task.functions.submit(turn.number, row.weight, row.root, row.content_id)
        self.send(submitted, intent=self.named("submit"))
        return "submitted its encrypted update"

    def _publish(self, row: StatementRow, phase_seconds: int) -> None:
        """Publish; towards the deadline go on without, since what nobody can fetch costs less than silence."""
        try:
            self.work.publish(row)
        except StorageError as problem:
            if not self.is_late(phase_seconds):
                raise
            _log.warning("%s: its %s is not public yet: %s", self.address, row.kind, problem)
            self._unpublished[row.kind] = row

    def publish_late(self) -> str | None:
        """Try again what could not be published in time, by this process or the one before."""
        self._look_back()
        for kind, row in list(self._unpublished.items()):
            try:
                self.work.publish(row)
            except StorageError:
                continue
            del self._unpublished[kind]
            return f"published its {kind} late"
        return None

    def _look_back(self) -> None:
        """Once, after a start: what the chain has heard of this party in the present turn must be there to fetch."""
        turn = self.ledger.turn
        if turn is None or self._has_looked_back:
            return
        self._has_looked_back = True
        for row in self.work.said(turn):
            if not self.book.has(row.content_id, row.content_bytes):
                self._unpublished[row.kind] = row

    def attest(self) -> str | None:
        """Fetch every submission, check every proof, and say for which that went well.

        Raises:
            StorageError: not even its own is there, or none is, so that the store is at fault and not the others, and
                there is time to wait.
        """
        state, turn = self.state, self.turn
        if self._is_in(state.attested) or not self._is_in(state.submitted):
            return None
        bitmap, missing = 0, None
        waits = not self.is_late(self.contract.parameters.attest_seconds)
        for place, submission in sorted(turn.submissions.items()):
            try:
                self.book.update(turn, submission)
            except StorageError as problem:
                own = submission.account == self.address and "update" not in self._unpublished
                if own and problem.passing and waits:
                    raise
                missing = missing or problem
                continue
            except CryptoError as problem:
                _log.info("%s: the update of %s: %s", self.address, submission.account, problem)
                continue
            bitmap |= 1 << place
            try:
                self.book.serve(turn, submission)
            except StorageError as problem:
                _log.warning(
                    "%s: cannot serve the update of %s: %s", self.address, submission.account, problem
                )
        if missing is not None and missing.passing and not bitmap and waits:
            raise missing
        self.contract.look_again()
        if self.state.turn != turn.number or self.state.phase is not EncryptedPhase.ATTEST:
            return None
        self.send(self.contract.task.functions.attest(turn.number, bitmap), intent=self.named("attest"))
        return f"vouched for {bitmap.bit_count()} of {len(turn.submissions)}"

    # ------------------------------------------------------------------ sum

    def propose_sum(self) -> str | None:
        """Sum the set, when it is this party's turn."""
        turn = self.turn
        if turn.sum is not None or self._awaits_groups() or not self._is_my_slot():
            return None
        try:
            sum_ = self.book.summed(turn)
        except CryptoError as problem:
            _log.warning("%s: cannot sum: %s", self.address, problem)
            return None
        proposed = self.contract.task.functions.proposeSum(
            turn.number, turn.accepted, turn.seed or bytes(32), self.sum_root(sum_.tree.root)
        )
        dealt = "" if turn.seed is None else f".{turn.seed.hex()}"
        self.send(proposed, intent=f"{self.named('sum')}.{turn.accepted}{dealt}")
        return "proposed the sum"

    def sum_root(self, root: bytes) -> bytes:
        """What it says that the sum is."""
        return root

    def _slot_starts(self) -> int:
        """From when on it is this party's turn to propose; others had theirs, or have it first by place."""
        state, parameters = self.state, self.contract.parameters
        phase = state.phase is EncryptedPhase.SUM
        seconds = parameters.sum_seconds if phase else parameters.result_seconds
        parties = max(1, state.parties)
        rank = (self.place - state.turn - state.proposals - state.period) % parties
        # Everybody has had its turn by half of the time.
        return state.deadline - seconds + rank * seconds // (2 * parties)

    def _is_my_slot(self) -> bool:
        turn = self.turn
        if any(one.dropped and one.account == self.address for one in (*turn.sums, *turn.results)):
            return False  # the contract takes no more from it in this turn
        return not self._is_in(self.state.suspended) and self.now() >= self._slot_starts()

    def _further_times(self) -> tuple[int, ...]:
        times = super()._further_times()
        if self.is_member and self.state.phase in (EncryptedPhase.SUM, EncryptedPhase.RESULT):
            times = (*times, self._slot_starts())
        return times

    # ------------------------------------------------------------------ shares

    def share(self) -> str | None:
        """Share for the sum that stands, if it is the one that this party finds itself; for no other, ever."""
        state, turn = self.state, self.turn
        if self._is_in(state.shared) or turn.fixed is None or not self._stays_fixed(turn):
            return None
        least = self.contract.parameters.least_summed
        try:
            sum_ = self.book.summed(turn)
        except CryptoError as problem:
            _log.error("%s: shares nothing: %s", self.address, problem)
            return None
        if sum_.tree.root != turn.fixed or turn.accepted.bit_count() < least:
            _log.error(
                "%s: shares nothing: the sum that stands is not that of the accepted updates", self.address
            )
            return None
        row = self.work.shares_row(turn, sum_, self.keys.share(sum_.key))
        if row is None:
            return None
        self._publish(row, self.contract.parameters.share_seconds)
        self.contract.look_again()
        if self.state.turn != turn.number or self.state.phase is not EncryptedPhase.SHARE:
            return None
        shared = self.contract.task.functions.share(turn.number, turn.fixed, row.root, row.content_id)
        struck = sum(one.account == self.address and one.cleared for one in turn.shares)
        self.send(shared, intent=f"{self.named('share')}.{struck}")
        return "gave its shares"

    def _stays_fixed(self, turn: EncryptedTurn) -> bool:
        """Whether the block that fixed the sum is final; where that takes too long, whether enough blocks follow it.

        Bytes that are public stay so. If the chain went back behind the sum, another one could be fixed, and shares
        of two sums show their difference.
        """
        connection = self.contract.connection
        if connection.block_number() < turn.fixed_in + self.sender.confirmations:
            return False
        final = connection.final_block()
        if final is None or final >= turn.fixed_in:
            return True
        return self.is_late(self.contract.parameters.share_seconds)

    def shown(self, question: Question, author: Address) -> bytes | None:
        """As anybody; and its own share, which nobody else can prove."""
        if question.kind is not StatementKind.SHARE or author != self.address:
            return super().shown(question, author)
        sum_ = self.book.summed(self.turn)
        given = self.work.kept_shares(self.turn, sum_)
        if given is None:
            return None
        share = self.keys.share(sum_.key)
        proof = self.work.prove_one(self.turn, sum_, share, given, question.chunk)
        return shown_share(sum_, given, question.chunk, proof)

    # ------------------------------------------------------------------ result

    def propose_result(self) -> str | None:
        """Open the sum and compute the model, when it is this party's turn."""
        turn = self.turn
        if turn.result is not None or not self._is_my_slot():
            return None
        try:
            result, (vector, sealed) = self.opened.opened(turn), self.opened.model(turn)
        except CryptoError as problem:
            _log.warning("%s: cannot open the sum: %s", self.address, problem)
            return None
        content = publish_computed(self.book.store, result.to_bytes())
        model_content = publish_computed(self.book.store, sealed.data)
        self.book.keep_model(sealed.commitment, vector)
        self.contract.look_again()
        if self.state.turn != turn.number or self.state.phase is not EncryptedPhase.RESULT:
            return None
        proposed = self.contract.task.functions.proposeResult(
            turn.number, result.tree.root, content, sealed.commitment, model_content
        )
        self.send(proposed, intent=self.named("result"))
        return "proposed the result"
