"""A task in one object that JSON can hold: what its page shows, and what programs read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from fl_client.chain.contracts import Evidence
from fl_client.records.findings import Findings
from fl_client.records.history import History
from fl_client.records.money import earnings_of
from fl_client.records.record_watch import RecordWatch
from fl_client.records.scores import Scores
from fl_client.records.state import PresentState
from fl_client.records.task_facts import TaskFacts, phases_in
from fl_client.records.weights import weights_of
from fl_client.roles import ModelBook
from fl_client.rounds import RoundRecord, Slash, rule_name
from fl_client.types import Address

COPY, SILENT, NORM, AGGREGATE = "copied-commitment", "no-reveal", "wrong-norm", "wrong-aggregate"
UNANSWERED: Final = "no-answer"
HIDDEN = "hidden-bytes"
_COUNTED: Final = frozenset({"RoundVoided", "UpdatesAttested"})
_ROLES: Final = {1: "trainer", 2: "aggregator", 3: "challenger"}
_EVIDENCE: Final[dict[int, str]] = {
    Evidence.WRONG_NORM: NORM,
    Evidence.WRONG_AGGREGATE: AGGREGATE,
    Evidence.NO_ANSWER: UNANSWERED,
    Evidence.LOST_DISPUTE: "lost-dispute",
    Evidence.NOT_SHOWN: HIDDEN,
}
_TERMS: Final = (
    "quorum",
    "update_reward",
    "attest_reward",
    "seal_reward",
    "trainer_stake",
    "sealer_stake",
    "commit_seconds",
    "reveal_seconds",
    "attest_seconds",
    "seal_seconds",
    "challenge_seconds",
    "answer_seconds",
)


def evidence_name(evidence: int, *, copied: bool = False, unanswered: bool = False) -> str:
    """How a slash is called in reports: by what happened, where one name of the contract stands for two things."""
    if evidence == Evidence.NO_REVEAL:
        return COPY if copied else SILENT
    if unanswered:
        return UNANSWERED
    return _EVIDENCE.get(evidence, f"evidence {evidence}")


def slash_name(slash: Slash) -> str:
    """How a slash is called in reports."""
    return evidence_name(slash.evidence, copied=slash.copied, unanswered=slash.unanswered)


class Facts(TaskFacts[RecordWatch]):
    """Of a plain task."""

    closing = "RoundFinalized"
    terms = _TERMS

    def __init__(
        self,
        watch: RecordWatch,
        models: ModelBook,
        scores: Scores,
        *,
        refused: Mapping[Address, str] | None = None,
    ) -> None:
        super().__init__(watch, scores)
        self._models, self._refused = models, refused or {}

    def _slashes(self, history: History) -> list[dict[str, Any]]:
        ledger, name_of = self._watch.ledger, self._watch.roster.name_of
        details = Findings(self._watch, history, self._models, self._refused).all()
        return [
            {
                "role": _ROLES.get(slash.role, "unknown"),
                "who": name_of(slash.account),
                "round": slash.round,
                "evidence": slash_name(slash),
                "amount": slash.taken,
                "burned": slash.burned,
                "bounty": slash.bounty,
                **detail,
            }
            for slash, detail in zip(ledger.slashes, details, strict=True)
        ]

    def _earnings(self) -> dict[str, dict[str, int]]:
        roster = self._watch.roster
        return earnings_of(self._watch, (name for name, _ in roster.people.values()), roster.name_of)

    def _timeline(self, history: History) -> list[dict[str, Any]]:
        counted = Counter((one.name, one.args["round"]) for one in history.events if one.name in _COUNTED)
        return [_turn(history, record, counted) for record in self._watch.ledger.rounds.values()]

    def _model(self) -> bytes:
        ledger = self._watch.ledger
        finals = [record for record in ledger.rounds.values() if record.finalized]
        standing = finals[-1].standing if finals else None
        return bytes(ledger.initial_model if standing is None else standing.model)

    def _rounds(self) -> list[dict[str, Any]]:
        return [
            {
                "round": record.number,
                "accepted": (record.accepted_mask or 0).bit_count(),
                "revealed": len(record.reveals),
            }
            for record in self._watch.ledger.rounds.values()
            if record.finalized
        ]

    def _further(self, history: History) -> dict[str, Any]:
        return {"weights": weights_of(self._watch)}

    def _state(self) -> dict[str, Any]:
        return PresentState(self._watch).to_json()

    def settings(self) -> dict[str, Any]:
        """Of the task's settings those that only this kind has."""
        contract = self._watch.contract
        return {
            "participants": len(self._watch.ledger.trainers),
            "max_trainers": contract.parameters.max_trainers,
            "rule": rule_name(contract),
            "fraction": contract.parameters.fraction_bps / 10_000,
        }


def _turn(history: History, record: RoundRecord, counted: Counter[tuple[str, int]]) -> dict[str, Any]:
    return {
        "round": record.number,
        "final": record.finalized,
        "attempts": record.attempt + 1,
        "voids": counted["RoundVoided", record.number],
        "committed": len(record.commits),
        "revealed": len(record.reveals),
        "attested": counted["UpdatesAttested", record.number],
        "accepted": None if record.accepted_mask is None else record.accepted_mask.bit_count(),
        "proposals": len(record.proposals),
        "phases": phases_in(history, record.number),
    }
