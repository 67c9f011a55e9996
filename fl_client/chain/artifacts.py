"""The compiled contracts that ship with the package, one JSON file each under ``artifacts/``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from fl_client.errors import ChainError


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractArtifact:
    """A compiled contract.

    Attributes:
        name: the contract's name.
        abi: its ABI entries, as the compiler wrote them.
        bytecode: what a deployment sends; empty for an interface.
        deployed_bytecode: what a deployment leaves; immutables are zero in it.
    """

    name: str
    abi: tuple[Mapping[str, Any], ...]
    bytecode: bytes
    deployed_bytecode: bytes

    @classmethod
    def from_json(cls, text: str) -> ContractArtifact:
        """Read an artifact file with the keys contractName, abi, bytecode and deployedBytecode.

        Raises:
            ChainError: not such a file, or bytecode with a library left unlinked.
        """
        try:
            raw = json.loads(text)
            return cls(
                name=raw["contractName"],
                abi=tuple(raw["abi"]),
                bytecode=bytes.fromhex(raw["bytecode"].removeprefix("0x")),
                deployed_bytecode=bytes.fromhex(raw["deployedBytecode"].removeprefix("0x")),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ChainError(f"not a contract artifact ({problem}): export the ABIs again") from problem


def load_artifact(name: str) -> ContractArtifact:
    """Load a contract that ships with the package.

    Args:
        name: e.g. ``TrainingTask``.

    Raises:
        ChainError: no such contract, or its file is broken.
    """
    found = all_artifacts().get(name)
    if found is None:
        known = ", ".join(sorted(all_artifacts())) or "none at all"
        raise ChainError(f"no contract named {name!r} ships with this package; there are: {known}")
    return found


@lru_cache(maxsize=1)
def all_artifacts() -> Mapping[str, ContractArtifact]:
    """All contracts that ship with the package, by name.

    Raises:
        ChainError: a file is broken.
    """
    folder = resources.files("fl_client.chain") / "artifacts"
    found: dict[str, ContractArtifact] = {}
    if folder.is_dir():
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".json"):
                artifact = ContractArtifact.from_json(file.read_text(encoding="utf-8"))
                found[artifact.name] = artifact
    return found
