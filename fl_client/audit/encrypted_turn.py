"""One turn of an encrypted round checked: everything that its parties, and the contract, said about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from eth_abi.abi import decode as abi_decode
from eth_abi.exceptions import DecodingError

from fl_client.chain.contracts.encrypted import StatementKind
from fl_client.errors import AuditDiffers, AuditUnchecked, ContentMissing, CryptoError, StorageError
from fl_client.privacy.paillier.number import from_bytes
from fl_client.privacy.paillier.openings import Opening, check_opening
from fl_client.privacy.paillier.plaintext_proof import check as check_plaintext_proof
from fl_client.privacy.paillier.root_shares import check_share_proof
from fl_client.privacy.paillier.statements import WrongChunk
from fl_client.roles.encrypted_book import EncryptedBook
from fl_client.roles.opened_book import OpenedBook
from fl_client.roles.showing import TYPES
from fl_client.rounds.encrypted_record import AskedChunk, EncryptedTurn, Outcome, Submission


class TurnAudit:
    """Recomputes every statement that the chain makes about one turn.

    Raises (all methods):
        AuditDiffers: a statement is false; the message says where and what.
        AuditUnchecked: bytes that it rests on cannot be had.
    """

    def __init__(self, book: EncryptedBook, turn: EncryptedTurn) -> None:
        self.book, self.turn, self.opened = book, turn, OpenedBook(book)
        self._parameters = book.watch.contract.parameters
        self._where = f"round {turn.round}, turn {turn.number}"

    def check(self) -> None:
        """Everything, in the order of the phases."""
        self.check_key()
        for submission in self.turn.submissions.values():
            self.check_update(submission)
        if self.turn.frozen is None:
            if self.turn.fixed is not None or self.turn.final:
                raise AuditDiffers(f"{self._where}: it has a sum, and its set was never fixed")
            return
        self.check_attestations()
        self.check_questions()
        if self.turn.fixed is not None:
            self.check_sum()
        if self.turn.final:
            self.check_result()

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        """Say of what kind a failure is: bytes that are not there, or that are wrong."""
        try:
            yield
        except ContentMissing as problem:
            raise AuditUnchecked(f"{self._where}, {what}: {problem}") from problem
        except (StorageError, CryptoError) as problem:
            raise AuditDiffers(f"{self._where}, {what}: {problem}") from problem

    def check_key(self) -> None:
        """The key of a turn is one that can be trusted without its dealer, and everybody confirmed it."""
        ceremony = self.book.watch.ledger.ceremonies[self.turn.ceremony]
        if ceremony.confirmed != set(ceremony.accounts):
            raise AuditDiffers(f"{self._where}: not every party of its key had confirmed it")
        with self._told("the key"):
            self.book.key_file(ceremony)

    def check_update(self, submission: Submission) -> None:
        """An update of the set is there, is what was posted, and every ciphertext of it is proved."""
        if not 1 <= submission.weight <= self._parameters.max_weight:
            raise AuditDiffers(f"{self._where}: an update of weight {submission.weight}")
        if not self.turn.accepted >> submission.place & 1:
            return  # bytes that are missing or wrong are why others were left out: nothing contradicts that
        with self._told(f"update of {submission.account}"):
            self.book.update(self.turn, submission)

    def check_attestations(self) -> None:
        """The set is those whom more than half of the submitters vouched for, and as many as open a sum."""
        turn = self.turn
        votes = turn.attestations.values()
        most = max(len(turn.submissions) // 2, self._parameters.threshold - 1)
        expected = sum(
            1 << place for place in turn.submissions if sum(bitmap >> place & 1 for bitmap in votes) > most
        )
        if expected != turn.frozen:
            raise AuditDiffers(
                f"{self._where}: the attestations accept {expected:b}, the chain says {turn.frozen or 0:b}"
            )
        left = expected & ~sum(1 << place for place in turn.struck)
        if left != turn.accepted and not turn.void:
            raise AuditDiffers(
                f"{self._where}: {left:b} is left of the set, the chain says {turn.accepted:b}"
            )
        weight = sum(one.weight for one in turn.summed)
        if turn.fixed is not None and (
            turn.total_weight != weight or turn.accepted.bit_count() < self._parameters.least_summed
        ):
            raise AuditDiffers(
                f"{self._where}: {turn.accepted.bit_count()} updates of weight {weight} were summed, the chain says "
                f"{turn.total_weight}; at least {self._parameters.least_summed} are due"
            )

    def check_sum(self) -> None:
        """The sum that stood is that of the set, group by group as its seed deals them."""
        with self._told("the sum"):
            root = self.book.summed(self.turn).tree.root
        if root != self.turn.fixed:
            raise AuditDiffers(
                f"{self._where}: the sum that stood has the root 0x{(self.turn.fixed or b'').hex()}, the accepted "
                f"updates give 0x{root.hex()}"
            )

    def check_result(self) -> None:
        """What was opened opens the sum, the model follows from it, and its bytes are there."""
        result = self.turn.result
        if result is None:
            raise AuditDiffers(f"{self._where}: it is final and has no result")
        with self._told("the opened sum"):
            opened = self.opened.opened(self.turn)
        if opened.tree.root != result.root:
            raise AuditDiffers(
                f"{self._where}: the result has the root 0x{result.root.hex()}, the sum opens to "
                f"0x{opened.tree.root.hex()}"
            )
        with self._told("the model"):
            vector, sealed = self.opened.model(self.turn)
        if sealed.commitment != result.model:
            raise AuditDiffers(
                f"{self._where}: its model has the commitment 0x{result.model.hex()}, the opened sum gives "
                f"0x{sealed.commitment.hex()}"
            )
        with self._told("the model's bytes"):
            self.book.fetch_model(result.model, result.model_content)
        self.book.keep_model(sealed.commitment, vector)

    # ------------------------------------------------------------------ questions

    def check_questions(self) -> None:
        """Every chunk that the contract found right is right."""
        for question in self.turn.questions:
            if question.outcome is Outcome.SHOWN and question.shown_in is not None:
                proof = self.book.watch.contract.shown_proof(question.shown_in)
                if proof is not None:
                    self._check_shown(question, proof)

    def _check_shown(self, question: AskedChunk, proof: bytes) -> None:
        if question.kind in (StatementKind.SUM, StatementKind.MODEL):
            return  # recomputed already, whole; and of their lists the contract reads no more than it needs
        where = f"{self._where}, chunk {question.chunk} of {question.accused}'s {question.kind.name.lower()}"
        try:
            # The contract looks at no padding either.
            shown = abi_decode(TYPES[question.kind], proof, strict=False)
        except (DecodingError, OverflowError) as problem:
            raise AuditDiffers(f"{where}: what was shown is no proof ({problem})") from problem
        key, length = self.book.key(self.turn), self.book.key(self.turn).length
        context = self.book.context(self.turn, question.accused)
        try:
            if question.kind is StatementKind.UPDATE:
                check_plaintext_proof(key, context, question.chunk, from_bytes(shown[1]), shown[2])
            elif question.kind is StatementKind.SHARE:
                place = self.turn.places.index(question.accused)
                given = (from_bytes(shown[1]), from_bytes(shown[3]))
                check_share_proof(key, place, context, question.chunk, *given, shown[5])
            elif question.kind is StatementKind.RESULT:
                opening = Opening(from_bytes(shown[3][:length]), from_bytes(shown[3][length:]))
                check_opening(key, from_bytes(shown[1]), opening)
        except (CryptoError, WrongChunk) as problem:
            raise AuditDiffers(f"{where}: the contract found right what is wrong: {problem}") from problem
