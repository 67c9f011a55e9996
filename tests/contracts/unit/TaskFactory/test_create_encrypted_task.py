"""Creating a task whose updates nobody sees."""

import brownie
import pytest

from tests.contracts.encrypted import encrypted_parameters
from tests.contracts.encrypted_types import EncryptedPhase
from tests.contracts.federation import ONE, only_event, plain, reverts

BUDGET = 3 * (5 * (3 + 1 + 2) + 4 + 5) * ONE


@pytest.fixture
def parameters(people):
    return encrypted_parameters(people.owner, people.sealers[0])


@pytest.fixture
def created(factory, parameters, owner):
    return factory.createEncryptedTask(parameters, {"from": owner})


@pytest.fixture
def task(created):
    return brownie.EncryptedTask.at(only_event(created, "EncryptedTaskCreated")["task"])


# Coverage reads traces without their memory, where the value is that a transaction returns.
@pytest.mark.skip_coverage
def test_emits_encrypted_task_created(created, parameters, owner):
    assert only_event(created, "EncryptedTaskCreated") == {
        "task": created.return_value,
        "owner": owner,
        "definitionHash": parameters.definition_hash,
        "budget": BUDGET,
    }


def test_takes_the_whole_budget(created, task, pool, coin, owner):
    assert pool.escrowOf(task)["unspent"] == BUDGET
    assert only_event(created, "EscrowFunded")["payer"] == owner


def test_the_bounds_say_so_beforehand(system, parameters):
    assert system.encrypted_bounds.budgetOf(parameters) == BUDGET


def test_the_task_knows_its_parameters(task, parameters):
    assert plain(tuple(task.parameters())) == tuple(parameters)


def test_the_task_takes_parties(task):
    assert task.state()["phase"] == EncryptedPhase.JOIN


def test_the_task_may_lock_stakes(task, vault, trainers):
    task.join(b"\1" * 32, {"from": trainers[0]})
    assert vault.stakeOf(task, trainers[0], 1)["amount"] == 100 * ONE


def test_only_the_owner_creates_its_task(factory, parameters, owner, outsider):
    with reverts("TaskFactoryWrongOwner", owner, outsider):
        factory.createEncryptedTask(parameters, {"from": outsider})


def test_parameters_out_of_bounds_revert(factory, parameters, owner):
    with reverts("TaskFactoryParameterOutOfBounds", "minimumAccepted", 2, 3, 5):
        factory.createEncryptedTask(parameters._replace(minimum_accepted=2), {"from": owner})


def test_the_factorys_own_limits_hold(factory, parameters, owner):
    with reverts("TaskFactoryParameterOutOfBounds", "burnBps", 1_999, 2_000, 10_000):
        factory.createEncryptedTask(parameters._replace(burn_bps=1_999), {"from": owner})


def test_beyond_the_allowance_reverts(factory, pool, coin, parameters, owner):
    coin.approve(pool, BUDGET - 1, {"from": owner})
    with reverts("ERC20InsufficientAllowance", pool, BUDGET - 1, BUDGET):
        factory.createEncryptedTask(parameters, {"from": owner})


def test_every_task_runs_the_same_code(system, task):
    target = bytes.fromhex(system.encrypted_task.address[2:])
    assert target in bytes(brownie.web3.eth.get_code(task.address))
