"""Asking an attester for a chunk: of whom, for what, when, and under which bond."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.federation import (
    ONE,
    People,
    System,
    advance_to,
    now,
    only_event,
    pass_deadline,
    pass_time,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round, Update
from tests.contracts.task_types import Evidence, Phase, Role, TrainerState
from tests.contracts.unit.AvailabilityQuestions.conftest import ACTIVE, ANSWER, CHUNK, Asking

BOND = ONE
FEE = ONE // 5
UNBONDING = 5_000


@pytest.fixture
def fresh(system: System, people: People, questions: Any) -> Asking:
    """A round that takes commitments."""
    return Asking(questions=questions, round=Round.of(running_task(system, people)))


def test_the_bond_is_locked(
    coin: Any, challenger: Any, asking: Asking, attester: Any, update: Update
) -> None:
    before = coin.balanceOf(challenger)
    asking.ask(challenger, attester, update)
    assert before - coin.balanceOf(challenger) == BOND
    assert asking.questions.held() == coin.balanceOf(asking.questions) == BOND


def test_the_question_is_kept(challenger: Any, asking: Asking, attester: Any, update: Update) -> None:
    asking.ask(challenger, attester, update)
    kept = asking.questions.questionOf(asking.question(attester, update))
    assert tuple(kept) == (challenger, now() + ANSWER, BOND, FEE)


def test_emits_chunk_asked(challenger: Any, asking: Asking, attester: Any, update: Update) -> None:
    emitted = only_event(asking.ask(challenger, attester, update), "ChunkAsked")
    assert emitted == {
        "task": asking.round.task,
        "attester": attester,
        "asker": challenger,
        "round": 1,
        "commitment": update.commitment,
        "chunk": CHUNK,
        "bond": BOND,
        "deadline": now() + ANSWER,
    }


@pytest.mark.parametrize(
    ("reward", "bond"), [(0, ONE), (ONE - 1, ONE), (ONE + 1, ONE + 1), (3 * ONE, 3 * ONE)]
)
def test_the_asker_risks_what_the_attester_risks_and_at_least_a_coin(
    system: System, people: People, questions: Any, reward: int, bond: int
) -> None:
    task = running_task(system, people, attest_reward=reward)
    assert questions.bondOf(task)[0] == bond


@pytest.mark.parametrize(("answer", "fee"), [(0, 0), (ONE // 5 - 1, ONE // 5 - 1), (7 * ONE, ONE // 5)])
def test_the_fee_is_the_tasks_and_at_most_a_fifth_of_the_bond(
    system: System, people: People, questions: Any, answer: int, fee: int
) -> None:
    task = running_task(system, people, answer_fee=answer)
    assert tuple(questions.bondOf(task)) == (ONE, fee)


def test_the_author_can_be_asked_for_its_own_update(challenger: Any, asking: Asking, update: Update) -> None:
    asking.ask(challenger, update.trainer, update)
    assert asking.questions.held() == BOND


def test_questions_for_other_chunks_and_of_others_are_open_at_once(
    challenger: Any, asking: Asking, active: Any, attester: Any, update: Update
) -> None:
    for chunk in range(3):
        asking.ask(challenger, attester, update, chunk)
    asking.ask(challenger, active[2], update)
    asking.ask(challenger, attester, asking.round.revealed[3])
    assert asking.questions.held() == 5 * BOND


def test_the_same_question_is_open_once(
    active: Any, challenger: Any, asking: Asking, attester: Any, update: Update
) -> None:
    asking.ask(challenger, attester, update)
    with reverts("AvailabilityQuestionsAlreadyAsked", identity(asking, attester, update)):
        asking.ask(active[4], attester, update)


def test_nobody_asks_itself(asking: Asking, attester: Any, update: Update) -> None:
    with reverts("AvailabilityQuestionsOwnQuestion", attester):
        asking.ask(attester, attester, update)


def test_a_chunk_that_no_update_has_cannot_be_asked_for(
    challenger: Any, asking: Asking, attester: Any, update: Update
) -> None:
    with reverts("AvailabilityQuestionsNoSuchChunk", 3, 3):
        asking.ask(challenger, attester, update, 3)


def test_without_an_allowance_nothing_is_asked(
    coin: Any, challenger: Any, asking: Asking, attester: Any, update: Update
) -> None:
    coin.approve(asking.questions, BOND - 1, {"from": challenger})
    with reverts("ERC20InsufficientAllowance", asking.questions, BOND - 1, BOND):
        asking.ask(challenger, attester, update)


# ---------------------------------------------------------------------- when


def test_not_before_the_set_is_fixed(fresh: Asking, active: Any, challenger: Any) -> None:
    updates = fresh.round.until_attested(active)
    with reverts("AvailabilityQuestionsRoundNotOpen", 1, 1):
        fresh.ask(challenger, active[1], updates[0])


@pytest.mark.parametrize("phase", [Phase.CHALLENGE, Phase.FINAL])
def test_as_long_as_the_round_is_not_closed(
    challenger: Any, asking: Asking, attester: Any, update: Update, phase: Phase
) -> None:
    asking.round.propose()
    advance_to(asking.round.task, phase)
    asking.ask(challenger, attester, update)
    assert asking.questions.held() == BOND


def test_not_after_the_round(challenger: Any, asking: Asking, attester: Any, update: Update) -> None:
    asking.round.propose()
    asking.round.finalize(challenger)
    with reverts("AvailabilityQuestionsRoundNotOpen", 1, 2):
        asking.ask(challenger, attester, update)


def test_not_after_the_end(task: Any, challenger: Any, asking: Asking, attester: Any, update: Update) -> None:
    pass_deadline(task)
    task.endTask({"from": challenger})
    with reverts("AvailabilityQuestionsRoundNotOpen", 1, 1):
        asking.ask(challenger, attester, update)


# ---------------------------------------------------------------------- of whom


def test_who_revealed_and_did_not_attest_answers_for_nothing(
    fresh: Asking, active: Any, challenger: Any
) -> None:
    updates = fresh.round.until_revealed(active)
    fresh.round.attest(active[:4])
    advance_to(fresh.round.task, Phase.AGGREGATE)
    fresh.round.task.freezeRound(fresh.round.entries, {"from": challenger})
    with reverts("AvailabilityQuestionsNoAttester", active[4], TrainerState.REVEALED):
        fresh.ask(challenger, active[4], updates[0])


def test_an_attestation_of_an_earlier_attempt_counts_for_nothing(
    fresh: Asking, trainers: Any, challenger: Any
) -> None:
    # Nobody is vouched for: the attempt is void, and two more come in the next.
    task, updates = fresh.round.task, fresh.round.until_attested(trainers[:3], bitmap=1)
    advance_to(task, Phase.AGGREGATE)
    task.freezeRound(fresh.round.entries, {"from": challenger})
    fresh.round.until_revealed(trainers[3:5])
    fresh.round.attest(trainers[1:5])
    advance_to(task, Phase.AGGREGATE)
    task.freezeRound(fresh.round.entries, {"from": challenger})
    assert task.clock()["attempt"] == 1
    with reverts("AvailabilityQuestionsNoAttester", trainers[0], TrainerState.ATTESTED):
        fresh.ask(challenger, trainers[0], updates[0])


def test_what_was_vouched_for_in_a_later_attempt_counts(
    fresh: Asking, trainers: Any, challenger: Any
) -> None:
    task, updates = fresh.round.task, fresh.round.until_attested(trainers[:3], bitmap=1)
    advance_to(task, Phase.AGGREGATE)
    task.freezeRound(fresh.round.entries, {"from": challenger})
    fresh.round.until_revealed(trainers[3:5])
    fresh.round.attest(trainers[1:2], bitmap=0b11110)
    fresh.round.attest(trainers[2:5])
    advance_to(task, Phase.AGGREGATE)
    task.freezeRound(fresh.round.entries, {"from": challenger})
    fresh.ask(challenger, trainers[1], updates[1])
    # For the first update it vouched only in the attempt that was void.
    with reverts("AvailabilityQuestionsNotVouched", 0b11110, 0):
        fresh.ask(challenger, trainers[1], updates[0])


def test_a_stranger_is_no_attester(outsider: Any, challenger: Any, asking: Asking, update: Update) -> None:
    with reverts("AvailabilityQuestionsNoAttester", outsider, TrainerState.NONE):
        asking.ask(challenger, outsider, update)


def test_who_was_suspended_is_not_asked_any_more(
    fresh: Asking, court: Any, active: Any, challenger: Any
) -> None:
    liar = fresh.round.update(active[1], sums=[1, 1, 1])
    updates = [*fresh.round.commit(active[:1]), *fresh.round.commit_updates([liar])]
    updates += fresh.round.commit(active[2:])
    fresh.round.reveal(updates)
    fresh.round.attest(active)
    fresh.round.task.freezeRound(fresh.round.entries, {"from": challenger})
    prove_lie(court, fresh, liar, challenger)
    with reverts("AvailabilityQuestionsNoAttester", active[1], TrainerState.SUSPENDED):
        fresh.ask(challenger, active[1], updates[0])
    # Nor can anybody be asked for the update that was proved to be none.
    with reverts("AvailabilityQuestionsNoSuchUpdate", active[1], liar.commitment):
        fresh.ask(challenger, active[0], liar)


def test_whoever_leaves_can_be_asked_and_stays_bound(
    task: Any, vault: Any, challenger: Any, asking: Asking, attester: Any, update: Update
) -> None:
    task.leaveTask(Role.TRAINER, 0, {"from": attester})
    asking.round.propose()
    pass_time(600)
    asking.ask(challenger, attester, update)
    assert vault.stakeOf(task, attester, Role.TRAINER)["releasableAt"] == now() + UNBONDING


def test_whoever_stays_is_not_unbound(
    task: Any, vault: Any, challenger: Any, asking: Asking, attester: Any, update: Update
) -> None:
    asking.ask(challenger, attester, update)
    assert vault.stakeOf(task, attester, Role.TRAINER) == (100 * ONE, 0)


# ---------------------------------------------------------------------- for what


def test_only_for_an_update_of_the_named_author(
    active: Any, challenger: Any, asking: Asking, attester: Any, update: Update
) -> None:
    question = asking.question(attester, update)
    with reverts("AvailabilityQuestionsNoSuchUpdate", active[2], update.commitment):
        asking.questions.askChunk(question, active[2], {"from": challenger})


def test_not_for_an_update_of_another_round(
    active: Any, challenger: Any, asking: Asking, attester: Any, update: Update
) -> None:
    asking.round.propose()
    following = asking.round.finalize(challenger)
    following.until_attested(active)
    following.task.freezeRound(following.entries, {"from": challenger})
    later = Asking(questions=asking.questions, round=following)
    with reverts("AvailabilityQuestionsNoSuchUpdate", update.trainer, update.commitment):
        later.ask(challenger, attester, update)


def test_only_for_what_it_vouched_for(fresh: Asking, active: Any, challenger: Any) -> None:
    updates = fresh.round.until_revealed(active)
    fresh.round.attest(active[1:2], bitmap=0b11101)
    fresh.round.attest([*active[:1], *active[2:]])
    fresh.round.task.freezeRound(fresh.round.entries, {"from": challenger})
    with reverts("AvailabilityQuestionsNotVouched", 0b11101, 1):
        fresh.ask(challenger, active[1], updates[1])
    fresh.ask(challenger, active[1], updates[0])


def identity(asking: Asking, attester: Any, update: Update, chunk: int = CHUNK) -> bytes:
    """Return what tells a question from others."""
    from brownie import web3
    from eth_abi.abi import encode

    question = asking.question(attester, update, chunk)
    task, account = str(question.task), str(question.attester)
    kinds = ["address", "uint24", "address", "bytes32", "uint32"]
    return bytes(web3.keccak(encode(kinds, [task, question.round, account, question.commitment, chunk])))


def prove_lie(court: Any, fresh: Asking, liar: Update, challenger: Any) -> None:
    """Slash the author of a lying tree."""
    from brownie import chain, web3
    from eth_abi.abi import encode

    from tests.contracts.unit.AvailabilityQuestions.conftest import opening

    shown = opening(liar, 0)
    kinds = ["address", "uint24", "uint32", "bytes"]
    evidence = web3.keccak(encode(kinds, [str(liar.trainer), 1, 0, shown]))
    court.openEvidence(
        court.evidenceOpening(challenger, fresh.round.task, evidence, b"\5" * 32), {"from": challenger}
    )
    chain.mine()
    proved = court.proveWrongNorm(
        fresh.round.task, liar.trainer, 1, 0, shown, b"\5" * 32, {"from": challenger}
    )
    assert only_event(proved, "TrainerSuspended")["evidence"] == Evidence.WRONG_NORM
    assert fresh.round.task.clock()["active"] == ACTIVE - 1
