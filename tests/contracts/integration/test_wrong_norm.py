"""A trainer that lies about the length of its update loses by one chunk of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fl_client.encoding import VectorKind
from tests.contracts.dissection import (
    SALT,
    accuse,
    hash_of_chunk,
    open_evidence,
    opening_of,
)
from tests.contracts.federation import (
    ONE,
    People,
    System,
    advance_to,
    only_event,
    parameters_of,
    reverts,
    running_task,
)
from tests.contracts.openings import Vector
from tests.contracts.rounds import Round, Update
from tests.contracts.task_types import Evidence, Phase, Role, TrainerState
from tests.parity import reference

DIMENSION = 150
HUGE = 2**30


@pytest.fixture(scope="module")
def round_(system: System, people: People) -> Round:
    """Five updates are public; the first hides a huge norm behind leaf sums of its own."""
    task = running_task(system, people, dimension=DIMENSION, norm_bound_squared=10**9)
    played = Round.of(task)
    liar = played.update(people.trainers[0], vector=np.full(DIMENSION, HUGE, dtype=np.int32), sums=[1, 2, 3])
    honest = [played.update(trainer) for trainer in people.trainers[1:5]]
    short = [replace_vector(played, update) for update in honest]
    played.commit_updates([liar, *short])
    played.reveal([liar, *short])
    return played


def replace_vector(played: Round, update: Update) -> Update:
    """The same update with coordinates so small that it keeps the bound."""
    return played.update(update.trainer, vector=update.vector % 100)


@pytest.fixture
def liar(round_: Round) -> Update:
    return round_.revealed[0]


@pytest.fixture
def task(round_: Round) -> Any:
    return round_.task


def test_an_honest_norm_beyond_the_bound_is_refused(round_: Round, people: People) -> None:
    """Which is why the liar had to lie."""
    total = DIMENSION * HUGE**2
    other = round_.update(people.trainers[0], vector=np.full(DIMENSION, HUGE, dtype=np.int32))
    assert other.root.sum == total > parameters_of(round_.task).norm_bound_squared


@pytest.mark.parametrize("index", [0, 1, 2])
def test_any_lying_chunk_convicts(court: Any, task: Any, liar: Update, challenger: Any, index: int) -> None:
    shown = accuse(court, task, challenger, liar, 1, index)
    assert only_event(shown, "UpdateProvedWrong") == {
        "task": task,
        "trainer": liar.trainer,
        "challenger": challenger,
        "index": index,
    }
    assert only_event(shown, "TrainerSuspended") == {
        "trainer": liar.trainer,
        "evidence": Evidence.WRONG_NORM,
    }


def test_the_slash_is_split(
    court: Any, task: Any, liar: Update, challenger: Any, pool: Any, vault: Any, coin: Any
) -> None:
    parameters = parameters_of(task)
    supply = coin.totalSupply()
    slashed = only_event(accuse(court, task, challenger, liar, 1), "StakeSlashed")
    burned = parameters.norm_penalty * parameters.burn_bps // 10_000
    assert slashed == {
        "task": task,
        "account": liar.trainer,
        "role": Role.TRAINER,
        "evidence": Evidence.WRONG_NORM,
        "taken": parameters.norm_penalty,
        "burned": burned,
        "beneficiary": challenger,
        "bounty": parameters.bounty,
    }
    assert supply - coin.totalSupply() == burned
    assert pool.earningsOf(challenger)["claimable"] == parameters.bounty == 5 * ONE
    assert pool.escrowOf(task)["bonus"] == parameters.norm_penalty - burned - parameters.bounty
    left = vault.stakeOf(task, liar.trainer, Role.TRAINER)["amount"]
    assert left == parameters.trainer_stake - parameters.norm_penalty


def test_one_update_is_punished_once(
    court: Any, task: Any, liar: Update, challenger: Any, people: People
) -> None:
    accuse(court, task, challenger, liar, 1, index=0)
    with reverts("TrainingTaskNoSuchRecord", liar.trainer):
        accuse(court, task, people.trainers[1], liar, 1, index=1)


def test_the_liar_is_neither_accepted_nor_paid(
    court: Any, task: Any, round_: Round, liar: Update, challenger: Any, people: People, pool: Any
) -> None:
    accuse(court, task, challenger, liar, 1)
    assert task.trainerOf(liar.trainer)["state"] == TrainerState.SUSPENDED
    round_.attest(people.trainers[1:5])
    frozen = task.freezeRound(round_.entries, {"from": challenger})
    assert only_event(frozen, "RoundFrozen")["acceptedMask"] == 0b11110
    assert pool.earningsOf(liar.trainer)["claimable"] == 0


def test_what_is_taken_goes_to_the_honest_of_the_set_frozen_next(
    court: Any, task: Any, round_: Round, liar: Update, challenger: Any, people: People
) -> None:
    accuse(court, task, challenger, liar, 1)
    rest = left_for_the_honest(task)
    round_.attest(people.trainers[1:5])
    frozen = task.freezeRound(round_.entries, {"from": challenger})
    assert only_event(frozen, "BonusShared") == {"task": task, "accepted": 4, "share": rest // 4}


def left_for_the_honest(task: Any) -> int:
    """What the slash left for the honest, from the parameters."""
    parameters = parameters_of(task)
    burned = parameters.norm_penalty * parameters.burn_bps // 10_000
    return parameters.norm_penalty - burned - parameters.bounty


def test_an_old_update_is_punished_until_the_next_one_is_revealed(
    court: Any, task: Any, round_: Round, liar: Update, challenger: Any, people: People
) -> None:
    round_.attest(people.trainers[1:5], bitmap=0b11110)
    advance_to(task, Phase.AGGREGATE)
    task.freezeRound(round_.entries, {"from": challenger})
    round_.propose(round_.new_model(round_.revealed[1:]))
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": challenger})
    assert only_event(accuse(court, task, challenger, liar, 1), "StakeSlashed")["account"] == liar.trainer


# ---------------------------------------------------------------------- the honest


@pytest.mark.parametrize("index", [0, 1, 2])
def test_an_honest_update_shows_nothing_wrong(
    court: Any, task: Any, round_: Round, challenger: Any, index: int
) -> None:
    with reverts("DisputeCourtNothingWrong"):
        accuse(court, task, challenger, round_.revealed[1], 1, index)


def test_a_made_up_chunk_convicts_nobody(court: Any, task: Any, round_: Round, challenger: Any) -> None:
    """It is wrong, but it is not what the trainer revealed."""
    honest = round_.revealed[1]
    invented = round_.update(honest.trainer, vector=honest.vector, sums=[5, 6, 7])
    with reverts("TrainingTaskNoSuchRecord", honest.trainer):
        accuse(court, task, challenger, invented, 1)


def test_the_chunk_of_another_trainer_convicts_nobody(
    court: Any, task: Any, round_: Round, liar: Update, challenger: Any
) -> None:
    framed = replace(liar, trainer=round_.revealed[1].trainer)
    with reverts("TrainingTaskNoSuchRecord", framed.trainer):
        accuse(court, task, challenger, framed, 1)


@pytest.mark.parametrize("number", [0, 2, 2**24 - 1])
def test_another_round_convicts_nobody(
    court: Any, task: Any, liar: Update, challenger: Any, number: int
) -> None:
    with reverts("TrainingTaskNoSuchRecord", liar.trainer):
        accuse(court, task, challenger, liar, number)


def test_the_same_chunk_in_another_task_convicts_nobody(
    court: Any, system: System, people: People, liar: Update, challenger: Any
) -> None:
    other = running_task(system, people, dimension=DIMENSION)
    with reverts("TrainingTaskNoSuchRecord", liar.trainer):
        accuse(court, other, challenger, liar, 1)


def test_a_chunk_beyond_the_last_reverts(court: Any, task: Any, liar: Update, challenger: Any) -> None:
    opening = opening_of(liar.vector, liar.tree, 2)
    open_evidence(court, task, challenger, hash_of_chunk(liar.trainer, 1, 3, opening))
    with reverts("MerkleSumTreeIndexOutOfRange", 3, 3):
        court.proveWrongNorm(task, liar.trainer, 1, 3, opening, SALT, {"from": challenger})


# ---------------------------------------------------------------------- who shows it


def test_not_without_an_opening(court: Any, task: Any, liar: Update, challenger: Any) -> None:
    opening = opening_of(liar.vector, liar.tree, 0)
    evidence = hash_of_chunk(liar.trainer, 1, 0, opening)
    with reverts("DisputeCourtNotOpened", court.evidenceOpening(challenger, task, evidence, SALT)):
        court.proveWrongNorm(task, liar.trainer, 1, 0, opening, SALT, {"from": challenger})


def test_copied_evidence_earns_the_thief_nothing(
    court: Any, task: Any, liar: Update, challenger: Any, people: People
) -> None:
    opening = opening_of(liar.vector, liar.tree, 0)
    evidence = hash_of_chunk(liar.trainer, 1, 0, opening)
    open_evidence(court, task, challenger, evidence)
    thief = people.trainers[1]
    with reverts("DisputeCourtNotOpened", court.evidenceOpening(thief, task, evidence, SALT)):
        court.proveWrongNorm(task, liar.trainer, 1, 0, opening, SALT, {"from": thief})


def test_whoever_accuses_itself_loses_four_fifths_at_least(
    court: Any, system: System, people: People, pool: Any
) -> None:
    """A bounty that the task promises beyond a fifth is cut."""
    greedy = running_task(system, people, dimension=64, bounty=1_000 * ONE)
    played = Round.of(greedy)
    own = played.update(people.trainers[0], sums=[1])
    played.commit_updates([own])
    advance_to(greedy, Phase.REVEAL)
    played.reveal([own])
    slashed = only_event(accuse(court, greedy, people.trainers[0], own, 1), "StakeSlashed")
    assert slashed["bounty"] * 5 == slashed["taken"]


def test_a_value_that_is_none_convicts(court: Any, system: System, people: People, challenger: Any) -> None:
    """-2^31 is in no vector: its leaf sum may be right and the update is wrong all the same."""
    bad = Vector((-(2**31), 5))
    other = running_task(system, people, dimension=2, norm_bound_squared=2**70)
    played = Round.of(other)
    form = played.form(VectorKind.UPDATE)
    commitment = reference.commitment(bad.root, 2, form.kind, form.fraction_bits)
    update = played.update(people.trainers[0], vector=np.array([0, 5], dtype=np.int32), commitment=commitment)
    other.commitUpdate(1, update.digest, {"from": update.trainer})
    advance_to(other, Phase.REVEAL)
    other.revealUpdate(*bad.root, update.content_id, update.report, update.salt, {"from": update.trainer})
    opening = bad.opening(0)
    open_evidence(court, other, challenger, hash_of_chunk(update.trainer, 1, 0, opening))
    shown = court.proveWrongNorm(other, update.trainer, 1, 0, opening, SALT, {"from": challenger})
    assert only_event(shown, "UpdateProvedWrong")["index"] == 0


def test_a_copy_of_a_slashed_update_has_no_voice(
    court: Any, system: System, people: People, challenger: Any
) -> None:
    """The second attempt knows the bytes of the first, whatever became of their author."""
    task = running_task(system, people, dimension=DIMENSION, norm_bound_squared=10**9)
    tried, lie = Round.of(task), {"vector": np.full(DIMENSION, HUGE, dtype=np.int32), "sums": [1, 2, 3]}
    liar, honest, copier, *others = people.trainers[:5]
    first = [tried.update(liar, **lie), replace_vector(tried, tried.update(honest))]
    tried.reveal(tried.commit_updates(first))
    accuse(court, task, challenger, tried.revealed[0], 1)
    advance_to(task, Phase.VOID)
    task.voidRound({"from": challenger})
    second = [replace_vector(tried, tried.update(trainer)) for trainer in others]
    tried.reveal(tried.commit_updates([tried.update(copier, **lie), *second]))
    tried.attest([honest, copier, *others])
    frozen = only_event(task.freezeRound(tried.entries, {"from": challenger}), "RoundFrozen")
    assert (frozen["acceptedMask"], frozen["attestedMask"]) == (0b11010, 0b11010)
