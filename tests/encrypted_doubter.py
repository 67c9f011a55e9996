"""Somebody who asks for what is right."""

from __future__ import annotations

from typing import Any

from fl_client.chain.contracts.encrypted import EncryptedPhase, StatementKind
from fl_client.roles.doubting import Doubt, Doubter


class VainDoubter(Doubter):
    """Asks for a chunk of what is right."""

    about = StatementKind.NONE

    def _doubts(self, phase: EncryptedPhase) -> Any:
        turn = self.turn
        if turn.questions:
            return
        if self.about is StatementKind.UPDATE and phase is EncryptedPhase.SUM_CHALLENGE:
            one = turn.submissions[0]
            yield Doubt(self.about, one.account, one.root, 1)
        if self.about is StatementKind.SUM and turn.sum and phase is EncryptedPhase.SUM_CHALLENGE:
            yield Doubt(self.about, turn.sum.account, turn.sum.root, 2)
        if self.about is StatementKind.SHARE and 0 in turn.standing_shares:
            share = turn.standing_shares[0]
            yield Doubt(self.about, share.account, share.root, 0)
        if turn.result and phase is EncryptedPhase.RESULT_CHALLENGE:
            if self.about is StatementKind.RESULT:
                yield Doubt(self.about, turn.result.account, turn.result.root, 1)
            if self.about is StatementKind.MODEL:
                yield Doubt(self.about, turn.result.account, turn.result.model, 1)
