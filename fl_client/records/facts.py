"""A task in one object that JSON can hold: what its page shows, and what programs read."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from fl_client.chain.contracts import Evidence
from fl_client.records.findings import Findings
from fl_client.records.history import History, RecordWatch
from fl_client.records.money import balances_of, earnings_of, gas_of, members_of
from fl_client.records.scores import Scores
from fl_client.records.state import PresentState
from fl_client.records.weights import weights_of
from fl_client.roles import ModelBook
from fl_client.rounds import RoundRecord, Slash, TaskLedger, rule_name
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


class Facts:
    """Puts a watch, a store and a definition together; amounts in 1e-18 coin, times in seconds since 1970."""

    def __init__(
        self,
        watch: RecordWatch,
        models: ModelBook,
        scores: Scores,
        *,
        refused: Mapping[Address, str] | None = None,
    ) -> None:
        self._watch, self._scores = watch, scores
        self._models, self._refused = models, refused or {}

    def on_chain(self) -> dict[str, Any]:
        """Everything that does not rest on the definition: slashes, coins, gas, phases, transactions, terms."""
        watch, history = self._watch, self._watch.history()
        people = watch.roster.people
        earned = earnings_of(watch, (name for name, _ in people.values()), watch.roster.name_of)
        return {
            "slashes": self._slashes(history),
            "balances": balances_of(watch),
            "earnings": earned,
            "gas": gas_of(history.acts),
            "timeline": _timeline(history, watch.ledger),
            "acts": [act.to_json() for act in history.acts],
            "terms": {name: getattr(watch.contract.parameters, name) for name in _TERMS},
            "model_root": "0x" + _model_of(watch.ledger).hex(),
            "blocks": watch.block,
            "task": watch.contract.address,
            "members": members_of(watch, earned),
            "rounds": self._rounds(history),
            "weights": weights_of(watch),
        }

    def of_task(self) -> dict[str, Any]:
        """Everything that is public of a task, in progress or ended; without the audit's verdict."""
        watch, scores = self._watch, self._scores
        found, parameters = self.on_chain(), watch.contract.parameters
        for entry in found["rounds"]:
            score = scores.of_round(entry["round"])
            entry["accuracy"] = None if score is None else score.metric
            entry["loss"] = None if score is None else score.loss
        rounds = found["rounds"]
        return found | {
            "metric": scores.metric,
            "final_accuracy": rounds[-1]["accuracy"] if rounds else None,
            "missing": {str(number): reason for number, reason in sorted(scores.missing.items())},
            "state": PresentState(watch).to_json(),
            "settings": {
                "task": scores.name,
                "definition_hash": "0x" + parameters.definition_hash.hex(),
                "participants": len(watch.ledger.trainers),
                "max_trainers": parameters.max_trainers,
                "rounds": parameters.rounds,
                "rule": rule_name(watch.contract),
                "fraction": parameters.fraction_bps / 10_000,
                "dimension": parameters.dimension,
                "owner": parameters.owner,
                "budget": parameters.budget,
            },
            "chain": {"id": watch.contract.connection.chain_id, "block": watch.block, "time": watch.now},
        }

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

    def _rounds(self, history: History) -> list[dict[str, Any]]:
        """The final rounds; gas and slashes are those since the round before became final."""
        ledger = self._watch.ledger
        blocks = [act.block for act in history.acts]
        closings = [(one.block, one.log_index) for one in history.found("RoundFinalized")]
        slashed = [(one.block, one.log_index) for one in history.found("StakeSlashed")]
        found: list[dict[str, Any]] = []
        since = (-1, -1)
        for record in ledger.rounds.values():
            if not record.finalized:
                continue
            upto = closings[len(found)]
            gas = history.acts[bisect_right(blocks, since[0]) : bisect_right(blocks, upto[0])]
            found.append(
                {
                    "round": record.number,
                    "accepted": (record.accepted_mask or 0).bit_count(),
                    "revealed": len(record.reveals),
                    "gas": gas_of(gas)["total"],
                    "slashes": sum(since < one <= upto for one in slashed),
                    "seconds": _duration(history, record.number),
                }
            )
            since = upto
        return found


def _model_of(ledger: TaskLedger) -> bytes:
    """Commitment of the last final model, from the events."""
    finals = [record for record in ledger.rounds.values() if record.finalized]
    standing = finals[-1].standing if finals else None
    return bytes(ledger.initial_model if standing is None else standing.model)


def _duration(history: History, number: int) -> int:
    """Chain time of a round, all its attempts together, in seconds."""
    spans = history.spans_of(number)
    return spans[-1].ends - spans[0].begins if spans else 0


def _timeline(history: History, ledger: TaskLedger) -> list[dict[str, Any]]:
    """Each round's phases, and how many came in each."""
    counted = Counter((one.name, one.args["round"]) for one in history.events if one.name in _COUNTED)
    return [_turn(history, record, counted) for record in ledger.rounds.values()]


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
        "phases": [
            {"phase": span.phase, "attempt": span.attempt, "begins": span.begins, "ends": span.ends}
            for span in history.spans_of(record.number)
        ],
    }
