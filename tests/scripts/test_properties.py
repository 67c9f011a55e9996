"""tests/PROPERTIES.md, the contracts and the tests name the same properties."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "contracts"
TESTS = ROOT / "tests"
ID = re.compile(r"\bINV-[A-Z]+-[0-9]+\b")


@dataclass(frozen=True, slots=True)
class Property:
    """A row of the table: paths below contracts/, and paths below tests/ with what holds it there."""

    id: str
    statement: str
    stated: tuple[str, ...]
    held: tuple[tuple[str, str], ...]


def properties() -> list[Property]:
    found = []
    for line in (TESTS / "PROPERTIES.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("| INV-"):
            continue
        name, statement, stated, held = (cell.strip() for cell in line.strip("|").split("|"))
        places = [tuple(place.split(": ")) for place in re.findall(r"`([^`]+)`", held)]
        found.append(
            Property(
                name,
                statement,
                tuple(re.findall(r"`([^`]+)`", stated)),
                tuple((file, test) for file, test in places),
            )
        )
    return found


def ids_in(paths: Iterable[Path]) -> set[str]:
    return {name for path in paths for name in ID.findall(path.read_text(encoding="utf-8"))}


def test_there_are_properties_and_each_has_one_row() -> None:
    ids = [row.id for row in properties()]
    assert len(ids) >= 10
    assert len(ids) == len(set(ids))


def test_the_table_and_the_contracts_name_the_same() -> None:
    assert {row.id for row in properties()} == ids_in(CONTRACTS.rglob("*.sol"))


def test_the_table_and_the_tests_name_the_same() -> None:
    tests = [path for suffix in ("*.sol", "*.py") for path in TESTS.rglob(suffix) if path != Path(__file__)]
    assert {row.id for row in properties()} == ids_in(tests)


def test_the_protocols_table_names_no_other() -> None:
    assert ids_in([ROOT / "docs" / "protocol.md"]) <= {row.id for row in properties()}


@pytest.mark.parametrize("row", properties(), ids=lambda row: row.id)
def test_a_property_is_stated_and_tested_where_its_row_says(row: Property) -> None:
    assert row.statement.endswith(".")
    assert row.stated
    assert row.held
    for file in row.stated:
        assert row.id in (CONTRACTS / file).read_text(encoding="utf-8"), f"{file} does not state {row.id}"
    for file, test in row.held:
        text = (TESTS / file).read_text(encoding="utf-8")
        assert row.id in text, f"{file} does not name {row.id}"
        defined = re.search(rf"\b(?:function|def) {re.escape(test)}\(", text)
        assert defined, f"{file} has no {test}"
