"""A task is made ready once, by its factory."""

import brownie

from tests.contracts.federation import (
    create_task,
    deadline_of,
    initial_model,
    now,
    pass_deadline,
    present,
    reverts,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase


def test_opens_the_joining_phase(system, owner):
    task = create_task(system, owner)
    assert (present(task), deadline_of(task)) == (Phase.JOIN, now() + 500)


def test_the_base_is_the_initial_model(new_task):
    assert bytes(new_task.baseModel()) == Round.of(new_task).commitment_to(initial_model(150))


def test_only_the_factory_initialises(new_task, outsider):
    with reverts("TrainingTaskUnauthorized", outsider):
        new_task.initialize({"from": outsider})


def test_a_second_time_reverts(clone, owner):
    maker, task = clone
    maker.initialize(task, {"from": owner})
    with reverts("TrainingTaskAlreadyInitialized"):
        maker.initialize(task, {"from": owner})


def test_the_implementation_cannot_be_initialised(factory, owner):
    implementation = brownie.TrainingTask.at(factory.implementation())
    with reverts("TrainingTaskUnauthorized", owner):
        implementation.initialize({"from": owner})


def test_the_implementation_takes_no_members(factory, trainers):
    implementation = brownie.TrainingTask.at(factory.implementation())
    with reverts("TrainingTaskUnexpectedPhase", Phase.NONE, Phase.JOIN):
        implementation.joinAsTrainer({"from": trainers[0]})


def test_the_implementation_cannot_be_started(factory, outsider):
    implementation = brownie.TrainingTask.at(factory.implementation())
    with reverts("TrainingTaskUnexpectedPhase", Phase.NONE, Phase.JOIN):
        implementation.start({"from": outsider})


def test_a_task_of_another_factory_cannot_lock_stakes(clone, owner, trainers):
    maker, task = clone
    maker.initialize(task, {"from": owner})
    with reverts("StakeVaultUnknownTask", task):
        task.joinAsTrainer({"from": trainers[0]})


def test_a_task_of_another_factory_cannot_take_from_the_pool(clone, owner, outsider):
    maker, task = clone
    maker.initialize(task, {"from": owner})
    pass_deadline(task)
    with reverts("RewardPoolUnauthorized", task):
        task.endTask({"from": outsider})
