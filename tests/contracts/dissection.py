"""Evidence as the court takes it, and both sides of a dispute."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from numpy.typing import NDArray

from fl_client.aggregation import CombiningRule
from fl_client.encoding import LIMIT, MerkleSumTree, Node, chunk_bytes, parent_node
from tests.contracts.federation import People, System, running_task
from tests.contracts.rounds import Round, Update

SALT = keccak(text="salt of the evidence")
CONTENT = keccak(text="content of the replacement")

LEVELS_PER_STEP = 8
CHUNK = 64

PROOF = "(uint32,(address,uint32,bytes32)[],bytes,bytes,bytes[],bytes,(bytes32,uint128),(address,uint32)[])"
"""``AggregateProof`` of contracts/types/TaskTypes.sol."""

CHUNK_EVIDENCE = ("address", "uint24", "uint32", "bytes")

Proof = tuple[Any, ...]
NO_FIGURES: tuple[Any, ...] = (b"", (bytes(32), 0), [])
"""Table, trusted root and reputations of a proof whose rule reads none of them."""


def packed(nodes: Iterable[Node]) -> bytes:
    """Return nodes one after the other, 48 bytes each."""
    return b"".join(bytes(node) for node in nodes)


def opening_of(vector: NDArray[np.int32], tree: MerkleSumTree, index: int) -> bytes:
    """Return what opens chunk ``index``: claimed sum, chunk, siblings from the leaf up."""
    claimed = tree.nodes(0, index, 1)[0].sum
    return claimed.to_bytes(16, "big") + chunk_bytes(vector, index) + packed(tree.path(index))


def altered(model: NDArray[np.int32], coordinate: int) -> NDArray[np.int32]:
    """Return the model with one coordinate off by one step of the lattice."""
    wrong = model.copy()
    wrong[coordinate] += 1 if wrong[coordinate] < LIMIT else -1
    return wrong


# ---------------------------------------------------------------------- evidence in one transaction


def proof_of(
    round_: Round,
    model: NDArray[np.int32],
    coordinate: int,
    *,
    model_opening: bytes | None = None,
    accepted: Sequence[Update] | None = None,
    figures: tuple[Any, ...] = NO_FIGURES,
) -> Proof:
    """Return the proof of one coordinate.

    Args:
        round_: whose accepted updates, and whose old model.
        model: the proposed model, int32 (d,).
        coordinate: 0 to d - 1.
        model_opening: what was learnt of the proposed model, if its bytes are hidden.
        accepted: the accepted updates; all reveals unless given.
        figures: table, trusted root and reputations, where the weighing rule reads them.
    """
    index = coordinate // CHUNK
    updates = round_.revealed if accepted is None else accepted
    if model_opening is None:
        model_opening = opening_of(model, MerkleSumTree.build(model), index)
    return (
        coordinate,
        [update.entry for update in updates],
        model_opening,
        opening_of(round_.base_vector, MerkleSumTree.build(round_.base_vector), index),
        [opening_of(update.vector, update.tree, index) for update in updates],
        *figures,
    )


def hash_of_proof(proof: Proof) -> bytes:
    """Return what stands for a proof in its opening."""
    return keccak(encode([PROOF], [proof]))


def hash_of_chunk(trainer: Any, round_: int, index: int, opening: bytes) -> bytes:
    """Return what stands for a wrong chunk in its opening."""
    return keccak(encode(CHUNK_EVIDENCE, [str(trainer), round_, index, opening]))


def open_evidence(court: Any, task: Any, by: Any, evidence: bytes, salt: bytes = SALT) -> Any:
    """Announce evidence, in a block of its own."""
    return court.openEvidence(court.evidenceOpening(by, task, evidence, salt), {"from": by})


def prove(court: Any, task: Any, by: Any, proof: Proof) -> Any:
    """Announce a proof of a wrong aggregate and show it in the next block."""
    open_evidence(court, task, by, hash_of_proof(proof))
    return court.proveWrongAggregate(task, proof, SALT, {"from": by})


def accuse(court: Any, task: Any, by: Any, update: Update, round_: int, index: int = 0) -> Any:
    """Announce one chunk of an update and show it in the next block."""
    opening = opening_of(update.vector, update.tree, index)
    open_evidence(court, task, by, hash_of_chunk(update.trainer, round_, index, opening))
    return court.proveWrongNorm(task, update.trainer, round_, index, opening, SALT, {"from": by})


def open_dispute(
    court: Any, task: Any, by: Any, replacement: bytes, content: bytes = CONTENT, salt: bytes = SALT
) -> Any:
    """Announce a dispute and open it in the next block."""
    court.openEvidence(court.disputeOpening(by, task, replacement, salt), {"from": by})
    clock = task.clock()
    return court.openDispute(
        task, clock["round"], clock["proposal"], replacement, content, salt, {"from": by}
    )


def deadline_of_dispute(court: Any, task: Any) -> int:
    """Return when the open dispute's next step is overdue."""
    return int(court.disputeOf(task)["deadline"])


