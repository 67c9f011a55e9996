"""What fl_client computes, the contracts compute: random and extreme inputs."""

from __future__ import annotations

from typing import Any

import brownie
import numpy as np
import pytest

from fl_client.encoding import (
    LIMIT,
    MerkleSumTree,
    VectorFormat,
    VectorKind,
    chunk_bytes,
    commit_vector,
)
from tests.contracts.dissection import opening_of
from tests.contracts.federation import People, System, advance_to, only_event, running_task
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase

UINT32 = 2**32 - 1


@pytest.fixture(scope="module")
def harness(module_isolation: None, accounts: Any) -> Any:
    return accounts[0].deploy(brownie.LibraryHarness)


# ---------------------------------------------------------------------- trees and commitments


@pytest.mark.parametrize("dimension", [1, 64, 65, 1_000, 4_096, 7_777])
def test_random_vectors_have_the_same_root(harness: Any, dimension: int) -> None:
    generator = np.random.default_rng(dimension)
    vector = generator.integers(-LIMIT, LIMIT + 1, dimension).astype(np.int32)
    tree = MerkleSumTree.build(vector)
    for index in {0, tree.chunks // 2, tree.chunks - 1}:
        hash_, total = harness.rootOf(opening_of(vector, tree, index), index, dimension)
        assert (bytes(hash_), total) == (tree.root.hash, tree.root.sum)


@pytest.mark.parametrize("kind", list(VectorKind))
@pytest.mark.parametrize("fraction_bits", [0, 20, 30])
def test_commitments_are_the_same(harness: Any, kind: VectorKind, fraction_bits: int) -> None:
    vector = np.random.default_rng(9).integers(-LIMIT, LIMIT + 1, 300).astype(np.int32)
    root = MerkleSumTree.build(vector).root
    form = VectorFormat(dimension=300, kind=kind, fraction_bits=fraction_bits)
    given = harness.vector(root.hash, root.sum, 300, int(kind), fraction_bits)
    assert bytes(given) == commit_vector(root, form)


def test_chunks_have_the_same_sums(harness: Any) -> None:
    vector = np.random.default_rng(10).integers(-LIMIT, LIMIT + 1, 150).astype(np.int32)
    tree = MerkleSumTree.build(vector)
    for index in range(3):
        canonical, total = harness.inspect(chunk_bytes(vector, index), index, 150)
        assert (canonical, total) == (True, tree.nodes(0, index, 1)[0].sum)


def test_rows_fold_to_the_same_root(harness: Any) -> None:
    vector = np.random.default_rng(11).integers(-LIMIT, LIMIT + 1, 64 * 77).astype(np.int32)
    tree = MerkleSumTree.build(vector)
    for level in range(tree.depth + 1):
        row = b"".join(bytes(node) for node in tree.level(level))
        hash_, total = harness.fold(row, 0, level, tree.chunks)
        assert (bytes(hash_), total) == (tree.root.hash, tree.root.sum)


# ---------------------------------------------------------------------- the digest, through a real round


@pytest.mark.parametrize("samples", [1, 1_000, UINT32])
def test_the_digest_of_the_client_opens_on_chain(system: System, people: People, samples: int) -> None:
    """The reveal succeeds only if the contract hashes every field, chain and address as the client does."""
    task = running_task(system, people)
    round_ = Round.of(task)
    updates = [round_.update(trainer, samples=samples) for trainer in people.trainers[:5]]
    round_.commit_updates(updates)
    round_.reveal(updates)
    assert task.clock()["revealed"] == 5


def test_the_digest_holds_in_a_later_attempt_of_a_later_round(system: System, people: People) -> None:
    task = running_task(system, people, 4, max_trainers=8)
    following = Round.of(task).run(people.trainers[:4], people.owner)
    following.commit(people.trainers[:1])
    advance_to(task, Phase.VOID)
    task.voidRound({"from": people.owner})
    late = following.update(people.trainers[1])
    task.commitUpdate(task.clock()["turn"], late.digest, {"from": late.trainer})
    advance_to(task, Phase.REVEAL)
    revealed = task.revealUpdate(*late.opening, {"from": late.trainer})
    assert only_event(revealed, "UpdateRevealed")["round"] == 2
    assert task.clock()["attempt"] == 1
