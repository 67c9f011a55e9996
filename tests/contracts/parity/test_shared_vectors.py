"""The contracts give every result in tests/data/encoding_vectors.json."""

from __future__ import annotations

import json
from typing import Any

import brownie
import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from tests.contracts.federation import System
from tests.contracts.openings import opening
from tests.parity.vectors import FILE, UPDATE_FIELDS

SHARED: dict[str, Any] = json.loads(FILE.read_text())

trees = pytest.mark.parametrize("case", SHARED["trees"], ids=lambda case: case["name"])
means = pytest.mark.parametrize("case", SHARED["means"], ids=lambda case: case["name"])
medians = pytest.mark.parametrize("case", SHARED["medians"], ids=lambda case: case["name"])
trimmed_means = pytest.mark.parametrize("case", SHARED["trimmedMeans"], ids=lambda case: case["name"])


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


@pytest.fixture(scope="module")
def harness(module_isolation: None, accounts: Any) -> Any:
    return accounts[0].deploy(brownie.LibraryHarness)


@pytest.fixture(scope="module")
def mean_rule(system: System) -> Any:
    return system.rule


@pytest.fixture(scope="module")
def median_rule(system: System) -> Any:
    return system.median_rule


@pytest.fixture(scope="module")
def trimmed_mean_rule(system: System) -> Any:
    return system.trimmed_mean_rule


@trees
def test_every_path_leads_to_the_shared_root(harness: Any, case: dict[str, Any]) -> None:
    for shown in case["paths"]:
        siblings = [(unhex(node["hash"]), int(node["sum"])) for node in shown["siblings"]]
        given = opening(int(shown["leafSum"]), unhex(shown["chunk"]), siblings)
        hash_, total = harness.rootOf(given, shown["index"], case["dimension"])
        assert (str(hash_), total) == (case["rootHash"], int(case["rootSum"]))


@trees
def test_every_chunk_has_the_shared_leaf(harness: Any, case: dict[str, Any]) -> None:
    for shown in case["paths"]:
        chunk = unhex(shown["chunk"])
        assert str(harness.leafHash(chunk)) == shown["leafHash"]
        assert harness.inspect(chunk, shown["index"], case["dimension"]) == (True, int(shown["leafSum"]))


@trees
def test_depth_and_commitment_are_shared(harness: Any, case: dict[str, Any]) -> None:
    assert harness.depthOf(case["dimension"]) == case["depth"]
    fields = (case["dimension"], case["kind"], case["fractionBits"])
    commitment = harness.vector(unhex(case["rootHash"]), int(case["rootSum"]), *fields)
    assert str(commitment) == case["commitment"]


@pytest.mark.parametrize("case", SHARED["updates"], ids=lambda case: f"chain {case['chainId']}")
def test_struct_of_an_update_is_hashed_the_shared_way(harness: Any, case: dict[str, Any]) -> None:
    """Chain and contract of the vectors are others than here; a real reveal checks those."""
    message = case["message"]
    values = [
        unhex(message[name]) if kind == "bytes32" else message[name] for name, kind in UPDATE_FIELDS.items()
    ]
    type_hash = bytes(harness.updateTypeHash())
    struct = keccak(encode(["bytes32", *UPDATE_FIELDS.values()], [type_hash, *values]))
    domain = keccak(
        encode(
            ["bytes32", "bytes32", "bytes32", "uint256", "address"],
            [
                keccak(
                    text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak(text="Gradbond"),
                keccak(text="1"),
                int(case["chainId"]),
                message["task"],
            ],
        )
    )
    assert "0x" + keccak(b"\x19\x01" + domain + struct).hex() == case["digest"]


def combined(rule: Any, case: dict[str, Any]) -> int:
    return int(rule.combine(case["updates"], case["weights"], case["base"], case.get("argument", 0)))


@means
def test_mean_is_shared(mean_rule: Any, case: dict[str, Any]) -> None:
    assert combined(mean_rule, case) == case["expected"]


@medians
def test_median_is_shared(median_rule: Any, case: dict[str, Any]) -> None:
    assert combined(median_rule, case) == case["expected"]


@trimmed_means
def test_trimmed_mean_is_shared(trimmed_mean_rule: Any, case: dict[str, Any]) -> None:
    assert combined(trimmed_mean_rule, case) == case["expected"]
