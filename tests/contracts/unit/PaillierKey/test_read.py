"""A key's bytes are read as its parties wrote them, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.encrypted_round import changed_bytes
from tests.contracts.federation import reverts
from tests.contracts.paillier_reference import Key

KEY = Key()
L = KEY.length


def test_every_number_is_where_it_belongs(harness: Any) -> None:
    length, parties, *numbers = harness.readKey(KEY.data, L, 3)
    assert (length, parties) == (L, 3)
    shown = [bytes(number) for number in numbers]
    assert shown == [KEY.one(KEY.n), KEY.two(KEY.square), KEY.two(KEY.mask), KEY.one(KEY.verifier)]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_party_has_its_verifier(harness: Any, place: int) -> None:
    assert bytes(harness.verifierOf(KEY.data, L, place)) == KEY.one(KEY.verifiers[place])


def test_there_is_no_verifier_behind_the_last(harness: Any) -> None:
    with pytest.raises(Exception, match="revert"):
        harness.verifierOf(KEY.data, L, 3)


@pytest.mark.parametrize(("at", "part"), [(0, b"GPK2"), (4, b"\0\x20"), (6, b"\0\x04")])
def test_another_header_reverts(harness: Any, at: int, part: bytes) -> None:
    data = changed_bytes(KEY.data, at, part)
    with reverts("PaillierKeyHeader", data[:16]):
        harness.readKey(data, L, 3)


@pytest.mark.parametrize(("length", "parties"), [(64, 2), (64, 4), (32, 3), (96, 3)])
def test_another_shape_than_the_tasks_reverts(harness: Any, length: int, parties: int) -> None:
    with reverts("PaillierKeyLength", len(KEY.data), 16 + length * (5 + parties)):
        harness.readKey(KEY.data, length, parties)


@pytest.mark.parametrize("change", [-1, 1])
def test_bytes_of_another_length_revert(harness: Any, change: int) -> None:
    data = (KEY.data + b"\0")[: len(KEY.data) + change]
    with reverts("PaillierKeyLength", len(data), len(KEY.data)):
        harness.readKey(data, L, 3)
