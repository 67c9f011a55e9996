"""What anybody may read."""

import brownie
import pytest

from tests.contracts.federation import (
    ONE,
    ZERO,
    advance_to,
    only_event,
    parameters_of,
    plain,
    task_parameters,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase, TaskParameters, TrainerState

# Not read by the task: they are there for people and clients, for the court, and the rate for the policy.
WITHOUT_GETTER = {
    *("definition_hash", "initial_content", "retention_seconds", "sealing_rate"),
    *("weighing", "weighing_argument"),
}
GETTERS = [name for name in TaskParameters._fields if name not in WITHOUT_GETTER]


@pytest.fixture(scope="module")
def arguments(system, owner):
    """Distinct values in every place, in a clone that has a getter for each."""
    distinct = {
        name: 100 + place
        for place, name in enumerate(TaskParameters._fields)
        if TaskParameters.__annotations__[name] == "int"
    }
    hashes = {
        "definition_hash": b"\1" * 32,
        "initial_model": b"\2" * 32,
        "initial_content": b"\3" * 32,
    }
    parameters = task_parameters(system, owner, **(distinct | hashes | {"initial_model": b"\2" * 32}))
    maker = owner.deploy(brownie.CloneMaker)
    harness = owner.deploy(brownie.ArgumentsHarness)
    made = maker.make(harness, parameters, {"from": owner})
    return brownie.ArgumentsHarness.at(only_event(made, "CloneMade")["clone"]), parameters


def in_solidity(name):
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@pytest.mark.parametrize("name", GETTERS)
def test_the_getter_reads_its_own_place(arguments, name):
    clone, parameters = arguments
    assert plain(getattr(clone, in_solidity(name))()) == getattr(parameters, name)


def test_all_arguments_are_decoded(arguments):
    clone, parameters = arguments
    assert plain(tuple(clone.all())) == tuple(parameters)


def test_every_getter_is_compared():
    views = {entry["name"] for entry in brownie.ArgumentsHarness.abi if entry["type"] == "function"}
    assert views - {"all"} == {in_solidity(name) for name in GETTERS}


def test_parameters_are_those_of_the_creation(system, task, owner):
    assert parameters_of(task) == task_parameters(system, owner)


def test_clock_of_a_new_task(new_task):
    clock = new_task.clock()
    assert [clock[name] for name in ("phase", "round", "turn", "active", "seats")] == [Phase.JOIN, 0, 0, 0, 0]


def test_clock_of_a_running_task(task):
    clock = task.clock()
    names = ("phase", "round", "turn", "active", "due", "seats", "sealer", "disputeOpen")
    assert [clock[name] for name in names] == [Phase.COMMIT, 1, 1, 5, 5, 2, 0, False]


def test_nobody_has_proposed_yet(task):
    assert task.proposedModel()[1] == ZERO


def test_before_the_first_round_the_base_is_the_initial_model(new_task):
    assert bytes(new_task.baseModel()) == parameters_of(new_task).initial_model


def test_a_stranger_has_an_empty_record(task, outsider):
    assert tuple(task.trainerOf(outsider)) == (0, 0, TrainerState.NONE, 0, False)


def test_a_stranger_has_no_reveal(task, outsider):
    assert bytes(task.recordOf(outsider)) == bytes(32)


def test_seats_of_a_running_task(task, sealers):
    assert task.seats() == sealers


def test_the_next_bond_is_at_first_that_of_the_parameters(task):
    assert task.nextBond() == 190 * ONE


@pytest.mark.parametrize(
    ("acts", "phases"),
    [
        ("nothing", [Phase.COMMIT, Phase.VOID]),
        ("commits", [Phase.COMMIT, Phase.REVEAL, Phase.VOID]),
        ("reveals", [Phase.ATTEST, Phase.AGGREGATE, Phase.STALLED]),
        ("proposes", [Phase.CHALLENGE, Phase.FINAL]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_phases_follow_from_the_clock(task, active, acts, phases):
    round_ = Round.of(task)
    if acts == "commits":
        round_.commit(active[:3])
    elif acts == "reveals":
        round_.until_revealed(active)
    elif acts == "proposes":
        round_.until_attested(active)
        round_.propose()
    seen = [Phase(task.phase()[0])]
    for phase in phases[1:]:
        advance_to(task, phase)
        seen.append(Phase(task.phase()[0]))
    assert seen == phases


def test_only_the_last_phases_have_no_deadline(task, proposed):
    advance_to(task, Phase.FINAL)
    assert tuple(task.phase()) == (Phase.FINAL, 0)
