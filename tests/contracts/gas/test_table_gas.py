"""What tables cost: posting the largest, each step of a dispute about an entry, and a proof over a full round."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from eth_utils.crypto import keccak

from fl_client.aggregation import parse_aggregation
from fl_client.aggregation.weigh import Needs
from fl_client.encoding import (
    Node,
    VectorFormat,
    VectorKind,
    chunk_bytes,
    commit_vector,
    leaf_node,
    parent_node,
    set_hash,
)
from tests.contracts.dissection import altered, packed, prove
from tests.contracts.federation import People, System
from tests.contracts.gas import snapshot
from tests.contracts.table_dispute import denied
from tests.contracts.tabled import Inputs, TabledRound, hash_of_reputations, rule_parameters

MOST_ENTRIES = 496
POSTING = 480_000
STEP = 500_000
WHOLE_PROOF = 7_500_000
COURT = 200_000
"""What the court adds to a proof: reading the task, telling it who lost. A test measures it."""

DEEP = 1_663_370
"""Coordinates of the FedAvg paper's CNN for MNIST: 25,991 chunks, two steps down and a chunk."""

CAPS = [
    ("krum+mean", 32, 20),
    ("multi-krum+trimmed-mean:0.2", 32, 20),
    ("nnm+multi-krum+median", 24, 20),
    ("nnm+fltrust+mean", 24, 20),
    ("nnm:11+multi-krum:10+median", 24, 20),
    ("clip+median", 128, 10),
    ("fltrust+trimmed-mean:0.2", 128, 9),
    ("reputation+median", 128, 9),
]
"""Rules, as many updates as each takes, and the deepest tree whose evidence still fits into a transaction."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A chunk of a vector of which nothing else is known but the path to its root."""

    depth: int
    seed: int
    chunk: bytes = field(init=False)
    path: tuple[Node, ...] = field(init=False)

    def __post_init__(self) -> None:
        generator = np.random.default_rng(self.seed)
        values = generator.integers(-(2**31) + 1, 2**31, 64).astype(np.int32)
        siblings = tuple(
            Node(hash=generator.bytes(32), sum=int(generator.integers(0, 2**62))) for _ in range(self.depth)
        )
        object.__setattr__(self, "chunk", chunk_bytes(values, 0))
        object.__setattr__(self, "path", siblings)

    @property
    def leaf(self) -> Node:
        values = np.frombuffer(self.chunk, ">i4").astype(object)
        return leaf_node(self.chunk, int(sum(values**2)))

    @property
    def opening(self) -> bytes:
        return self.leaf.sum.to_bytes(16, "big") + self.chunk + packed(self.path)

    def commitment(self, kind: VectorKind) -> bytes:
        root = self.leaf
        for sibling in self.path:
            root = parent_node(root, sibling)
        form = VectorFormat(dimension=64 << self.depth, fraction_bits=20, kind=kind)
        return bytes(commit_vector(root, form))


def full_proof(system: System, name: str, count: int, depth: int) -> tuple[Any, Any]:
    """A statement and a proof of as many updates and levels as a task may have."""
    rule = parse_aggregation(name)
    updates = [Opened(depth, place) for place in range(count)]
    model, base = Opened(depth, 1_000), Opened(depth, 1_001)
    addresses = ["0x" + keccak(text=str(place))[:20].hex() for place in range(count)]
    committed = [update.commitment(VectorKind.UPDATE) for update in updates]
    entries = list(zip(addresses, [600] * count, committed, strict=True))
    inputs = Inputs(np.arange(64 * 3, dtype=np.int32), dict.fromkeys(addresses, 7))
    pairs = count * (count - 1) // 2 if rule.needs & Needs.DISTANCES else 0
    trusted = count if rule.needs & Needs.TRUST else 0
    table = np.random.default_rng(5).bytes(16 * (pairs + trusted))
    form = VectorFormat(dimension=64 << depth, fraction_bits=20, kind=VectorKind.UPDATE)
    statement = (
        model.commitment(VectorKind.MODEL),
        base.commitment(VectorKind.MODEL),
        set_hash(entries),
        64 << depth,
        20,
        *rule_parameters(system, rule).values(),
        count,
        keccak(table),
        bytes(commit_vector(inputs.tree.root, form)),
        hash_of_reputations(inputs.listed),
    )
    reads = rule.needs & Needs.REPUTATIONS
    proof = (
        5,
        entries,
        model.opening,
        base.opening,
        [update.opening for update in updates],
        table,
        inputs.root,
        inputs.listed if reads else [],
    )
    return statement, proof


