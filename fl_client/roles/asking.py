"""Bytes that were vouched for: whoever cannot have them asks for a chunk, whoever vouched shows it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Final

from fl_client.chain import TransactionSender
from fl_client.chain.contracts import Phase, Question
from fl_client.errors import EncodingError, StorageError
from fl_client.roles.acting import GasBook
from fl_client.roles.models import ModelBook
from fl_client.roles.participant import Participant
from fl_client.rounds import AskedChunk, Reveal, RoundRecord, TaskWatch, tally
from fl_client.types import Address

_log = logging.getLogger(__name__)

MOST_QUESTIONS: Final = 3
"""A round: whoever shows every chunk that it is asked for, and nothing else, costs no more bonds than that."""

_OPEN: Final = (Phase.AGGREGATE, Phase.CHALLENGE, Phase.FINAL, Phase.STALLED)


class Asking(Participant):
    """An account that needs what a round accepted.

    Attributes:
        looks: how often an update must have been missing, in looks at different blocks, before anybody is asked.
        choose: gives one of the numbers below its argument, unpredictably: which chunk, and of whom.
    """

    looks = 3
    choose: Callable[[int], int] = staticmethod(secrets.randbelow)

    def __init__(
        self, watch: TaskWatch, sender: TransactionSender, gas: GasBook, *, models: ModelBook
    ) -> None:
        super().__init__(watch, sender, gas)
        self.models = models
        self._missed: tuple[tuple[int, int], set[int]] = ((0, 0), set())

    def strike_silent(self) -> str | None:
        """Take back the bond of a question that was not answered in time; the attester loses its reward."""
        now = self.contract.connection.now()
        for one in self.ledger.questions.open:
            if one.asker == self.address and now >= one.deadline:
                self.send(self.contract.questions.functions.strikeAttester(self._posted(one.question)))
                return f"showed that {one.question.attester} has not the bytes that it vouched for"
        return None

    def ask_for_missing(self, phase: Phase) -> str | None:
        """Ask an attester for a chunk of an accepted update whose bytes stay away.

        Only of what was accepted: nothing else is needed by anybody, and a bond is lost to whoever can show it.
        """
        if phase not in _OPEN or not self.ledger.round:
            return None
        record = self.ledger.current()
        missing = [reveal for reveal in self._accepted(record) if not self._has(record.number, reveal)]
        if not missing or not self._stays_away(record):
            return None
        if record.accepted_mask is None:
            self.send(self.contract.task.functions.freezeRound(list(self.watch.entries(record.reveals))))
            return "froze the round, to ask for bytes that were vouched for"
        asked = self.ledger.questions.of_round(record.number)
        mine = [one for one in asked if one.asker == self.address]
        if len(mine) >= MOST_QUESTIONS or any(one.shown is None for one in mine):
            return None
        return self._ask(record, missing, asked)

    def _ask(self, record: RoundRecord, missing: list[Reveal], asked: tuple[AskedChunk, ...]) -> str | None:
        """Whoever was asked least, for an update that it vouched for."""
        questions, task = self.contract.questions.functions, self.contract.address
        bond, _ = self.contract.connection.call(questions.bondOf(task))
        if self.contract.balance(self.address) < bond:
            _log.warning("%s: cannot ask for missing bytes: the bond is %d", self.address, bond)
            return None
        often = [one.question.attester for one in asked]
        pairs = [(who, reveal) for reveal in missing for who in self._attesters(record, reveal)]
        if not pairs:
            return None
        least = min(often.count(who) for who, _ in pairs)
        pairs = [(who, reveal) for who, reveal in pairs if often.count(who) == least]
        attester, reveal = pairs[self.choose(len(pairs))]
        question = Question(
            round=record.number,
            attester=attester,
            commitment=self.watch.commitment_of(reveal),
            chunk=self.choose(self.watch.update_form.chunks),
        )
        self.allow(bond, Address(self.contract.questions.address))
        self.send(questions.askChunk(self._posted(question), reveal.trainer))
        return f"asked {attester} for chunk {question.chunk} of update {reveal.index}, which it vouched for"

    def _attesters(self, record: RoundRecord, reveal: Reveal) -> list[Address]:
        """Who vouched for an update in the frozen turn and may still be asked."""
        questions, found = self.ledger.questions, []
        for account, (turn, bitmap) in record.attestations.items():
            counts = turn == record.frozen_turn and bitmap >> reveal.index & 1
            busy = any(one.question.attester == account for one in questions.open)
            gone = account in self.ledger.suspended or questions.is_charged(account, record.number)
            if counts and not busy and not gone and account != self.address:
                found.append(account)
        return found

    def _accepted(self, record: RoundRecord) -> tuple[Reveal, ...]:
        if record.accepted_mask is not None:
            return self.watch.accepted(record.number)
        mask = tally(record, turn=record.turn).accepted_mask
        return tuple(reveal for reveal in record.reveals if mask >> reveal.index & 1)

    def _has(self, number: int, reveal: Reveal) -> bool:
        try:
            self.models.update(number, reveal)
        except (StorageError, EncodingError) as problem:
            _log.info("%s: update %d of round %d: %s", self.address, reveal.index, number, problem)
            return False
        return True

    def _stays_away(self, record: RoundRecord) -> bool:
        """Whether something was missing in that many blocks of this turn."""
        at = (record.number, record.turn)
        if self._missed[0] != at:
            self._missed = (at, set())
        self._missed[1].add(self.contract.connection.block_number())
        return len(self._missed[1]) >= self.looks

    def _posted(self, question: Question) -> tuple[object, ...]:
        return question.to_tuple(self.contract.address)


class Vouching(Participant):
    """An account that vouches for bytes, and shows them where it is asked."""

    models: ModelBook

    def show_asked(self) -> str | None:
        """Show a chunk that this account was asked for.

        Without the bytes there is nothing to show: the deadline decides.
        """
        now = self.contract.connection.now()
        for one in self.ledger.questions.open:
            question = one.question
            if question.attester != self.address or now >= one.deadline:
                continue
            opening = self._opening(question)
            if opening is not None:
                posted = question.to_tuple(self.contract.address)
                self.send(self.contract.questions.functions.showChunk(posted, opening))
                return f"showed chunk {question.chunk} of an update of round {question.round}"
        return None

    def _opening(self, question: Question) -> bytes | None:
        record = self.ledger.rounds[question.round]
        for reveal in record.reveals:
            if self.watch.commitment_of(reveal) == question.commitment:
                try:
                    return self.models.opening(reveal, question.chunk)
                except (StorageError, EncodingError) as problem:
                    _log.error("%s: cannot show what it vouched for: %s", self.address, problem)
        return None
