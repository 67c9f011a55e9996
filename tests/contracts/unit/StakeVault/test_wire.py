"""StakeVault learns once who may order it."""

import brownie
import pytest

from tests.contracts.federation import reverts
from tests.contracts.task_types import Role


@pytest.fixture
def unwired(coin, owner):
    return owner.deploy(brownie.StakeVault, coin)


def test_only_the_deployer_wires(unwired, pool, outsider):
    with reverts("StakeVaultUnauthorized", outsider):
        unwired.wire(outsider, pool, {"from": outsider})


def test_only_once(vault, factory, pool, owner):
    with reverts("StakeVaultUnauthorized", owner):
        vault.wire(factory, pool, {"from": owner})


def test_the_factory_may_register_afterwards(unwired, pool, owner, outsider):
    unwired.wire(outsider, pool, {"from": owner})
    with reverts("StakeVaultUnknownTask", owner):
        unwired.lock(owner, Role.TRAINER, 0, {"from": owner})
    unwired.registerTask(owner, {"from": outsider})
    unwired.lock(owner, Role.TRAINER, 0, {"from": owner})
    assert unwired.stakeOf(owner, owner, Role.TRAINER)["amount"] == 0


def test_knows_its_coin(vault, coin):
    assert vault.coin() == coin