@pytest.fixture(scope="module")
def proofs(system: System, owner: Any) -> dict[str, int]:
    """Gas of judging a full round by each rule."""
    measured = {}
    for name, count, depth in CAPS:
        statement, proof = full_proof(system, name, count, depth)
        judged = system.verifier.isWrong.transact(statement, proof, {"from": owner})
        measured[f"isWrong, {name}, {count} updates"] = int(judged.gas_used)
    return measured


def test_a_whole_proof_fits_into_a_quarter_of_a_block(proofs: dict[str, int]) -> None:
    for name, gas in proofs.items():
        print(f"\n{name}: {gas:,}")
        assert gas + COURT < WHOLE_PROOF


def test_what_the_court_adds_to_a_proof(system: System, people: People) -> None:
    round_ = TabledRound.running(system, people, "krum:1+mean")
    round_.round.until_attested(people.trainers[:5])
    round_.post(round_.first_sealer(), round_.entries())
    wrong = altered(round_.model(), 70)
    round_.round.propose(wrong)
    proof = round_.proof(wrong, 70, round_.entries())
    task, tables = round_.task, system.tables
    sealer = task.proposedModel()[1]
    statement = (
        task.proposedModel()[0],
        task.baseModel(),
        task.setHash(),
        150,
        20,
        *rule_parameters(system, round_.rule).values(),
        5,
        tables.postedTable(task, sealer, 1, task.setHash()),
        bytes(32),
        bytes(32),
    )
    judged = system.verifier.isWrong.transact(statement, proof, {"from": people.owner})
    proved = prove(system.court, task, people.challenger, proof)
    print(f"\nthe court: {proved.gas_used - judged.gas_used:,}")
    assert proved.gas_used - judged.gas_used < COURT


@pytest.fixture(scope="module")
def posting(system: System, people: People) -> dict[str, int]:
    """Gas of the largest table, no byte of which is zero; the second one finds its slots filled."""
    round_ = TabledRound.running(system, people, "krum:1+mean", max_trainers=32)
    table = bytes(np.random.default_rng(1).integers(1, 256, 16 * MOST_ENTRIES, dtype=np.uint8))
    by = {"from": people.sealers[0]}
    measured = {}
    for when, set_hash_ in (("first", b"a" * 32), ("later", b"b" * 32)):
        posted = system.tables.postTable(round_.task, 1, set_hash_, table, by)
        measured[f"postTable, {MOST_ENTRIES} entries, {when}"] = int(posted.gas_used)
    listed = {trainer.address: 3 for trainer in people.trainers}
    given = round_.give(people.owner, Inputs(round_.round.update(people.trainers[0]).vector, listed))
    return measured | {"postInputs, 8 reputations": int(given.gas_used)}


def test_posting_the_largest_table(posting: dict[str, int]) -> None:
    assert max(posting.values()) < POSTING


@pytest.fixture(scope="module")
def deep(system: System, people: People) -> dict[str, int]:
    """Gas of each step of a dispute about a distance between large updates."""
    round_ = TabledRound.running(
        system, people, "krum:1+mean", dimension=DEEP, norm_bound_squared=2**100, max_trainers=8
    )
    generator = np.random.default_rng(7)
    updates = []
    for trainer in people.trainers[:5]:
        vector = np.zeros(DEEP, np.int32)
        vector[generator.integers(0, DEEP, 3_000)] = generator.integers(-(2**20), 2**20, 3_000)
        updates.append(round_.round.update(trainer, vector=vector))
    round_.round.commit_updates(updates)
    round_.round.reveal(updates)
    round_.round.attest(people.trainers[:5])
    dispute = denied(round_, people, 1, 4, 11, 20_000)
    dispute.run()
    return {f"{number}. {step}, 25,991 chunks": gas for number, (step, gas) in enumerate(dispute.gas)}


def test_a_deep_dispute(deep: dict[str, int]) -> None:
    for name, gas in deep.items():
        print(f"\n{name}: {gas:,}")
        assert gas < STEP


def test_gas_is_that_of_the_snapshot(
    proofs: dict[str, int], posting: dict[str, int], deep: dict[str, int]
) -> None:
    snapshot.compare("table_gas", proofs | posting | deep)
