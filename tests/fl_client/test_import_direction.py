"""Imports go one way only, and heavy or dangerous libraries stay where they belong."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "fl_client"
# Each stage may import from its own row and from rows above it.
ROWS = (
    {"types", "errors", "config", "shallow_json"},
    {"encoding", "sealing", "privacy"},
    {"storage", "learning", "chain"},
    {"aggregation", "rounds", "review"},
    {"disputes"},
    {"roles"},
    {"audit"},
    {"records"},
    {"simulation", "reporting"},
    {"cli"},
)
RANK = {stage: rank for rank, row in enumerate(ROWS) for stage in row}
# Stages of one row do not know each other, except where one is built on the other.
ALLOWED_BESIDE = {("rounds", "aggregation"), ("review", "rounds"), ("privacy", "encoding")}
ONLY_IN = {
    "torch": {"learning", "encoding/flatten.py"},
    "web3": {"chain"},
    "eth_tester": {"chain"},
    "typer": {"cli"},
    "gmpy2": {"privacy"},
    "nacl": {"privacy"},
    "phe": set(),
    "brownie": set(),
    "pickle": set(),
}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "fl_client":
                yield from (f"fl_client.{alias.name}" for alias in node.names)


def stage_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    own = stage_of(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "fl_client" or len(parts) < 2 or own == "__init__" or parts[1].startswith("__"):
            continue
        other = parts[1]
        if other == own:
            continue
        assert other in RANK, f"{name}: give the stage {other!r} a row"
        beside = RANK[other] == RANK[own] and (own, other) not in ALLOWED_BESIDE
        assert RANK[other] <= RANK[own] and not beside, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_libraries_stay_where_they_belong(path: Path) -> None:
    where = path.relative_to(PACKAGE).as_posix()
    for name in imports(path):
        allowed = ONLY_IN.get(name.split(".")[0])
        if allowed is not None:
            assert any(where == place or where.startswith(place + "/") for place in allowed), (
                f"{where}: {name}"
            )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 340
