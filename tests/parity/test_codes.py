"""The numbers by which contracts and client name the same things."""

from __future__ import annotations

import re
from enum import IntEnum
from pathlib import Path

import pytest

from fl_client.chain.contracts import OPEN_SLOTS, Evidence, Phase, Role, TrainerState

CONTRACTS = Path(__file__).parents[2] / "contracts"


def members_of(name: str) -> list[str]:
    """A Solidity enum's members, in order, as Python spells them."""
    source = (CONTRACTS / "types" / "TaskTypes.sol").read_text(encoding="utf-8")
    (body,) = re.findall(rf"enum {name} \{{(.*?)\}}", source, re.DOTALL)
    names = re.findall(r"^\s*(\w+)", re.sub(r"//.*", "", body), re.MULTILINE)
    return [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", one).upper() for one in names]


@pytest.mark.parametrize("kind", [Phase, Role, Evidence, TrainerState])
def test_an_enum_has_the_members_of_the_contracts_in_their_order(kind: type[IntEnum]) -> None:
    assert [(one.name, int(one)) for one in kind] == [
        (name, place) for place, name in enumerate(members_of(kind.__name__))
    ]


def test_the_slots_that_stay_open_are_as_many_as_the_contracts_count() -> None:
    source = (CONTRACTS / "tasks" / "TaskState.sol").read_text(encoding="utf-8")
    assert re.findall(r"constant OPEN_SLOTS = (\d+);", source) == [str(OPEN_SLOTS)]
