"""A sealer proposes before the set is frozen, and a slash changes the set while its transaction is on its way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fl_client.encoding import set_hash
from tests.contracts.dissection import accuse
from tests.contracts.federation import (
    People,
    System,
    advance_to,
    mine_at,
    only_event,
    parameters_of,
    present,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase, Role

LIAR, ACCOMPLICE = 3, 4
WITH_IT, WITHOUT_IT = (0, 1, 2, ACCOMPLICE), (0, 1, 2)
"""The accepted updates, with the liar's voice and without: the accomplice shows its bytes to one honest trainer."""


@pytest.fixture(scope="module")
def round_(system: System, people: People) -> Round:
    task = running_task(system, people, norm_bound_squared=10**9)
    played, trainers = Round.of(task), people.trainers[:5]
    updates = [
        played.update(trainer, vector=np.full(150, 100 * place, dtype=np.int32))
        for place, trainer in enumerate(trainers)
    ]
    huge = np.full(150, 2**30, dtype=np.int32)
    updates[LIAR] = played.update(trainers[LIAR], vector=huge, sums=[1, 2, 3])
    played.commit_updates(updates)
    played.reveal(updates)
    for place in range(5):
        served = place in (0, LIAR, ACCOMPLICE)
        played.attest([trainers[place]], mask_of(WITH_IT if served else WITHOUT_IT))
    return played


def mask_of(places: tuple[int, ...]) -> int:
    return sum(1 << place for place in places)


def proposal(round_: Round, places: tuple[int, ...]) -> tuple[Any, ...]:
    """What the sealer sends that takes these updates for the accepted ones; the model is right for them."""
    accepted = [round_.revealed[place] for place in places]
    model = round_.commitment_to(round_.new_model(accepted))
    made_of = set_hash(update.entry for update in accepted)
    return (round_.number, made_of, round_.entries, model, bytes(32), round_.first_seat())


def hash_of(round_: Round, places: tuple[int, ...]) -> bytes:
    return set_hash(round_.revealed[place].entry for place in places)


@pytest.fixture
def sealer(round_: Round) -> Any:
    return round_.task.seats()[round_.first_seat()]


def test_a_slash_before_the_freeze_changes_the_accepted_set(
    round_: Round, court: Any, challenger: Any, outsider: Any
) -> None:
    accuse(court, round_.task, challenger, round_.revealed[LIAR], 1)
    frozen = round_.task.freezeRound(round_.entries, {"from": outsider})
    assert only_event(frozen, "RoundFrozen")["acceptedMask"] == mask_of(WITHOUT_IT)


def test_a_model_of_the_set_as_it_was_is_refused_and_costs_its_sealer_nothing(
    round_: Round, court: Any, vault: Any, challenger: Any, sealer: Any
) -> None:
    """It would be wrong for the set as it is, and whoever slashed the liar would prove that next."""
    task, sent = round_.task, proposal(round_, WITH_IT)
    accuse(court, task, challenger, round_.revealed[LIAR], 1)
    with reverts("TrainingTaskOtherSet", hash_of(round_, WITH_IT), hash_of(round_, WITHOUT_IT)):
        task.proposeAggregate(*sent, {"from": sealer})
    assert vault.stakeOf(task, sealer, Role.SEALER)["amount"] == parameters_of(task).sealer_stake


def test_its_sealer_may_propose_the_model_of_the_set_as_it_is(
    round_: Round, court: Any, challenger: Any, sealer: Any
) -> None:
    accuse(court, round_.task, challenger, round_.revealed[LIAR], 1)
    round_.task.proposeAggregate(*proposal(round_, WITHOUT_IT), {"from": sealer})
    assert present(round_.task) == Phase.CHALLENGE


def test_without_a_slash_the_set_is_the_one_that_was_meant(round_: Round, sealer: Any) -> None:
    proposed = round_.task.proposeAggregate(*proposal(round_, WITH_IT), {"from": sealer})
    assert only_event(proposed, "RoundFrozen")["acceptedMask"] == mask_of(WITH_IT)


@pytest.mark.parametrize("places", [WITHOUT_IT, (0, 1, 2, LIAR, ACCOMPLICE), ()])
def test_a_model_of_other_updates_than_the_frozen_ones_is_refused(
    round_: Round, outsider: Any, sealer: Any, places: tuple[int, ...]
) -> None:
    task = round_.task
    task.freezeRound(round_.entries, {"from": outsider})
    number, _, _, *rest = proposal(round_, WITH_IT)
    with reverts("TrainingTaskOtherSet", hash_of(round_, places), hash_of(round_, WITH_IT)):
        task.proposeAggregate(number, hash_of(round_, places), [], *rest, {"from": sealer})


def test_a_bond_in_an_open_slot_is_guarded_too(
    round_: Round, court: Any, vault: Any, challenger: Any, people: People
) -> None:
    task, sent = round_.task, proposal(round_, WITH_IT)[:-1]
    accuse(court, task, people.trainers[0], round_.revealed[LIAR], 1)
    advance_to(task, Phase.AGGREGATE)
    mine_at(task.phase()[1] - parameters_of(task).seal_seconds)
    with reverts("TrainingTaskOtherSet", hash_of(round_, WITH_IT), hash_of(round_, WITHOUT_IT)):
        task.proposeAggregate(*sent, 2**256 - 1, {"from": challenger})
    assert vault.stakeOf(task, challenger, Role.CHALLENGER)["amount"] == 0
