"""Small federations whose tasks weigh updates: everybody computes one model, and liars about distances fall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fl_client.audit import AuditResult, audit_folder, audit_task
from fl_client.chain.contracts import Phase
from fl_client.encoding import encoded_size
from fl_client.errors import ContentMissing
from fl_client.records import Facts, Scores
from fl_client.records.receipt import TaskPast, receipt_of
from fl_client.records.receipt_check import check_receipt
from fl_client.records.weights import weights_of
from fl_client.reporting.html.evidence import evidence_sentence
from fl_client.roles import Aggregator, Auditor, ModelBook
from fl_client.rounds import NO_INPUTS, read_status, retention_of, rule_of
from fl_client.simulation import DemoSettings, Federation
from fl_client.simulation.attackers import (
    EVERY_ROUND,
    HidingAggregator,
    LyingTableAggregator,
    TablelessAggregator,
)
from fl_client.simulation.member import Member
from fl_client.storage import ContentId, LocalStore

RULES = ("nnm:1+trimmed-mean:0.2", "krum:1+mean", "clip+mean", "fltrust+mean", "nnm:1+fltrust+median")


def settings(rule: str, out: Path, *, rounds: int = 1, participants: int = 5) -> DemoSettings:
    return DemoSettings(
        participants=participants, rounds=rounds, partition="iid", epochs=1, honest=True, rule=rule, out=out
    )


class WithCheat(Federation):
    """Its second aggregator, whose turn the first round is, is of some kind."""

    kind: type[Any] = Aggregator

    def _aggregator(self, index: int) -> Member:
        member = super()._aggregator(index)
        if index == 1:
            honest = member.participant
            cheat = self.kind(self.watch, honest.sender, self.gas, models=self._models())
            cheat.cheats_in = EVERY_ROUND
            member = replace(member, participant=cheat)
        return member


def run(federation: Federation) -> AuditResult:
    """To the end, and audited by a stranger."""
    for _ in federation.run():
        pass
    federation.close()
    return audit_folder(federation.settings.out)


def told_of(federation: Federation) -> str:
    """What a report says about the one slash."""
    watch = federation.records()
    models = ModelBook(watch, federation.store)
    (slash,) = Facts(watch, models, Scores(None, models)).on_chain()["slashes"]
    return evidence_sentence(slash)


@pytest.fixture(scope="module", params=RULES)
def honest(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    federation = Federation(settings(request.param, tmp_path_factory.mktemp("weighed")))
    yield federation, run(federation)


def test_a_strangers_audit_agrees_with_the_federation(honest: tuple[Federation, AuditResult]) -> None:
    federation, result = honest
    assert rule_of(federation.contract).name == federation.settings.rule == result.rule
    assert result.passed and result.rounds_checked == 1, result
    # Nobody was slashed, and the rule said who counts.
    assert not federation.watch.ledger.slashes
    assert len(result.weighed_away) == (4 if federation.settings.rule == "krum:1+mean" else 0)


def test_the_records_say_who_counted_how_much(honest: tuple[Federation, AuditResult]) -> None:
    """From events alone, and the same as from the vectors themselves."""
    federation, _ = honest
    weights = weights_of(federation.records())
    assert weights is not None and [one["round"] for one in weights] == [1]
    shares = list(weights[0]["shares"].values())
    accepted = federation.watch.accepted(1)
    assert shares == list(federation._book.weighed(1, accepted).shares)
    assert sum(shares) == pytest.approx(1) and len(shares) == 5


def test_a_receipt_has_the_share_that_the_rule_left(honest: tuple[Federation, AuditResult]) -> None:
    """An update that was weighed away was counted, and has none of the model."""
    federation, _ = honest
    contract, accepted = federation.contract, federation.watch.accepted(1)
    past = TaskPast.read(contract)
    receipts = [receipt_of(past, one.trainer, 1) for one in accepted]
    shares = federation._book.weighed(1, accepted).shares
    assert [one["share"] for one in receipts] == [f"{share:.6f}" for share in shares]
    assert all(one["verdict"] == "counted" for one in receipts)
    check_receipt(contract, receipts[0])


class Without:
    """A store that has lost one content."""

    def __init__(self, store: LocalStore, lost: ContentId) -> None:
        self._store, self._lost = store, lost

    def put(self, data: bytes) -> ContentId:
        return self._store.put(data)

    def has(self, content_id: ContentId) -> bool:
        return content_id != self._lost and self._store.has(content_id)

    def get(self, content_id: ContentId, *, max_bytes: int) -> bytes:
        if content_id == self._lost:
            raise ContentMissing(f"{content_id} is not here")
        return self._store.get(content_id, max_bytes=max_bytes)


def test_a_trusted_update_is_kept_and_missed(honest: tuple[Federation, AuditResult]) -> None:
    """What a rule trusted must stay for as long as anybody may recompute the round."""
    federation, _ = honest
    inputs, watch = federation.watch.ledger.tables.inputs_of(1), federation.watch
    if "fltrust" not in federation.settings.rule:
        assert inputs == NO_INPUTS
        return
    content = ContentId.from_digest(inputs.trust_content, encoded_size(watch.update_form))
    watch.refresh()
    assert content in retention_of(watch, now=0).needed
    result = audit_task(federation.contract, Without(federation.store, content))
    assert result.exit_code == 2 and "round 1, the trusted update" in (result.unchecked or "")


def test_the_status_names_the_rule(honest: tuple[Federation, AuditResult]) -> None:
    federation, _ = honest
    assert read_status(federation.contract).rule == federation.settings.rule


def test_reputations_are_earned_round_by_round(tmp_path: Path) -> None:
    federation = Federation(settings("reputation+mean", tmp_path, rounds=2, participants=3))
    result = run(federation)
    assert result.passed and result.rounds_checked == 2, result
    tables = federation.watch.ledger.tables
    assert [set(tables.inputs_of(number).reputations.values()) for number in (1, 2)] == [{1}, {2}]
    assert set(tables.inputs_of(2).reputations) == set(federation.watch.ledger.trainers)


@pytest.mark.parametrize(
    ("kind", "rule", "proof"),
    [
        (LyingTableAggregator, "nnm:1+trimmed-mean:0.2", "proved on chain that the distance is wrong"),
        (LyingTableAggregator, "fltrust+mean", "proved on chain that the distance is wrong"),
        (TablelessAggregator, "krum:0+mean", "proved that a proposal has no table of distances"),
    ],
)
def test_a_sealer_that_lies_about_distances_is_slashed_and_the_round_goes_on(
    kind: type[Any], rule: str, proof: str, tmp_path: Path
) -> None:
    class Cheated(WithCheat):
        pass

    Cheated.kind = kind
    federation = Cheated(settings(rule, tmp_path, participants=3))
    result = run(federation)
    assert result.passed and result.rounds_checked == 1 and result.slashes == 1, result
    (slash,) = federation.watch.ledger.slashes
    (cheat,) = (one.participant for one in federation.members if isinstance(one.participant, kind))
    assert slash.account == cheat.address
    assert slash.taken == federation.contract.parameters.seal_penalty
    (auditor,) = (one for one in federation.members if isinstance(one.participant, Auditor))
    assert any(done.startswith(proof) for done in auditor.said), auditor.said
    # Of all the pairs only the one that is wrong is announced.
    calls = [act.call for act in federation.records().history().acts]
    assert calls.count("openEvidence") == 1
    first, second = federation.watch.ledger.rounds[1].proposals
    assert (first.proposer, second.evidence) == (cheat.address, None)
    assert "distance" in told_of(federation) and "the proposal was rejected" in told_of(federation)


class ForgetfulAuditor(Auditor):
    """As if it died after every deed of a dispute: it knows what the chain knows."""

    def act(self, phase: Phase) -> str | None:
        if self.contract.clock().dispute_open:
            self._table_case, self._case, self._openings = None, None, {}
        return super().act(phase)


def test_an_auditor_that_dies_in_a_dispute_about_a_distance_wins_it(tmp_path: Path) -> None:
    class Cheated(WithCheat):
        kind = LyingTableAggregator

        def _auditor(self) -> Member:
            member = super()._auditor()
            member.participant.__class__ = ForgetfulAuditor
            return member

    federation = Cheated(settings("krum:0+mean", tmp_path, participants=3))
    result = run(federation)
    assert result.passed and result.slashes == 1, result
    (auditor,) = (one for one in federation.members if isinstance(one.participant, ForgetfulAuditor))
    assert sum(done.startswith("proved on chain that the distance") for done in auditor.said) == 1


def test_a_hidden_model_falls_to_a_replacement_with_its_own_table(tmp_path: Path) -> None:
    class Cheated(WithCheat):
        kind = HidingAggregator

    federation = Cheated(settings("nnm:1+clip+mean", tmp_path, participants=3))
    result = run(federation)
    assert result.passed and result.slashes == 1, result
    (auditor,) = (one for one in federation.members if isinstance(one.participant, Auditor))
    wrong, right = federation.watch.ledger.rounds[1].proposals
    assert right.proposer == auditor.participant.address != wrong.proposer
    assert right.table is not None and wrong.table is not None
    assert right.table.data == wrong.table.data
    assert "the contract combined the 3 accepted updates itself (rule: nnm:1+clip+mean)" in told_of(
        federation
    )
