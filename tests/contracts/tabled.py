"""Rounds whose updates are weighed first: tables, inputs, and both sides of a dispute about an entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from numpy.typing import NDArray

from fl_client.aggregation import AggregationRule, Median, TrimmedMean, WeightedMean, parse_aggregation
from fl_client.aggregation.weigh import FOLLOWING, Needs, NeighbourMixing
from fl_client.encoding import MerkleSumTree, set_hash
from tests.contracts.dissection import CHUNK, LEVELS_PER_STEP, SALT, Proof, opening_of, proof_of
from tests.contracts.federation import People, System, running_task
from tests.contracts.rounds import Round, Update

ENTRY_BYTES = 16
NO_ROOT = (bytes(32), 0)
COMBINING = {WeightedMean: "rule", Median: "median_rule", TrimmedMean: "trimmed_mean_rule"}


def packed_table(entries: Sequence[int]) -> bytes:
    """Return entries or sums as they are posted: 16 bytes each."""
    return b"".join(entry.to_bytes(ENTRY_BYTES, "big") for entry in entries)


def hash_of_reputations(listed: Sequence[tuple[str, int]]) -> bytes:
    """Return what the chain keeps of a list of reputations."""
    return keccak(encode(["(address,uint32)[]"], [list(listed)])) if listed else bytes(32)


def weighing_contract(system: System, rule: AggregationRule) -> Any:
    """Return the contract that weighs for a rule."""
    if isinstance(rule.weigh, NeighbourMixing):
        return system.weighings[-1]
    return system.weighings[FOLLOWING.index(type(rule.weigh))]


def rule_parameters(system: System, rule: AggregationRule) -> dict[str, Any]:
    """Return a task's parameters that choose this rule."""
    return {
        "rule": getattr(system, COMBINING[type(rule.combine)]).address,
        "rule_argument": rule.combine.argument,
        "weighing": weighing_contract(system, rule).address,
        "weighing_argument": rule.weigh.argument,
    }


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the owner gave to a round.

    Args:
        trust: int32 (d,); None for none.
        reputations: by address.
    """

    trust: NDArray[np.int32] | None = None
    reputations: dict[str, int] = field(default_factory=dict)

    @property
    def tree(self) -> MerkleSumTree:
        """The trusted vector's tree."""
        assert self.trust is not None
        return MerkleSumTree.build(self.trust)

    @property
    def root(self) -> tuple[bytes, int]:
        """Its root as the contracts take it."""
        return NO_ROOT if self.trust is None else (self.tree.root.hash, self.tree.root.sum)

    @property
    def listed(self) -> list[tuple[str, int]]:
        """The reputations as they are posted."""
        return sorted(self.reputations.items(), key=lambda entry: int(entry[0], 16))

    def of(self, addresses: Sequence[str]) -> list[int]:
        """Return the reputations of these trainers."""
        return [self.reputations.get(address, 0) for address in addresses]


