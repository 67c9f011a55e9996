"""The shared vectors are up to date, and fl_client gives every result in them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from fl_client.aggregation import CombiningRule, Median, TrimmedMean, WeightedMean
from fl_client.encoding import (
    MerkleSumTree,
    UpdateMessage,
    VectorFormat,
    VectorKind,
    check_path,
    chunk_bytes,
    commitment_of,
    leaf_node,
    update_digest,
)
from fl_client.types import Address, Bytes32
from tests.parity import vectors

SHARED: dict[str, Any] = json.loads(vectors.FILE.read_text())


def unhex(text: str) -> Bytes32:
    return Bytes32(bytes.fromhex(text.removeprefix("0x")))


def lattice(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def format_of(case: dict[str, Any]) -> VectorFormat:
    return VectorFormat(
        dimension=case["dimension"], fraction_bits=case["fractionBits"], kind=VectorKind(case["kind"])
    )


trees = pytest.mark.parametrize("case", SHARED["trees"], ids=lambda case: case["name"])
means = pytest.mark.parametrize("case", SHARED["means"], ids=lambda case: case["name"])
medians = pytest.mark.parametrize("case", SHARED["medians"], ids=lambda case: case["name"])
trimmed_means = pytest.mark.parametrize("case", SHARED["trimmedMeans"], ids=lambda case: case["name"])


def test_the_file_is_what_the_generator_gives() -> None:
    assert vectors.FILE.read_text() == vectors.shared_text(), "run tests.parity.vectors.write()"


@trees
def test_root_is_shared(case: dict[str, Any]) -> None:
    root = MerkleSumTree.build(lattice(case["values"])).root
    assert (root.hash, root.sum) == (unhex(case["rootHash"]), int(case["rootSum"]))


@trees
def test_commitment_is_shared(case: dict[str, Any]) -> None:
    assert commitment_of(lattice(case["values"]), format_of(case)) == unhex(case["commitment"])


@trees
def test_paths_are_shared(case: dict[str, Any]) -> None:
    tree = MerkleSumTree.build(lattice(case["values"]))
    for shown in case["paths"]:
        siblings = [(unhex(node["hash"]), int(node["sum"])) for node in shown["siblings"]]
        assert [(node.hash, node.sum) for node in tree.path(shown["index"])] == siblings


@trees
def test_shared_chunks_are_under_the_root(case: dict[str, Any]) -> None:
    vector = lattice(case["values"])
    tree = MerkleSumTree.build(vector)
    for shown in case["paths"]:
        index = shown["index"]
        assert chunk_bytes(vector, index) == unhex(shown["chunk"])
        leaf = leaf_node(unhex(shown["chunk"]))
        assert (leaf.hash, leaf.sum) == (unhex(shown["leafHash"]), int(shown["leafSum"]))
        check_path(format_of(case), index, leaf, tree.path(index), tree.root)


@pytest.mark.parametrize("case", SHARED["updates"], ids=lambda case: f"chain {case['chainId']}")
def test_update_digest_is_shared(case: dict[str, Any]) -> None:
    message = case["message"]
    update = UpdateMessage(
        task=Address(message["task"]),
        round=message["round"],
        attempt=message["attempt"],
        base_model=unhex(message["baseModel"]),
        trainer=Address(message["trainer"]),
        commitment=unhex(message["commitment"]),
        content_id=unhex(message["contentId"]),
        samples=message["report"] & 0xFFFFFFFF,
        milliseconds=message["report"] >> 32,
        salt=unhex(message["salt"]),
    )
    assert update_digest(update, int(case["chainId"])) == unhex(case["digest"])


def assert_shared(rule: CombiningRule, case: dict[str, Any]) -> None:
    rows = lattice(case["updates"]).reshape(-1, 1)
    new = rule.combine(rows, case["weights"], lattice([case["base"]]))
    assert new.tolist() == [case["expected"]]


@means
def test_mean_is_shared(case: dict[str, Any]) -> None:
    assert_shared(WeightedMean(), case)


@medians
def test_median_is_shared(case: dict[str, Any]) -> None:
    assert_shared(Median(), case)


@trimmed_means
def test_trimmed_mean_is_shared(case: dict[str, Any]) -> None:
    assert_shared(TrimmedMean(case["argument"]), case)
