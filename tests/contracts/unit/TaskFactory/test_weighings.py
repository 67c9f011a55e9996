"""Which weighing rules tasks may choose, with what argument, for how many trainers and how large a model."""

from __future__ import annotations

from typing import Any

import pytest

from fl_client.aggregation import parse_aggregation
from fl_client.aggregation.weigh import Needs
from tests.contracts.federation import System, create_task, parameters_of, reverts, task_parameters
from tests.contracts.tabled import rule_parameters, weighing_contract


@pytest.fixture(scope="module")
def try_to_create(system: System, owner: Any) -> Any:
    """Create a task in a call, which changes nothing."""

    def call(**chosen: Any) -> Any:
        parameters = task_parameters(system, owner, initial_model=bytes(32), **chosen)
        return system.factory.createTask.call(parameters, {"from": owner})

    return call


def test_only_the_given_weighings_are_admitted(system: System, outsider: Any) -> None:
    assert all(system.factory.isWeighing(weighing) for weighing in system.weighings)
    assert not system.factory.isWeighing(outsider)
    assert not system.factory.isWeighing(system.rule)


def test_the_admitted_weighings_can_be_read(system: System) -> None:
    assert system.factory.weighings() == tuple(system.weighings)


def test_a_combining_rule_is_no_weighing(system: System, try_to_create: Any) -> None:
    with reverts("TaskFactoryUnknownWeighing", system.rule):
        try_to_create(weighing=system.rule.address)


def test_a_weighing_is_no_combining_rule(system: System, try_to_create: Any) -> None:
    with reverts("TaskFactoryUnknownRule", system.weighings[0]):
        try_to_create(rule=system.weighings[0].address)


def test_without_a_weighing_there_is_no_argument(try_to_create: Any) -> None:
    with reverts("TaskFactoryParameterOutOfBounds", "weighingArgument", 1, 0, 0):
        try_to_create(weighing_argument=1)


@pytest.mark.parametrize(
    ("name", "most"),
    [("krum:14+mean", 32), ("multi-krum:1+mean", 32), ("nnm:1+mean", 24), ("clip+mean", 128), ("equal", 128)],
)
def test_a_weighing_is_asked_for_the_number_of_trainers(
    system: System, try_to_create: Any, name: str, most: int
) -> None:
    rule = parse_aggregation(name)
    chosen = rule_parameters(system, rule)
    assert try_to_create(**chosen, max_trainers=most)
    if most == 128:
        return
    contract = weighing_contract(system, rule)
    with reverts("TaskFactoryWeighingArgument", contract, rule.weigh.argument, most + 1):
        try_to_create(**chosen, max_trainers=most + 1)


def test_a_bound_that_the_trainers_do_not_meet_reverts(system: System, try_to_create: Any) -> None:
    """Krum that bears three of eight asks for nine."""
    rule = parse_aggregation("krum:3+mean")
    with reverts("TaskFactoryWeighingArgument", weighing_contract(system, rule), 3, 8):
        try_to_create(**rule_parameters(system, rule), max_trainers=8)
    assert try_to_create(**rule_parameters(system, rule), max_trainers=9)


def test_the_task_knows_its_weighing(system: System, owner: Any) -> None:
    chosen = rule_parameters(system, parse_aggregation("nnm:1+clip:0.5+median"))
    found = parameters_of(create_task(system, owner, **chosen))
    assert {name: getattr(found, name) for name in chosen} == chosen


def evidence_bytes(trainers: int, depth: int, needs: Needs) -> int:
    """Call data of a proof, with the table and the reputations where the rule reads them."""
    padded = 64 + -(-(16 + 256 + 48 * depth) // 32) * 32
    pairs = trainers * (trainers - 1) // 2 if needs & Needs.DISTANCES else 0
    table = 16 * (pairs + (trainers if needs & Needs.TRUST else 0))
    figures = -(-table // 32) * 32 + (64 * trainers if needs & Needs.REPUTATIONS else 0)
    return (trainers + 2) * padded + trainers * 96 + figures + 544


@pytest.mark.parametrize("name", ["fltrust+mean", "reputation+mean"])
def test_the_evidence_has_room_for_the_figures(system: System, try_to_create: Any, name: str) -> None:
    rule = parse_aggregation(name)
    most = max(count for count in range(128) if evidence_bytes(count, 14, rule.needs) <= 126_000)
    without = max(count for count in range(128) if evidence_bytes(count, 14, Needs(0)) <= 126_000)
    assert most < without
    chosen = rule_parameters(system, rule) | {"dimension": 64 << 14}
    assert try_to_create(**chosen, max_trainers=most)
    length = evidence_bytes(most + 1, 14, rule.needs)
    with reverts("TaskFactoryParameterOutOfBounds", "evidence", length, 0, 126_000):
        try_to_create(**chosen, max_trainers=most + 1)
