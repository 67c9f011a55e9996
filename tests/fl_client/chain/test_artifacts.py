"""Contract files: found by name, refused when broken."""

from __future__ import annotations

import json

import pytest

from fl_client.chain import ContractArtifact, all_artifacts, load_artifact
from fl_client.errors import ChainError
from tests.fl_client.chain.conftest import LEDGER


def test_artifact_has_abi_and_bytecode() -> None:
    assert LEDGER.name == "Ledger" and len(LEDGER.bytecode) > len(LEDGER.deployed_bytecode) > 0


def test_unknown_contract_is_named() -> None:
    with pytest.raises(ChainError, match="no contract named 'Nothing'"):
        load_artifact("Nothing")


def test_every_shipped_contract_loads_by_its_name() -> None:
    for name, artifact in all_artifacts().items():
        assert load_artifact(name) is artifact and artifact.name == name


@pytest.mark.parametrize(
    "change", [{"bytecode": "0x60__$library$__"}, {"abi": None}, {"contractName": None, "bytecode": 3}]
)
def test_broken_artifact_is_refused(change: dict[str, object]) -> None:
    sound = {"contractName": "A", "abi": [], "bytecode": "0x", "deployedBytecode": "0x"}
    with pytest.raises(ChainError, match="export the ABIs again"):
        ContractArtifact.from_json(json.dumps(sound | change))
