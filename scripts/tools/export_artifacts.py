"""Compile the contracts and write what fl_client needs of each to fl_client/chain/artifacts/<Name>.json.

The settings are those of brownie-config.yaml and the compiler input is the one Brownie builds, so the
bytecode is the same byte for byte. With --check nothing is written; the exit code says whether the files
are up to date.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import solcx
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "contracts"
ARTIFACTS = ROOT / "fl_client" / "chain" / "artifacts"

# What the client deploys or calls: every concrete contract outside the folders below.
EXPORTED: tuple[str, ...] = (
    "AggregateVerifier",
    "AvailabilityQuestions",
    "ClipWeighing",
    "DeepCoin",
    "DisputeCourt",
    "EncryptedBounds",
    "EncryptedTask",
    "EncryptedVerifier",
    "EqualWeighing",
    "FLTrustWeighing",
    "KrumWeighing",
    "MeanRule",
    "MedianRule",
    "MultiKrumWeighing",
    "NeighbourMixing",
    "ProofOfWork",
    "ReputationWeighing",
    "ReviewBoard",
    "RewardPool",
    "RoundTables",
    "SamplesWeighing",
    "StakeVault",
    "TaskFactory",
    "TrainingTask",
    "TrimmedMeanRule",
)
NOT_EXPORTED_FOLDERS = ("contracts/interfaces/", "contracts/mocks/")


def compiler_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the `compiler` section of brownie-config.yaml into solc's settings, as Brownie does."""
    solc = config["compiler"]["solc"]
    settings: dict[str, Any] = {
        "evmVersion": config["compiler"]["evm_version"],
        "optimizer": solc["optimizer"],
        "remappings": solc["remappings"],
        "outputSelection": {
            "*": {"*": ["abi", "evm.bytecode", "evm.deployedBytecode"], "": ["ast"]},
        },
    }
    if "viaIR" in solc:
        settings["viaIR"] = solc["viaIR"]
    return settings


def read_sources(folder: Path) -> dict[str, dict[str, str]]:
    """Read every Solidity file below `folder`, keyed by its path from the root of the repository.

    Brownie passes over names that begin with an underscore, so these are left out here too.
    """
    sources = {}
    for path in sorted(folder.rglob("*.sol")):
        name = path.relative_to(ROOT)
        if not any(part.startswith("_") for part in name.parts):
            sources[name.as_posix()] = {"content": path.read_text(encoding="utf-8")}
    return sources


def compile_contracts() -> dict[str, dict[str, Any]]:
    """Compile everything below contracts/ and return the output of each file: path -> contract -> output.

    Raises:
        SystemExit: there is nothing to compile, the compiler is not set up, or it reports an error.
    """
    config = yaml.safe_load((ROOT / "brownie-config.yaml").read_text(encoding="utf-8"))
    os.chdir(ROOT)  # the compiler resolves remappings from the working directory
    os.environ.setdefault("SOLCX_BINARY_PATH", str(ROOT / ".toolchain"))
    sources = read_sources(CONTRACTS)
    if not sources:
        raise SystemExit("contracts/ holds no .sol file")
    request = {"language": "Solidity", "sources": sources, "settings": compiler_settings(config)}
    try:
        output = solcx.compile_standard(request, solc_version=str(config["compiler"]["solc"]["version"]))
    except solcx.exceptions.SolcNotInstalled as error:
        raise SystemExit(f"{error} Run `make setup` first.") from error
    except solcx.exceptions.SolcError as error:
        raise SystemExit(f"the contracts do not compile: {error.message}") from error
    return {"contracts": output["contracts"], "sources": output["sources"]}


def concrete_contracts(output: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Pick the deployable contracts of the compiler's output: name -> output, in the order of the names."""
    found: dict[str, dict[str, Any]] = {}
    for path, source in output["sources"].items():
        if not path.startswith("contracts/") or path.startswith(NOT_EXPORTED_FOLDERS):
            continue
        for node in source["ast"]["nodes"]:
            is_contract = node["nodeType"] == "ContractDefinition" and node["contractKind"] == "contract"
            if is_contract and not node["abstract"]:
                found[node["name"]] = output["contracts"][path][node["name"]]
    return dict(sorted(found.items()))


def artifact_text(name: str, output: Mapping[str, Any]) -> str:
    """Render one artifact: sorted keys, one value a line, hexadecimal with 0x.

    Raises:
        SystemExit: the bytecode calls a library that has to be linked, which the client does not do.
    """
    for part in ("bytecode", "deployedBytecode"):
        if output["evm"][part]["linkReferences"]:
            raise SystemExit(f"{name} needs a linked library: make the library's functions internal")
    artifact = {
        "abi": output["abi"],
        "bytecode": "0x" + output["evm"]["bytecode"]["object"],
        "contractName": name,
        "deployedBytecode": "0x" + output["evm"]["deployedBytecode"]["object"],
    }
    return json.dumps(artifact, indent=1, sort_keys=True) + "\n"


def render_all() -> dict[str, str]:
    """Compile and render every exported contract: file name -> text.

    Raises:
        SystemExit: EXPORTED and the contracts differ.
    """
    contracts = concrete_contracts(compile_contracts())
    missing = sorted(set(EXPORTED) - set(contracts))
    unlisted = sorted(set(contracts) - set(EXPORTED))
    if missing or unlisted:
        raise SystemExit(
            "EXPORTED in scripts/tools/export_artifacts.py differs from contracts/: "
            f"not compiled {missing}, not listed {unlisted}"
        )
    return {f"{name}.json": artifact_text(name, contracts[name]) for name in contracts}


def differing(texts: Mapping[str, str]) -> list[str]:
    """Name the artifacts whose file is missing, left over or not byte for byte the text it should hold."""
    present = {path.name: path.read_bytes() for path in ARTIFACTS.glob("*.json")}
    wanted = {name: text.encode() for name, text in texts.items()}
    return sorted(name for name in present.keys() | wanted.keys() if present.get(name) != wanted.get(name))


def main(argv: list[str] | None = None) -> int:
    """Write the artifacts, or with --check compare them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when a file differs")
    arguments = parser.parse_args(argv)
    texts = render_all()
    changed = differing(texts)
    if arguments.check:
        for name in changed:
            print(f"{name}: not what contracts/ compiles to; run `make artifacts`", file=sys.stderr)
        if not changed:
            print(f"{len(texts)} artifacts are what contracts/ compiles to")
        return 1 if changed else 0
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in texts:
            (ARTIFACTS / name).write_text(texts[name], encoding="utf-8", newline="\n")
        else:
            (ARTIFACTS / name).unlink()
    print(f"{len(texts)} artifacts, {len(changed)} changed: {', '.join(changed) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
