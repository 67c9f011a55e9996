"""Showing the chunk, as whoever has the bytes always can (INV-ASK-2): the bond is lost, the fee to the attester."""

from __future__ import annotations

from typing import Any

import brownie
import pytest

from tests.contracts.federation import (
    ONE,
    People,
    System,
    check_books,
    now,
    only_event,
    pass_time,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round, Update
from tests.contracts.task_types import Role
from tests.contracts.unit.AvailabilityQuestions.conftest import ANSWER, CHUNK, Asking, opening
from tests.contracts.unit.AvailabilityQuestions.test_ask_chunk import identity

BOND = ONE
FEE = ONE // 5


@pytest.fixture
def asked(challenger: Any, asking: Asking, attester: Any, update: Update) -> Asking:
    """The challenger has asked."""
    asking.ask(challenger, attester, update)
    return asking


def test_the_fee_goes_to_the_attester_and_the_rest_is_burned(
    coin: Any, asked: Asking, attester: Any, update: Update
) -> None:
    had, supply = coin.balanceOf(attester), coin.totalSupply()
    asked.show(attester, attester, update)
    assert coin.balanceOf(attester) - had == FEE
    assert supply - coin.totalSupply() == BOND - FEE
    assert asked.questions.held() == coin.balanceOf(asked.questions) == 0


def test_emits_chunk_shown_with_the_whole_opening(asked: Asking, attester: Any, update: Update) -> None:
    emitted = only_event(asked.show(attester, attester, update), "ChunkShown")
    assert emitted == {
        "task": asked.round.task,
        "attester": attester,
        "round": 1,
        "commitment": update.commitment,
        "chunk": CHUNK,
        "opening": opening(update),
        "fee": FEE,
    }


def test_the_attesters_stake_is_untouched(
    task: Any, vault: Any, asked: Asking, attester: Any, update: Update
) -> None:
    asked.show(attester, attester, update)
    assert vault.stakeOf(task, attester, Role.TRAINER) == (100 * ONE, 0)
    assert not asked.questions.isCharged(task, 1, attester)


def test_whoever_has_the_bytes_may_show_them_for_the_attester(
    coin: Any, asked: Asking, active: Any, attester: Any, update: Update
) -> None:
    had = coin.balanceOf(attester)
    asked.show(active[3], attester, update)
    assert coin.balanceOf(attester) - had == FEE


@pytest.mark.parametrize("chunk", range(3))
def test_every_chunk_of_an_update_can_be_shown(
    challenger: Any, asking: Asking, attester: Any, update: Update, chunk: int
) -> None:
    asking.ask(challenger, attester, update, chunk)
    asking.show(attester, attester, update, chunk)
    assert asking.questions.held() == 0


def test_an_update_of_one_chunk_is_opened_without_siblings(
    system: System, people: People, questions: Any
) -> None:
    round_ = Round.of(running_task(system, people, dimension=7, quorum=3))
    updates = round_.until_attested(people.trainers[:5])
    round_.task.freezeRound(round_.entries, {"from": people.outsider})
    single = Asking(questions=questions, round=round_)
    single.ask(people.challenger, people.trainers[1], updates[0], 0)
    assert len(opening(updates[0], 0)) == 16 + 256
    single.show(people.trainers[1], people.trainers[1], updates[0], 0)
    assert questions.held() == 0


def test_what_was_shown_may_be_asked_for_again_at_the_askers_cost(
    challenger: Any, asked: Asking, attester: Any, update: Update
) -> None:
    asked.show(attester, attester, update)
    asked.ask(challenger, attester, update)
    asked.show(attester, attester, update)
    assert asked.questions.held() == 0


def test_until_the_deadline_and_no_longer(asked: Asking, attester: Any, update: Update) -> None:
    deadline = now() + ANSWER
    pass_time(ANSWER)
    with reverts("AvailabilityQuestionsDeadline", deadline, deadline):
        # The block that is simulated has the time of the latest one.
        asked.questions.showChunk.call(asked.question(attester, update), opening(update), {"from": attester})


def test_after_the_round_it_can_still_be_shown(
    challenger: Any, asking: Asking, attester: Any, update: Update
) -> None:
    asking.round.propose()
    pass_time(900)
    asking.ask(challenger, attester, update)
    asking.round.finalize(challenger)
    asking.show(attester, attester, update)
    assert asking.questions.held() == 0


def test_what_nobody_asked_for_is_refused(asking: Asking, attester: Any, update: Update) -> None:
    with reverts("AvailabilityQuestionsNotAsked", identity(asking, attester, update)):
        asking.show(attester, attester, update)


def test_a_question_is_answered_once(asked: Asking, attester: Any, update: Update) -> None:
    asked.show(attester, attester, update)
    with reverts("AvailabilityQuestionsNotAsked", identity(asked, attester, update)):
        asked.show(attester, attester, update)


# The claimed sum, the chunk, and the second sibling: the first is padding.
@pytest.mark.parametrize("byte", [15, 16, 16 + 255, 16 + 256 + 48, 16 + 256 + 2 * 48 - 1])
def test_another_vectors_chunk_is_refused(asked: Asking, attester: Any, update: Update, byte: int) -> None:
    wrong = bytearray(opening(update))
    wrong[byte] ^= 1
    with brownie.reverts(revert_pattern="^AvailabilityQuestionsWrongVector: .*"):
        asked.questions.showChunk(asked.question(attester, update), bytes(wrong), {"from": attester})
    assert asked.questions.held() == BOND


@pytest.mark.parametrize("byte", [16 + 256, 16 + 256 + 47])
def test_other_padding_is_refused(asked: Asking, attester: Any, update: Update, byte: int) -> None:
    wrong = bytearray(opening(update))
    wrong[byte] ^= 1
    with reverts("MerkleSumTreePaddingAltered", 0):
        asked.questions.showChunk(asked.question(attester, update), bytes(wrong), {"from": attester})


def test_another_chunk_of_the_update_is_refused(asked: Asking, attester: Any, update: Update) -> None:
    # Beside the first chunk lies the second, and beside the one that was asked for padding.
    with reverts("MerkleSumTreePaddingAltered", 0):
        asked.questions.showChunk(asked.question(attester, update), opening(update, 0), {"from": attester})


def test_a_shorter_opening_is_refused(asked: Asking, attester: Any, update: Update) -> None:
    whole = opening(update)
    with reverts("MerkleSumTreeOpeningLength", len(whole) - 1, len(whole)):
        asked.questions.showChunk(asked.question(attester, update), whole[:-1], {"from": attester})


def test_the_books_hold(
    system: System, people: People, task: Any, asked: Asking, attester: Any, update: Update
) -> None:
    check_books(system, people.all, [task])
    asked.show(attester, attester, update)
    check_books(system, people.all, [task])
