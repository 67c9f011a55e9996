"""One round of a task: real updates, and the calls of its trainers and sealers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from brownie import chain, web3
from numpy.typing import NDArray

from fl_client.aggregation import CombiningRule, WeightedMean
from fl_client.encoding import (
    MerkleSumTree,
    Node,
    UpdateMessage,
    VectorFormat,
    VectorKind,
    commit_vector,
    report_of,
    set_hash,
    update_digest,
)
from tests.contracts.federation import RANDOM, advance_to, initial_model, parameters_of
from tests.contracts.task_types import Phase, TaskParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A trainer's update and everything that it commits to."""

    trainer: Any
    vector: NDArray[np.int32] = field(repr=False)
    tree: MerkleSumTree = field(repr=False)
    commitment: bytes
    content_id: bytes
    samples: int
    milliseconds: int
    salt: bytes
    weight: int
    digest: bytes

    @property
    def root(self) -> Node:
        """Root of the vector's tree."""
        return self.tree.root

    @property
    def entry(self) -> tuple[str, int, bytes]:
        """The ``UpdateEntry`` of this update."""
        return (self.trainer.address, self.weight, self.commitment)

    @property
    def report(self) -> int:
        """Samples and milliseconds as the contract takes them."""
        return report_of(self.samples, self.milliseconds)

    @property
    def opening(self) -> tuple[bytes, int, bytes, int, bytes]:
        """The arguments of ``revealUpdate``."""
        return (self.root.hash, self.root.sum, self.content_id, self.report, self.salt)


