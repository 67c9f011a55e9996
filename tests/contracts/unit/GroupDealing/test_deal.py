"""Members are dealt into groups of nearly equal size, by the seed alone (INV-GROUP-1)."""

from __future__ import annotations

from collections import Counter
from math import factorial
from random import Random
from statistics import median
from typing import Any

import pytest
from brownie import EncryptedHarness

from tests.contracts.encrypted_round import dealt


@pytest.fixture(scope="module")
def library(module_isolation: None, accounts: Any) -> Any:
    return accounts[0].deploy(EncryptedHarness)


@pytest.mark.parametrize("groups", [1, 3, 5, 7, 9])
@pytest.mark.parametrize("members", [9, 10, 27, 31, 32])
def test_it_is_that_of_the_reference(library: Any, members: int, groups: int) -> None:
    seed = Random(members * groups).randbytes(32)
    assert list(library.deal(seed, members, groups)) == dealt(seed, members, groups)


@pytest.mark.parametrize("members", [9, 11, 32])
def test_groups_differ_in_size_by_one_at_most(library: Any, members: int) -> None:
    for groups in (3, 5, 7):
        sizes = Counter(library.deal(Random(groups).randbytes(32), members, groups))
        assert set(sizes) == set(range(groups))
        assert set(sizes.values()) <= {members // groups, -(-members // groups)}


def test_one_group_needs_no_seed(library: Any) -> None:
    assert list(library.deal(bytes(32), 5, 1)) == [0] * 5


def test_every_dealing_is_about_as_likely_as_any_other() -> None:
    """Of six members in three groups there are 90; a chi-squared of more than 170 has odds of one in a million."""
    tries, random = 9_000, Random(1)
    found = Counter(tuple(dealt(random.randbytes(32), 6, 3)) for _ in range(tries))
    kinds = factorial(6) // 2**3
    assert len(found) == kinds
    expected = tries / kinds
    assert sum((count - expected) ** 2 / expected for count in found.values()) < 170


@pytest.mark.parametrize("count", [1, 3, 5, 9])
def test_the_middle_of_an_odd_number_of_values(library: Any, count: int) -> None:
    random = Random(count)
    for _ in range(5):
        values = [random.randrange(-(2**60), 2**60) for _ in range(count)]
        values[-1] = values[0]
        assert library.middle(values) == median(values)
    assert library.middle(sorted(values)) == library.middle(sorted(values, reverse=True)) == median(values)
