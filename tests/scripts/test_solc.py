"""The compiler's command line, as the tools around it call it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
SOLC = ROOT / "scripts" / "tools" / "solc.js"


def run(*arguments: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Call the compiler and return what it printed."""
    return subprocess.run([str(SOLC), *arguments], cwd=cwd, input=stdin, capture_output=True, text=True)


def compile_import(name: str, cwd: Path) -> list[dict[str, Any]]:
    """Compile one contract that imports `name`; return the compiler's errors and warnings."""
    source = f'// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\nimport "{name}";\ncontract C {{}}\n'
    request = {"language": "Solidity", "sources": {"C.sol": {"content": source}}, "settings": {}}
    answer = run("--standard-json", cwd=cwd, stdin=json.dumps(request))
    assert answer.returncode == 0
    errors: list[dict[str, Any]] = json.loads(answer.stdout).get("errors", [])
    return errors


def test_version_is_the_configured_one(tmp_path: Path) -> None:
    config = yaml.safe_load((ROOT / "brownie-config.yaml").read_text())
    version = config["compiler"]["solc"]["version"]
    assert f"Version: {version}+commit." in run("--version", cwd=tmp_path).stdout


def test_import_is_read_from_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "D.sol").write_text("// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n")
    assert compile_import("D.sol", tmp_path) == []


def test_import_outside_the_working_directory_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "D.sol").write_text("// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\n")
    [error] = compile_import(str(tmp_path / "D.sol"), inside)
    assert "File not found" in error["message"]


def test_unknown_option_fails(tmp_path: Path) -> None:
    answer = run("--optimise", cwd=tmp_path)
    assert answer.returncode == 1
    assert "unrecognised option '--optimise'" in answer.stderr
