"""Rounds whose updates are weighed first: tables and inputs."""

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
from tests.contracts.dissection import Proof, proof_of
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


def tabled(
    system: System, people: People, name: str, inputs: Inputs | None = None, **parameters: Any
) -> TabledRound:
    """Play a round of five trainers until everything is attested; inputs are given where there are some."""
    round_ = TabledRound.running(system, people, name, **parameters)
    if inputs is not None:
        round_.give(people.owner, inputs)
    round_.round.until_attested(people.trainers[:5])
    return round_
