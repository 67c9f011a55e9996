"""What each slash stands on, in numbers: what was claimed and computed, who showed it, where the coins went."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from fl_client.chain import Event
from fl_client.chain.contracts import Evidence
from fl_client.encoding import CHUNK_COORDINATES
from fl_client.errors import EncodingError, StorageError
from fl_client.records.history import History
from fl_client.records.opened_chunk import is_canonical, opened, squares
from fl_client.records.record_watch import RecordWatch
from fl_client.records.slashing import slash_detail
from fl_client.roles import ModelBook
from fl_client.rounds import Commit, Proposal, RoundRecord, Slash, due_table, weighed_on_record
from fl_client.types import Address

_OPENINGS: Final = ("DisputeOpened", "TableDisputeOpened")
_STEPS: Final = (*_OPENINGS, "NodesOpened", "NodePicked", "ChunkOpened", "SumsOpened", "SumPicked")


class Findings:
    """Reads the details of a task's slashes from its history and, for lengths of updates, its store."""

    def __init__(
        self, watch: RecordWatch, history: History, models: ModelBook, refused: Mapping[Address, str]
    ) -> None:
        """Make a reader.

        Args:
            watch: the task, as far as it was read.
            history: of the same moment.
            models: where an update's bytes come from.
            refused: the error with which the contract refused a copied reveal, by account. Such a call is simulated
                and never mined, so only whoever was there knows it.
        """
        self._history, self._models, self._refused = history, models, refused
        self._watch, self._contract, self._ledger = watch, watch.contract, watch.ledger
        self._name = watch.roster.name_of
        self._events = history.found("StakeSlashed")

    def all(self) -> list[dict[str, Any]]:
        """One entry a slash, in chain order; ``facts`` differ from evidence to evidence.

        Amounts are in 1e-18 coin, times in seconds since 1970, values of vectors in lattice units.
        """
        return [
            self._detail(slash, event)
            for slash, event in zip(self._ledger.slashes, self._events, strict=True)
        ]

    def _detail(self, slash: Slash, event: Event) -> dict[str, Any]:
        told = slash_detail(self._history, self._name, slash, event)
        return told | {"facts": self._facts(slash, event)}

    def _facts(self, slash: Slash, event: Event) -> dict[str, Any]:
        if slash.evidence == Evidence.NO_REVEAL:
            return self._missing_reveal(slash)
        if slash.evidence == Evidence.WRONG_NORM:
            return self._lying_tree(slash, event)
        if slash.evidence == Evidence.WRONG_AGGREGATE and not slash.unanswered:
            return self._wrong_model(slash, event)
        if slash.evidence == Evidence.NOT_SHOWN:
            return self._hidden_bytes(event)
        return self._missed_step(event) | (self._denied_entry(slash, event) if slash.unanswered else {})

    # ------------------------------------------------------------------ hidden bytes

    def _hidden_bytes(self, event: Event) -> dict[str, Any]:
        """Of which update an attester did not show which chunk; said just before, in the same transaction."""
        withheld = self._history.found("ChunkWithheld", attester=event.args["account"], charged=True)
        args = next(one for one in withheld if one.transaction_hash == event.transaction_hash).args
        record, commitment = self._ledger.rounds[args["round"]], bytes(args["commitment"])
        author = next(one.trainer for one in record.reveals if self._watch.commitment_of(one) == commitment)
        return {"round": record.number, "chunk": int(args["chunk"]), "author": self._name(author)}

    # ------------------------------------------------------------------ missing reveals

    def _missing_reveal(self, slash: Slash) -> dict[str, Any]:
        record, commit = self._unrevealed(slash)
        event = self._commitment(record.number, commit)
        deadline = next(
            (span.ends for span in self._history.spans if (span.turn, span.phase) == (commit.turn, "reveal")),
            None,
        )
        facts: dict[str, Any] = {
            "round": record.number,
            "digest": "0x" + commit.digest.hex(),
            "committed_at": self._history.stamp_of(event),
            "committed_in": "0x" + event.transaction_hash.hex(),
            "reveal_ended_at": deadline,
        }
        if commit.copied_from is not None:
            victim = next(one for one in record.commits if one.digest == commit.digest)
            original = self._commitment(record.number, victim)
            facts["copied_from"] = self._name(victim.trainer)
            facts["copied_committed_at"] = self._history.stamp_of(original)
            facts["copied_committed_in"] = "0x" + original.transaction_hash.hex()
            facts["refused_with"] = self._refused.get(slash.account)
        return facts

    def _unrevealed(self, slash: Slash) -> tuple[RoundRecord, Commit]:
        """The latest commitment of an account that it did not open."""
        for number in range(slash.round, 0, -1):
            record = self._ledger.rounds[number]
            if silent := record.unopened(slash.account):
                return record, silent[-1]
        raise AssertionError("the contract slashed for a commitment that its events do not have")

    def _commitment(self, number: int, commit: Commit) -> Event:
        found = self._history.found("UpdateCommitted", round=number, trainer=commit.trainer)
        return next(event for event in found if bytes(event.args["digest"]) == commit.digest)

    # ------------------------------------------------------------------ wrong numbers

    def _lying_tree(self, slash: Slash, event: Event) -> dict[str, Any]:
        posted = self._posted(event, "proveWrongNorm")
        if posted is None:
            return {"round": self._history.act_of(event.transaction_hash).round}
        number, index = int(posted["round"]), int(posted["index"])
        claimed, chunk = opened(posted["opening"])
        record, parameters = self._ledger.rounds[number], self._contract.parameters
        reveal = next(one for one in record.reveals if one.trainer == slash.account)
        revealed = self._history.found("UpdateRevealed", round=number, trainer=slash.account)[-1]
        return {
            "round": number,
            "chunk": index,
            **self._shown(index, claimed, chunk),
            "claimed_total": reveal.root_sum,
            "true_total": self._true_total(number, reveal.index),
            "bound": parameters.norm_bound_squared,
            "fraction_bits": parameters.fraction_bits,
            "kept_out": not record.accepts(reveal.index),
            "revealed_in": "0x" + revealed.transaction_hash.hex(),
        }

    def _posted(self, event: Event, call: str) -> dict[str, Any] | None:
        """The evidence in a call's data; None where another contract made the call and the data is its own."""
        act = self._history.act_of(event.transaction_hash)
        if act.call != call:
            return None
        return dict(self._contract.court.decode_function_input(act.data)[1])

    def _true_total(self, number: int, index: int) -> int | None:
        """The sum of squares of a whole update as its bytes in the store have it."""
        try:
            fetched = self._models.update(number, self._ledger.rounds[number].reveals[index])
        except (StorageError, EncodingError):
            return None
        return squares(fetched.vector)

    def _wrong_model(self, slash: Slash, event: Event) -> dict[str, Any]:
        """What the contract found wrong, in the order in which it looks (``AggregateVerifier.isWrong``).

        It stops at the first fault: of what comes after that the evidence may say anything. What the chain has
        itself, a table or what the owner gave, is read from there.
        """
        if (denied := self._posted(event, "proveWrongEntry")) is not None:
            return self._wrong_entry(denied["proof"], event)
        called = self._posted(event, "proveWrongAggregate")
        if called is None:  # proved all the same, in a call that another contract made
            return {"round": slash.round} | self._dispute(event)
        posted, number = called["proof"], slash.round
        entries = self._watch.entries(self._watch.accepted(number))
        rejected, inputs = self._rejected(event), self._ledger.tables.inputs_of(number)
        due = due_table(self._models.rule.needs, number, entries, inputs)
        table = due.data_of(rejected.table)
        if table is None:
            standing = due.standing(rejected.table)
            return {"round": number, "table_bytes": 0 if standing is None else len(standing.data)}
        coordinate, dimension = int(posted["coordinate"]), self._contract.parameters.dimension
        claimed, chunk = opened(posted["modelOpening"])
        if claimed != squares(chunk) or not is_canonical(chunk, coordinate, dimension):
            return self._no_chunk(number, coordinate, claimed, chunk) | self._dispute(event)
        return self._wrong_coordinate(number, posted, table) | self._dispute(event)

    def _rejected(self, event: Event) -> Proposal:
        """The proposal that a slash was for."""
        rejected = next(
            one
            for one in self._history.found("AggregateRejected")
            if one.transaction_hash == event.transaction_hash
        )
        proposals = self._ledger.rounds[rejected.args["round"]].proposals
        return next(one for one in proposals if one.number == rejected.args["proposal"])

    def _no_chunk(
        self, number: int, coordinate: int, claimed: int, chunk: np.ndarray[Any, Any]
    ) -> dict[str, Any]:
        """A chunk of the proposed model that no vector has: a wrong sum, or numbers that it cannot hold."""
        parameters, index = self._contract.parameters, coordinate // CHUNK_COORDINATES
        return {
            "round": number,
            "model_chunk": index,
            **self._shown(index, claimed, chunk),
            "fraction_bits": parameters.fraction_bits,
        }

    def _shown(self, index: int, claimed: int, chunk: np.ndarray[Any, Any]) -> dict[str, Any]:
        """What a chunk covers, and its sum of squares as it was claimed and as it is."""
        last = min((index + 1) * CHUNK_COORDINATES, self._contract.parameters.dimension) - 1
        return {
            "first_coordinate": index * CHUNK_COORDINATES,
            "last_coordinate": last,
            "claimed_sum": claimed,
            "computed_sum": squares(chunk),
        }

    def _wrong_coordinate(self, number: int, posted: Mapping[str, Any], table: bytes) -> dict[str, Any]:
        """One coordinate, as the contract opened it and combined it again."""
        coordinate, parameters = int(posted["coordinate"]), self._contract.parameters
        place, rule = coordinate % CHUNK_COORDINATES, self._models.rule
        base, claimed = (int(opened(posted[name])[1][place]) for name in ("baseOpening", "modelOpening"))
        values = [int(opened(opening)[1][place]) for opening in posted["openings"]]
        accepted, inputs = self._watch.accepted(number), self._ledger.tables.inputs_of(number)
        weights = [weight for _, weight, _ in self._watch.entries(accepted)]
        weighing = weighed_on_record(rule, accepted, weights, inputs, table)
        rows = np.array(values, dtype=np.int32).reshape(-1, 1)  # (n, 1)
        combined = rule.combine_rows(weighing, rows, np.array([base], dtype=np.int32))
        who = [self._name(one.trainer) for one in accepted]
        return {
            "round": number,
            "coordinate": coordinate,
            "claimed": claimed,
            "computed": int(combined[0]),
            "base": base,
            "updates": [
                {"who": name, "weight": weight, "value": value, "share": share}
                for name, weight, value, share in zip(
                    who, weights, values, rule.shares(weighing), strict=True
                )
            ],
            "rule": rule.name,
            "dimension": parameters.dimension,
            "fraction_bits": parameters.fraction_bits,
        }

    def _wrong_entry(self, posted: Mapping[str, Any], event: Event) -> dict[str, Any]:
        """One chunk of two vectors, whose distance is another than the sealer stood for."""
        proved = next(
            one
            for one in self._history.found("EntryProvedWrong")
            if one.transaction_hash == event.transaction_hash
        )
        names = [self._name(one["trainer"]) for one in posted["entries"]] + ["owner"]
        one, other = (opened(posted[name])[1].astype(object) for name in ("oneOpening", "otherOpening"))
        return {
            "round": self._history.act_of(event.transaction_hash).round,
            "pair": [names[proved.args["one"]], names[proved.args["other"]]],
            "entry_chunk": int(proved.args["chunk"]),
            "claimed_distance": int(self._claims(event)[-1].args["claim"]),
            "computed_distance": squares(one - other),
            **self._dispute(event),
        }

    def _claims(self, event: Event) -> list[Event]:
        """What a sealer stood for in the disputes about its table before a slash, one after the other."""
        return [
            one
            for one in self._history.events
            if one.name in ("TableDisputeOpened", "SumPicked") and one.place < event.place
        ]

    # ------------------------------------------------------------------ disputes

    def _dispute(self, event: Event) -> dict[str, Any]:
        """The steps of the dispute that ended in a slash, and whose model stands since.

        One that a proof by somebody else cut off has no end of its own: its steps led to nothing.
        """
        together = [one for one in self._history.events if one.transaction_hash == event.transaction_hash]
        before = [one for one in self._history.events if one.place < event.place and one not in together]
        following = [one for one in together if one.name == "AggregateProposed"]
        steps: list[Event] = []
        if any(one.name == "DisputeResolved" for one in together):
            opened = [place for place, one in enumerate(before) if one.name in _OPENINGS]
            steps = [one for one in before[opened[-1] :] if one.name in _STEPS] if opened else []
        return {
            "steps": [{"step": one.name, "transaction": "0x" + one.transaction_hash.hex()} for one in steps],
            "replaced_by": self._name(following[-1].args["proposer"]) if following else None,
        }

    def _missed_step(self, event: Event) -> dict[str, Any]:
        act = self._history.act_of(event.transaction_hash)
        return {"round": act.round, **self._dispute(event)}

    def _denied_entry(self, slash: Slash, event: Event) -> dict[str, Any]:
        """Which distance a sealer did not answer for; nothing where the dispute was about its model."""
        opened = [one for one in self._history.events if one.name in _OPENINGS and one.place < event.place]
        if opened[-1].name != "TableDisputeOpened":
            return {}
        args = opened[-1].args
        names = [self._name(one.trainer) for one in self._watch.accepted(slash.round)] + ["owner"]
        return {"denied": [names[args["one"]], names[args["other"]]], "claimed_distance": int(args["claim"])}
