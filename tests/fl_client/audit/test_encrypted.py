"""An audit of encrypted rounds agrees with what happened, and with nothing else."""

import copy
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fl_client.audit import audit_encrypted_task
from fl_client.audit.encrypted_money import check_encrypted_slash, check_money, earned_by_work
from fl_client.audit.encrypted_turn import TurnAudit
from fl_client.chain.contracts import Evidence
from fl_client.errors import AuditDiffers, AuditUnchecked
from fl_client.roles.encrypted_book import EncryptedBook
from fl_client.simulation.encrypted_cheats import LateParty, WrongProofParty, WrongShareParty
from fl_client.storage import LocalStore
from fl_client.storage.cid import ContentId
from fl_client.types import Bytes32
from tests.encrypted_stage import Stage, make_ground

WRONG = Bytes32(b"\1" * 32)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Two rounds in which one is late, one proves wrongly and one shares wrongly."""
    ground = make_ground(tmp_path_factory.mktemp("audited"))
    kinds = {3: LateParty, 4: WrongProofParty, 2: WrongShareParty}
    return Stage(ground, parties=6, rounds=2, kinds=kinds).run()


@pytest.fixture
def turn(stage: Stage) -> Iterator[Any]:
    """The first turn, to be told wrongly; as it was afterwards."""
    ledger = stage.ledger
    kept = ledger.turns[1]
    ledger.turns[1] = copy.deepcopy(kept)
    yield ledger.turns[1]
    ledger.turns[1] = kept


def check(stage: Stage, turn: Any) -> None:
    TurnAudit(stage.book(), turn).check()


def test_what_happened_agrees(stage: Stage) -> None:
    result = audit_encrypted_task(stage.contract, stage.store)
    assert (result.first_difference, result.unchecked) == (None, None)
    assert (result.rounds_checked, result.slashes) == (2, len(stage.ledger.slashes))
    assert {one.evidence for one in stage.ledger.slashes} >= {
        Evidence.NO_SUBMISSION,
        Evidence.WRONG_STATEMENT,
    }


# ---------------------------------------------------------------------- statements that are false


def other_fixed(turn: Any) -> None:
    turn.fixed = WRONG


def other_result(turn: Any) -> None:
    turn.results[-1] = replace(turn.results[-1], root=WRONG)


def other_model(turn: Any) -> None:
    turn.results[-1] = replace(turn.results[-1], model=WRONG)


def other_set(turn: Any) -> None:
    turn.frozen = turn.accepted = turn.accepted & (turn.accepted - 1)


def other_weight(turn: Any) -> None:
    turn.total_weight += 1


def other_update(turn: Any) -> None:
    turn.submissions[0], turn.submissions[1] = (
        replace(turn.submissions[0], root=turn.submissions[1].root),
        turn.submissions[1],
    )


def heavier_update(turn: Any) -> None:
    turn.submissions[0] = replace(turn.submissions[0], weight=2)


def wrong_update_accepted(turn: Any) -> None:
    turn.accepted |= 1 << 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (other_fixed, "the sum that stood"),
        (other_result, "the sum opens to"),
        (other_model, "the opened sum gives"),
        (other_set, "the attestations accept"),
        (other_weight, "were summed"),
        (other_update, "other bytes than it posted"),
        (heavier_update, "an update of weight 2"),
        (wrong_update_accepted, "does not hold"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_false_statement_differs(stage: Stage, turn: Any, change: Callable[[Any], None], said: str) -> None:
    check(stage, turn)
    change(turn)
    with pytest.raises(AuditDiffers, match=said):
        check(stage, turn)


def test_an_update_that_no_more_vouched_for_than_cannot_open_a_sum_differs(stage: Stage, turn: Any) -> None:
    audit = TurnAudit(stage.book(), turn)
    for account in (turn.places[4], turn.places[5]):
        turn.attestations[account] &= ~1
    audit.check_attestations()  # three of five, and two cannot open a sum
    audit._parameters = replace(audit._parameters, threshold=4)
    with pytest.raises(AuditDiffers, match="the attestations accept"):
        audit.check_attestations()


def test_a_key_that_not_everybody_confirmed_differs(stage: Stage, turn: Any) -> None:
    ceremony = stage.ledger.ceremonies[1]
    gone = ceremony.confirmed.pop()
    try:
        with pytest.raises(AuditDiffers, match="not every party"):
            check(stage, turn)
    finally:
        ceremony.confirmed.add(gone)


# ---------------------------------------------------------------------- bytes that are missing


def without(stage: Stage, tmp_path: Path, *contents: tuple[Bytes32, int]) -> LocalStore:
    """The store without these contents."""
    shutil.copytree(stage.store._folder, tmp_path / "store")
    store = LocalStore(tmp_path / "store")
    for digest, size in contents:
        store._path(ContentId.from_digest(digest, size)).unlink()
    return store


def test_without_an_accepted_update_it_cannot_be_checked(stage: Stage, turn: Any, tmp_path: Path) -> None:
    store = without(stage, tmp_path, (turn.submissions[0].content, 100))
    with pytest.raises(AuditUnchecked, match="update of"):
        TurnAudit(EncryptedBook(stage.watch, store), turn).check()


def test_without_the_openings_the_shares_open_the_sum(stage: Stage, turn: Any, tmp_path: Path) -> None:
    store = without(stage, tmp_path, (turn.results[-1].content, 100))
    TurnAudit(EncryptedBook(stage.watch, store), turn).check()


def test_without_the_models_bytes_it_cannot_be_checked(stage: Stage, turn: Any, tmp_path: Path) -> None:
    store = without(stage, tmp_path, (turn.results[-1].model_content, 100))
    with pytest.raises(AuditUnchecked, match="model's bytes"):
        TurnAudit(EncryptedBook(stage.watch, store), turn).check()


def test_without_the_key_file_it_cannot_be_checked(stage: Stage, turn: Any, tmp_path: Path) -> None:
    store = without(stage, tmp_path, (stage.ledger.ceremonies[1].content, 100))
    with pytest.raises(AuditUnchecked, match="the key"):
        TurnAudit(EncryptedBook(stage.watch, store), turn).check()


def test_without_an_update_that_was_left_out_everything_can_be_checked(
    stage: Stage, turn: Any, tmp_path: Path
) -> None:
    store = without(stage, tmp_path, (turn.submissions[4].content, 100))
    TurnAudit(EncryptedBook(stage.watch, store), turn).check()


# ---------------------------------------------------------------------- money


def test_everybody_earned_what_the_rules_give(stage: Stage) -> None:
    check_money(stage.watch, alone=False)
    earned = earned_by_work(stage.watch)
    assert sum(earned.values()) + stage.ledger.refunded[0] == stage.contract.parameters.budget


@pytest.mark.parametrize(
    "change", [{"taken": 10**20}, {"burned": 0}, {"bounty": 1}, {"evidence": 3}, {"turn": 2}], ids=str
)
def test_a_slash_that_the_rules_do_not_give_differs(stage: Stage, change: dict[str, int]) -> None:
    slash = stage.ledger.slashes[0]
    check_encrypted_slash(stage.watch, slash)
    with pytest.raises(AuditDiffers):
        check_encrypted_slash(stage.watch, replace(slash, **change))  # type: ignore[arg-type]


def test_coins_that_were_shared_otherwise_differ(stage: Stage) -> None:
    shared = stage.ledger.bonus_shares
    turn = next(iter(shared))
    shared[turn] += 1
    try:
        with pytest.raises(AuditDiffers, match="slashed coins"):
            check_money(stage.watch, alone=False)
    finally:
        shared[turn] -= 1
