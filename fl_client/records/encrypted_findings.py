"""What slashes and questions of an encrypted task stand on: what was asked, shown or missed, when and by whom."""

from __future__ import annotations

from typing import Any, Final

from fl_client.chain import Event
from fl_client.chain.contracts import Evidence, Role
from fl_client.records.encrypted_watch import EncryptedRecordWatch
from fl_client.records.history import History
from fl_client.records.slashing import slash_detail
from fl_client.rounds.encrypted_record import EncryptedSlash

ENCRYPTED_EVIDENCE: Final[dict[int, str]] = {
    Evidence.LOST_DISPUTE: "lost-question",
    Evidence.NO_SUBMISSION: "late-update",
    Evidence.NO_SHARES: "late-shares",
    Evidence.WRONG_STATEMENT: "wrong-statement",
}
"""How slashes are called in reports, by the contract's number."""

_CLOSED: Final = frozenset({"ChunkShown", "StatementStruck"})
_SHARING: Final = frozenset({"SumFixed", "SharingReopened"})


def encrypted_evidence(evidence: int) -> str:
    """How a slash is called in reports."""
    return ENCRYPTED_EVIDENCE.get(evidence, f"evidence {evidence}")


class EncryptedFindings:
    """Reads the details of an encrypted task's slashes and questions from its history."""

    def __init__(self, watch: EncryptedRecordWatch, history: History) -> None:
        self._watch, self._history, self._name = watch, history, watch.roster.name_of
        self._asked = history.found("ChunkAsked")
        self._closed = [one for one in history.events if one.name in _CLOSED]
        self._questions = [one for turn in watch.ledger.turns.values() for one in turn.questions]

    def slashes(self) -> list[dict[str, Any]]:
        """One entry a slash, in chain order; amounts in 1e-18 coin, times in seconds since 1970."""
        booked = self._history.found("StakeSlashed")
        return [
            {
                "role": "party" if slash.role == Role.TRAINER else "challenger",
                "who": self._name(slash.account),
                "round": self._watch.ledger.turns[slash.turn].round,
                "evidence": encrypted_evidence(slash.evidence),
                "amount": slash.taken,
                "burned": slash.burned,
                "bounty": slash.bounty,
                **slash_detail(self._history, self._name, slash, event),
                "facts": self._facts(slash, event),
            }
            for slash, event in zip(self._watch.ledger.slashes, booked, strict=True)
        ]

    def questions(self, turn: int) -> list[dict[str, Any]]:
        """The questions of a turn, in chain order."""
        return [self._question(place) for place, one in enumerate(self._questions) if one.turn == turn]

    # ------------------------------------------------------------------ slashes

    def _facts(self, slash: EncryptedSlash, event: Event) -> dict[str, Any]:
        turn = self._watch.ledger.turns[slash.turn]
        where = {"round": turn.round, "turn": turn.number}
        if slash.evidence == Evidence.WRONG_STATEMENT:
            # Said just after the cut, in the same transaction.
            places = [place for place, one in enumerate(self._closed) if one.place > event.place]
            return where | self._question(places[0])
        if slash.evidence == Evidence.LOST_DISPUTE:
            places = [place for place, one in enumerate(self._closed) if one.place < event.place]
            return where | self._question(places[-1])
        return where | {"due_at": self._due_at(slash, event)}

    def _due_at(self, slash: EncryptedSlash, event: Event) -> int:
        """When what came too late was due."""
        names = {"TurnOpened"} if slash.evidence == Evidence.NO_SUBMISSION else _SHARING
        before = [one for one in self._history.events if one.name in names and one.place < event.place]
        return int(before[-1].args["deadline"])

    # ------------------------------------------------------------------ questions

    def _question(self, place: int) -> dict[str, Any]:
        """A question by its place among all of the task: they are asked and closed one after the other."""
        question, asked = self._questions[place], self._asked[place]
        closed = self._closed[place] if place < len(self._closed) else None
        return {
            "asker": self._name(question.asker),
            "kind": question.kind.name.lower(),
            "accused": self._name(question.accused),
            "chunk": question.chunk,
            "root": None if question.root is None else "0x" + question.root.hex(),
            "bond": question.bond,
            "outcome": question.outcome.value,
            "answerer": None if question.answerer is None else self._name(question.answerer),
            "taken": question.taken,
            "asked_at": self._history.stamp_of(asked),
            "asked_in": _hex(asked.transaction_hash),
            "due_at": int(asked.args["deadline"]),
            "closed_at": None if closed is None else self._history.stamp_of(closed),
            "closed_in": None if closed is None else _hex(closed.transaction_hash),
        }


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
