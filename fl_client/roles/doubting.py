"""Questions: asked about what is provably wrong, from bytes at hand, and answered for whatever can be shown."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fl_client.chain import TransactionSender
from fl_client.chain.contracts.encrypted import MOST_ANSWERED, EncryptedPhase, Question, StatementKind
from fl_client.encoding import CHUNK_COORDINATES, MerkleSumTree
from fl_client.errors import ContractReverted, CryptoError, EncodingError, StorageError
from fl_client.privacy.paillier.statements import WrongChunk
from fl_client.roles.acting import GasBook
from fl_client.roles.encrypted_actor import EncryptedActor
from fl_client.roles.encrypted_book import EncryptedBook
from fl_client.roles.opened_book import OpenedBook
from fl_client.roles.showing import (
    ModelPaths,
    Paths,
    doubtful_chunk,
    path_shown,
    shown_model,
    shown_result,
    shown_sum,
    shown_update,
)
from fl_client.rounds.encrypted_record import EncryptedTurn, Outcome
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.types import Address, Bytes32

_log = logging.getLogger(__name__)

_CHALLENGES = (EncryptedPhase.SUM_CHALLENGE, EncryptedPhase.RESULT_CHALLENGE)
_SHARING = (EncryptedPhase.SHARE, EncryptedPhase.RESULT, EncryptedPhase.RESULT_CHALLENGE)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A chunk that its author cannot show right."""

    kind: StatementKind
    author: Address
    root: Bytes32
    chunk: int


