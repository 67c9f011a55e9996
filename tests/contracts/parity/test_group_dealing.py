"""Client and contract deal the same groups (INV-GROUP-1), and take the same median."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from brownie import EncryptedHarness

from fl_client.privacy.group_dealing import apply_group_sums, deal_groups


@pytest.fixture(scope="module")
def library(module_isolation: None, accounts: Any) -> Any:
    return accounts[0].deploy(EncryptedHarness)


@pytest.mark.parametrize("groups", [1, 3, 5, 7, 9])
def test_groups_are_the_same(library: Any, groups: int) -> None:
    random = Random(groups)
    for _ in range(10):
        seed, members = random.randbytes(32), random.randrange(groups, 33)
        assert tuple(library.deal(seed, members, groups)) == deal_groups(seed, members, groups)


@pytest.mark.parametrize("groups", [1, 3, 5, 7, 9])
def test_medians_are_the_same(library: Any, groups: int) -> None:
    random, base = Random(groups), np.zeros(1, dtype=np.int32)
    for _ in range(10):
        values = [random.randrange(-(2**20), 2**20) for _ in range(groups)]
        ours = apply_group_sums(base, [np.array([value]) for value in values], [1] * groups, 0)
        assert ours.tolist() == [library.middle(values)]
