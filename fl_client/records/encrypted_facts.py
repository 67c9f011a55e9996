"""An encrypted task in one object that JSON can hold: what its page shows, and what programs read."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from fl_client.chain.contracts.encrypted import EncryptedPhase, StatementKind
from fl_client.records.encrypted_findings import EncryptedFindings
from fl_client.records.encrypted_money import encrypted_earnings_of
from fl_client.records.encrypted_state import encrypted_state
from fl_client.records.encrypted_verdict import judge_update, votes_for, votes_needed
from fl_client.records.encrypted_watch import EncryptedRecordWatch
from fl_client.records.history import History
from fl_client.records.task_facts import TaskFacts, phases_in
from fl_client.rounds.encrypted_record import Ceremony, EncryptedTurn, Outcome, SumProposal
from fl_client.types import Address

_TERMS: Final = (
    "threshold",
    "minimum_accepted",
    "max_voids",
    "update_reward",
    "attest_reward",
    "share_reward",
    "sum_reward",
    "result_reward",
    "stake",
    "submit_penalty",
    "share_penalty",
    "wrong_penalty",
    "question_bond",
    "answer_fee",
    "submit_seconds",
    "attest_seconds",
    "sum_seconds",
    "challenge_seconds",
    "share_seconds",
    "result_seconds",
    "answer_seconds",
)


class EncryptedFacts(TaskFacts[EncryptedRecordWatch]):
    """Of an encrypted task."""

    closing = "RoundFinal"
    terms = _TERMS

    def _slashes(self, history: History) -> list[dict[str, Any]]:
        return EncryptedFindings(self._watch, history).slashes()

    def _earnings(self) -> dict[str, dict[str, int]]:
        roster = self._watch.roster
        names = (name for name, _ in roster.people.values())
        return encrypted_earnings_of(self._watch, names, roster.name_of)

    def _timeline(self, history: History) -> list[dict[str, Any]]:
        turns = self._watch.ledger.turns.values()
        return [
            self._round(history, number, [one for one in turns if one.round == number])
            for number in sorted({one.round for one in turns})
        ]

    def _round(self, history: History, number: int, turns: list[EncryptedTurn]) -> dict[str, Any]:
        last = turns[-1]
        return {
            "round": number,
            "final": last.final,
            "attempts": len(turns),
            "voids": sum(one.void for one in turns),
            **_came(last),
            "accepted": None if last.frozen is None else last.accepted.bit_count(),
            "proposals": len(last.sums) + len(last.results),
            "phases": phases_in(history, number),
        }

    def _model(self) -> bytes:
        return bytes(self._watch.ledger.models[-1][0])

    def _rounds(self) -> list[dict[str, Any]]:
        return [
            {"round": turn.round, "accepted": turn.accepted.bit_count(), **_came(turn)}
            for turn in self._watch.ledger.turns.values()
            if turn.final
        ]

    def _state(self) -> dict[str, Any]:
        return encrypted_state(self._watch)

    def settings(self) -> dict[str, Any]:
        """Of the task's settings those that only this kind has."""
        parameters, ledger = self._watch.contract.parameters, self._watch.ledger
        return {
            "privacy": "paillier",
            "participants": len(ledger.keys),
            "max_parties": parameters.max_parties,
            "rule": "mean" if parameters.groups == 1 else "median of group means",
            "groups": parameters.groups,
            "dealer": parameters.dealer,
            "threshold": parameters.threshold,
            "minimum_accepted": parameters.minimum_accepted,
            "modulus_bits": 8 * parameters.modulus_bytes,
            "value_bits": parameters.value_bits,
        }

    def _further(self, history: History) -> dict[str, Any]:
        findings, moments = EncryptedFindings(self._watch, history), _Moments(history)
        return {
            "weights": None,
            "ceremonies": [self._ceremony(history, one) for one in self._watch.ledger.ceremonies.values()],
            "turns": [self._turn(moments, findings, one) for one in self._watch.ledger.turns.values()],
        }

    # ------------------------------------------------------------------ the key

    def _ceremony(self, history: History, ceremony: Ceremony) -> dict[str, Any]:
        name = self._watch.roster.name_of
        return {
            "number": ceremony.number,
            "parties": [name(one) for one in ceremony.accounts],
            "key_hash": None if ceremony.key_hash is None else "0x" + ceremony.key_hash.hex(),
            "confirmed": [name(one) for one in ceremony.accounts if one in ceremony.confirmed],
            "left_out": [
                {"who": name(one), "rejected": rejected} for one, rejected in ceremony.left_out.items()
            ],
            "phases": [span for span in phases_in(history, 0) if span["attempt"] == ceremony.number - 1],
        }

    # ------------------------------------------------------------------ a turn

    def _turn(self, moments: _Moments, findings: EncryptedFindings, turn: EncryptedTurn) -> dict[str, Any]:
        return {
            "turn": turn.number,
            "round": turn.round,
            "ceremony": turn.ceremony,
            "outcome": self._outcome(turn),
            "accepted": None if turn.frozen is None else turn.accepted.bit_count(),
            "total_weight": None if turn.frozen is None else turn.total_weight,
            "votes_needed": votes_needed(self._watch, turn),
            "sharings": 0 if turn.fixed is None else max(1, turn.period),
            "parties": [
                self._party(moments, turn, place, account) for place, account in enumerate(turn.places)
            ],
            "sums": self._proposals(moments, turn, "SumProposed", _sums_of(turn)),
            "results": self._proposals(moments, turn, "ResultProposed", _results_of(turn)),
            "questions": findings.questions(turn.number),
        }

    def _outcome(self, turn: EncryptedTurn) -> str:
        if turn.final or turn.void:
            return "final" if turn.final else "void"
        return "open" if self._watch.ledger.ended is None else "ended"

    def _party(self, moments: _Moments, turn: EncryptedTurn, place: int, account: Address) -> dict[str, Any]:
        submission, judged = turn.submissions.get(place), judge_update(self._watch, turn, account)
        attested = turn.attestations.get(account)
        return {
            "who": self._watch.roster.name_of(account),
            "account": account,
            "place": place,
            "weight": None if submission is None else submission.weight,
            "root": None if submission is None else "0x" + submission.root.hex(),
            "submitted_at": moments.submitted.get((turn.number, account)),
            "votes": None if submission is None or turn.frozen is None else votes_for(turn, place),
            "vouched_for": None if attested is None else attested.bit_count(),
            "shares": self._shares(turn, place, account),
            "verdict": judged.verdict,
            "why": judged.why,
        }

    def _shares(self, turn: EncryptedTurn, place: int, account: Address) -> str | None:
        """What became of a party's shares: None where none were due yet."""
        if turn.fixed is None:
            return None
        if place in turn.standing_shares:
            return "given"
        struck = any(
            one.kind is StatementKind.SHARE and one.accused == account and one.outcome is Outcome.STRUCK
            for one in turn.questions
        )
        late = any(
            (one.turn, one.account, one.phase) == (turn.number, account, EncryptedPhase.SHARE)
            for one in self._watch.ledger.lateness
        )
        return "struck" if struck else "late" if late else "none"

    def _proposals(
        self, moments: _Moments, turn: EncryptedTurn, name: str, proposed: list[tuple[bytes, str]]
    ) -> list[dict[str, Any]]:
        return [
            {
                "who": self._watch.roster.name_of(account),
                "root": "0x" + root.hex(),
                "became": became,
                "at": stamp,
            }
            for (account, stamp), (root, became) in zip(
                moments.proposed[turn.number, name], proposed, strict=True
            )
        ]


