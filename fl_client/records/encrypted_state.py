"""What an encrypted task is doing now: its phase, until when, and on whom it waits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from fl_client.chain.contracts.encrypted import EncryptedPhase
from fl_client.records.encrypted_watch import EncryptedRecordWatch
from fl_client.rounds.encrypted_record import AskedChunk, Outcome
from fl_client.types import Address

_ANYBODY: Final = {
    EncryptedPhase.SUM: "any party may propose the sum of the accepted updates",
    EncryptedPhase.SUM_CHALLENGE: "whoever finds a chunk of the sum or of an update wrong may ask for it",
    EncryptedPhase.RESULT: "any party may propose the opened sum and the model",
    EncryptedPhase.RESULT_CHALLENGE: "whoever finds a chunk of shares, opened sum or model wrong may ask for it",
}


def encrypted_state(watch: EncryptedRecordWatch) -> dict[str, Any]:
    """Phase, deadline in seconds since 1970 (0: at the end), who is due, and for what in words."""
    phase, deadline = watch.phases.at(watch.now)
    ended, name = phase is EncryptedPhase.ENDED, watch.roster.name_of
    question = _open_question(watch)
    due, awaited = _awaited(watch, phase, deadline) if question is None else _asked(watch, question)
    return {
        "phase": phase.name.lower(),
        "deadline": 0 if ended else watch.question_deadline or deadline,
        "now": watch.now,
        "block": watch.block,
        "round": watch.phases.round,
        "attempt": watch.phases.attempt + 1,
        "ended": ended,
        "due": [name(one) for one in due],
        "awaited": awaited,
        "question": None
        if question is None
        else {
            "asker": name(question.asker),
            "accused": name(question.accused),
            "kind": question.kind.name.lower(),
            "chunk": question.chunk,
        },
    }


def _open_question(watch: EncryptedRecordWatch) -> AskedChunk | None:
    turn = watch.ledger.turn
    last = turn.questions[-1] if turn is not None and turn.questions else None
    return last if last is not None and last.outcome is Outcome.OPEN else None


def _asked(watch: EncryptedRecordWatch, question: AskedChunk) -> tuple[list[Address], str]:
    what = f"chunk {question.chunk} of its {question.kind.name.lower()}"
    if watch.now >= watch.question_deadline:
        return (
            [],
            f"anybody may strike what {watch.roster.name_of(question.accused)} posted: {what} was not shown",
        )
    return [question.accused], f"show {what}; anybody else may"


def _awaited(watch: EncryptedRecordWatch, phase: EncryptedPhase, deadline: int) -> tuple[list[Address], str]:
    """On whom the task waits, and for what, where no question is open."""
    parameters, ledger = watch.contract.parameters, watch.ledger
    if phase in (EncryptedPhase.NONE, EncryptedPhase.ENDED):
        return [], ""
    if watch.now >= deadline:
        return [], "its time is over, and anybody may move the task on"
    if phase is EncryptedPhase.JOIN:
        most, least = parameters.max_parties, parameters.least_summed
        return [], f"parties may join, {least} to {most}"
    ceremony, turn = ledger.ceremony, ledger.turn
    if phase is EncryptedPhase.DEAL:
        return [parameters.dealer], "make the key and deal its shares"
    if phase is EncryptedPhase.CONFIRM and ceremony is not None:
        said = ceremony.confirmed | ceremony.left_out.keys()
        due = [one for one in ceremony.accounts if one not in said]
        return due, "say whether the key and its share of it are right"
    if turn is not None and phase is EncryptedPhase.SUM and turn.seed is None and _has_groups(watch):
        return [], "anybody may deal the accepted updates into groups, from the next block on"
    if turn is None or phase in _ANYBODY:
        return [], _ANYBODY.get(phase, "")
    if phase is EncryptedPhase.SUBMIT:
        return _lacking(watch, turn.submissions), "submit its encrypted update"
    if phase is EncryptedPhase.ATTEST:
        submitters = (one.account for one in turn.submissions.values())
        due = [one for one in submitters if one not in turn.attestations]
        return due, "vouch for the submissions that it can check"
    return _lacking(watch, turn.standing_shares), "give its shares of the sum"


def _has_groups(watch: EncryptedRecordWatch) -> bool:
    return watch.contract.parameters.groups > 1


def _lacking(watch: EncryptedRecordWatch, done: Iterable[int]) -> list[Address]:
    """The parties that owe something and have not done it; ``done``: places."""
    turn, there = watch.ledger.turn, set(done)
    assert turn is not None  # asked within one
    return [
        one for place, one in enumerate(turn.places) if place not in there and not watch.is_suspended(one)
    ]