@dataclass(kw_only=True)
class TabledRound:
    """A round of a task with a weighing rule, attested and not yet proposed."""

    system: System
    rule: AggregationRule
    round: Round
    inputs: Inputs = field(default_factory=Inputs)

    @classmethod
    def running(
        cls, system: System, people: People, name: str, trainers: int = 5, **parameters: Any
    ) -> TabledRound:
        """Open the first round of a task that aggregates by the rule of this name."""
        rule = parse_aggregation(name)
        task = running_task(system, people, trainers, **(rule_parameters(system, rule) | parameters))
        return cls(system=system, rule=rule, round=Round.of(task))

    @property
    def task(self) -> Any:
        """The task."""
        return self.round.task

    @property
    def accepted(self) -> list[Update]:
        """The accepted updates; here all that were revealed."""
        return self.round.revealed

    @property
    def updates(self) -> NDArray[np.int32]:
        """The accepted updates, int32 (n, d)."""
        return np.stack([update.vector for update in self.accepted])

    @property
    def set_hash(self) -> bytes:
        """Running hash of the accepted updates."""
        return bytes(set_hash(self.round.entries))

    def give(self, by: Any, inputs: Inputs) -> Any:
        """Post the round's inputs."""
        self.inputs = inputs
        return self.system.tables.postInputs(
            self.task, self.round.number, inputs.root, bytes(32), inputs.listed, {"from": by}
        )

    def entries(self) -> list[int]:
        """Return the right table."""
        found = self.rule.table(self.updates, self.inputs.trust)
        return [*found.distances, *found.trust_distances]

    def model(self) -> NDArray[np.int32]:
        """Return the right new model."""
        weights = [update.weight for update in self.accepted]
        known = self.inputs.of([update.trainer.address for update in self.accepted])
        return self.rule.aggregate(
            self.updates, weights, self.round.base_vector, reputations=known, trust=self.inputs.trust
        ).model

    def model_over(self, entries: Sequence[int]) -> NDArray[np.int32]:
        """Return the model that another table gives."""
        pairs = len(self.accepted) * (len(self.accepted) - 1) // 2
        right = self.rule.table(self.updates, self.inputs.trust)
        told = replace(
            right,
            distances=tuple(entries[:pairs]) if self.rule.needs & Needs.DISTANCES else (),
            trust_distances=tuple(entries[-len(self.accepted) :]) if self.rule.needs & Needs.TRUST else (),
        )
        known = self.inputs.of([update.trainer.address for update in self.accepted])
        figures = told.figures(tuple(update.weight for update in self.accepted), tuple(known))
        return self.rule.combine_rows(self.rule.weigh.weigh(figures), self.updates, self.round.base_vector)

    def post(self, by: Any, entries: Sequence[int]) -> Any:
        """Post a table for the present set."""
        return self.system.tables.postTable(
            self.task, self.round.number, self.set_hash, packed_table(entries), {"from": by}
        )

    def first_sealer(self) -> Any:
        """Return whose slot comes first."""
        return self.task.seats()[self.round.first_seat()]

    def propose_over(self, entries: Sequence[int] | None = None) -> Any:
        """Let the first sealer post this table, the right one unless given, and propose what it gives."""
        told = self.entries() if entries is None else list(entries)
        self.post(self.first_sealer(), told)
        return self.round.propose(self.model_over(told))

    def proof(self, model: NDArray[np.int32], coordinate: int, entries: Sequence[int]) -> Proof:
        """Return the proof of one coordinate, over the proposer's table."""
        figures = (packed_table(entries), self.inputs.root, self.inputs.listed)
        return proof_of(self.round, model, coordinate, figures=figures)


def empty_proof(table: bytes = b"") -> Proof:
    """Return what proves a missing table, or one of a wrong length: no opening is needed."""
    return (0, [], b"", b"", [], table, NO_ROOT, [])


def chunk_sums(one: NDArray[np.int32], other: NDArray[np.int32]) -> list[int]:
    """Return the sum of squared differences over each chunk."""
    squares = (one.astype(object) - other.astype(object)) ** 2
    return [int(sum(squares[start : start + CHUNK])) for start in range(0, len(squares), CHUNK)]


