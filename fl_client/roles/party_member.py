"""A member of an encrypted task: its place, its part of the key, and its stake."""

from __future__ import annotations

import logging

from fl_client.chain import TransactionSender
from fl_client.chain.contracts import Role
from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.errors import CryptoError, EncodingError, StorageError
from fl_client.privacy.at_rest import SecretFolder
from fl_client.roles.acting import GasBook
from fl_client.roles.encrypted_book import EncryptedBook, dealing_of
from fl_client.roles.party_key import PartyKey
from fl_client.roles.refusing import Refuser
from fl_client.rounds.encrypted_watch import EncryptedWatch

_log = logging.getLogger(__name__)


class PartyMember(Refuser):
    """Joins, takes its share of the key, and keeps its stake whole."""

    def __init__(
        self,
        watch: EncryptedWatch,
        sender: TransactionSender,
        gas: GasBook,
        *,
        book: EncryptedBook,
        secrets: SecretFolder,
        most_bond: int | None = None,
        most_top_up: int | None = None,
    ) -> None:
        """See ``Party``."""
        super().__init__(watch, sender, gas, book=book, most_bond=most_bond)
        self.keys, self.most_top_up = PartyKey(secrets), most_top_up

    @property
    def place(self) -> int:
        """This party's place in the present key."""
        return self.me.place

    def _is_in(self, mask: int) -> bool:
        return bool(mask >> self.place & 1)

    def join(self) -> str | None:
        """Lock the stake, and say to which key a share may be sealed."""
        parameters = self.contract.parameters
        if self.now() >= self.state.deadline or len(self.ledger.keys) >= parameters.max_parties:
            return self.move_on()
        box = self.keys.box()
        self.allow(parameters.stake)
        self.send(self.contract.task.functions.join(box.public), intent=self.named("join"))
        kept = "encrypted by a password" if self.keys.folder.is_encrypted else "readable by this account"
        return (
            f"joined; trusts {parameters.dealer}, the dealer, to forget the key; its secrets are kept {kept}"
        )

    def confirm(self) -> str | None:
        """Check the key and the share, keep the share, and say what was found.

        Raises:
            StorageError: the key file cannot be had, and there is time to wait.
        """
        state, ceremony = self.state, self.ledger.ceremony
        if self._is_in(state.confirmed | state.left_out) or ceremony is None or ceremony.key_hash is None:
            return None
        functions = self.contract.task.functions
        try:
            file = self.book.key_file(ceremony)
            self.keys.take(file, dealing_of(self.watch, ceremony.number), self.place)
        except (StorageError, CryptoError, EncodingError) as problem:
            missing = isinstance(problem, StorageError)
            if missing and not self.is_late(self.contract.parameters.confirm_seconds):
                raise
            _log.warning("%s: rejects the key: %s", self.address, problem)
            self.send(functions.rejectKey(ceremony.number), intent=self.named("reject"))
            return f"rejected the key: {problem}"
        self.send(functions.confirmKey(ceremony.number, ceremony.key_hash), intent=self.named("confirm"))
        return "confirmed the key"

    def top_up(self) -> str | None:
        """Make the stake whole where it is too small for this party to act, as far as it is willing."""
        state, parameters = self.state, self.contract.parameters
        if state.phase < EncryptedPhase.SUBMIT or not self._is_in(state.suspended):
            return None
        missing = parameters.stake - self.contract.stake(self.address, Role.TRAINER)[0]
        spent = self.ledger.topped_up.get(self.address, 0)
        limit = self.contract.balance(self.address)
        if self.most_top_up is not None:
            limit = min(limit, self.most_top_up - spent)
        if missing > limit:
            return None
        self.allow(missing)
        self.send(self.contract.task.functions.topUp())
        return "filled its stake up"
