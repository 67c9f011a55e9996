"""The exporter's own rules; that the files match the contracts is `make check-artifacts`."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.tools import export_artifacts


def evm(*, links: dict[str, Any] | None = None) -> dict[str, Any]:
    """Build the part of the compiler's output that an artifact is made of."""
    code = {"object": "6001", "linkReferences": links or {}}
    return {"abi": [], "evm": {"bytecode": code, "deployedBytecode": code}}


def definition(name: str, kind: str = "contract", *, abstract: bool = False) -> dict[str, Any]:
    """Build the syntax-tree node of one contract, library or interface."""
    return {"nodeType": "ContractDefinition", "name": name, "contractKind": kind, "abstract": abstract}


def compiled(path: str, *nodes: dict[str, Any]) -> dict[str, Any]:
    """Build the compiler's output for one source file."""
    return {
        "contracts": {path: {node["name"]: evm() for node in nodes}},
        "sources": {path: {"ast": {"nodes": list(nodes)}}},
    }


def test_artifact_has_sorted_keys_and_prefixed_code() -> None:
    artifact = json.loads(export_artifacts.artifact_text("Coin", evm()))
    assert list(artifact) == ["abi", "bytecode", "contractName", "deployedBytecode"]
    assert artifact["bytecode"] == "0x6001"


def test_contract_that_needs_linking_is_refused() -> None:
    with pytest.raises(SystemExit, match="Coin needs a linked library"):
        export_artifacts.artifact_text("Coin", evm(links={"contracts/L.sol": {}}))


def test_only_concrete_contracts_are_exported() -> None:
    nodes = (definition("A"), definition("B", abstract=True), definition("C", "library"))
    assert list(export_artifacts.concrete_contracts(compiled("contracts/A.sol", *nodes))) == ["A"]


@pytest.mark.parametrize("folder", ["contracts/mocks", "contracts/interfaces", "node_modules/lib"])
def test_folder_is_not_exported(folder: str) -> None:
    assert not export_artifacts.concrete_contracts(compiled(f"{folder}/A.sol", definition("A")))


def test_changed_missing_and_left_over_files_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_artifacts, "ARTIFACTS", tmp_path)
    for name in ("same", "changed", "left"):
        (tmp_path / f"{name}.json").write_text("old")
    wanted = {"same.json": "old", "changed.json": "new", "missing.json": "new"}
    assert export_artifacts.differing(wanted) == ["changed.json", "left.json", "missing.json"]
