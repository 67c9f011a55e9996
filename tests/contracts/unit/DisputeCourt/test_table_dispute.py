"""Each step of a dispute about an entry: who may take it, with what, and who loses by silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import brownie
import pytest
from eth_utils.crypto import keccak

from tests.contracts.dissection import SALT, open_dispute
from tests.contracts.federation import ZERO, People, System, at, only_event, plain, reverts
from tests.contracts.table_dispute import TableDispute, denied
from tests.contracts.tabled import packed_table, tabled
from tests.contracts.task_types import Role

CHUNKS = 301
WRONG = 299
ERROR = 5

NONE, SUMS, PICK, ENTRY = 0, 5, 6, 7
STEPS = {
    "sums": ("open",),
    "pick": ("open", "answer"),
    "lower sums": ("open", "answer", "pick"),
    "lower pick": ("open", "answer", "pick", "answer"),
    "entry": ("open", "answer", "pick", "answer", "pick"),
}
"""Whose move is awaited after which moves; the sealer's and the challenger's take turns."""


@pytest.fixture(scope="module")
def _proposed(system: System, people: People) -> TableDispute:
    """A sealer has proposed over a table with a wrong entry; two answers, of 151 sums and of 2."""
    round_ = tabled(system, people, "krum:1+mean", dimension=64 * (CHUNKS - 1) + 1)
    return denied(round_, people, 1, 3, ERROR, WRONG)


@pytest.fixture
def dispute(_proposed: TableDispute) -> TableDispute:
    return replace(_proposed, gas=[])


@pytest.fixture
def task(dispute: TableDispute) -> Any:
    return dispute.task


def play(dispute: TableDispute, awaited: str) -> None:
    for step in STEPS[awaited]:
        getattr(dispute, step)()


def deadline(court: Any, task: Any) -> int:
    return int(court.tableDisputeOf(task)["deadline"])


def open_raw(dispute: TableDispute, one: int, other: int, table: bytes, round_: int = 1) -> Any:
    by = {"from": dispute.challenger}
    court, task = dispute.court, dispute.task
    court.openEvidence(court.tableOpening(dispute.challenger, task, round_, one, other, SALT), by)
    return court.openTableDispute(task, round_, one, other, table, SALT, by)


# ---------------------------------------------------------------------- opening


def test_an_opened_dispute_says_what_is_denied(court: Any, task: Any, dispute: TableDispute) -> None:
    opened = only_event(dispute.open(), "TableDisputeOpened")
    claim = sum(dispute.theirs)
    assert opened == {
        "task": task,
        "challenger": dispute.challenger,
        "proposal": 1,
        "one": 1,
        "other": 3,
        "claim": claim,
        "deadline": deadline(court, task),
    }
    kept = plain(tuple(court.tableDisputeOf(task)))
    assert kept == (dispute.challenger, opened["deadline"], SUMS, 1, 9, 0, 1, 3, claim, bytes(32))


def test_the_bond_is_locked(task: Any, dispute: TableDispute, vault: Any) -> None:
    bond = task.nextBond()
    dispute.open()
    assert vault.stakeOf(task, dispute.challenger, Role.CHALLENGER)["amount"] == bond


def test_it_must_be_announced(court: Any, task: Any, dispute: TableDispute) -> None:
    opening = court.tableOpening(dispute.challenger, task, 1, 1, 3, SALT)
    with reverts("DisputeCourtNotOpened", bytes(opening)):
        court.openTableDispute(
            task, 1, 1, 3, packed_table(dispute.entries), SALT, {"from": dispute.challenger}
        )


def test_an_announcement_is_its_authors(court: Any, task: Any, dispute: TableDispute, trainers: Any) -> None:
    court.openEvidence(
        court.tableOpening(dispute.challenger, task, 1, 1, 3, SALT), {"from": dispute.challenger}
    )
    own = court.tableOpening(trainers[7], task, 1, 1, 3, SALT)
    with reverts("DisputeCourtNotOpened", bytes(own)):
        court.openTableDispute(task, 1, 1, 3, packed_table(dispute.entries), SALT, {"from": trainers[7]})


def test_another_round_reverts(dispute: TableDispute) -> None:
    with reverts("TrainingTaskOtherRound", 2, 1):
        open_raw(dispute, 1, 3, packed_table(dispute.entries), round_=2)


def test_another_table_reverts(dispute: TableDispute) -> None:
    other = packed_table([entry + 1 for entry in dispute.entries])
    with reverts("DisputeCourtWrongTable", keccak(other), keccak(packed_table(dispute.entries))):
        open_raw(dispute, 1, 3, other)


@pytest.mark.parametrize(("one", "other"), [(1, 1), (3, 1), (0, 5), (4, 5), (0, 6), (5, 6), (0, 255)])
def test_there_is_no_such_entry(dispute: TableDispute, one: int, other: int) -> None:
    with reverts("DisputeCourtNoSuchEntry", one, other, 160):
        open_raw(dispute, one, other, packed_table(dispute.entries))


def test_only_one_dispute_is_open_at_a_time(
    court: Any, task: Any, dispute: TableDispute, trainers: Any
) -> None:
    dispute.open()
    with reverts("TrainingTaskNotChallengeable", 1):
        open_dispute(court, task, trainers[7], keccak(text="another model"))
    with reverts("TrainingTaskNotChallengeable", 1):
        replace(dispute, challenger=trainers[7]).open()


def test_nor_beside_a_dispute_about_the_model(
    court: Any, task: Any, dispute: TableDispute, trainers: Any
) -> None:
    open_dispute(court, task, trainers[7], keccak(text="another model"))
    with reverts("TrainingTaskNotChallengeable", 1):
        dispute.open()


def test_the_proposer_cannot_deny_its_own_table(dispute: TableDispute) -> None:
    with reverts("TrainingTaskUnauthorized", dispute.sealer):
        replace(dispute, challenger=dispute.sealer).open()


# ---------------------------------------------------------------------- the sealer's answers


def test_an_answer_is_recorded(court: Any, task: Any, dispute: TableDispute) -> None:
    play(dispute, "sums")
    answered = only_event(dispute.answer(), "SumsOpened")
    assert answered == {"task": task, "level": 9, "position": 0, "sums": packed_table(dispute.shown)}
    assert len(dispute.shown) == 151
    assert bytes(court.tableDisputeOf(task)["sums"]) == keccak(packed_table(dispute.shown))


@pytest.mark.parametrize("who", ["challenger", "outsider"])
def test_nobody_else_answers(dispute: TableDispute, people: People, who: str) -> None:
    """Wrong sums can add up as well: whoever answers in the sealer's name could make it lose."""
    dispute.open()
    with reverts("DisputeCourtNotProposer", getattr(people, who), dispute.sealer):
        dispute.answer(by=getattr(people, who))


