"""Rules other than the mean, through whole rounds: the verifier judges a model by the task's own rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from fl_client.aggregation import CombiningRule, Median, TrimmedMean, WeightedMean
from tests.contracts.dissection import Dissection, disputed, proof_of, prove
from tests.contracts.federation import (
    People,
    System,
    only_event,
    parameters_of,
    present,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Evidence, Phase, Role

WRONG = 77


@dataclass(frozen=True, slots=True)
class Chosen:
    """A rule, and the parameters by which a task chooses it."""

    rule: CombiningRule
    parameters: dict[str, Any]


@pytest.fixture(scope="module", params=["median", "trimmed mean"])
def chosen(request: Any, system: System) -> Chosen:
    if request.param == "median":
        return Chosen(Median(), {"rule": system.median_rule.address})
    rule = TrimmedMean(2_000)
    parameters = {"rule": system.trimmed_mean_rule.address, "rule_argument": rule.argument}
    return Chosen(rule, parameters)


@pytest.fixture(scope="module")
def _proposed(system: System, people: People, chosen: Chosen) -> Dissection:
    return disputed(system, people, WRONG, combining=chosen.rule, **chosen.parameters)


@pytest.fixture
def dispute(_proposed: Dissection) -> Dissection:
    return replace(_proposed, gas=[])


def test_a_wrong_model_is_proved_and_its_sealer_slashed(court: Any, dispute: Dissection) -> None:
    proof = proof_of(dispute.round, dispute.theirs, WRONG)
    proved = prove(court, dispute.task, dispute.challenger, proof)
    slashed = only_event(proved, "StakeSlashed")
    assert (slashed["account"], slashed["role"]) == (dispute.sealer, Role.SEALER)
    assert slashed["taken"] == parameters_of(dispute.task).seal_penalty
    assert only_event(proved, "AggregateRejected")["evidence"] == Evidence.WRONG_AGGREGATE
    assert present(dispute.task) == Phase.AGGREGATE


def test_a_hidden_wrong_model_is_dissected_and_replaced(court: Any, dispute: Dissection) -> None:
    done = dispute.run()
    resolved = only_event(done, "DisputeResolved")
    assert (resolved["challenger"], resolved["challengerWon"]) == (dispute.challenger, True)
    model, proposer = dispute.task.proposedModel()
    assert (bytes(model), proposer) == (dispute.round.commitment_to(dispute.ours), dispute.challenger)


def test_a_right_coordinate_shows_nothing_wrong(court: Any, dispute: Dissection) -> None:
    with reverts("DisputeCourtNothingWrong"):
        prove(court, dispute.task, dispute.challenger, proof_of(dispute.round, dispute.theirs, WRONG + 1))


def test_the_mean_is_a_wrong_model_of_another_rule(
    court: Any, system: System, people: People, chosen: Chosen
) -> None:
    task = running_task(system, people, **chosen.parameters)
    round_ = Round.of(task, rule=chosen.rule)
    round_.until_attested(people.trainers[:5])
    right = round_.new_model()
    mean = replace(round_, rule=WeightedMean()).new_model()
    differing = int((right != mean).nonzero()[0][0])
    round_.propose(mean)
    proved = prove(court, task, people.challenger, proof_of(round_, mean, differing))
    assert only_event(proved, "AggregateProvedWrong")["coordinate"] == differing


def test_a_round_is_played_to_its_end(system: System, people: People, chosen: Chosen) -> None:
    task = running_task(system, people, **chosen.parameters)
    round_ = Round.of(task, rule=chosen.rule)
    following = round_.run(people.trainers[:5], people.owner)
    assert following.base == round_.commitment_to(following.base_vector)
    assert task.clock()["round"] == 2
