"""The cheats that a demonstration plants, each an honest role with one round in which it is not."""

from __future__ import annotations

from abc import ABC
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fl_client.chain.contracts import TableDispute, TrainerRecord
from fl_client.encoding import LIMIT, MerkleSumTree, commit_vector, encode
from fl_client.errors import ContractReverted
from fl_client.records import COPY, NORM, SILENT
from fl_client.roles import Aggregator, Trainer
from fl_client.rounds import ENTRY_BYTES, Reveal, SealedVector, Vector, seal_vector
from fl_client.types import Bytes32

EVERY_ROUND = -1
"""In place of a round's number: the cheat never tires."""


class Cheating(ABC):  # noqa: B024
    """When a role cheats: in one round, or in all; laid out as a role is, so that an honest one can be made one."""

    cheats_in = 0

    def cheats(self, round_: int) -> bool:
        """Whether this is a round of the cheat."""
        return self.cheats_in in (round_, EVERY_ROUND)


class SilentTrainer(Cheating, Trainer):
    """Commits and never reveals."""

    def reveal(self) -> str | None:
        """Keep silent in the round of the cheat."""
        return None if self.cheats(self.ledger.round) else super().reveal()


class CopyingTrainer(Cheating, Trainer):
    """Commits to another trainer's digest, and tries to reveal that update as its own."""

    refused_with: str | None = None
    _tried_in = 0

    def may_commit(self, record: TrainerRecord) -> bool:
        """In the round of the cheat: only once there is something to copy."""
        if self.cheats(self.ledger.round) and not self._others():
            return False
        return super().may_commit(record)

    def commit(self) -> str | None:
        """Copy the first commitment that is on chain."""
        if not self.cheats(self.ledger.round):
            return super().commit()
        digest = self._others()[0]
        committed = self.contract.task.functions.commitUpdate(self.contract.clock().turn, digest)
        self.send(committed, intent=self.named("commit"))
        return "committed"

    def reveal(self) -> str | None:
        """Replay the victim's reveal, as soon as there is one; the contract refuses it."""
        if not self.cheats(self.ledger.round):
            return super().reveal()
        stolen = self._stolen()
        if stolen is None or self._tried_in == self.ledger.turn:
            return None
        self._tried_in = self.ledger.turn
        fields = (stolen.root_hash, stolen.root_sum, stolen.content_id, stolen.report, stolen.salt)
        try:
            self.send(self.contract.task.functions.revealUpdate(*fields))
        except ContractReverted as refusal:
            self.refused_with = refusal.name
            return f"tried to reveal a copied update: {refusal.name}"
        return "revealed a copied update"

    def _others(self) -> list[Bytes32]:
        return [one.digest for one in self.ledger.current().commits if one.trainer != self.address]

    def _stolen(self) -> Reveal | None:
        record = self.ledger.current()
        mine = next((one for one in record.commits if one.trainer == self.address), None)
        victim = mine.copied_from if mine is not None else None
        return next((one for one in record.reveals if one.trainer == victim), None)


class LyingNormTrainer(Cheating, Trainer):
    """Blows its update up and understates a leaf sum of its tree, so that the root passes the norm bound."""

    factor = 50

    def seal(self, delta: NDArray[np.int32]) -> SealedVector:
        """Claim the sums of the honest update for one that is many times longer."""
        if not self.cheats(self.ledger.round):
            return super().seal(delta)
        form = self.watch.update_form
        big = np.clip(delta.astype(np.int64) * self.factor, -LIMIT, LIMIT).astype(np.int32)
        honest = [node.sum for node in MerkleSumTree.build(delta).nodes(0, 0, form.chunks)]
        root = MerkleSumTree.build(big, honest).root
        return SealedVector(data=encode(big, form, honest), root=root, commitment=commit_vector(root, form))


class HidingAggregator(Cheating, Aggregator):
    """Posts a wrong model in one round and hides its bytes; answers challenges to keep its stake."""

    wrong_coordinates = 3

    def aggregate(self, number: int, accepted: tuple[Reveal, ...]) -> tuple[Vector, SealedVector]:
        """Shift a few coordinates."""
        vector, sealed = super().aggregate(number, accepted)
        if not self.cheats(number):
            return vector, sealed
        wrong = vector.copy()
        wrong[-self.wrong_coordinates :] += 1 << 16
        return wrong, seal_vector(wrong, self.watch.model_form)

    def publish(self, sealed: SealedVector) -> Bytes32:
        """Name a content id that leads nowhere."""
        if not self.cheats(self.ledger.round):
            return super().publish(sealed)
        return Bytes32(bytes(31) + b"\x01")


class LyingTableAggregator(Cheating, Aggregator):
    """Posts a wrong distance, proposes what it gives, and splits it so that every answer adds up."""

    error = 1 << 40

    def table(self, number: int, accepted: tuple[Reveal, ...]) -> bytes:
        """Claim that the last two of the table's vectors are further apart than they are; nothing where none is due."""
        right = super().table(number, accepted)
        if not right or not self.cheats(number):
            return right
        last = int.from_bytes(right[-ENTRY_BYTES:], "big") + self.error
        return right[:-ENTRY_BYTES] + last.to_bytes(ENTRY_BYTES, "big")

    def sums(self, dispute: TableDispute) -> tuple[int, ...]:
        """The error goes into the first of them."""
        first, *others = super().sums(dispute)
        return (dispute.claim - sum(others), *others) if self.cheats(self.ledger.round) else (first, *others)


class TablelessAggregator(Cheating, Aggregator):
    """Proposes right models and posts no distances before."""

    def post_table(self, number: int, accepted: tuple[Reveal, ...]) -> str | None:
        """Nothing."""
        return None if self.cheats(number) else super().post_table(number, accepted)


CheatingTrainer = SilentTrainer | CopyingTrainer | LyingNormTrainer
CHEATING_TRAINERS: Final[dict[str, type[CheatingTrainer]]] = {
    SILENT: SilentTrainer,
    COPY: CopyingTrainer,
    NORM: LyingNormTrainer,
}
