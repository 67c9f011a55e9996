"""What a party makes and never makes twice: its encrypted update of a turn, and its shares of a round."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fl_client.chain import Journal, StatementRow
from fl_client.errors import CryptoError
from fl_client.privacy.paillier.dealing import KeyShare
from fl_client.privacy.paillier.root_shares import prove_batch, prove_share, root_shares
from fl_client.privacy.paillier.statements import SharesFile
from fl_client.privacy.paillier.updates import EncryptedUpdate, encrypt_update
from fl_client.privacy.scale import quantise
from fl_client.roles.encrypted_book import EncryptedBook, SummedSet
from fl_client.roles.trainer import Learner
from fl_client.rounds.encrypted_record import EncryptedTurn, SharePosting, Submission
from fl_client.storage import ContentId, ContentStore
from fl_client.types import Address, Bytes32

_log = logging.getLogger(__name__)


@dataclass
class PartyWork:
    """A party's learner, its outbox and its journal.

    Attributes:
        address: the party.
        book: what it fetched and checked.
        learner: trains on its data.
        private: keeps the bytes of what it says from before the chain hears of it.
        journal: keeps what it says.
        weight: of its updates.
    """

    address: Address
    book: EncryptedBook
    learner: Learner
    private: ContentStore
    journal: Journal
    weight: int

    def __post_init__(self) -> None:
        self._learnt: tuple[tuple[int, Bytes32], NDArray[np.int32]] | None = None

    # ------------------------------------------------------------------ update

    def update_row(self, turn: EncryptedTurn) -> StatementRow:
        """The update of a turn; made once, and on the disk when this returns.

        A turn is told by what its proofs are bound to: after a reorganisation another turn may have the same number,
        and there the same bytes would prove nothing.
        """
        binding = Bytes32(self.book.context(turn, self.address).binding)
        kept = next((row for row in self._rows("update", turn.number) if row.about == binding), None)
        if kept is not None:
            return kept
        update = self.encrypt(turn, self.quantised(turn))
        data = update.to_bytes()
        return self._record("update", turn.number, binding, update.tree.root, data, self.weight)

    def quantised(self, turn: EncryptedTurn) -> NDArray[np.int32]:
        """What this party learnt from the round's model, in steps of the task's scale.

        Learnt once a round: a turn that failed is tried again with fresh ciphertexts of the same.
        """
        parameters = self.book.watch.contract.parameters
        name = (turn.round, turn.base_model)
        if self._learnt is None or self._learnt[0] != name:
            delta = self.learner.update(self.book.base(turn.round), turn.round).delta
            self._learnt = (name, quantise(delta, parameters.scale_bits, parameters.value_bits))
        return self._learnt[1]

    def encrypt(self, turn: EncryptedTurn, values: NDArray[np.int32]) -> EncryptedUpdate:
        """Fresh ciphertexts of the update, each with its proof."""
        key, context = self.book.key(turn), self.book.context(turn, self.address)
        return encrypt_update(key, context, values, self.book.form(), cores=self.book.cores)

    # ------------------------------------------------------------------ shares

    def shares_row(self, turn: EncryptedTurn, sum_: SummedSet, share: KeyShare) -> StatementRow | None:
        """This party's shares of a round, on the disk when this returns; None where it must not give any.

        For one sum of a round, whatever happens to the chain: two sums of different sets show the difference.
        """
        root = Bytes32(sum_.tree.root)
        rows = self._rows("share", turn.round)
        if kept := next((row for row in rows if row.about == root), None):
            return kept
        if rows:
            _log.error(
                "%s: shares of round %d were given for the sum 0x%s, none are given for 0x%s",
                self.address,
                turn.round,
                rows[0].about.hex(),
                root.hex(),
            )
            return None
        file = self.prove_shares(turn, sum_, share)
        return self._record("share", turn.round, root, file.tree.root, file.to_bytes())

    def prove_shares(self, turn: EncryptedTurn, sum_: SummedSet, share: KeyShare) -> SharesFile:
        """Shares of every chunk, and one proof for all of them."""
        key, context = sum_.key, self.book.context(turn, self.address)
        given = tuple(root_shares(key, share, sum_.ciphertexts, mapper=self.book.mapper))
        root = SharesFile(key.length, given, b"").tree.root
        proof = prove_batch(
            key, share, context, sum_.ciphertexts, given, sum_root=sum_.tree.root, share_root=root
        )
        return SharesFile(key.length, given, proof)

    def kept_shares(self, turn: EncryptedTurn, sum_: SummedSet) -> SharesFile | None:
        """The shares that this party gave for a sum, if it gave any."""
        for row in self._rows("share", turn.round):
            if row.about == sum_.tree.root:
                return SharesFile.from_bytes(self.data_of(row), sum_.key, self.book.sum_chunks)
        return None

    def prove_one(
        self, turn: EncryptedTurn, sum_: SummedSet, share: KeyShare, given: SharesFile, chunk: int
    ) -> bytes:
        """The proof of one share, for whoever asks for it."""
        context = self.book.context(turn, self.address)
        return prove_share(sum_.key, share, context, chunk, sum_.ciphertexts[chunk], given.shares[chunk])

    # ------------------------------------------------------------------ the disk

    def data_of(self, row: StatementRow) -> bytes:
        """The bytes of what was said."""
        content = ContentId.from_digest(row.content_id, row.content_bytes)
        return self.private.get(content, max_bytes=row.content_bytes)

    def publish(self, row: StatementRow) -> None:
        """Let everybody fetch them.

        Raises:
            StorageError: no store took them.
        """
        self.book.store.put(self.data_of(row))

    def said(self, turn: EncryptedTurn) -> tuple[StatementRow, ...]:
        """Whose bytes others want: the update and shares of a turn that the chain has heard of."""
        statements: tuple[Submission | SharePosting, ...] = (
            *turn.submissions.values(),
            *turn.standing_shares.values(),
        )
        heard = {(one.root, one.content) for one in statements if one.account == self.address}
        rows = (*self._rows("update", turn.number), *self._rows("share", turn.round))
        return tuple(row for row in rows if (row.root, row.content_id) in heard)

    def _rows(self, kind: str, number: int) -> tuple[StatementRow, ...]:
        return self.journal.statements(self.book.watch.contract.address, self.address, kind, number)

    def _record(
        self, kind: str, number: int, about: Bytes32, root: bytes, data: bytes, weight: int = 0
    ) -> StatementRow:
        row = StatementRow(
            task=self.book.watch.contract.address,
            account=self.address,
            kind=kind,
            number=number,
            about=about,
            root=Bytes32(root),
            content_id=self.private.put(data).digest,
            content_bytes=len(data),
            weight=weight,
        )
        self.journal.record_statement(row)
        return row


def require_weight(weight: int, most: int) -> int:
    """A weight that the task takes.

    Raises:
        CryptoError: it does not.
    """
    if not 1 <= weight <= most:
        raise CryptoError(f"a weight of {weight}: the task takes 1 to {most}")
    return weight
