"""INV-JUDGE-1, INV-JUDGE-2: a model is convicted exactly where it is not what the client's whole rule gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import brownie
import numpy as np
import pytest
from eth_utils.crypto import keccak
from numpy.typing import NDArray

from fl_client.aggregation import AggregationRule, parse_aggregation
from fl_client.aggregation.weigh import Needs, measure
from fl_client.encoding import (
    LIMIT,
    MerkleSumTree,
    VectorFormat,
    VectorKind,
    commit_vector,
    set_hash,
)
from tests.contracts.dissection import altered, opening_of
from tests.contracts.federation import System, reverts
from tests.contracts.tabled import (
    Inputs,
    empty_proof,
    hash_of_reputations,
    packed_table,
    rule_parameters,
)

DIMENSION = 150
BITS = 20

NAMES = [
    "equal+mean",
    "samples+median",
    "clip+mean",
    "clip:0.002+trimmed-mean:0.2",
    "krum:1+mean",
    "multi-krum:1:2+median",
    "reputation+mean",
    "reputation+median",
    "fltrust+mean",
    "nnm+mean",
    "nnm:1+clip+median",
    "nnm:0.3+krum+mean",
    "nnm:1+multi-krum:1+trimmed-mean:0.2",
    "nnm:1+fltrust+mean",
    "nnm:1+reputation+mean",
]


def trainer(place: int) -> str:
    return "0x" + bytes([250 - 7 * place] * 20).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A round and what the verifier is given of it."""

    system: System
    rule: AggregationRule
    updates: NDArray[np.int32]
    trees: tuple[MerkleSumTree, ...]
    weights: tuple[int, ...]
    base: NDArray[np.int32]
    inputs: Inputs

    @property
    def addresses(self) -> list[str]:
        return [trainer(place) for place in range(len(self.updates))]

    @property
    def entries(self) -> list[tuple[str, int, bytes]]:
        commitments = [self.committed(tree, VectorKind.UPDATE) for tree in self.trees]
        return list(zip(self.addresses, self.weights, commitments, strict=True))

    @property
    def norms(self) -> list[int]:
        return [tree.root.sum for tree in self.trees]

    @property
    def table(self) -> bytes:
        needs = self.rule.needs
        trust = self.inputs.trust if needs & Needs.TRUST else None
        if not needs & Needs.DISTANCES and trust is None:
            return b""
        found = measure(self.updates, trust, distances=bool(needs & Needs.DISTANCES))
        return packed_table([*found.distances, *found.trust_distances])

    def committed(self, tree: MerkleSumTree, kind: VectorKind) -> bytes:
        form = VectorFormat(dimension=DIMENSION, fraction_bits=BITS, kind=kind)
        return bytes(commit_vector(tree.root, form))

    def model(self) -> NDArray[np.int32]:
        return self.rule.aggregate(
            self.updates,
            self.weights,
            self.base,
            reputations=self.inputs.of(self.addresses),
            trust=self.inputs.trust,
            norms=self.norms,
        ).model

    def statement(self, model: NDArray[np.int32], table: bytes | None = None) -> tuple[Any, ...]:
        chosen = rule_parameters(self.system, self.rule)
        trust, posted = self.inputs.trust, self.table if table is None else table
        return (
            self.committed(MerkleSumTree.build(model), VectorKind.MODEL),
            self.committed(MerkleSumTree.build(self.base), VectorKind.MODEL),
            set_hash(self.entries),
            DIMENSION,
            BITS,
            *chosen.values(),
            len(self.updates),
            keccak(posted) if posted else bytes(32),
            bytes(32) if trust is None else self.committed(self.inputs.tree, VectorKind.UPDATE),
            hash_of_reputations(self.inputs.listed),
        )

    def proof(self, model: NDArray[np.int32], coordinate: int, **changed: Any) -> tuple[Any, ...]:
        index = coordinate // 64
        parts = {
            "coordinate": coordinate,
            "entries": self.entries,
            "model": opening_of(model, MerkleSumTree.build(model), index),
            "base": opening_of(self.base, MerkleSumTree.build(self.base), index),
            "openings": [
                opening_of(vector, tree, index) for vector, tree in zip(self.updates, self.trees, strict=True)
            ],
            "table": self.table,
            "root": self.inputs.root,
            "reputations": self.inputs.listed,
        }
        return tuple((parts | changed).values())

    def convicts(self, model: NDArray[np.int32], coordinate: int) -> bool:
        return bool(self.system.verifier.isWrong(self.statement(model), self.proof(model, coordinate)))