# ---------------------------------------------------------------------- dissection


@dataclass(kw_only=True)
class Dissecting(ABC):
    """What every dispute in steps does alike: it goes down a few levels a step, and counts its gas."""

    level: int = 0
    position: int = 0
    gas: list[tuple[str, int]] = field(default_factory=list)

    @property
    def below(self) -> int:
        """Levels that the next answer opens."""
        return min(self.level, LEVELS_PER_STEP)

    def until_chunk(self) -> None:
        """Play all steps up to the one that is about a single chunk."""
        self.open()
        while self.level > 0:
            self.answer()
            self.pick()

    @abstractmethod
    def open(self) -> Any:
        """Challenge."""

    @abstractmethod
    def answer(self) -> Any:
        """Show what is below the place reached."""

    @abstractmethod
    def pick(self) -> Any:
        """Go on to the first part that is wrong."""

    def _done(self, step: str, transaction: Any) -> Any:
        self.gas.append((step, int(transaction.gas_used)))
        return transaction


@dataclass(kw_only=True)
class Dissection(Dissecting):
    """One dispute about a model whose bytes only its sealer has.

    The challenger's side reads nothing but what the sealer's answers show: ``row`` and ``shown``.

    Args:
        theirs: the model that the sealer proposed, int32 (d,).
        ours: the challenger's model.
        their_tree: its tree, if its sums are not the true ones.
    """

    court: Any
    round: Round
    sealer: Any
    challenger: Any
    theirs: NDArray[np.int32] = field(repr=False)
    ours: NDArray[np.int32] = field(repr=False)
    their_tree: MerkleSumTree = field(repr=False, default=None)  # type: ignore[assignment]
    our_tree: MerkleSumTree = field(repr=False, init=False)
    row: tuple[Node, ...] = field(repr=False, default=())
    siblings: tuple[Node, ...] = field(repr=False, default=())
    shown: bytes = field(repr=False, default=b"")

    def __post_init__(self) -> None:
        self.our_tree = MerkleSumTree.build(self.ours)
        if self.their_tree is None:
            self.their_tree = MerkleSumTree.build(self.theirs)
        self.level = self.their_tree.depth
        self.row = (self.their_tree.root,)

    @property
    def task(self) -> Any:
        """The task whose model is disputed."""
        return self.round.task

    @property
    def current(self) -> Node:
        """The node that the dispute has reached, from the sealer's tree."""
        return self.their_tree.nodes(self.level, self.position, 1)[0]

    @property
    def replacement(self) -> bytes:
        """Commitment to the challenger's model."""
        return self.round.commitment_to(self.ours)

    def open(self) -> Any:
        """Challenge the proposal."""
        opened = open_dispute(self.court, self.task, self.challenger, self.replacement)
        return self._done("openDispute", opened)

    def nodes_due(self) -> tuple[Node, ...]:
        """What the sealer has to show now."""
        return self.their_tree.nodes(self.level - self.below, self.position << self.below, 1 << self.below)

    def answer(self, by: Any = None) -> Any:
        """Show the nodes below the current one."""
        row = self.nodes_due()
        done = self.court.answerNodes(
            self.task, node_tuple(self.current), packed(row), {"from": by or self.sealer}
        )
        self.row = row
        return self._done("answerNodes", done)

    def difference(self) -> int:
        """Return the place, in the row shown, of the first node that the challenger has otherwise."""
        own = self.our_tree.nodes(self.level - self.below, self.position << self.below, 1 << self.below)
        return next(place for place, node in enumerate(self.row) if node != own[place])

    def pick(self) -> Any:
        """Go on to the first node that differs."""
        place = self.difference()
        path = path_in_row(self.row, place)
        done = self.court.pickNode(
            self.task, place, node_tuple(self.row[place]), packed(path), {"from": self.challenger}
        )
        self.siblings = path + self.siblings
        self.position = (self.position << self.below) + place
        self.row = (self.row[place],)
        self.level -= len(path)
        return self._done("pickNode", done)

    def answer_chunk(self, by: Any = None) -> Any:
        """Show the chunk reached."""
        chunk = chunk_bytes(self.theirs, self.position)
        done = self.court.answerChunk(self.task, node_tuple(self.current), chunk, {"from": by or self.sealer})
        self.shown = chunk
        return self._done("answerChunk", done)

    def proof(self) -> Proof:
        """Return the proof from what the sealer has shown."""
        own = chunk_bytes(self.ours, self.position)
        # The first where they differ; 0 where only the claimed sum is wrong.
        place = int(np.argmax(np.frombuffer(own, ">i4") != np.frombuffer(self.shown, ">i4")))
        opening = self.row[0].sum.to_bytes(16, "big") + self.shown + packed(self.siblings)
        coordinate = self.position * CHUNK + place
        return proof_of(self.round, self.theirs, coordinate, model_opening=opening)

    def prove(self) -> Any:
        """Recompute one coordinate of the chunk."""
        done = self.court.proveWrongAggregate(self.task, self.proof(), SALT, {"from": self.challenger})
        return self._done("proveWrongAggregate", done)

    def run(self) -> Any:
        """Play the whole dispute; return the last transaction."""
        self.until_chunk()
        self.answer_chunk()
        return self.prove()