def test_sums_add_up_to_what_is_denied(court: Any, task: Any, dispute: TableDispute) -> None:
    dispute.open()
    right = dispute.ranges(dispute.ours)
    with reverts("DisputeCourtWrongSum", sum(right), sum(right) + ERROR):
        court.answerSums(task, packed_table(right), {"from": dispute.sealer})


def test_sums_do_not_wrap(court: Any, task: Any, dispute: TableDispute) -> None:
    dispute.open()
    sums = dispute.ranges(dispute.theirs)
    sums[0] = 2**128 - 1
    with reverts("DisputeCourtWrongSum", sum(sums), sum(dispute.theirs)):
        court.answerSums(task, packed_table(sums), {"from": dispute.sealer})


@pytest.mark.parametrize("more", [b"\0", bytes(16)])
def test_no_range_is_left_out_or_added(court: Any, task: Any, dispute: TableDispute, more: bytes) -> None:
    dispute.open()
    sums = packed_table(dispute.ranges(dispute.theirs))
    for given in (sums + more, sums[:-16]):
        with reverts("DisputeCourtWrongLength", len(given), len(sums)):
            court.answerSums(task, given, {"from": dispute.sealer})


# ---------------------------------------------------------------------- the challenger's picks


def test_a_pick_leads_to_the_range_picked(court: Any, task: Any, dispute: TableDispute) -> None:
    play(dispute, "pick")
    picked = only_event(dispute.pick(), "SumPicked")
    assert picked == {"task": task, "level": 1, "position": WRONG // 2, "claim": dispute.shown[WRONG // 2]}
    assert only_event(dispute.answer(), "SumsOpened")["sums"] == packed_table(dispute.shown)
    assert only_event(dispute.pick(), "SumPicked")["position"] == WRONG
    assert court.tableDisputeOf(task)["step"] == ENTRY


def test_only_the_challenger_picks(court: Any, task: Any, dispute: TableDispute, people: People) -> None:
    play(dispute, "pick")
    with reverts("DisputeCourtNotChallenger", people.outsider, dispute.challenger):
        court.pickSum(task, 0, packed_table(dispute.shown), {"from": people.outsider})


def test_other_sums_than_those_answered_revert(court: Any, task: Any, dispute: TableDispute) -> None:
    play(dispute, "pick")
    other = packed_table(dispute.shown[1:])
    with reverts("DisputeCourtWrongNode", keccak(other), keccak(packed_table(dispute.shown))):
        court.pickSum(task, 0, other, {"from": dispute.challenger})


@pytest.mark.parametrize("pick", [151, 255, 256, 2**32 - 1])
def test_a_pick_beyond_the_answer_reverts(court: Any, task: Any, dispute: TableDispute, pick: int) -> None:
    play(dispute, "pick")
    with reverts("DisputeCourtOutOfTree", pick):
        court.pickSum(task, pick, packed_table(dispute.shown), {"from": dispute.challenger})


def test_the_last_range_of_an_odd_number_is_half_empty(court: Any, task: Any, dispute: TableDispute) -> None:
    play(dispute, "pick")
    court.pickSum(task, 150, packed_table(dispute.shown), {"from": dispute.challenger})
    only = packed_table([dispute.theirs[300]])
    answered = court.answerSums(task, only, {"from": dispute.sealer})
    assert only_event(answered, "SumsOpened")["sums"] == only


# ---------------------------------------------------------------------- the chunk


def test_only_the_challenger_shows_the_chunk(dispute: TableDispute, people: People) -> None:
    dispute.until_chunk()
    with reverts("DisputeCourtNotChallenger", people.outsider, dispute.challenger):
        dispute.prove(by=people.outsider)


def test_another_chunk_reverts(dispute: TableDispute) -> None:
    dispute.until_chunk()
    dispute.position = WRONG - 1
    with brownie.reverts(revert_pattern="AggregateVerifierWrongVector: .*"):
        dispute.prove()


def test_another_set_reverts(court: Any, task: Any, dispute: TableDispute) -> None:
    dispute.until_chunk()
    entries, *openings = dispute.proof()
    with brownie.reverts(revert_pattern="AggregateVerifierWrongSet: .*"):
        court.proveWrongEntry(task, (entries[::-1], *openings), {"from": dispute.challenger})


def test_the_two_vectors_cannot_change_places(court: Any, task: Any, dispute: TableDispute) -> None:
    dispute.until_chunk()
    entries, one, other = dispute.proof()
    with brownie.reverts(revert_pattern="AggregateVerifierWrongVector: .*"):
        court.proveWrongEntry(task, (entries, other, one), {"from": dispute.challenger})


# ---------------------------------------------------------------------- steps out of turn, and silence


@pytest.mark.parametrize("awaited", STEPS)
def test_every_other_step_reverts(court: Any, task: Any, dispute: TableDispute, awaited: str) -> None:
    play(dispute, awaited)
    due = {"sums": SUMS, "lower sums": SUMS, "pick": PICK, "lower pick": PICK, "entry": ENTRY}[awaited]
    calls = {
        SUMS: lambda: court.answerSums(task, b"", {"from": dispute.sealer}),
        PICK: lambda: court.pickSum(task, 0, b"", {"from": dispute.challenger}),
        ENTRY: lambda: court.proveWrongEntry(task, ([], b"", b""), {"from": dispute.challenger}),
    }
    for step, call in calls.items():
        if step != due:
            with reverts("DisputeCourtUnexpectedStep", due, step):
                call()


@pytest.mark.parametrize("awaited", STEPS)
def test_whoever_is_silent_loses(
    court: Any, task: Any, dispute: TableDispute, vault: Any, trainers: Any, awaited: str
) -> None:
    play(dispute, awaited)
    at(deadline(court, task))
    resolved = court.resolveDispute(task, {"from": trainers[0]})
    won = "sums" in awaited
    assert only_event(resolved, "DisputeResolved") == {
        "task": task,
        "challenger": dispute.challenger,
        "challengerWon": won,
    }
    assert court.tableDisputeOf(task)["challenger"] == ZERO
    assert task.clock()["disputeOpen"] is False
    assert task.proposedModel()[1] == (ZERO if won else dispute.sealer)
    assert (vault.stakeOf(task, dispute.challenger, Role.CHALLENGER)["amount"] > 0) is won


@pytest.mark.parametrize("awaited", STEPS)
def test_at_the_deadline_no_step_is_taken(court: Any, task: Any, dispute: TableDispute, awaited: str) -> None:
    play(dispute, awaited)
    due = deadline(court, task)
    step = {"sums": dispute.answer, "pick": dispute.pick, "entry": dispute.prove}[awaited.split()[-1]]
    at(due)
    with reverts("DisputeCourtDeadline", due, due):
        step()


@pytest.mark.parametrize("awaited", STEPS)
def test_nobody_loses_before_the_deadline(court: Any, task: Any, dispute: TableDispute, awaited: str) -> None:
    play(dispute, awaited)
    due = deadline(court, task)
    at(due - 1)
    with reverts("DisputeCourtDeadline", due, due - 1):
        court.resolveDispute(task, {"from": dispute.challenger})
