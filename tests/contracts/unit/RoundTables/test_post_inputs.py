"""INV-TABLE-2: a round's inputs are given once, by the owner, before any of its updates is public."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fl_client.encoding import VectorKind, commit_vector
from tests.contracts.federation import People, System, advance_to, create_task, only_event, present, reverts
from tests.contracts.tabled import NO_ROOT, Inputs, TabledRound, hash_of_reputations
from tests.contracts.task_types import Phase

MOST = (2**32 - 1) // 8
"""Eight trainers at most have no more than 32 bits of weight."""


@pytest.fixture(scope="module")
def _running(system: System, people: People) -> TabledRound:
    return TabledRound.running(system, people, "fltrust+mean")


@pytest.fixture
def round_(_running: TabledRound) -> TabledRound:
    return replace(_running, round=replace(_running.round, revealed=[]), inputs=Inputs())


@pytest.fixture
def inputs(round_: TabledRound, people: People) -> Inputs:
    listed = {trainer.address: 3 + place for place, trainer in enumerate(people.trainers)}
    return Inputs(round_.round.update(people.trainers[0]).vector, listed)


def test_inputs_are_kept_and_emitted(round_: TabledRound, owner: Any, inputs: Inputs) -> None:
    given = only_event(round_.give(owner, inputs), "InputsPosted")
    commitment = bytes(commit_vector(inputs.tree.root, round_.round.form(VectorKind.UPDATE)))
    assert (given["task"], given["round"], given["trust"]) == (round_.task, 1, commitment)
    assert tuple(given["trustRoot"]) == inputs.root
    assert [tuple(entry) for entry in given["reputations"]] == inputs.listed
    kept = round_.system.tables.inputsOf(round_.task, 1)
    assert [bytes(word) for word in kept] == [commitment, hash_of_reputations(inputs.listed)]


def test_a_round_without_inputs_has_none(round_: TabledRound, owner: Any) -> None:
    kept = round_.system.tables.inputsOf(round_.task, 1)
    assert [bytes(word) for word in kept] == [bytes(32), bytes(32)]


def test_either_may_be_left_out(round_: TabledRound, owner: Any) -> None:
    round_.give(owner, Inputs())
    kept = round_.system.tables.inputsOf(round_.task, 1)
    assert [bytes(word) for word in kept] == [bytes(32), bytes(32)]


def test_inputs_of_a_round_are_none_of_the_next(
    round_: TabledRound, owner: Any, people: People, inputs: Inputs
) -> None:
    round_.give(owner, inputs)
    round_.round.until_attested(people.trainers[:5])
    round_.propose_over()
    advance_to(round_.task, Phase.FINAL)
    round_.task.finalizeRound({"from": owner})
    assert [bytes(word) for word in round_.system.tables.inputsOf(round_.task, 2)] == [bytes(32)] * 2
    assert only_event(
        replace(round_, round=replace(round_.round, number=2)).give(owner, inputs), "InputsPosted"
    )


def test_only_the_owner_gives_them(round_: TabledRound, owner: Any, sealers: Any, inputs: Inputs) -> None:
    with reverts("RoundTablesNotOwner", sealers[0], owner):
        round_.give(sealers[0], inputs)


def test_they_are_given_once(round_: TabledRound, owner: Any, inputs: Inputs) -> None:
    round_.give(owner, Inputs())
    with reverts("RoundTablesAlreadyGiven", 1):
        round_.give(owner, inputs)


@pytest.mark.parametrize("other", [0, 2])
def test_another_round_reverts(round_: TabledRound, owner: Any, other: int) -> None:
    with reverts("RoundTablesOtherRound", other, 1):
        round_.system.tables.postInputs(round_.task, other, NO_ROOT, bytes(32), [], {"from": owner})


def test_before_the_first_round_is_too_early(system: System, owner: Any) -> None:
    task = create_task(system, owner)
    with reverts("RoundTablesTooLate", 0):
        system.tables.postInputs(task, 0, NO_ROOT, bytes(32), [], {"from": owner})


def test_once_everybody_has_committed_it_is_too_late(
    round_: TabledRound, owner: Any, people: People, inputs: Inputs
) -> None:
    round_.round.commit(people.trainers[:5])
    assert present(round_.task) == Phase.REVEAL
    with reverts("RoundTablesTooLate", 1):
        round_.give(owner, inputs)


def test_the_deadline_of_commitments_is_theirs_too(round_: TabledRound, owner: Any, people: People) -> None:
    round_.round.commit(people.trainers[:2])
    advance_to(round_.task, Phase.REVEAL)
    with reverts("RoundTablesTooLate", 1):
        round_.give(owner, Inputs())


def test_a_second_attempt_is_too_late_once_somebody_has_revealed(
    round_: TabledRound, owner: Any, people: People, inputs: Inputs
) -> None:
    round_.round.until_revealed(people.trainers[:2])
    advance_to(round_.task, Phase.VOID)
    round_.task.voidRound({"from": owner})
    assert present(round_.task) == Phase.COMMIT
    with reverts("RoundTablesTooLate", 1):
        round_.give(owner, inputs)


def test_a_second_attempt_is_early_enough_if_nobody_has(
    round_: TabledRound, owner: Any, people: People, inputs: Inputs
) -> None:
    advance_to(round_.task, Phase.VOID)
    round_.task.voidRound({"from": owner})
    assert only_event(round_.give(owner, inputs), "InputsPosted")["round"] == 1


@pytest.mark.parametrize("order", [(1, 0), (0, 0)])
def test_reputations_ascend_by_address(
    round_: TabledRound, owner: Any, inputs: Inputs, order: tuple[int, int]
) -> None:
    listed = [inputs.listed[place] for place in order]
    with reverts("RoundTablesOutOfOrder", listed[1][0]):
        round_.system.tables.postInputs(round_.task, 1, NO_ROOT, bytes(32), listed, {"from": owner})


def test_nobody_has_no_reputation(round_: TabledRound, owner: Any) -> None:
    nobody = "0x" + 40 * "0"
    with reverts("RoundTablesOutOfOrder", nobody):
        round_.system.tables.postInputs(round_.task, 1, NO_ROOT, bytes(32), [(nobody, 1)], {"from": owner})


def test_weights_of_all_trainers_stay_below_two_to_the_32(
    round_: TabledRound, owner: Any, people: People
) -> None:
    trainer = people.trainers[0].address
    with reverts("RoundTablesReputationTooLarge", trainer, MOST + 1, MOST):
        round_.give(owner, Inputs(reputations={trainer: MOST + 1}))
    round_.give(owner, Inputs(reputations={trainer: MOST}))


def test_no_more_reputations_than_trainers(round_: TabledRound, owner: Any, accounts: Any) -> None:
    listed = {account.address: 1 for account in accounts[:9]}
    with reverts("RoundTablesTooMany", 9, 8):
        round_.give(owner, Inputs(reputations=listed))
