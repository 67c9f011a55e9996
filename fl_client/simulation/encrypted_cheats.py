"""The faults that a demonstration of encrypted rounds plants, each an honest party in all rounds but one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fl_client.privacy.paillier.dealing import KeyShare
from fl_client.privacy.paillier.statements import SharesFile
from fl_client.privacy.paillier.updates import EncryptedUpdate
from fl_client.roles.encrypted_book import SummedSet
from fl_client.roles.party import Party
from fl_client.roles.party_work import PartyWork
from fl_client.rounds.encrypted_record import EncryptedTurn

LATE: Final = "late"
WRONG_PROOF: Final = "wrong-proof"
WRONG_SHARE: Final = "wrong-share"


class LateParty(Party):
    """Submits nothing in the round of the fault."""

    faulty_in = 1

    def submit(self) -> str | None:
        """Sleep through it."""
        return None if self.turn.round == self.faulty_in else super().submit()


class _WrongProofs(PartyWork):
    faulty_in = 1

    def encrypt(self, turn: EncryptedTurn, values: NDArray[np.int32]) -> EncryptedUpdate:
        update = super().encrypt(turn, values)
        if turn.round != self.faulty_in:
            return update
        at = len(update.proofs) // 2
        wrong = update.proofs[at][:-1] + bytes([update.proofs[at][-1] ^ 1])
        return replace(update, proofs=(*update.proofs[:at], wrong, *update.proofs[at + 1 :]))


class WrongProofParty(Party):
    """Proves one of its ciphertexts wrongly: it may hold anything, or another party's update."""

    work_kind = _WrongProofs


class _WrongShares(PartyWork):
    faulty_in = 2

    def prove_shares(self, turn: EncryptedTurn, sum_: SummedSet, share: KeyShare) -> SharesFile:
        file = super().prove_shares(turn, sum_, share)
        if turn.round != self.faulty_in:
            return file
        at = len(file.shares) // 2
        wrong = file.shares[at] * 2 % sum_.key.modulus
        return replace(file, shares=(*file.shares[:at], wrong, *file.shares[at + 1 :]))


class WrongShareParty(Party):
    """Gives one wrong share: unnoticed, it would make the sum impossible to open."""

    work_kind = _WrongShares
