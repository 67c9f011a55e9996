"""What every proposer owes: to open its model's tree where a challenger asks."""

from __future__ import annotations

from fl_client.chain import TransactionSender
from fl_client.chain.contracts import Step
from fl_client.disputes import answer_chunk, answer_nodes
from fl_client.encoding import MerkleSumTree
from fl_client.errors import StorageError
from fl_client.roles.models import ModelBook
from fl_client.roles.participant import GasBook, Participant
from fl_client.rounds import TaskWatch, Vector
from fl_client.types import Bytes32


class Answering(Participant):
    """An account whose model may stand for a round: of its own proposal, or in place of one that it beat."""

    def __init__(
        self, watch: TaskWatch, sender: TransactionSender, gas: GasBook, *, models: ModelBook
    ) -> None:
        super().__init__(watch, sender, gas)
        self.models = models
        self._proposed: tuple[Bytes32, Vector] | None = None

    def answer(self) -> str | None:
        """Open the tree of its model where a challenger asks; whoever is silent loses stake or bond.

        Raises:
            StorageError: it stands for a model that it cannot compute again.
        """
        model, proposer = self.contract.proposed_model()
        if proposer != self.address or not self.contract.clock().dispute_open:
            return None
        dispute = self.contract.dispute()
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
        return None

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
