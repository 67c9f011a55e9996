"""The global models as one participant knows them: fetched, or computed from the updates it can fetch itself."""

from __future__ import annotations

import logging

from fl_client.aggregation.weigh import Needs
from fl_client.disputes import TableFlaw, opening_of, table_flaw
from fl_client.encoding import MerkleSumTree, VectorFormat, commitment_of, encode, encoded_size
from fl_client.errors import AuditDiffers, ContentAltered, ContentUnpublished, EncodingError, StorageError
from fl_client.rounds import (
    NO_TRUST,
    FetchedVector,
    Proposal,
    Reveal,
    SealedVector,
    TaskWatch,
    Vector,
    VerifiedVectors,
    WeighedRound,
    due_table,
    fetch_vector,
    rule_of,
    seal_vector,
    weigh_round,
)
from fl_client.storage import ContentId, ContentStore
from fl_client.storage.unixfs import build_blocks
from fl_client.types import Bytes32

_log = logging.getLogger(__name__)


class ModelBook:
    """Fetches and recomputes by the task's own rule; keeps only what the present round needs.

    Raises:
        UnknownRule: this version cannot compute the task's rule.
    """

    def __init__(
        self, watch: TaskWatch, store: ContentStore, *, verified: VerifiedVectors | None = None
    ) -> None:
        """Make a book.

        Args:
            watch: the task.
            store: where vectors are fetched from.
            verified: what other books of this process fetched and verified from the same store; without it,
                this book does all of it itself.
        """
        self._verified = verified
        self.watch, self.store, self.rule = watch, store, rule_of(watch.contract)
        self._models: dict[Bytes32, Vector] = {}
        self._updates: dict[tuple[Bytes32, Bytes32], FetchedVector] = {}
        self._weighed: tuple[object, WeighedRound] | None = None
        self._round = 0

    def update(self, number: int, reveal: Reveal) -> FetchedVector:
        """One revealed update.

        Raises:
            StorageError: its bytes are not here, or are others than it committed to.
            EncodingError: its bytes are no vector.
        """
        self._turn_to(number)
        commitment = self.watch.commitment_of(reveal)
        key = (commitment, reveal.content_id)  # not its place: a reorganisation may give it another
        if key not in self._updates:
            self._updates[key] = self._fetch(reveal.content_id, self.watch.update_form, commitment)
        return self._updates[key]

    def serve(self, number: int, reveal: Reveal) -> None:
        """Make sure that an update can be had from here, whoever else stops serving it.

        Raises:
            StorageError: it was not here, or no daemon took it.
        """
        form = self.watch.update_form
        content = ContentId.from_digest(reveal.content_id, encoded_size(form))
        if not self.store.has(content):
            update = self.update(number, reveal)
            self.store.put(encode(update.vector, form, update.sums))

    def opening(self, reveal: Reveal, chunk: int) -> bytes:
        """What shows one chunk of an update, of whatever round: claimed sum, 256 bytes, siblings from the leaf up.

        Raises:
            StorageError: its bytes are not here, or are others than it committed to.
            EncodingError: its bytes are no vector.
        """
        form, commitment = self.watch.update_form, self.watch.commitment_of(reveal)
        update = self._fetch(reveal.content_id, form, commitment)
        tree = MerkleSumTree.build(update.vector, update.sums)
        return opening_of(update.vector, tree, chunk, tree.nodes(0, chunk, 1)[0].sum)

    def base(self, number: int) -> Vector:
        """The model that a round starts from: its sealer's bytes, or what the updates give.

        Raises:
            StorageError: neither can be had.
            EncodingError: the task's first model is none.
            AuditDiffers: the updates give another model than the chain holds.
        """
        commitment, content_id = self.watch.ledger.base_of(number)
        if commitment not in self._models:
            try:
                fetched = self._fetch(content_id, self.watch.model_form, commitment)
                self._models[commitment] = fetched.vector
            except (StorageError, EncodingError):
                # A sealer may name anything as its content: nobody's work depends on that.
                if number <= 1:
                    raise
                vector, _ = self.recomputed(number - 1)
                if commitment_of(vector, self.watch.model_form) != commitment:
                    raise AuditDiffers(
                        f"the model after round {number - 1} is not what its accepted updates give"
                    ) from None
                self._models[commitment] = vector
        return self._models[commitment]

    def publish(self, sealed: SealedVector) -> Bytes32:
        """Store a model's bytes; gives the digest of their content id.

        Raises:
            StorageError: they are not even on this disk.
        """
        return publish_computed(self.store, sealed.data)

    def recomputed(self, number: int) -> tuple[Vector, SealedVector]:
        """The model that a frozen round's accepted updates give.

        Raises:
            StorageError: an accepted update's bytes cannot be had.
        """
        accepted = self.watch.accepted(number)
        return self.combine(number, accepted)

    def combine(self, number: int, reveals: tuple[Reveal, ...]) -> tuple[Vector, SealedVector]:
        """The model that these updates of a round give."""
        base = self.base(number)
        vector = self.weighed(number, reveals).model(base) if reveals else base.copy()
        return vector, seal_vector(vector, self.watch.model_form)

    def weighed(self, number: int, reveals: tuple[Reveal, ...]) -> WeighedRound:
        """Rows and table of these updates of a round, at least one.

        Raises:
            StorageError: the right bytes of an update, or of the trusted vector, cannot be had. It is waited out:
                whoever vouched, or gave the trusted vector, may still serve them, and the phases end by themselves.
        """
        self._turn_to(number)
        inputs = self.watch.ledger.tables.inputs_of(number)
        key = (self.watch.entries(reveals), inputs)
        if self._weighed is None or self._weighed[0] != key:
            try:
                updates = [self.update(number, reveal) for reveal in reveals]
                trust = self.trust(number)
            except (ContentAltered, EncodingError) as problem:
                raise StorageError(f"nobody can compute round {number}'s model yet: {problem}") from problem
            weights = [weight for _, weight, _ in key[0]]
            found = weigh_round(self.rule, reveals, updates, weights, inputs, trust)
            self._weighed = (key, found)
        return self._weighed[1]

    def table_flaw(self, number: int, proposal: Proposal) -> TableFlaw | None:
        """What is wrong with the table that a proposal of a frozen round stands on; None where nothing is.

        Raises:
            StorageError: there is one of the right length, and the bytes of an accepted update, or of the trusted
                vector, cannot be had.
        """
        if not self.rule.needs & (Needs.DISTANCES | Needs.TRUST):
            return None
        accepted = self.watch.accepted(number)
        entries, inputs = self.watch.entries(accepted), self.watch.ledger.tables.inputs_of(number)
        return table_flaw(
            lambda: self.weighed(number, accepted).table,
            proposal.table,
            due=due_table(self.rule.needs, number, entries, inputs),
            needs=self.rule.needs,
            count=len(accepted),
        )

    def trust(self, number: int) -> FetchedVector | None:
        """The trusted vector that the owner gave to a round; None where it gave none, or the rule reads none.

        Raises:
            StorageError: its bytes are not here, or are others than it committed to.
        """
        inputs = self.watch.ledger.tables.inputs_of(number)
        if inputs.trust == NO_TRUST or not self.rule.needs & Needs.TRUST:
            return None
        return self._fetch(inputs.trust_content, self.watch.update_form, inputs.trust)

    def _fetch(self, digest: Bytes32, form: VectorFormat, commitment: Bytes32) -> FetchedVector:
        if self._verified is not None:
            return self._verified.fetch(digest, form, commitment)
        return fetch_vector(self.store, digest, form, commitment)

    def _turn_to(self, number: int) -> None:
        if number != self._round:
            self._updates.clear()
            self._weighed = None
            self._models = dict(list(self._models.items())[-2:])
            self._round = number


def publish_computed(store: ContentStore, data: bytes) -> Bytes32:
    """Store what others compute, too; gives the digest of its content id.

    Where it lies on this disk alone, because no daemon takes it, that is enough to go on: nobody's work depends on
    these bytes, and a proposer's slot does not wait.

    Raises:
        StorageError: it is not even on this disk.
    """
    try:
        return store.put(data).digest
    except ContentUnpublished as problem:
        _log.warning("%s", problem)
        *_, root = build_blocks(data)
        return root.content_id.digest