@dataclass(kw_only=True)
class Round:
    """The calls of one round, over all its attempts; remembers updates in the order of their reveals."""

    task: Any
    parameters: TaskParameters
    number: int
    base: bytes
    base_vector: NDArray[np.int32] = field(repr=False)
    revealed: list[Update] = field(default_factory=list)
    rule: CombiningRule = field(default_factory=WeightedMean)

    @classmethod
    def of(
        cls, task: Any, base_vector: NDArray[np.int32] | None = None, rule: CombiningRule | None = None
    ) -> Round:
        """Return the task's present round; its old model is the first one, its rule the mean, unless given."""
        parameters = parameters_of(task)
        vector = initial_model(parameters.dimension) if base_vector is None else base_vector
        return cls(
            task=task,
            parameters=parameters,
            number=int(task.clock()["round"]),
            base=bytes(task.baseModel()),
            base_vector=vector,
            rule=rule or WeightedMean(),
        )

    def form(self, kind: VectorKind) -> VectorFormat:
        """Return the format of this task's vectors."""
        return VectorFormat(
            dimension=self.parameters.dimension, fraction_bits=self.parameters.fraction_bits, kind=kind
        )

    def update(
        self,
        trainer: Any,
        *,
        samples: int = 0,
        milliseconds: int = 1_500,
        vector: NDArray[np.int32] | None = None,
        sums: Sequence[int] | None = None,
        attempt: int | None = None,
        **message: Any,
    ) -> Update:
        """Build a trainer's update for the present attempt.

        Args:
            samples: 0 for a count that differs from trainer to trainer.
            milliseconds: that the training is said to have taken.
            vector: int32 (d,); random, of a small norm, unless given.
            sums: claimed leaf sums in place of the true ones.
            attempt: another attempt than the present one.
            message: fields of ``UpdateMessage`` that are signed in place of the right ones.
        """
        if attempt is None:
            attempt = int(self.task.clock()["attempt"])
        own = int(trainer.address, 16) % 2**32
        if vector is None:
            generator = np.random.default_rng((RANDOM, own, self.number, attempt))
            vector = generator.integers(-4_096, 4_097, self.parameters.dimension, dtype=np.int32)
        tree = MerkleSumTree.build(vector, sums)
        samples = samples or 10 + own % 90
        fields: dict[str, Any] = {
            "task": self.task.address,
            "round": self.number,
            "attempt": attempt,
            "base_model": self.base,
            "trainer": trainer.address,
            "commitment": commit_vector(tree.root, self.form(VectorKind.UPDATE)),
            "content_id": bytes(web3.keccak(tree.root.hash)),
            "samples": samples,
            "milliseconds": milliseconds,
            "salt": bytes(web3.keccak(text=f"salt of {own} in {self.number}.{attempt}")),
        }
        signed = UpdateMessage(**(fields | message))
        return Update(
            trainer=trainer,
            vector=vector,
            tree=tree,
            commitment=fields["commitment"],
            content_id=fields["content_id"],
            samples=samples,
            milliseconds=milliseconds,
            salt=fields["salt"],
            weight=min(samples, self.parameters.max_samples),
            digest=bytes(update_digest(signed, chain.id)),
        )

    # ------------------------------------------------------------------ trainers

    def commit(self, trainers: Iterable[Any], **options: Any) -> list[Update]:
        """Let each trainer commit to an update of its own; options as for ``update``."""
        return self.commit_updates([self.update(trainer, **options) for trainer in trainers])

    def commit_updates(self, updates: Iterable[Update]) -> list[Update]:
        """Let the author of each of these updates commit to it."""
        committed = list(updates)
        turn = self.task.clock()["turn"]
        for update in committed:
            self.task.commitUpdate(turn, update.digest, {"from": update.trainer})
        return committed

    def reveal(self, updates: Iterable[Update]) -> None:
        """Reveal these updates in this order; waits for the phase if need be."""
        for update in updates:
            advance_to(self.task, Phase.REVEAL)
            self.task.revealUpdate(*update.opening, {"from": update.trainer})
            self.revealed.append(update)

    def attest(self, trainers: Iterable[Any], bitmap: int | None = None) -> None:
        """Let each trainer vouch for these updates, or for all; waits for the phase if need be."""
        for trainer in trainers:
            advance_to(self.task, Phase.ATTEST)
            self.task.attestUpdates(self.everything if bitmap is None else bitmap, {"from": trainer})

    def until_revealed(self, trainers: Iterable[Any]) -> list[Update]:
        """Let these trainers commit and reveal."""
        updates = self.commit(trainers)
        self.reveal(updates)
        return updates

    def until_attested(self, trainers: Sequence[Any], bitmap: int | None = None) -> list[Update]:
        """Let these trainers commit, reveal and attest."""
        updates = self.until_revealed(trainers)
        self.attest(trainers, bitmap)
        return updates

    # ------------------------------------------------------------------ sealers

    @property
    def everything(self) -> int:
        """The bitmap of all reveals so far."""
        return (1 << len(self.revealed)) - 1

    @property
    def entries(self) -> list[tuple[str, int, bytes]]:
        """What freezing the round takes."""
        return [update.entry for update in self.revealed]

    def new_model(self, accepted: Sequence[Update] | None = None) -> NDArray[np.int32]:
        """Return the right new model: int32 (d,), from these updates or from all."""
        chosen = self.revealed if accepted is None else accepted
        rows = np.stack([update.vector for update in chosen])  # (n, d)
        return self.rule.combine(rows, [update.weight for update in chosen], self.base_vector)

    def model_tree(self, model: NDArray[np.int32]) -> MerkleSumTree:
        """Return the tree of a model."""
        return MerkleSumTree.build(model)

    def commitment_to(self, model: NDArray[np.int32]) -> bytes:
        """Return the commitment to a model."""
        return bytes(commit_vector(self.model_tree(model).root, self.form(VectorKind.MODEL)))

    def first_seat(self) -> int:
        """Return the seat whose slot comes first after the present number of proposals."""
        clock = self.task.clock()
        return int((clock["round"] + clock["proposal"]) % clock["seats"])

    def propose(
        self,
        model: NDArray[np.int32] | None = None,
        seat: int | None = None,
        accepted: Sequence[Update] | None = None,
    ) -> Any:
        """Let the holder of a seat, of the one whose slot is first unless given, propose a model.

        Args:
            model: int32 (d,); the right one of all reveals unless given.
            accepted: the updates that are accepted if nobody has frozen the set; all reveals unless given.
        """
        vector = self.new_model() if model is None else model
        seat = self.first_seat() if seat is None else seat
        commitment = self.commitment_to(vector)
        frozen = bool(self.task.clock()["accepted"])
        chosen = self.revealed if accepted is None else accepted
        accepted_hash = self.task.setHash() if frozen else set_hash(update.entry for update in chosen)
        entries = [] if frozen else self.entries
        sealer = self.task.seats()[seat]
        return self.task.proposeAggregate(
            self.number, accepted_hash, entries, commitment, web3.keccak(commitment), seat, {"from": sealer}
        )

    def finalize(self, by: Any) -> Round:
        """Close the round after its challenge window and return the next one, from the right new model."""
        model = self.new_model()
        advance_to(self.task, Phase.FINAL)
        self.task.finalizeRound({"from": by})
        return replace(
            self,
            number=self.number + 1,
            base=bytes(self.task.baseModel()),
            base_vector=model,
            revealed=[],
        )

    def run(self, trainers: Sequence[Any], by: Any) -> Round:
        """Play the whole round with these trainers and return the next one."""
        self.until_attested(trainers)
        self.propose()
        return self.finalize(by)