@dataclass(kw_only=True)
class TableDispute:
    """One dispute about an entry, played by two who each have their own sums of chunks.

    Args:
        one, other: whose distance.
        entries: the table that the sealer posted.
        theirs: the sums of chunks that the sealer stands for.
    """

    round: TabledRound
    sealer: Any
    challenger: Any
    one: int
    other: int
    entries: list[int]
    theirs: list[int] = field(repr=False)
    level: int = 0
    position: int = 0
    shown: list[int] = field(repr=False, default_factory=list)
    gas: list[tuple[str, int]] = field(default_factory=list)

    @property
    def court(self) -> Any:
        """The court."""
        return self.round.system.court

    @property
    def task(self) -> Any:
        """The task."""
        return self.round.task

    @property
    def vectors(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The two vectors."""
        accepted = self.round.accepted
        last = self.round.inputs.trust if self.other == len(accepted) else accepted[self.other].vector
        assert last is not None
        return accepted[self.one].vector, last

    @property
    def ours(self) -> list[int]:
        """The true sums."""
        return chunk_sums(*self.vectors)

    @property
    def below(self) -> int:
        """Levels that the next answer opens."""
        return min(self.level, LEVELS_PER_STEP)

    def ranges(self, sums: Sequence[int]) -> list[int]:
        """Split the current range of chunks."""
        span = 1 << (self.level - self.below)
        first, last = self.position << self.level, (self.position + 1) << self.level
        return [sum(sums[at : at + span]) for at in range(first, min(last, len(sums)), span)]

    def open(self) -> Any:
        """Announce the dispute, and open it in the next block."""
        by = {"from": self.challenger}
        number = self.round.round.number
        places = (self.one, self.other)
        opening = self.court.tableOpening(self.challenger, self.task, number, *places, SALT)
        self.court.openEvidence(opening, by)
        self.level = (len(self.theirs) - 1).bit_length()
        opened = self.court.openTableDispute(self.task, number, *places, packed_table(self.entries), SALT, by)
        return self._done("openTableDispute", opened)

    def answer(self, by: Any = None) -> Any:
        """Show the sums below the current range."""
        self.shown = self.ranges(self.theirs)
        done = self.court.answerSums(self.task, packed_table(self.shown), {"from": by or self.sealer})
        return self._done("answerSums", done)

    def difference(self) -> int:
        """Return the first sum that is not the true one; the first of all if there is none."""
        own = self.ranges(self.ours)
        return next((place for place, total in enumerate(self.shown) if total != own[place]), 0)

    def pick(self) -> Any:
        """Go on to it."""
        place = self.difference()
        done = self.court.pickSum(self.task, place, packed_table(self.shown), {"from": self.challenger})
        self.position = (self.position << self.below) + place
        self.level -= self.below
        return self._done("pickSum", done)

    def proof(self) -> tuple[Any, ...]:
        """Return the chunk reached in both vectors."""
        openings = [opening_of(vector, MerkleSumTree.build(vector), self.position) for vector in self.vectors]
        return (self.round.round.entries, *openings)

    def prove(self, by: Any = None) -> Any:
        """Show that chunk."""
        done = self.court.proveWrongEntry(self.task, self.proof(), {"from": by or self.challenger})
        return self._done("proveWrongEntry", done)

    def until_chunk(self) -> None:
        """Play all steps up to the chunk."""
        self.open()
        while self.level > 0:
            self.answer()
            self.pick()

    def run(self) -> Any:
        """Play the whole dispute; return the last transaction."""
        self.until_chunk()
        return self.prove()

    def _done(self, step: str, transaction: Any) -> Any:
        self.gas.append((step, int(transaction.gas_used)))
        return transaction


def tabled(
    system: System, people: People, name: str, inputs: Inputs | None = None, **parameters: Any
) -> TabledRound:
    """Play a round of five trainers until everything is attested; inputs are given where there are some."""
    round_ = TabledRound.running(system, people, name, **parameters)
    if inputs is not None:
        round_.give(people.owner, inputs)
    round_.round.until_attested(people.trainers[:5])
    return round_


def denied(
    round_: TabledRound,
    people: People,
    one: int,
    other: int,
    error: int,
    chunk: int = 0,
    *,
    propose: bool = True,
) -> TableDispute:
    """Let the first sealer propose over a table whose entry of these two is off; nobody has objected yet.

    Args:
        error: what is added to the entry, and to the sum of the chunk that the sealer lies about; 0 for none.
        chunk: which one.
        propose: whether the sealer has posted and proposed already.
    """
    count = len(round_.accepted)
    pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
    if not round_.rule.needs & Needs.DISTANCES:
        pairs = []
    places = [*pairs, *((i, count) for i in range(count))]
    entries = round_.entries()
    entries[places.index((one, other))] += error
    sealer = next(one for one in people.sealers if one == round_.first_sealer())
    dispute = TableDispute(
        round=round_,
        sealer=sealer,
        challenger=people.challenger,
        one=one,
        other=other,
        entries=entries,
        theirs=[],
    )
    dispute.theirs = dispute.ours
    dispute.theirs[chunk] += error
    if propose:
        round_.propose_over(entries)
    return dispute
