"""A reviewed task: validators score the updates, a harmful one is left out and unpaid, and the audit replays it all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fl_client.audit import audit_folder
from fl_client.audit.money import check_earnings
from fl_client.audit.review import ReviewAudit, check_board
from fl_client.chain.contracts import ONE_COIN, Role
from fl_client.errors import AuditDiffers
from fl_client.records import RecordWatch
from fl_client.records.receipt import TaskPast, receipt_of
from fl_client.records.receipt_check import check_receipt
from fl_client.review import UNAVAILABLE, score_of
from fl_client.roles import Trainer, Validator
from fl_client.rounds import SealedVector, TaskWatch
from fl_client.simulation import DemoSettings, Federation

ROUNDS = 3
VALIDATORS = 4


class HarmfulTrainer(Trainer):
    """Sends the opposite of what it learnt, four times as far: well-formed, and no evidence against it."""

    def seal(self, delta: NDArray[np.int32]) -> SealedVector:
        return super().seal((-4 * delta.astype(np.int64)).astype(np.int32))


class BlindValidator(Validator):
    """Calls every update worth the same, far from what any of them is."""

    def scores(self, record: Any) -> list[int]:
        return [0] * len(record.reveals)


class SilentValidator(Validator):
    """Never scores anything."""

    def _review(self, seat: int) -> str | None:
        return None


@dataclass(frozen=True)
class Ended:
    """A federation whose task has ended, and everybody gone home."""

    federation: Federation
    out: Path
    harmful: Trainer
    blind: Validator
    silent: Validator

    @property
    def watch(self) -> TaskWatch:
        return self.federation.watch

    @property
    def reviews(self) -> dict[int, Any]:
        assert self.watch.ledger.board is not None
        return self.watch.ledger.board.reviews


def becomes(participant: Any, kind: type) -> Any:
    """The same account, with another mind."""
    participant.__class__ = kind
    return participant


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    out = tmp_path_factory.mktemp("reviewed") / "run"
    federation = Federation(
        DemoSettings(
            participants=5, rounds=ROUNDS, validators=VALIDATORS, partition="iid", honest=True, out=out
        )
    )
    by_name = {member.name: member.participant for member in federation.members}
    harmful = becomes(by_name["trainer 2"], HarmfulTrainer)
    blind = becomes(by_name["validator 1"], BlindValidator)
    silent = becomes(by_name["validator 4"], SilentValidator)
    assert len(list(federation.run())) == ROUNDS
    federation.close()
    return Ended(federation=federation, out=out, harmful=harmful, blind=blind, silent=silent)


def place_of(ended: Ended, number: int) -> int:
    reveals = ended.watch.ledger.rounds[number].reveals
    return next(reveal.index for reveal in reveals if reveal.trainer == ended.harmful.address)


def test_harmful_update_is_attested_and_left_out(ended: Ended) -> None:
    for number, record in ended.watch.ledger.rounds.items():
        review, place = ended.reviews[record.turn], place_of(ended, number)
        assert review.accepted_mask >> place & 1
        assert record.accepted_mask == review.accepted_mask & ~(1 << place)


def test_its_author_is_unpaid_and_not_slashed(ended: Ended) -> None:
    parameters = ended.federation.contract.parameters
    assert ended.watch.ledger.slashes == []
    assert ended.federation.contract.earnings(ended.harmful.address)[1] == ROUNDS * parameters.attest_reward


def test_model_learns_in_spite_of_it(ended: Ended) -> None:
    score = ended.federation.model.evaluate(
        ended.federation.model_after(ROUNDS), ended.federation.data.test, ended.federation.device
    )
    assert score.metric > 0.85


def test_validator_far_from_the_medians_is_not_paid(ended: Ended) -> None:
    contract = ended.federation.contract
    assert contract.earnings(ended.blind.address)[1] == 0
    assert contract.balance(ended.blind.address) == 500 * ONE_COIN  # its stake is back whole


def test_silent_validator_loses_its_seat_once_and_the_honest_share_its_penalty(ended: Ended) -> None:
    contract, ledger = ended.federation.contract, ended.watch.ledger.board
    assert ledger is not None and contract.board is not None
    cuts = [entry.cut for entry in ledger.history if entry.cut is not None]
    assert [(cut.validator, cut.taken) for cut in cuts] == [
        (ended.silent.address, contract.board.terms.silence_penalty)
    ]
    earned = sum(check_board(ended.watch).values())
    most = ROUNDS * contract.board.terms.committee * contract.board.terms.reward
    assert cuts[0].taken - cuts[0].burned <= earned <= most + cuts[0].taken - cuts[0].burned


def test_everybody_else_has_its_stake_back(ended: Ended) -> None:
    contract = ended.federation.contract
    for member in ended.federation.members:
        for role in (Role.TRAINER, Role.SEALER, Role.VALIDATOR):
            assert contract.stake(member.participant.address, role)[0] == 0, (member.name, role)


def test_stranger_replays_it_from_chain_and_store(ended: Ended) -> None:
    result = audit_folder(ended.out)
    assert result.passed and result.rounds_checked == ROUNDS, result


def raised(ended: Ended, change: Callable[[Any], None]) -> str:
    """What the audit says when the chain had said something else about the last round's review."""
    watch = TaskWatch(ended.federation.contract, start_block=0)
    watch.refresh()
    record = watch.ledger.rounds[ROUNDS]
    ReviewAudit(watch, record).check()
    check_earnings(watch, alone=True)
    assert watch.ledger.board is not None
    change(watch.ledger.board.reviews[record.turn])
    with pytest.raises(AuditDiffers) as found:
        ReviewAudit(watch, record).check()
        check_earnings(watch, alone=True)
    return str(found.value)


