"""Every contract stays below the limits of a deployment, and at the size that was committed."""

import pytest

from fl_client.chain import ContractArtifact, load_artifact
from fl_client.chain.artifacts import all_artifacts
from tests.contracts.gas import snapshot

EIP_170 = 24_576
"""Most bytes of a contract's code."""

EIP_3860 = 49_152
"""Most bytes of init code: what creates a contract, its constructor's arguments included."""

WORD = 32


def argument_bytes(artifact: ContractArtifact) -> int:
    """At least what a constructor's arguments take; an array counts as ten."""
    constructor = next((entry for entry in artifact.abi if entry["type"] == "constructor"), {"inputs": []})
    return sum(WORD * max(10, len(argument.get("components", ()))) for argument in constructor["inputs"])


@pytest.mark.parametrize("name", sorted(all_artifacts()))
def test_a_contract_can_be_deployed(name: str) -> None:
    artifact = load_artifact(name)
    assert 0 < len(artifact.deployed_bytecode) < EIP_170
    assert len(artifact.deployed_bytecode) < len(artifact.bytecode)
    assert len(artifact.bytecode) + argument_bytes(artifact) < EIP_3860


def test_sizes_are_those_of_the_snapshot() -> None:
    sizes = {name: len(artifact.deployed_bytecode) for name, artifact in all_artifacts().items()}
    snapshot.compare("deployed_bytes", sizes)


def test_a_figure_that_moves_is_named() -> None:
    assert snapshot.differences({"a": 1_000, "b": 5}, {"a": 1_020, "b": 5}, 0.02) == []
    assert snapshot.differences({"a": 1_000}, {"a": 1_021}, 0.02) == ["a: 1000 -> 1021"]
    assert snapshot.differences({"a": 1_000}, {"a": 979}, 0.02) == ["a: 1000 -> 979"]
    assert snapshot.differences({"a": 1}, {"b": 1}, 0.02) == ["a: 1 -> None", "b: None -> 1"]


def test_the_failure_says_how_to_renew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(snapshot.RENEWING, raising=False)
    with pytest.raises(AssertionError, match="make snapshot"):
        snapshot.compare("deployed_bytes", {})
