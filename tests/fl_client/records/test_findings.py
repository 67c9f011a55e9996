"""What a slash for a wrong model is said to stand on: only on what the contract read of the evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fl_client.chain.contracts import Phase
from fl_client.disputes import (
    AggregateEvidence,
    aggregate_evidence,
    dispute_opening,
    evidence_opening,
    opening_of,
)
from fl_client.encoding import MerkleSumTree
from fl_client.records.findings import Findings
from fl_client.roles import Aggregator, Auditor, ModelBook, Owner, Participant
from fl_client.rounds import Reveal, SealedVector, Vector, seal_vector
from fl_client.simulation import DemoSettings, Federation
from fl_client.types import Bytes32

SALT, JUNK = Bytes32(bytes(31) + b"\x05"), Bytes32(bytes(31) + b"\x06")
GARBAGE = b"\x01\x02\x03"
LAST = 4_809  # of the built-in task's model
Spoil = Callable[[Aggregator, Vector], tuple[Vector, SealedVector]]


@dataclass
class Court:
    """A federation whose sealers propose what ``spoil`` makes of the right model, and who brings that to court."""

    federation: Federation

    def one(self, kind: type[Any], place: int = 0) -> Any:
        return [one.participant for one in self.federation.members if isinstance(one.participant, kind)][
            place
        ]

    def until(self, phase: Phase) -> None:
        """Let all but the auditor act, and time pass where nobody has anything to do."""
        for _ in range(60):
            busy = False
            for member in self.federation.members:
                if self.federation.contract.phase()[0] is phase:
                    return
                if not isinstance(member.participant, Auditor):
                    busy |= member.participant.step() is not None
            if not busy:
                self.federation.connection.wait_until(self.federation.contract.phase()[1])
        raise AssertionError(f"{phase.name} was not reached")

    def announced(self, who: Participant, opening: Bytes32) -> None:
        who.send(self.federation.contract.court.functions.openEvidence(opening))
        self.federation.connection.wait_until(self.federation.connection.now() + 1)

    def prove(self, who: Participant, evidence: AggregateEvidence) -> None:
        task, court = self.federation.contract.address, self.federation.contract.court.functions
        self.announced(who, evidence_opening(who.address, task, evidence.digest, SALT))
        who.send(court.proveWrongAggregate(task, evidence.to_tuple(), SALT))

    def evidence(self, coordinate: int, **garbage: Any) -> AggregateEvidence:
        """Everything opened at a coordinate of the standing model; beside it whatever else is given."""
        self.federation.watch.refresh()
        book = ModelBook(self.federation.watch, self.federation.store)
        accepted = self.federation.watch.accepted(1)
        proposed = self.proposed()
        tree = MerkleSumTree.build(proposed)
        index = coordinate // 64
        found = aggregate_evidence(
            coordinate=coordinate,
            model_opening=opening_of(proposed, tree, index, tree.leaf_sums[index]),
            base=book.base(1),
            updates=[book.update(1, reveal) for reveal in accepted],
            entries=self.federation.watch.entries(accepted),
        )
        return AggregateEvidence(
            **{name: garbage.get(name, getattr(found, name)) for name in AggregateEvidence.__slots__}
        )

    def proposed(self) -> Vector:
        (commitment, proposed) = next(
            one._proposed
            for one in (self.one(Aggregator), self.one(Aggregator, 1))
            if one._proposed is not None and one._proposed[0] == self.federation.contract.proposed_model()[0]
        )
        assert commitment
        return proposed

    def facts(self) -> list[dict[str, Any]]:
        records = self.federation.records()
        found = Findings(records, records.history(), ModelBook(records, self.federation.store), {})
        return [one["facts"] for one in found.all()]


@pytest.fixture
def court(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Spoil, str], Court]:
    right = Aggregator.aggregate

    def made(spoil: Spoil, rule: str = "mean") -> Court:
        def wrong(self: Aggregator, number: int, accepted: tuple[Reveal, ...]) -> tuple[Vector, SealedVector]:
            return spoil(self, right(self, number, accepted)[0].copy())

        monkeypatch.setattr(Aggregator, "aggregate", wrong)
        settings = DemoSettings(
            participants=3, rounds=1, epochs=1, honest=True, rule=rule, out=tmp_path / "run"
        )
        return Court(Federation(settings))

    return made


def raised(sealer: Aggregator, right: Vector) -> tuple[Vector, SealedVector]:
    """The last coordinate is one more than it should be."""
    right[LAST] += 1
    return right, seal_vector(right, sealer.watch.model_form)


def lying(sealer: Aggregator, right: Vector) -> tuple[Vector, SealedVector]:
    """The tree claims one more for the first chunk than its squares are."""
    sums = list(MerkleSumTree.build(right).leaf_sums)
    return right, seal_vector(right, sealer.watch.model_form, [sums[0] + 1, *sums[1:]])


@pytest.mark.parametrize("openings", [(), (b"",), (GARBAGE,)], ids=["none", "an empty one", "garbage"])
def test_a_chunk_that_is_none_convicts_whatever_else_the_evidence_holds(
    court: Callable[..., Court], openings: tuple[bytes, ...]
) -> None:
    stage = court(lying)
    stage.until(Phase.CHALLENGE)
    model = stage.proposed()
    sums = MerkleSumTree.build(model).leaf_sums
    tree = MerkleSumTree.build(model, [sums[0] + 1, *sums[1:]])
    stage.prove(
        stage.one(Owner),
        AggregateEvidence(
            coordinate=7,
            model_opening=opening_of(model, tree, 0, sums[0] + 1),
            base_opening=GARBAGE,
            openings=openings,
            table=GARBAGE,
            reputations=((stage.one(Owner).address, 7),),
        ),
    )
    (facts,) = stage.facts()
    assert (facts["model_chunk"], facts["first_coordinate"], facts["last_coordinate"]) == (0, 0, 63)
    assert facts["claimed_sum"] == facts["computed_sum"] + 1 == sums[0] + 1
    assert "table_bytes" not in facts and facts["replaced_by"] is None


def test_a_missing_table_convicts_whatever_else_the_evidence_holds(
    court: Callable[..., Court], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Aggregator, "post_table", lambda self, number, accepted: None)
    stage = court(raised, "krum:0+mean")
    stage.until(Phase.CHALLENGE)
    garbage = AggregateEvidence(model_opening=GARBAGE, base_opening=GARBAGE, openings=(b"",), table=GARBAGE)
    stage.prove(stage.one(Owner), garbage)
    assert stage.facts() == [{"round": 1, "table_bytes": 0}]


def test_a_coordinate_is_combined_from_the_record_where_the_evidence_may_say_anything(
    court: Callable[..., Court],
) -> None:
    """Without a trusted update there is no table: the contract reads neither it nor a root, and keeps the model."""
    stage = court(raised, "fltrust+mean")
    owner, contract = stage.one(Owner), stage.federation.contract
    owner.inputs = None
    stage.until(Phase.COMMIT)
    owner.send(contract.tables.functions.postInputs(contract.address, 1, (bytes(32), 9), bytes(32), []))
    stage.until(Phase.CHALLENGE)
    evidence = stage.evidence(
        LAST, table=GARBAGE, trust_root=(b"\x01" * 32, 9), reputations=((owner.address, 7),)
    )
    stage.prove(owner, evidence)
    (facts,) = stage.facts()
    assert facts["claimed"] == facts["computed"] + 1 == facts["base"] + 1
    assert [one["share"] for one in facts["updates"]] == [0.0, 0.0, 0.0]


def test_the_steps_of_a_dispute_that_others_ended_belong_to_no_slash(court: Callable[..., Court]) -> None:
    stage = court(raised)
    stage.until(Phase.CHALLENGE)
    owner, auditor, contract = stage.one(Owner), stage.one(Auditor), stage.federation.contract
    owner.allow(contract.connection.call(contract.task.functions.nextBond()))
    stage.announced(owner, dispute_opening(owner.address, contract.address, JUNK, SALT))
    owner.send(contract.court.functions.openDispute(contract.address, 1, 1, JUNK, JUNK, SALT))
    stage.prove(auditor, stage.evidence(LAST))
    assert contract.phase()[0] is Phase.AGGREGATE
    stage.until(Phase.CHALLENGE)
    stage.prove(auditor, stage.evidence(LAST))
    first, second = stage.facts()
    assert first["steps"] == second["steps"] == []
    assert first["claimed"] == second["claimed"] == second["computed"] + 1
    assert np.isclose(sum(one["share"] for one in second["updates"]), 1.0)
