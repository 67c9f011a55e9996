"""Which of an encrypted task's contents somebody may still ask for."""

from __future__ import annotations

from collections.abc import Iterable

from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.encoding import encoded_size
from fl_client.privacy.paillier.key_file import key_file_bytes
from fl_client.privacy.paillier.packing import SlotFormat
from fl_client.privacy.paillier.statements import result_file_bytes, shares_file_bytes
from fl_client.privacy.paillier.updates import update_file_bytes
from fl_client.rounds.encrypted_record import EncryptedTurn, ResultProposal
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.rounds.retention import Retention
from fl_client.storage import ContentId
from fl_client.types import Bytes32


def encrypted_retention_of(watch: EncryptedWatch, now: int) -> Retention:
    """Sort every content that an encrypted task's events name.

    Until the task has ended and its retention time is over, everything stays that its history is recomputed from
    (first model, keys of turns, accepted updates, standing shares, results and models), all of an open turn, and the
    key that is being agreed on. After that only the last final model is kept.

    Args:
        watch: refreshed.
        now: seconds since 1970.

    Returns:
        Needed and finished contents; none is both. ``revealed`` are the keys, updates and shares of final rounds.
    """
    contents = _Contents(watch)
    needed = contents.last_model()
    if not _is_over(watch, now):
        needed |= contents.history()
    return Retention(
        needed=frozenset(needed),
        finished=frozenset(contents.named() - needed),
        revealed=frozenset(contents.said()),
    )


def everything_encrypted(watch: EncryptedWatch) -> frozenset[ContentId]:
    """Every content that an encrypted task's events name, for whoever prunes beside it."""
    return frozenset(_Contents(watch).named())


def _is_over(watch: EncryptedWatch, now: int) -> bool:
    # At the end the deadline says when that was (``EncryptedStore._end``).
    state = watch.contract.state()
    return (
        state.phase is EncryptedPhase.ENDED
        and now >= state.deadline + watch.contract.parameters.retention_seconds
    )


class _Contents:
    """A task's contents: which they are, and by their lengths how they are named."""

    def __init__(self, watch: EncryptedWatch) -> None:
        self._ledger, parameters = watch.ledger, watch.contract.parameters
        form = SlotFormat(parameters.value_bits, parameters.headroom_bits, parameters.modulus_bytes)
        chunks, self._length = form.chunks_of(parameters.dimension), parameters.modulus_bytes
        self._model_bytes = encoded_size(watch.model_form)
        self._update_bytes = update_file_bytes(self._length, chunks)
        self._shares_bytes = shares_file_bytes(self._length, parameters.groups * chunks)
        self._result_bytes = result_file_bytes(self._length, parameters.groups * chunks)

    # ------------------------------------------------------------------ which

    def named(self) -> set[ContentId]:
        """All of them."""
        found = {self._model(content) for _, content in self._ledger.models} | self._keys(
            self._ledger.ceremonies
        )
        for turn in self._ledger.turns.values():
            found |= self._of_turn(turn)
        return found

    def history(self) -> set[ContentId]:
        """What is recomputed by whoever audits the task, and what is still argued about."""
        ledger, latest = self._ledger, self._ledger.turn
        found = {self._model(content) for _, content in ledger.models}
        found |= self._keys({turn.ceremony for turn in ledger.turns.values()})
        if ledger.ended is None and ledger.ceremony is not None:
            found |= self._keys({ledger.ceremony.number})
        for turn in ledger.turns.values():
            is_open = turn is latest and ledger.ended is None and not turn.final
            found |= self._of_turn(turn) if is_open else self._standing(turn)
        return found

    def last_model(self) -> set[ContentId]:
        """The model after the last final round."""
        return {self._model(self._ledger.models[-1][1])}

    def said(self) -> set[ContentId]:
        """What accounts made public in rounds that are over: none of it is said again."""
        ledger, found = self._ledger, set[ContentId]()
        over = [
            turn
            for turn in ledger.turns.values()
            if ledger.ended is not None or turn.round <= ledger.rounds_final
        ]
        for turn in over:
            found |= {self._update(one.content) for one in turn.submissions.values()}
            found |= {self._shares(one.content) for one in turn.shares}
        return found | self._keys({turn.ceremony for turn in over})

    # ------------------------------------------------------------------ of a turn

    def _of_turn(self, turn: EncryptedTurn) -> set[ContentId]:
        found = {self._update(one.content) for one in turn.submissions.values()}
        found |= {self._shares(one.content) for one in turn.shares}
        return found.union(*(self._opened(one) for one in turn.results))

    def _standing(self, turn: EncryptedTurn) -> set[ContentId]:
        """What counts of a turn that is over.

        The shares beside the result: where its author hides what it opened, they are what others open the sum with.
        """
        found = {self._update(one.content) for one in turn.summed}
        found |= {self._shares(one.content) for one in turn.standing_shares.values()}
        return found if turn.result is None else found | self._opened(turn.result)

    def _opened(self, result: ResultProposal) -> set[ContentId]:
        opened = ContentId.from_digest(result.content, self._result_bytes)
        return {opened, self._model(result.model_content)}

    # ------------------------------------------------------------------ names

    def _keys(self, ceremonies: Iterable[int]) -> set[ContentId]:
        """The key files that were posted for ceremonies."""
        found = set[ContentId]()
        for one in (self._ledger.ceremonies[number] for number in ceremonies):
            if one.content is not None:
                found.add(ContentId.from_digest(one.content, key_file_bytes(self._length, len(one.accounts))))
        return found

    def _model(self, digest: Bytes32) -> ContentId:
        return ContentId.from_digest(digest, self._model_bytes)

    def _update(self, digest: Bytes32) -> ContentId:
        return ContentId.from_digest(digest, self._update_bytes)

    def _shares(self, digest: Bytes32) -> ContentId:
        return ContentId.from_digest(digest, self._shares_bytes)