def disputed(
    system: System,
    people: People,
    coordinate: int,
    *,
    trainers: int = 5,
    combining: CombiningRule | None = None,
    **parameters: Any,
) -> Dissection:
    """Play a round until a sealer proposes a model with one wrong coordinate; nobody has objected yet.

    Args:
        coordinate: the wrong one.
        trainers: how many take part.
        combining: the rule that the parameters name; the mean unless given.
        parameters: of the task, by name.
    """
    task = running_task(system, people, trainers, **parameters)
    round_ = Round.of(task, rule=combining)
    round_.until_attested(people.trainers[:trainers])
    right = round_.new_model()
    wrong = altered(right, coordinate)
    round_.propose(wrong)
    return Dissection(
        court=system.court,
        round=round_,
        sealer=next(sealer for sealer in people.sealers if sealer == task.proposedModel()[1]),
        challenger=people.challenger,
        theirs=wrong,
        ours=right,
    )


def node_tuple(node: Node) -> tuple[bytes, int]:
    """Return a node as the contracts take it."""
    return (node.hash, node.sum)


def path_in_row(row: tuple[Node, ...], place: int) -> tuple[Node, ...]:
    """Return the siblings of one node of a row, up to the row's common ancestor."""
    path = []
    while len(row) > 1:
        path.append(row[place ^ 1])
        row = tuple(parent_node(row[at], row[at + 1]) for at in range(0, len(row), 2))
        place >>= 1
    return tuple(path)
