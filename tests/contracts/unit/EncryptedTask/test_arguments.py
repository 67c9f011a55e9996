"""Every getter of the parameters behind a clone's code reads its own place."""

from __future__ import annotations

from typing import Any

import brownie
import pytest

from tests.contracts.encrypted import encrypted_parameters
from tests.contracts.encrypted_types import EncryptedParameters
from tests.contracts.federation import only_event, plain

# There for people and clients.
WITHOUT_GETTER = {"definition_hash", "initial_content", "retention_seconds"}


@pytest.fixture(scope="module")
def arguments(owner: Any, people: Any) -> tuple[Any, EncryptedParameters]:
    """Distinct values in every place, in a clone that has getters for them."""
    distinct = {
        name: 100 + place
        for place, name in enumerate(EncryptedParameters._fields)
        if EncryptedParameters.__annotations__[name] == "int"
    }
    parameters = encrypted_parameters(owner, people.sealers[0])._replace(**distinct)
    maker = owner.deploy(brownie.EncryptedHarness)
    made = maker.make(parameters, people.outsider, {"from": owner})
    return brownie.EncryptedHarness.at(only_event(made, "CloneMade")["clone"]), parameters


def number(value: Any) -> int:
    if isinstance(value, str):
        return int(value, 16)
    return int.from_bytes(value, "big") if isinstance(value, bytes) else int(value)


def test_every_getter_reads_its_own_place(arguments: tuple[Any, EncryptedParameters]) -> None:
    clone, parameters = arguments
    expected = [number(value) for name, value in parameters._asdict().items() if name not in WITHOUT_GETTER]
    assert [*clone.numbers(), *clone.lastNumbers()] == expected


def test_all_parameters_are_decoded(arguments: tuple[Any, EncryptedParameters]) -> None:
    clone, parameters = arguments
    assert plain(tuple(clone.all())) == tuple(parameters)


def test_the_factory_stands_behind_them(arguments: tuple[Any, EncryptedParameters], outsider: Any) -> None:
    assert arguments[0].factory() == outsider