def test_audit_names_a_median_that_the_scores_do_not_give(ended: Ended) -> None:
    def change(review: Any) -> None:
        review.medians = (review.medians[0] + 1, *review.medians[1:])

    assert "its scores have the medians" in raised(ended, change)


def test_audit_names_a_set_that_the_review_did_not_leave(ended: Ended) -> None:
    def change(review: Any) -> None:
        review.kept_mask |= review.accepted_mask

    assert "its scores keep" in raised(ended, change)


def test_audit_names_scores_that_were_never_committed_to(ended: Ended) -> None:
    def change(review: Any) -> None:
        committee = review.committees[-1]
        validator = next(iter(committee.scores))
        row, salt = committee.scores[validator]
        committee.scores[validator] = (bytes([row[0] ^ 1, *row[1:]]), salt)

    assert "never committed to" in raised(ended, change)


def test_audit_names_a_judge_that_was_paid_and_should_not(ended: Ended) -> None:
    def change(review: Any) -> None:
        review.honest_mask ^= 1

    assert "pay the judges" in raised(ended, change)


def test_three_trainers_with_very_different_data_are_not_voided(tmp_path: Path) -> None:
    """What one of them sends looks harmful by itself, and no round can do without it."""
    settings = DemoSettings(
        participants=3, rounds=1, validators=3, partition="dirichlet:0.5", seed=1, honest=True, out=tmp_path
    )
    federation = Federation(settings)
    assert len(list(federation.run())) == 1
    federation.close()
    record, board = federation.watch.ledger.rounds[1], federation.watch.ledger.board
    assert board is not None and record.attempt == 0
    assert min(board.reviews[record.frozen_turn].medians) < score_of(-0.2)
    result = audit_folder(tmp_path)
    assert result.passed and result.rounds_checked == 1, result


def receipt(
    ended: Ended, trainer: Any, change: Callable[[Any], None] = lambda review: None
) -> dict[str, Any]:
    past = TaskPast.read(ended.federation.contract)
    assert past.watch.ledger.board is not None
    change(past.watch.ledger.board.reviews[past.watch.ledger.rounds[ROUNDS].frozen_turn])
    return receipt_of(past, trainer, ROUNDS)


def test_the_receipt_of_a_harmful_update_names_its_median_and_the_floor(ended: Ended) -> None:
    board = ended.federation.contract.board
    assert board is not None
    found = receipt(ended, ended.harmful.address)
    review = ended.reviews[ended.watch.ledger.rounds[ROUNDS].frozen_turn]
    assert (found["verdict"], found["counted"]) == ("rejected", False)
    assert f"median score is {review.medians[place_of(ended, ROUNDS)]} (worth -" in found["why"]
    assert f"needs {board.terms.floor} (-0.2000)" in found["why"]
    assert (found["earned"]["update"], found["earned"]["attestation"]) == ("0", str(ONE_COIN))
    check_receipt(ended.federation.contract, found)


def test_the_receipt_of_an_update_that_no_judge_could_fetch_says_so(ended: Ended) -> None:
    def change(review: Any) -> None:
        place = place_of(ended, ROUNDS)
        review.medians = tuple(UNAVAILABLE if at == place else one for at, one in enumerate(review.medians))

    found = receipt(ended, ended.harmful.address, change)
    assert (found["verdict"], found["counted"]) == ("unscored", False)


def test_records_know_the_phase_and_the_calls(ended: Ended) -> None:
    watch = RecordWatch(ended.federation.contract, start_block=0)
    watch.read()
    history = watch.history()
    assert {span.phase for span in history.spans} >= {"commit", "reveal", "attest", "review", "challenge"}
    called = {act.call for act in history.acts}
    assert called >= {"joinAsValidator", "drawCommittee", "commitScores", "revealScores", "concludeReview"}
    assert "unknown" not in called
    roles = [role for _, role in watch.roster.people.values()]
    assert roles.count("validator") == VALIDATORS
