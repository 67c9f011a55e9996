"""Which sealing policies and rates the factory admits."""

import pytest

from tests.contracts.federation import ZERO, create_task, parameters_of, reverts

RATE = 100  # slots have 400 seconds


@pytest.fixture
def proof_of_work(system):
    return system.proof_of_work.address


@pytest.mark.parametrize("rate", [1, RATE])
def test_a_slot_of_four_times_the_wanted_seconds_is_admitted(system, owner, proof_of_work, rate):
    task = create_task(system, owner, sealing=proof_of_work, sealing_rate=rate)
    assert (parameters_of(task).sealing, parameters_of(task).sealing_rate) == (proof_of_work, rate)


@pytest.mark.parametrize("rate", [0, RATE + 1, 2**255])
def test_another_rate_reverts(system, owner, proof_of_work, rate):
    with reverts("TaskFactoryRuleArgument", proof_of_work, rate):
        create_task(system, owner, sealing=proof_of_work, sealing_rate=rate)


def test_a_rate_without_a_policy_reverts(system, owner):
    with reverts("TaskFactoryParameterOutOfBounds", "sealingRate", 1, 0, 0):
        create_task(system, owner, sealing=ZERO, sealing_rate=1)


def test_an_unknown_policy_reverts(system, owner, outsider):
    with reverts("TaskFactoryUnknownRule", outsider):
        create_task(system, owner, sealing=outsider.address, sealing_rate=1)


def test_a_rule_is_no_policy_and_a_policy_no_rule(system, owner, proof_of_work):
    with pytest.raises(Exception, match="revert"):
        create_task(system, owner, sealing=system.rule.address, sealing_rate=1)
    with pytest.raises(Exception, match="revert"):
        create_task(system, owner, rule=proof_of_work)
