"""The dealer: makes the key once the parties are there, seals each its share, and forgets."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from eth_utils.crypto import keccak

from fl_client.chain import Journal, StatementRow, TransactionSender
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.errors import CryptoError, StorageError
from fl_client.privacy.paillier.dealing import DealtKey, KeyShare, deal
from fl_client.privacy.paillier.key_file import KeyFile
from fl_client.privacy.paillier.sealed import Ceremony as Dealing
from fl_client.privacy.paillier.sealed import seal_share, sealed_bytes
from fl_client.roles.acting import GasBook
from fl_client.roles.encrypted_actor import EncryptedActor
from fl_client.roles.encrypted_book import dealing_of
from fl_client.rounds.encrypted_record import Ceremony
from fl_client.rounds.encrypted_watch import EncryptedWatch
from fl_client.storage import ContentId, ContentStore
from fl_client.types import Bytes32

_log = logging.getLogger(__name__)

KeySource = Callable[[int, int, int], DealtKey]
"""(modulus bits, parties, threshold) -> a key."""


def fresh_key(modulus_bits: int, parties: int, threshold: int) -> DealtKey:
    """A key of new primes."""
    return deal(modulus_bits=modulus_bits, parties=parties, threshold=threshold)


class Dealer(EncryptedActor):
    """Trusted for the key's secrecy, and for nothing else: every party checks what it posts."""

    role = "dealer"

    def __init__(
        self,
        watch: EncryptedWatch,
        sender: TransactionSender,
        gas: GasBook,
        *,
        store: ContentStore,
        private: ContentStore,
        journal: Journal,
        source: KeySource = fresh_key,
    ) -> None:
        """Make a dealer.

        Args:
            store: where everybody fetches the key file from.
            private: keeps its bytes from before the chain hears of them.
            journal: keeps what it says.
            source: makes keys; primes and shares are gone when the file is sealed.
        """
        super().__init__(watch, sender, gas)
        self.store, self.private, self.journal, self.source = store, private, journal, source
        self._public: StatementRow | None = None

    def act(self, phase: EncryptedPhase) -> str | None:
        """Post a key where one is due; otherwise move the task on."""
        ceremony = self.ledger.ceremony
        if (
            phase is EncryptedPhase.DEAL
            and ceremony is not None
            and ceremony.key_hash is None
            and self.contract.parameters.dealer == self.address
            and self.now() < self.state.deadline
        ):
            return self.post_key(ceremony)
        return self.publish_late(phase) or self.move_on() or self.go_home_from(phase)

    def go_home_from(self, phase: EncryptedPhase) -> str | None:
        """After the end: whatever a slash's bounty left here."""
        return self.go_home() if phase is EncryptedPhase.ENDED else None

    def post_key(self, ceremony: Ceremony) -> str | None:
        """Deal, seal, keep, publish, post; the same file again after a restart."""
        row = self._kept(ceremony) or self._deal(ceremony)
        try:
            self._publish(row)
        except StorageError as problem:
            if not self.is_late(self.contract.parameters.deal_seconds):
                raise
            _log.warning("%s: posts a key whose file is not public yet: %s", self.address, problem)
        self.contract.look_again()
        posted = self.contract.task.functions.postKey(ceremony.number, row.root, row.content_id)
        self.send(posted, intent=self.named("key"))
        return f"posted a key for {len(ceremony.accounts)} parties"

    def publish_late(self, phase: EncryptedPhase) -> str | None:
        """Publish the file of the key that was posted, if that failed or a process ended over it.

        Without the file nobody can confirm, and the task would end.
        """
        ceremony = self.ledger.ceremony
        row = self._kept(ceremony) if phase is EncryptedPhase.CONFIRM and ceremony is not None else None
        if row is None or row == self._public:
            return None
        try:
            was_there = self.store.has(ContentId.from_digest(row.content_id, row.content_bytes))
            self._publish(row)
        except StorageError as problem:
            _log.warning("%s: the key's file is not public yet: %s", self.address, problem)
            return None
        return None if was_there else "published the key's file late"

    def _publish(self, row: StatementRow) -> None:
        content = ContentId.from_digest(row.content_id, row.content_bytes)
        self.store.put(self.private.get(content, max_bytes=row.content_bytes))
        self._public = row

    def _kept(self, ceremony: Ceremony) -> StatementRow | None:
        rows = self.journal.statements(self.contract.address, self.address, "key", ceremony.number)
        # After a reorganisation the parties may be others: sealed to those, the file is worth nothing.
        return next((row for row in rows if row.about == self._recipients(ceremony)), None)

    def _deal(self, ceremony: Ceremony) -> StatementRow:
        parameters = self.contract.parameters
        dealt = self.source(8 * parameters.modulus_bytes, len(ceremony.accounts), parameters.threshold)
        data = self.seal(ceremony, dealt).data
        row = StatementRow(
            task=self.contract.address,
            account=self.address,
            kind="key",
            number=ceremony.number,
            about=self._recipients(ceremony),
            root=Bytes32(dealt.key.hash),
            content_id=self.private.put(data).digest,
            content_bytes=len(data),
        )
        self.journal.record_statement(row)
        return row

    def seal(self, ceremony: Ceremony, dealt: DealtKey) -> KeyFile:
        """The file: key, proof, and each party's share for it alone."""
        dealing = dealing_of(self.watch, ceremony.number)
        sealed = tuple(
            self._sealed(share, self.ledger.keys[account], dealing, dealt.key.length)
            for share, account in zip(dealt.shares, ceremony.accounts, strict=True)
        )
        return KeyFile(dealt.key, dealt.proof, sealed)

    def _sealed(self, share: KeyShare, box_public: bytes, dealing: Dealing, length: int) -> bytes:
        """A share for its party alone; nonsense for one whose X25519 key takes nothing.

        Such a party cannot confirm and is left out. Without a file nobody could: one bad key would end the task.
        """
        try:
            return seal_share(share, box_public, dealing, length)
        except CryptoError as problem:
            _log.warning("%s: %s: this party will be left out", self.address, problem)
            return os.urandom(sealed_bytes(length))

    def _recipients(self, ceremony: Ceremony) -> Bytes32:
        """Whom a file is sealed to."""
        boxes = b"".join(bytes.fromhex(one[2:]) + self.ledger.keys[one] for one in ceremony.accounts)
        return Bytes32(keccak(boxes))
