"""What the page of every kind of task is made of: one object that JSON can hold, read from a watch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from fl_client.chain.contracts.clone import TaskClone
from fl_client.records.history import AnyRecording, History
from fl_client.records.money import balances_of, gas_of, members_of
from fl_client.records.scores import Scores

AnyWatch = TypeVar("AnyWatch", bound=AnyRecording)


class TaskFacts(ABC, Generic[AnyWatch]):
    """Puts a watch, a store and a definition together; amounts in 1e-18 coin, times in seconds since 1970."""

    closing: ClassVar[str]
    """The event with which a round becomes final."""

    terms: ClassVar[Sequence[str]]
    """Parameters that the page names."""

    def __init__(self, watch: AnyWatch, scores: Scores) -> None:
        self._watch, self._scores = watch, scores

    def on_chain(self) -> dict[str, Any]:
        """Everything that does not rest on the definition: slashes, coins, gas, phases, transactions, terms."""
        watch, history = self._watch, self._watch.history()
        earned, contract = self._earnings(), self._contract
        return {
            "slashes": self._slashes(history),
            "balances": balances_of(watch),
            "earnings": earned,
            "gas": gas_of(history.acts),
            "timeline": self._timeline(history),
            "acts": [act.to_json() for act in history.acts],
            "terms": {name: getattr(contract.parameters, name) for name in self.terms},
            "model_root": "0x" + self._model().hex(),
            "blocks": watch.block,
            "task": contract.address,
            "members": members_of(watch, earned),
            "rounds": self._final(history),
            **self._further(history),
        }

    def of_task(self) -> dict[str, Any]:
        """Everything that is public of a task, in progress or ended; without the audit's verdict."""
        watch, scores, contract = self._watch, self._scores, self._contract
        found, parameters = self.on_chain(), contract.parameters
        rounds = found["rounds"]
        for entry in rounds:
            score = scores.of_round(entry["round"])
            entry["accuracy"] = None if score is None else score.metric
            entry["loss"] = None if score is None else score.loss
        return found | {
            "metric": scores.metric,
            "final_accuracy": rounds[-1]["accuracy"] if rounds else None,
            "missing": {str(number): reason for number, reason in sorted(scores.missing.items())},
            "state": self._state(),
            "settings": {
                "task": scores.name,
                "definition_hash": "0x" + parameters.definition_hash.hex(),
                "rounds": parameters.rounds,
                "dimension": parameters.dimension,
                "owner": parameters.owner,
                "budget": parameters.budget,
                **self.settings(),
            },
            "chain": {"id": contract.connection.chain_id, "block": watch.block, "time": watch.now},
        }

    def _final(self, history: History) -> list[dict[str, Any]]:
        """The final rounds; gas and slashes are those since the round before became final."""
        blocks = [act.block for act in history.acts]
        closings = [one.place for one in history.found(self.closing)]
        slashed = [one.place for one in history.found("StakeSlashed")]
        found: list[dict[str, Any]] = []
        since = (-1, -1)
        for entry, upto in zip(self._rounds(), closings, strict=True):
            gas = history.acts[bisect_right(blocks, since[0]) : bisect_right(blocks, upto[0])]
            booked = {
                "gas": gas_of(gas)["total"],
                "slashes": sum(since < one <= upto for one in slashed),
                "seconds": _duration(history, entry["round"]),
            }
            found.append(entry | booked)
            since = upto
        return found

    @property
    def _contract(self) -> Any:
        contract: TaskClone = self._watch.contract
        return contract

    # ------------------------------------------------------------------ of each kind

    @abstractmethod
    def _slashes(self, history: History) -> list[dict[str, Any]]:
        """Every slash with what it stands on."""

    @abstractmethod
    def _earnings(self) -> dict[str, dict[str, int]]:
        """What every member earned and lost by the rules, by name."""

    @abstractmethod
    def _timeline(self, history: History) -> list[dict[str, Any]]:
        """Each round's phases, and how many came in each."""

    @abstractmethod
    def _model(self) -> bytes:
        """Commitment of the last final model, from the events."""

    @abstractmethod
    def _rounds(self) -> list[dict[str, Any]]:
        """The final rounds, with who came."""

    @abstractmethod
    def _further(self, history: History) -> dict[str, Any]:
        """What only this kind has."""

    @abstractmethod
    def _state(self) -> dict[str, Any]:
        """Phase, deadline, and who is due."""

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Of the task's settings those that only this kind has."""


def _duration(history: History, number: int) -> int:
    """Chain time of a round, all its attempts together, in seconds."""
    spans = history.spans_of(number)
    return spans[-1].ends - spans[0].begins if spans else 0


def phases_in(history: History, number: int) -> list[dict[str, Any]]:
    """The phases of a round, for JSON."""
    return [
        {"phase": span.phase, "attempt": span.attempt, "begins": span.begins, "ends": span.ends}
        for span in history.spans_of(number)
    ]