def judged(system: System, name: str, count: int, seed: int, *, given: bool = True) -> Judged:
    """A round of random updates, one of them far off and one under a tree that lies about its length."""
    generator = np.random.default_rng(seed)
    updates = generator.integers(-4_000, 4_001, (count, DIMENSION)).astype(np.int32)
    updates[-1] = generator.integers(-LIMIT, LIMIT + 1, DIMENSION)
    trees = [MerkleSumTree.build(vector) for vector in updates]
    trees[0] = MerkleSumTree.build(updates[0], [7, 8, 9])
    trust = generator.integers(-4_000, 4_001, DIMENSION).astype(np.int32)
    listed = {trainer(place): int(generator.integers(0, 9)) for place in range(0, count + 2, 2)}
    return Judged(
        system=system,
        rule=parse_aggregation(name),
        updates=updates,
        trees=tuple(trees),
        weights=tuple(int(x) for x in generator.integers(1, 1_000, count)),
        base=generator.integers(-LIMIT, LIMIT + 1, DIMENSION).astype(np.int32),
        inputs=Inputs(trust, listed) if given else Inputs(),
    )


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("name", NAMES)
def test_a_right_model_is_never_convicted_and_a_wrong_coordinate_always(
    system: System, name: str, count: int
) -> None:
    case = judged(system, name, count, seed=count)
    right = case.model()
    wrong = altered(right, 64 + count)
    assert not case.convicts(right, 0)
    assert not case.convicts(right, DIMENSION - 1)
    assert case.convicts(wrong, 64 + count)
    assert not case.convicts(wrong, 63 + count)


@pytest.mark.parametrize("name", ["fltrust+mean", "reputation+mean", "nnm:1+fltrust+mean", "fltrust+median"])
def test_without_inputs_the_model_stays(system: System, name: str) -> None:
    case = judged(system, name, 5, seed=3, given=False)
    assert not case.convicts(case.base, 70)
    assert case.convicts(altered(case.base, 70), 70)


TABLED = ["krum:1+mean", "fltrust+mean", "nnm:1+fltrust+mean"]


@pytest.mark.parametrize("name", TABLED)
def test_a_missing_table_convicts_without_any_opening(system: System, name: str) -> None:
    case = judged(system, name, 5, seed=4)
    right = case.model()
    assert system.verifier.isWrong(case.statement(right, b""), empty_proof())


@pytest.mark.parametrize("change", [b"\0", bytes(16), -16, -1])
@pytest.mark.parametrize("name", TABLED)
def test_a_table_of_another_length_convicts_without_any_opening(
    system: System, name: str, change: bytes | int
) -> None:
    case = judged(system, name, 5, seed=5)
    table = case.table + change if isinstance(change, bytes) else case.table[:change]
    assert system.verifier.isWrong(case.statement(case.model(), table), empty_proof(table))


def test_another_table_than_the_posted_one_reverts(system: System) -> None:
    case = judged(system, "krum:1+mean", 5, seed=6)
    right, other = case.model(), bytes(len(case.table))
    with reverts("AggregateVerifierWrongTable", keccak(other), keccak(case.table)):
        system.verifier.isWrong(case.statement(right), case.proof(right, 0, table=other))


def test_another_trusted_root_reverts(system: System) -> None:
    case = judged(system, "fltrust+mean", 5, seed=7)
    right, (hash_, total) = case.model(), case.inputs.root
    with brownie.reverts(revert_pattern="AggregateVerifierWrongVector: .*"):
        system.verifier.isWrong(case.statement(right), case.proof(right, 0, root=(hash_, total + 1)))


def test_other_reputations_revert(system: System) -> None:
    case = judged(system, "reputation+mean", 5, seed=8)
    right, fewer = case.model(), case.inputs.listed[1:]
    with reverts(
        "AggregateVerifierWrongReputations",
        hash_of_reputations(fewer),
        hash_of_reputations(case.inputs.listed),
    ):
        system.verifier.isWrong(case.statement(right), case.proof(right, 0, reputations=fewer))


def test_figures_that_no_rule_reads_are_ignored(system: System) -> None:
    case = judged(system, "equal+mean", 5, seed=9)
    right = case.model()
    proof = case.proof(right, 0, table=b"abc", root=(b"x" * 32, 1), reputations=[(trainer(0), 1)])
    assert not system.verifier.isWrong(case.statement(right, b"abc"), proof)


@pytest.mark.parametrize("byte", [b"\0", b"\x01", b"\xff"])
@pytest.mark.parametrize("count", [2, 5, 8])
@pytest.mark.parametrize(
    "name", [name for name in NAMES if "krum" in name or "nnm" in name or "fltrust" in name]
)
def test_no_table_keeps_a_model_from_being_judged(system: System, name: str, count: int, byte: bytes) -> None:
    """Whatever stands in it: a rule that reverted would let every model stand."""
    case = judged(system, name, count, seed=count)
    table = byte * len(case.table)
    answers = set()
    for step in (0, 1):
        model = altered(case.base, 70) if step else case.base
        answers.add(system.verifier.isWrong(case.statement(model, table), case.proof(model, 70, table=table)))
    assert True in answers
