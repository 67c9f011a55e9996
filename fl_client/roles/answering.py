"""What every proposer owes: a table of distances before, and an answer where a challenger asks."""

from __future__ import annotations

from fl_client.chain import TransactionSender
from fl_client.chain.contracts import Step, TableDispute
from fl_client.disputes import answer_chunk, answer_nodes, answer_sums, chunk_distances, pack_sums
from fl_client.encoding import MerkleSumTree, set_hash
from fl_client.errors import StorageError
from fl_client.roles.acting import GasBook
from fl_client.roles.asking import Asking
from fl_client.roles.models import ModelBook
from fl_client.rounds import FetchedVector, Reveal, TaskWatch, Vector
from fl_client.types import Bytes32


class Answering(Asking):
    """An account whose model may stand for a round: of its own proposal, or in place of one that it beat."""

    def __init__(
        self, watch: TaskWatch, sender: TransactionSender, gas: GasBook, *, models: ModelBook
    ) -> None:
        super().__init__(watch, sender, gas, models=models)
        self._proposed: tuple[Bytes32, Vector] | None = None

    # ------------------------------------------------------------------ tables

    def post_table(self, number: int, accepted: tuple[Reveal, ...]) -> str | None:
        """Post the distances that the rule reads of a set, before anything is proposed or disputed that rests on them.

        None: nothing is due, or they are there already. Named, so that a crash neither loses nor repeats it.
        """
        table = self.table(number, accepted)
        if not table:
            return None
        digest = set_hash(self.watch.entries(accepted))
        tables = self.ledger.tables
        posted = tables.table_of(self.address, number, digest)
        if posted is not None and posted.data == table:
            return None
        task, trust = self.contract.address, tables.inputs_of(number).trust
        self.send(
            self.contract.tables.functions.postTable(task, number, digest, table),
            intent=f"table {task} {number} {digest.hex()} {trust.hex()}",
        )
        return f"posted the distances of {len(accepted)} updates"

    def table(self, number: int, accepted: tuple[Reveal, ...]) -> bytes:
        """The distances that the rule reads, 16 bytes each; empty where it reads none."""
        return self.models.weighed(number, accepted).table if accepted else b""

    # ------------------------------------------------------------------ answers

    def answer(self) -> str | None:
        """Open the tree of its model where a challenger asks; whoever is silent loses stake or bond.

        Raises:
            StorageError: it stands for a model that it cannot compute again.
        """
        model, proposer = self.contract.proposed_model()
        if proposer != self.address or not self.contract.clock().dispute_open:
            return None
        dispute = self.contract.open_dispute()
        court, task = self.contract.court.functions, self.contract.address
        if dispute.step is Step.NODES:
            opened = answer_nodes(MerkleSumTree.build(self._model(model)), dispute.level, dispute.position)
            self.send(court.answerNodes(task, (opened.current.hash, opened.current.sum), opened.nodes))
            return "opened its tree"
        if dispute.step is Step.CHUNK:
            vector = self._model(model)
            leaf, chunk = answer_chunk(vector, MerkleSumTree.build(vector), dispute.position)
            self.send(court.answerChunk(task, (leaf.hash, leaf.sum), chunk))
            return "opened a chunk"
        if isinstance(dispute, TableDispute) and dispute.step is Step.SUMS:
            self.send(court.answerSums(task, pack_sums(self.sums(dispute))))
            return "split a distance"
        return None

    def sums(self, dispute: TableDispute) -> tuple[int, ...]:
        """What the disputed distance comes to over each of the ranges that are asked for."""
        one, other = self.disputed_pair(dispute)
        return answer_sums(chunk_distances(one.vector, other.vector), dispute.level, dispute.position)

    def disputed_pair(self, dispute: TableDispute) -> tuple[FetchedVector, FetchedVector]:
        """The two vectors whose distance is disputed.

        Raises:
            StorageError: their bytes cannot be had.
        """
        number = self.ledger.round
        accepted = self.watch.accepted(number)
        one = self.models.update(number, accepted[dispute.one])
        if dispute.other < len(accepted):
            return one, self.models.update(number, accepted[dispute.other])
        trust = self.models.trust(number)
        assert trust is not None  # the court knows no such entry otherwise
        return one, trust

    def _model(self, commitment: Bytes32) -> Vector:
        """What it stands for; computed again after a restart."""
        if self._proposed is None or self._proposed[0] != commitment:
            vector, sealed = self.models.recomputed(self.ledger.round)
            if sealed.commitment != commitment:
                raise StorageError(
                    "the model that was proposed is not at hand: start with the same state folder"
                )
            self._proposed = (commitment, vector)
        return self._proposed[1]
