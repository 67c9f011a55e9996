"""Refusals: a party that finds another sum, or another result, says so; more than half of them take it away."""

from __future__ import annotations

import logging

from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.errors import CryptoError, EncodingError, StorageError
from fl_client.privacy.paillier.statements import WrongChunk
from fl_client.roles.doubting import Doubter
from fl_client.rounds.encrypted_record import EncryptedTurn, ResultProposal
from fl_client.types import Bytes32

_log = logging.getLogger(__name__)

_NO_MODEL = Bytes32(bytes(32))


class Refuser(Doubter):
    """A doubter with a voice: more than half of the parties take a proposal away without a bond (ADR 0030)."""

    def refuse(self, phase: EncryptedPhase) -> str | None:
        """Refuse a root that is not ours; where its bytes show why, a question, which costs its author, comes first."""
        if phase not in (EncryptedPhase.SUM_CHALLENGE, EncryptedPhase.RESULT_CHALLENGE):
            return None
        turn, proposal = self.turn, self.turn.proposal
        if proposal is None or self.address in (proposal.account, *proposal.refused_by):
            return None
        if turn.place_of(self.address) is None or self.now() >= self.state.deadline:
            return None
        if self.contract.question().is_open:
            return None
        model = _NO_MODEL
        try:
            if isinstance(proposal, ResultProposal):
                model = proposal.model
                is_lie = self._is_lie(turn, proposal)
            else:
                is_lie = self.book.summed(turn).tree.root != proposal.root
        except (StorageError, CryptoError, EncodingError) as problem:
            _log.info("%s: cannot compare: %s", self.address, problem)
            return None
        if not is_lie:
            return None
        number = len(turn.sums) + len(turn.results)
        refused = self.contract.task.functions.refuse(turn.number, proposal.root, model)
        self.send(refused, intent=f"{self.named('refuse')}.{number}")
        return f"refused what {proposal.account} proposed"

    def _is_lie(self, turn: EncryptedTurn, proposal: ResultProposal) -> bool:
        """Whether result or model are other ones than ours.

        Half of the window is for questions about what the posted bytes show to be wrong: who is late with them may have
        no bond, since a liar can make bonds dear, and refusing is free. As long we wait for shares where they are too
        few to open the sum: what most cannot compare must not stand.
        """
        try:
            self.opened.posted(turn, proposal)
        except WrongChunk:
            return self._is_second_half()
        except StorageError:
            self.book.summed(turn)  # without the updates it is we who lack bytes, and nothing is known
            try:
                mine = self.opened.opened(turn)
            except CryptoError as problem:
                _log.info("%s: cannot open the sum: %s", self.address, problem)
                return self._is_second_half()
            if mine.tree.root != proposal.root:
                return True
        _, sealed = self.opened.model(turn)
        if sealed.commitment == proposal.model:
            return False
        return not self._has_model(proposal) or self._is_second_half()

    def _has_model(self, proposal: ResultProposal) -> bool:
        """Whether the bytes of a model are here, and are what its commitment says."""
        try:
            self.book.fetch_model(proposal.model, proposal.model_content)
        except StorageError:
            return False
        return True