class _Moments:
    """When and by whom statements were made, looked up once for all turns; seconds since 1970.

    Attributes:
        submitted: by turn and account.
        proposed: account and moment, in chain order, by turn and event.
    """

    def __init__(self, history: History) -> None:
        self.submitted: dict[tuple[int, Address], int] = {}
        self.proposed: dict[tuple[int, str], list[tuple[Address, int]]] = defaultdict(list)
        for event in history.events:
            if event.name == "UpdateSubmitted":
                self.submitted[event.args["turn"], event.args["account"]] = history.stamp_of(event)
            elif event.name in ("SumProposed", "ResultProposed"):
                said = event.args["account"], history.stamp_of(event)
                self.proposed[event.args["turn"], event.name].append(said)


def _sums_of(turn: EncryptedTurn) -> list[tuple[bytes, str]]:
    """Root of every proposed sum, and what became of it."""
    return [(one.root, _became(one, stood=turn.fixed == one.root)) for one in turn.sums]


def _results_of(turn: EncryptedTurn) -> list[tuple[bytes, str]]:
    """Model of every proposed result, and what became of it."""
    last = turn.results[-1] if turn.results else None
    return [(one.model, _became(one, stood=turn.final and one is last)) for one in turn.results]


def _became(proposal: SumProposal, *, stood: bool) -> str:
    if not proposal.stands:
        return "struck" if proposal.struck else "refused"
    return "stood" if stood else "proposed"


def _came(turn: EncryptedTurn) -> dict[str, int]:
    """How many did what a turn asks of each party."""
    return {
        "submitted": len(turn.submissions),
        "attested": len(turn.attestations),
        "shared": len(turn.standing_shares),
    }
