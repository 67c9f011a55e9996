"""Vault and pool under the orders of plain accounts, so that each function is met alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import brownie
import pytest

from tests.contracts.federation import PURSE, SUPPLY, People


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgers:
    """Coin, vault and pool; `factory` and the tasks are accounts that the vault and the pool obey."""

    coin: Any
    vault: Any
    pool: Any
    factory: Any
    task: Any
    other_task: Any
    member: Any


@pytest.fixture(scope="module")
def ledgers(people: People, accounts: Any) -> Ledgers:
    """Two registered tasks; the member's coins may be taken by the vault, the owner's by the pool."""
    owner, member = people.owner, people.trainers[0]
    factory, task, other_task = accounts[13:16]
    coin = owner.deploy(brownie.DeepCoin, owner, SUPPLY)
    vault = owner.deploy(brownie.StakeVault, coin)
    pool = owner.deploy(brownie.RewardPool, coin)
    vault.wire(factory, pool, {"from": owner})
    pool.wire(factory, vault, {"from": owner})
    coin.transfer(member, PURSE, {"from": owner})
    coin.approve(vault, PURSE, {"from": member})
    coin.approve(pool, SUPPLY, {"from": owner})
    for registered in (task, other_task):
        vault.registerTask(registered, {"from": factory})
    return Ledgers(
        coin=coin,
        vault=vault,
        pool=pool,
        factory=factory,
        task=task,
        other_task=other_task,
        member=member,
    )
