"""Creating a task."""

import brownie
import pytest

from tests.contracts.federation import (
    ONE,
    create_task,
    only_event,
    parameters_of,
    present,
    reverts,
    task_parameters,
)
from tests.contracts.task_types import Phase, Role

# Three rounds, each with at most eight updates, eight attestations and one model.
BUDGET = 3 * (8 * (3 * ONE + 1 * ONE) + 2 * ONE)


@pytest.fixture
def parameters(system, owner):
    return task_parameters(system, owner)


# Coverage reads traces without their memory, where the value is that a transaction returns.
@pytest.mark.skip_coverage
def test_emits_task_created(factory, parameters, owner):
    transaction = factory.createTask(parameters, {"from": owner})
    assert only_event(transaction, "TaskCreated") == {
        "task": transaction.return_value,
        "owner": owner,
        "definitionHash": parameters.definition_hash,
        "budget": BUDGET,
    }


@pytest.mark.skip_coverage
def test_takes_the_whole_budget(factory, pool, coin, parameters, owner):
    before = coin.balanceOf(owner)
    task = factory.createTask(parameters, {"from": owner}).return_value
    assert before - coin.balanceOf(owner) == pool.escrowOf(task)["unspent"] == BUDGET


def test_budget_of_says_so_beforehand(factory, parameters):
    assert factory.budgetOf(parameters) == BUDGET


def test_the_task_knows_its_parameters(new_task, parameters):
    assert parameters_of(new_task) == parameters


def test_the_task_takes_members(new_task):
    assert present(new_task) == Phase.JOIN


def test_the_task_may_lock_stakes(new_task, vault, trainers):
    new_task.joinAsTrainer({"from": trainers[0]})
    assert vault.stakeOf(new_task, trainers[0], Role.TRAINER)["amount"] == 100 * ONE


def test_same_parameters_give_another_task(system, owner):
    assert create_task(system, owner) != create_task(system, owner)


def test_only_the_owner_creates_its_task(factory, parameters, owner, outsider):
    with reverts("TaskFactoryWrongOwner", owner, outsider):
        factory.createTask(parameters, {"from": outsider})


def test_an_unknown_rule_reverts(factory, parameters, owner, outsider):
    with reverts("TaskFactoryUnknownRule", outsider):
        factory.createTask(parameters._replace(rule=outsider.address), {"from": owner})


@pytest.mark.parametrize(
    ("rule", "argument"),
    [
        ("rule", 1),
        ("median_rule", 1),
        ("median_rule", 2_000),
        ("trimmed_mean_rule", 5_000),
        ("rule", 2**256 - 1),
    ],
)
def test_an_argument_that_the_rule_does_not_take_reverts(system, factory, parameters, owner, rule, argument):
    address = getattr(system, rule).address
    with reverts("TaskFactoryRuleArgument", address, argument):
        factory.createTask(parameters._replace(rule=address, rule_argument=argument), {"from": owner})


@pytest.mark.parametrize(
    ("rule", "argument"), [("median_rule", 0), ("trimmed_mean_rule", 0), ("trimmed_mean_rule", 4_999)]
)
def test_the_task_knows_its_rule(system, owner, rule, argument):
    address = getattr(system, rule).address
    found = parameters_of(create_task(system, owner, rule=address, rule_argument=argument))
    assert (found.rule, found.rule_argument) == (address, argument)


def test_beyond_the_allowance_reverts(factory, pool, coin, parameters, owner):
    coin.approve(pool, BUDGET - 1, {"from": owner})
    with reverts("ERC20InsufficientAllowance", pool, BUDGET - 1, BUDGET):
        factory.createTask(parameters, {"from": owner})


def test_a_free_task_needs_no_coins(factory, parameters, outsider):
    free = parameters._replace(owner=outsider.address, update_reward=0, attest_reward=0, seal_reward=0)
    created = factory.createTask(free, {"from": outsider})
    assert only_event(created, "TaskCreated")["owner"] == outsider


def test_every_task_runs_the_same_code(factory, new_task):
    target = bytes.fromhex(factory.implementation()[2:])
    assert target in bytes(brownie.web3.eth.get_code(new_task.address))
