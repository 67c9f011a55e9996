"""An attester that did not show the chunk loses the round's reward, once (INV-ASK-3); bonds come back (INV-ASK-1)."""

from __future__ import annotations

from typing import Any

import brownie
import pytest

from tests.contracts.federation import (
    ONE,
    People,
    System,
    check_books,
    events,
    now,
    only_event,
    pass_time,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round, Update
from tests.contracts.task_types import Evidence, Role, TrainerState
from tests.contracts.unit.AvailabilityQuestions.conftest import ANSWER, CHUNK, Asking, Question
from tests.contracts.unit.AvailabilityQuestions.test_ask_chunk import identity

REWARD = 1 * ONE
BOUNTY = REWARD // 5
BURNED = REWARD // 4
BOND = ONE
UNBONDING = 5_000


@pytest.fixture
def asked(challenger: Any, asking: Asking, attester: Any, update: Update) -> Asking:
    """The challenger has asked."""
    asking.ask(challenger, attester, update)
    return asking


@pytest.fixture
def silent(asked: Asking) -> Asking:
    """And nobody has answered."""
    pass_time(ANSWER)
    return asked


def test_the_attester_loses_the_rounds_reward(
    task: Any, vault: Any, silent: Asking, challenger: Any, attester: Any, update: Update
) -> None:
    struck = silent.strike(challenger, attester, update)
    assert vault.stakeOf(task, attester, Role.TRAINER) == (100 * ONE - REWARD, 0)
    assert only_event(struck, "StakeSlashed") == {
        "task": task,
        "account": attester,
        "role": Role.TRAINER,
        "evidence": Evidence.NOT_SHOWN,
        "taken": REWARD,
        "burned": BURNED,
        "beneficiary": challenger,
        "bounty": BOUNTY,
    }


def test_the_asker_gets_its_bond_and_the_bounty_whoever_strikes(
    coin: Any, pool: Any, silent: Asking, challenger: Any, outsider: Any, attester: Any, update: Update
) -> None:
    had, earned = coin.balanceOf(challenger), pool.earningsOf(challenger)["claimable"]
    silent.strike(outsider, attester, update)
    assert coin.balanceOf(challenger) - had == BOND
    assert pool.earningsOf(challenger)["claimable"] - earned == BOUNTY
    assert silent.questions.held() == coin.balanceOf(silent.questions) == 0


def test_emits_chunk_withheld(silent: Asking, challenger: Any, attester: Any, update: Update) -> None:
    assert only_event(silent.strike(challenger, attester, update), "ChunkWithheld") == {
        "task": silent.round.task,
        "attester": attester,
        "asker": challenger,
        "round": 1,
        "commitment": update.commitment,
        "chunk": CHUNK,
        "charged": True,
    }


def test_not_before_the_deadline(asked: Asking, challenger: Any, attester: Any, update: Update) -> None:
    deadline = now() + ANSWER
    pass_time(ANSWER - 1)
    with reverts("AvailabilityQuestionsDeadline", deadline, deadline - 1):
        asked.questions.strikeAttester.call(asked.question(attester, update), {"from": challenger})


def test_what_was_shown_is_not_struck(asked: Asking, challenger: Any, attester: Any, update: Update) -> None:
    asked.show(attester, attester, update)
    pass_time(ANSWER)
    with reverts("AvailabilityQuestionsNotAsked", identity(asked, attester, update)):
        asked.strike(challenger, attester, update)


def test_a_round_is_lost_once(
    task: Any,
    vault: Any,
    coin: Any,
    asking: Asking,
    active: Any,
    challenger: Any,
    attester: Any,
    update: Update,
) -> None:
    asking.ask(challenger, attester, update, 0)
    asking.ask(active[3], attester, update, 1)
    pass_time(ANSWER)
    asking.strike(challenger, attester, update, 0)
    had = coin.balanceOf(active[3])
    second = asking.strike(challenger, attester, update, 1)
    assert not only_event(second, "ChunkWithheld")["charged"]
    assert events(second, "StakeSlashed") == []
    assert coin.balanceOf(active[3]) - had == BOND
    assert vault.stakeOf(task, attester, Role.TRAINER)["amount"] == 100 * ONE - REWARD


def test_who_has_lost_the_round_is_not_asked_again(
    silent: Asking, challenger: Any, attester: Any, update: Update
) -> None:
    silent.strike(challenger, attester, update)
    with reverts("AvailabilityQuestionsAlreadyCharged", attester, 1):
        silent.ask(challenger, attester, update, 0)


def test_the_next_round_is_lost_by_itself(
    task: Any, vault: Any, asking: Asking, active: Any, challenger: Any, attester: Any, update: Update
) -> None:
    asking.ask(challenger, attester, update)
    asking.round.propose()
    following = asking.round.finalize(challenger)
    later = following.until_attested(active)
    task.freezeRound(following.entries, {"from": challenger})
    next_ = Asking(questions=asking.questions, round=following)
    next_.find_silent(challenger, attester, later[0])
    # The earlier round's, though struck later.
    assert only_event(asking.strike(challenger, attester, update), "ChunkWithheld")["charged"]
    assert vault.stakeOf(task, attester, Role.TRAINER)["amount"] == 100 * ONE - 2 * REWARD


def test_nothing_of_the_round_changes(
    task: Any, silent: Asking, challenger: Any, attester: Any, update: Update
) -> None:
    clock, record, accepted = task.clock(), task.trainerOf(attester), task.setHash()
    silent.strike(challenger, attester, update)
    assert (task.clock(), task.trainerOf(attester), task.setHash()) == (clock, record, accepted)


# ---------------------------------------------------------------------- a stake that is used up


@pytest.fixture
def scarce(system: System, people: People, questions: Any) -> Asking:
    """A frozen round of a task whose stakes bear one greatest penalty and no coin more."""
    round_ = Round.of(running_task(system, people, trainer_stake=50 * ONE))
    round_.until_attested(people.trainers[:5])
    round_.task.freezeRound(round_.entries, {"from": people.outsider})
    return Asking(questions=questions, round=round_)


def test_whose_stake_bears_a_penalty_no_more_leaves(
    vault: Any, scarce: Asking, challenger: Any, attester: Any
) -> None:
    task = scarce.round.task
    struck = scarce.find_silent(challenger, attester, scarce.round.revealed[0])
    assert only_event(struck, "MemberLeft") == {"account": attester, "role": Role.TRAINER}
    assert vault.stakeOf(task, attester, Role.TRAINER) == (49 * ONE, now() + UNBONDING)
    record = task.trainerOf(attester)
    assert (record["state"], record["leaving"]) == (TrainerState.ATTESTED, True)
    assert task.clock()["active"] == 4


@pytest.mark.parametrize(("stake", "stays"), [(51 * ONE - 1, False), (51 * ONE, True)])
def test_it_stays_as_long_as_the_greatest_penalty_is_covered(
    system: System, people: People, questions: Any, stake: int, stays: bool
) -> None:
    round_ = Round.of(running_task(system, people, trainer_stake=stake))
    round_.until_attested(people.trainers[:5])
    round_.task.freezeRound(round_.entries, {"from": people.outsider})
    Asking(questions=questions, round=round_).find_silent(
        people.challenger, people.trainers[1], round_.revealed[0]
    )
    assert round_.task.trainerOf(people.trainers[1])["leaving"] != stays


def test_a_commitment_is_still_owed(
    pool: Any, scarce: Asking, active: Any, challenger: Any, outsider: Any, attester: Any
) -> None:
    task, first = scarce.round.task, scarce.round.revealed[0]
    scarce.ask(challenger, attester, first)
    scarce.round.propose()
    following = scarce.round.finalize(challenger)
    following.commit([attester])
    scarce.strike(challenger, attester, first)
    assert task.trainerOf(attester)["state"] == TrainerState.COMMITTED
    brownie.chain.sleep(2_000)
    brownie.chain.mine()
    settled = only_event(task.settle(attester, {"from": outsider}), "StakeSlashed")
    assert (settled["evidence"], settled["taken"]) == (Evidence.NO_REVEAL, 20 * ONE)


def test_it_may_not_commit_again(scarce: Asking, challenger: Any, attester: Any) -> None:
    scarce.find_silent(challenger, attester, scarce.round.revealed[0])
    scarce.round.propose()
    following = scarce.round.finalize(challenger)
    with reverts("TrainingTaskUnexpectedTrainerState", attester, TrainerState.ATTESTED):
        following.commit([attester])


def test_a_stake_that_is_all_lost_does_not_keep_the_question_open(
    system: System, people: People, questions: Any
) -> None:
    one = 20 * ONE
    terms = {"trainer_stake": one, "norm_penalty": one, "update_reward": 0, "attest_reward": one}
    round_ = Round.of(running_task(system, people, **terms))
    round_.until_attested(people.trainers[:5])
    round_.task.freezeRound(round_.entries, {"from": people.outsider})
    asking = Asking(questions=questions, round=round_)
    asking.find_silent(people.challenger, people.trainers[1], round_.revealed[0])
    assert system.vault.stakeOf(round_.task, people.trainers[1], Role.TRAINER)["amount"] == 0
    assert questions.held() == 0


# ---------------------------------------------------------------------- who is gone


def test_who_leaves_cannot_withdraw_before_the_answer_is_due(
    task: Any, vault: Any, asking: Asking, challenger: Any, attester: Any, update: Update
) -> None:
    # Its unbonding time is over while the round is still open.
    task.leaveTask(Role.TRAINER, 0, {"from": attester})
    asking.round.propose()
    pass_time(UNBONDING)
    asking.ask(challenger, attester, update)
    asking.round.finalize(challenger)
    free_at = vault.stakeOf(task, attester, Role.TRAINER)["releasableAt"]
    with reverts("StakeVaultStillBound", attester, free_at):
        task.withdraw(Role.TRAINER, {"from": attester})
    pass_time(ANSWER)
    asking.strike(challenger, attester, update)
    assert vault.stakeOf(task, attester, Role.TRAINER)["amount"] == 100 * ONE - REWARD
    # Leaving twice would count it twice.
    assert task.clock()["active"] == 4


def test_who_has_withdrawn_has_nothing_to_lose(
    task: Any, vault: Any, silent: Asking, challenger: Any, attester: Any, update: Update
) -> None:
    task.leaveTask(Role.TRAINER, 0, {"from": attester})
    silent.round.propose()
    silent.round.finalize(challenger)
    pass_time(UNBONDING)
    task.withdraw(Role.TRAINER, {"from": attester})
    struck = silent.strike(challenger, attester, update)
    assert only_event(struck, "StakeSlashed")["taken"] == 0
    assert task.clock()["active"] == 4
    assert tuple(task.trainerOf(attester)) == (0, 0, TrainerState.NONE, 0, False)


def test_after_the_end_it_is_struck_all_the_same(
    system: System, people: People, task: Any, asking: Asking, challenger: Any, attester: Any, update: Update
) -> None:
    pass_time(1_599 - 10)
    asking.ask(challenger, attester, update)
    pass_time(ANSWER)
    task.endTask({"from": challenger})
    struck = asking.strike(challenger, attester, update)
    assert only_event(struck, "StakeSlashed")["taken"] == REWARD
    check_books(system, people.all, [task])


# ---------------------------------------------------------------------- forged tasks


@pytest.fixture
def forged(owner: Any, task: Any, questions: Any) -> Any:
    """A contract that passes for the task and sets its own terms: an hour to answer, five coins to lose."""
    contract = owner.deploy(brownie.ForgedTask, task, questions)
    contract.claim(3_600, 5 * ONE, {"from": owner})
    return contract


def test_a_forged_task_takes_nothing_from_a_real_stake(
    task: Any, vault: Any, forged: Any, questions: Any, challenger: Any, attester: Any, update: Update
) -> None:
    question = Question(forged, 1, attester, update.commitment)
    questions.askChunk(question, update.trainer, {"from": challenger})
    pass_time(3_600)
    questions.strikeAttester(question, {"from": challenger})
    assert vault.stakeOf(task, attester, Role.TRAINER)["amount"] == 100 * ONE
    assert not questions.isCharged(task, 1, attester)


def test_terms_that_change_after_the_asking_pay_no_more_than_was_bonded(
    coin: Any, forged: Any, asked: Asking, owner: Any, challenger: Any, attester: Any, update: Update
) -> None:
    question = Question(forged, 1, attester, update.commitment)
    asked.questions.askChunk(question, update.trainer, {"from": challenger})
    forged.claim(0, 35 * ONE, {"from": owner})
    held, had = asked.questions.held(), coin.balanceOf(attester)
    asked.questions.showChunk(question, opening_of_asked(update), {"from": attester})
    assert coin.balanceOf(attester) - had == ONE
    assert held - asked.questions.held() == 5 * ONE


def test_a_forged_task_that_comes_back_takes_no_other_bond(
    coin: Any, forged: Any, asked: Asking, owner: Any, challenger: Any, attester: Any, update: Update
) -> None:
    question = Question(forged, 1, attester, update.commitment)
    forged.claim(0, ONE, {"from": owner})
    forged.arm(question, {"from": owner})
    before = coin.balanceOf(challenger), asked.questions.held()
    asked.questions.askChunk(question, update.trainer, {"from": challenger})
    assert (coin.balanceOf(challenger), asked.questions.held()) == before


def opening_of_asked(update: Update) -> bytes:
    """Return what opens the chunk that is asked for."""
    from tests.contracts.unit.AvailabilityQuestions.conftest import opening

    return opening(update)


def test_the_books_hold(
    system: System, people: People, task: Any, silent: Asking, challenger: Any, attester: Any, update: Update
) -> None:
    silent.strike(challenger, attester, update)
    check_books(system, people.all, [task])
