"""What it costs to show a chunk of an encrypted round, at 2,048 bits."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from brownie import EncryptedVerifier, PaillierHarness

from tests.contracts import paillier_reference as paillier
from tests.contracts.encrypted_round import FRACTION_BITS, MODEL, Kind, Round, make_round
from tests.contracts.gas import snapshot
from tests.contracts.openings import chunk_of, opening
from tests.parity import reference

# Coverage counts transactions' gas differently.
pytestmark = pytest.mark.no_call_coverage

DIMENSION = 252_398
CHUNKS = 2_603
DEPTH = 12
"""Of the tree over as many ciphertexts, and of that over the model."""

ROOM = 1_000_000
"""Of the 15,000,000 that a transaction may have at most: for the task's own part."""

GOALS = {
    Kind.UPDATE: 2_500_000,
    Kind.SUM: 1_200_000,
    Kind.SHARE: 2_200_000,
    Kind.RESULT: 3_200_000,
    Kind.MODEL: 400_000,
}


@pytest.fixture(scope="module")
def verifier(module_isolation: None, accounts: Any) -> Any:
    return accounts[0].deploy(EncryptedVerifier)


def in_a_large_tree(posted: Round, kind: Kind) -> tuple[tuple[Any, ...], bytes]:
    """Claim and proof of chunk 0 as they would be among 2,603 ciphertexts: paths are as long, roots follow."""
    path = [Random(at).randbytes(32) for at in range(DEPTH)]
    parts = posted.parts(kind, 0)
    changes: dict[str, Any] = {name: path for name in parts if name in {"path", "sum_path"}}
    sum_root, share_root, result_root = (
        paillier.climb(paillier.leaf_of(chunks[0]), 0, path)
        for chunks in (posted.sums, posted.shares, posted.openings)
    )
    inputs = [paillier.climb(paillier.update_leaf_of(*update[0]), 0, path) for update in posted.updates]
    roots = {
        Kind.UPDATE: inputs[posted.accused],
        Kind.SUM: sum_root,
        Kind.SHARE: share_root,
        Kind.RESULT: result_root,
    }
    fields: dict[str, Any] = {"sum_root": sum_root, "result_root": result_root, "inputs": inputs}
    if kind is Kind.MODEL:
        model, base = (list(vector.values[:64]) for vector in (posted.model, posted.base))
        roots[kind], changes["model"] = opened_vector(model)
        fields["base_model"], changes["base"] = opened_vector(base)
        fields["dimension"] = DIMENSION
    if "paths" in parts:
        changes["paths"] = [path] * len(parts["paths"])
    claim = posted.claim(kind, 0, chunks=CHUNKS, root=roots[kind], **fields)
    return claim, posted.proof(kind, 0, **changes)


def of_groups(posted: Round, kind: Kind) -> tuple[tuple[Any, ...], bytes]:
    """The same of a sum or a model of several groups: chunk 0 of a group is far from that of the next."""
    total = posted.groups * CHUNKS
    chunks = posted.openings if kind is Kind.MODEL else posted.sums
    leaves = [Random(at).randbytes(32) for at in range(total)]
    for group, chunk in enumerate(chunks):
        leaves[group * CHUNKS] = paillier.leaf_of(chunk)
    root = paillier.root_of(leaves)
    paths = [paillier.path_of(leaves, group * CHUNKS) for group in range(posted.groups)]
    if kind is Kind.SUM:
        path = [Random(at).randbytes(32) for at in range(DEPTH)]
        inputs = [paillier.climb(paillier.update_leaf_of(*update[0]), 0, path) for update in posted.updates]
        claim = posted.claim(kind, 0, chunks=CHUNKS, root=root, inputs=inputs)
        return claim, posted.proof(kind, 0, path=paths[0], paths=[path] * len(posted.members(0)))
    model, base = (opened_vector(list(vector.values[:64])) for vector in (posted.model, posted.base))
    fields = {"root": model[0], "base_model": base[0], "result_root": root, "dimension": DIMENSION}
    claim = posted.claim(kind, 0, chunks=CHUNKS, **fields)
    return claim, posted.proof(kind, 0, model=model[1], base=base[1], paths=paths)


def group_costs(verifier: Any, posted: Round) -> dict[str, int]:
    """Gas of showing what differs where there are several groups; the rest has a longer path alone."""
    found = {}
    for kind in (Kind.SUM, Kind.MODEL):
        claim, proof = of_groups(posted, kind)
        assert verifier.isRight(claim, proof) is True
        gas = int(verifier.isRight.transact(claim, proof, {"from": verifier.tx.sender}).gas_used)
        found[f"{kind.name.lower()}, {posted.key.parties} parties in {posted.groups} groups"] = gas
    return found


def opened_vector(values: list[int]) -> tuple[bytes, bytes]:
    """Commitment to a long vector with these first coordinates, and its opening."""
    chunk = chunk_of(values)
    node = reference.leaf(chunk)
    siblings = [(Random(at).randbytes(32), at) for at in range(DEPTH)]
    data = opening(node[1], chunk, siblings)
    for sibling in siblings:
        node = reference.node(node, sibling)
    return reference.commitment(node, DIMENSION, MODEL, FRACTION_BITS), data


def costs(verifier: Any, posted: Round) -> dict[str, int]:
    """Gas of a transaction that shows a chunk, by kind, the call's data among it."""
    found = {}
    for kind in GOALS:
        claim, proof = in_a_large_tree(posted, kind)
        assert verifier.isRight(claim, proof) is True
        # A transaction would not say what was returned.
        gas = int(verifier.isRight.transact(claim, proof, {"from": verifier.tx.sender}).gas_used)
        found[f"{kind.name.lower()}, {posted.key.parties} parties"] = gas
    return found


def test_showing_a_chunk_against_the_snapshot(verifier: Any) -> None:
    figures: dict[str, int] = {}
    for parties, threshold in ((10, 4), (32, 20)):
        key = paillier.Key(paillier.LONG_PRIMES, parties, threshold)
        # Ten parties of the weights that cost the most; 32 of them must share one slot's headroom.
        weights = (3,) * 10 if parties == 10 else (1,) * parties
        figures |= costs(verifier, make_round(key, 97, weights, provers=(Round.accused,)))
        for groups in (3,) if parties == 10 else (3, 9):
            grouped = make_round(key, 97, weights, provers=(Round.accused,), groups=groups, seed=b"\5" * 32)
            figures |= group_costs(verifier, grouped)
    print("\n" + "\n".join(f"{name}: {gas:,}" for name, gas in figures.items()))
    assert max(gas for name, gas in figures.items() if "groups" in name) <= 7_500_000 - ROOM
    for kind, goal in GOALS.items():
        assert figures[f"{kind.name.lower()}, 10 parties"] <= goal
    assert max(figures.values()) <= 15_000_000 - ROOM
    snapshot.compare("showing_gas", figures)


def test_a_product_costs_less_than_twenty_thousand(accounts: Any) -> None:
    """By squares; word by word it would be 256 products and the reduction of their sum."""
    harness, random = accounts[0].deploy(PaillierHarness), Random(1)
    numbers = [random.getrandbits(4096).to_bytes(512, "big") for _ in range(2)]
    gas = harness.productGas(*numbers, (256**512 - 1).to_bytes(512, "big"))
    print(f"\na product of 4,096 bits: {gas:,}")
    assert gas < 20_000