class Doubter(EncryptedActor):
    """An account that checks every statement, and asks for what is wrong; an auditor does nothing else."""

    role = "auditor"

    def __init__(
        self,
        watch: EncryptedWatch,
        sender: TransactionSender,
        gas: GasBook,
        *,
        book: EncryptedBook,
        most_bond: int | None = None,
    ) -> None:
        """Make one.

        Args:
            book: what it fetched and checked itself.
            most_bond: greatest bond that it puts down for a question, in 1e-18 coin; None: its balance.
        """
        super().__init__(watch, sender, gas)
        self.book, self.opened, self.most_bond = book, OpenedBook(book), most_bond
        self._cannot_show: Question | None = None
        self._search_from = 0

    def act(self, phase: EncryptedPhase) -> str | None:
        """Answer, ask, move the task on; at the end go home."""
        if phase is EncryptedPhase.ENDED:
            return self.go_home()
        return self.answer() or self.doubt(phase) or self.move_on()

    # ------------------------------------------------------------------ asking

    def doubt(self, phase: EncryptedPhase) -> str | None:
        """Ask for the first chunk that is wrong, if the present phase takes questions about it."""
        state = self.state
        if self.contract.question().is_open or state.answered >= MOST_ANSWERED:
            return None
        if phase not in (*_CHALLENGES, *_SHARING) or self.now() >= state.deadline:
            return None
        for doubt in self._doubts(phase):
            if not self._was_shown(doubt) and (done := self._ask(doubt)) is not None:
                return done
        return None

    def _doubts(self, phase: EncryptedPhase) -> Iterator[Doubt]:
        turn = self.turn
        checks = []
        if phase is EncryptedPhase.SUM_CHALLENGE:
            checks = [self._wrong_updates, self._wrong_sum]
        if phase in _SHARING:
            checks.append(self._wrong_shares)
        if phase is EncryptedPhase.RESULT_CHALLENGE:
            checks += [self._wrong_result, self._wrong_model]
        for check in checks:
            try:
                yield from check(turn)
            except (StorageError, CryptoError, EncodingError) as problem:
                # What cannot be fetched or opened here proves nothing against anybody.
                _log.info("%s: cannot check: %s", self.address, problem)

    def _wrong_updates(self, turn: EncryptedTurn) -> Iterator[Doubt]:
        for place, submission in turn.submissions.items():
            if place in turn.struck or submission.account == self.address:
                continue
            try:
                self.book.update(turn, submission)
            except WrongChunk as wrong:
                yield Doubt(StatementKind.UPDATE, submission.account, submission.root, wrong.chunk)
            except (StorageError, CryptoError) as problem:
                _log.info("%s: cannot check the update of %s: %s", self.address, submission.account, problem)

    def _wrong_sum(self, turn: EncryptedTurn) -> Iterator[Doubt]:
        proposal = turn.sum
        if proposal is None or proposal.account == self.address:
            return
        mine = self.book.summed(turn).tree
        if mine.root != proposal.root:
            yield from self._dissected(turn, StatementKind.SUM, proposal.account, proposal.root, mine)

    def _wrong_shares(self, turn: EncryptedTurn) -> Iterator[Doubt]:
        for suspect in self.opened.suspects(turn):
            posting = suspect.posting
            if posting.account != self.address:
                yield Doubt(StatementKind.SHARE, posting.account, posting.root, suspect.chunk)

    def _wrong_result(self, turn: EncryptedTurn) -> Iterator[Doubt]:
        proposal = turn.result
        if proposal is None or proposal.account == self.address:
            return
        try:
            self.opened.posted(turn, proposal)
        except WrongChunk as wrong:
            yield Doubt(StatementKind.RESULT, proposal.account, proposal.root, wrong.chunk)
            return
        except StorageError:
            mine = self.opened.opened(turn).tree
            if mine.root != proposal.root:
                kind = StatementKind.RESULT
                yield from self._dissected(turn, kind, proposal.account, proposal.root, mine)

    def _wrong_model(self, turn: EncryptedTurn) -> Iterator[Doubt]:
        proposal = turn.result
        if proposal is None or proposal.account == self.address:
            return
        mine, sealed = self.opened.model(turn)
        if sealed.commitment == proposal.model:
            self.book.keep_model(sealed.commitment, mine)
            return
        try:
            theirs = self.book.fetch_model(proposal.model, proposal.model_content)
            chunk = int(np.flatnonzero(mine != theirs)[0]) // CHUNK_COORDINATES
        except (StorageError, IndexError):
            # Its bytes are hidden, or its tree lies.
            paths = ModelPaths(MerkleSumTree.build(mine))
            yield from self._dissected(turn, StatementKind.MODEL, proposal.account, proposal.model, paths)
            return
        yield Doubt(StatementKind.MODEL, proposal.account, proposal.model, chunk)

    def _dissected(
        self, turn: EncryptedTurn, kind: StatementKind, author: Address, root: Bytes32, mine: Paths
    ) -> Iterator[Doubt]:
        """A root alone says that something is wrong; what was shown so far says where."""
        if not self._is_patient_enough(turn, root):
            return
        shown = [
            (chunk, path_shown(kind, proof or b"") or ()) for chunk, proof in self._shown(turn, kind, root)
        ]
        chunk = doubtful_chunk(mine, shown, secrets.choice)
        if chunk is not None:
            yield Doubt(kind, author, root, chunk)

    def _is_patient_enough(self, turn: EncryptedTurn, root: Bytes32) -> bool:
        """Whether to pay for a search: most parties refuse a wrong root for nothing, if they are awake.

        A search of ours goes on at once. Others' questions say nothing: a liar may ask itself, to make us hurry.
        """
        mine = (one for one in turn.questions if one.asker == self.address and one.root == root)
        return any(one.outcome is Outcome.SHOWN for one in mine) or self._is_second_half()

    def _is_second_half(self) -> bool:
        """Whether half of the window is over; if not, we look again then."""
        self._search_from = self.state.deadline - self.contract.parameters.challenge_seconds // 2
        return self.now() >= self._search_from

    def _shown(
        self, turn: EncryptedTurn, kind: StatementKind, root: Bytes32
    ) -> list[tuple[int, bytes | None]]:
        """Chunks of a statement that were shown, with their proofs."""
        return [
            (one.chunk, None if one.shown_in is None else self.contract.shown_proof(one.shown_in))
            for one in turn.questions
            if one.outcome is Outcome.SHOWN and (one.kind, one.root) == (kind, root)
        ]

    def _was_shown(self, doubt: Doubt) -> bool:
        """The contract has found it right: asking again would only cost another bond."""
        return any(
            (one.kind, one.root, one.chunk) == (doubt.kind, doubt.root, doubt.chunk)
            and one.outcome is Outcome.SHOWN
            for one in self.turn.questions
        )

    def _ask(self, doubt: Doubt) -> str | None:
        bond, place = self.contract.next_bond(), self.turn.place_of(doubt.author)
        balance = self.contract.balance(self.address)
        if place is None or bond > balance or (self.most_bond is not None and bond > self.most_bond):
            _log.warning("%s: cannot ask about %s: the bond is %d", self.address, doubt, bond)
            return None
        # It may have doubled by the time that the question is mined.
        self.allow(min(balance, 2 * bond))
        asked = self.contract.task.functions.askChunk(
            self.turn.number, int(doubt.kind), place, doubt.chunk, doubt.root
        )
        self.send(asked)
        return f"asked {doubt.author} for chunk {doubt.chunk} of its {doubt.kind.name.lower()}"

    # ------------------------------------------------------------------ answering

    def answer(self) -> str | None:
        """Show the chunk that is asked for, if that can be: its author at once, others after half of the time."""
        question = self.contract.question()
        if not question.is_open or question.asker == self.address or self.now() >= question.deadline:
            return None
        if question == self._cannot_show:
            return None
        author = self.turn.places[question.party]
        if author != self.address and self.now() < self._others_from(question):
            return None
        try:
            proof = self.shown(question, author)
        except (StorageError, CryptoError, EncodingError, WrongChunk) as problem:
            _log.info("%s: cannot show what is asked for: %s", self.address, problem)
            return None
        if proof is None:
            return None
        try:
            self.send(self.contract.task.functions.showChunk(proof))
        except ContractReverted as refusal:
            if refusal.name != "EncryptedTaskWrongAnswer":
                raise
            _log.info("%s: what it would show is not right", self.address)
            self._cannot_show = question
            return None
        return f"showed chunk {question.chunk} of a {question.kind.name.lower()}"

    def _others_from(self, question: Question) -> int:
        """From when on others than the author answer."""
        return question.deadline - self.contract.parameters.answer_seconds // 2

    def _further_times(self) -> tuple[int, ...]:
        question = self.contract.question()
        return (self._others_from(question),) if question.is_open else (self._search_from,)

    def shown(self, question: Question, author: Address) -> bytes | None:
        """The proof of a chunk, from what was computed here; None where the statement is not what we find."""
        turn, chunk = self.turn, question.chunk
        if question.kind is StatementKind.UPDATE:
            submission = turn.submissions[question.party]
            return shown_update(self.book.key(turn), self.book.update(turn, submission), chunk)
        if question.kind is StatementKind.SUM:
            sum_ = self.book.summed(turn)
            right = turn.sum is not None and sum_.tree.root == turn.sum.root
            return shown_sum(sum_, chunk) if right else None
        if question.kind is StatementKind.SHARE or turn.result is None:
            return None  # only who holds the share of the key can
        sum_, result = self.book.summed(turn), self.opened.opened(turn)
        if result.tree.root != turn.result.root:
            return None
        if question.kind is StatementKind.RESULT:
            return shown_result(sum_, result, chunk)
        vector, sealed = self.opened.model(turn)
        if sealed.commitment != turn.result.model:
            return None
        base, slots = self.opened.base(turn.round), self.book.form().slots
        return shown_model(vector, base, result, slots, chunk, groups=self.contract.parameters.groups)
