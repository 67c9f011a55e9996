"""Only the factory says what a task is."""

from tests.contracts.federation import ONE, reverts
from tests.contracts.task_types import Role


def test_only_the_factory_registers(ledgers, outsider):
    with reverts("StakeVaultUnauthorized", outsider):
        ledgers.vault.registerTask(outsider, {"from": outsider})


def test_a_task_cannot_register_another(ledgers, outsider):
    with reverts("StakeVaultUnauthorized", ledgers.task):
        ledgers.vault.registerTask(outsider, {"from": ledgers.task})


def test_a_registered_task_may_lock(ledgers, outsider):
    ledgers.vault.registerTask(outsider, {"from": ledgers.factory})
    ledgers.vault.lock(ledgers.member, Role.TRAINER, ONE, {"from": outsider})
    assert ledgers.vault.stakeOf(outsider, ledgers.member, Role.TRAINER)["amount"] == ONE
