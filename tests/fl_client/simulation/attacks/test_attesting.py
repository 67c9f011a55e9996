"""Attestation under attack: what a minority cannot do, what a served majority can, and what nobody loses."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fl_client.audit.money import check_earnings, check_escrow, check_questions, check_slash
from fl_client.errors import AuditDiffers
from fl_client.records.findings import Findings
from fl_client.roles import MOST_QUESTIONS, ModelBook, Trainer, Vouching
from fl_client.simulation.attacks import Assault, Bout, run_bout
from fl_client.simulation.attacks.assaulted import AssaultedFederation
from fl_client.simulation.attacks.duel import bout_of
from fl_client.simulation.attacks.economics import economy

ROUNDS = 1
TRAINERS = 5


@cache
def bout(name: str, attackers: int) -> Bout:
    with TemporaryDirectory() as folder:
        small = economy(ROUNDS, Path(folder), participants=TRAINERS)
        return run_bout(small, Assault(name=name, attackers=attackers))


@pytest.mark.parametrize("name", ["withhold", "vouch-blindly"])
def test_a_colluding_minority_cannot_vouch_for_what_only_it_has(name: str) -> None:
    found = bout(name, 2)
    assert found.rounds == ROUNDS  # the others go on without them
    assert [one.left_out for one in found.offenders] == [ROUNDS] * 2


def test_a_blind_vouch_is_paid_like_an_honest_one() -> None:
    """What it vouched for beside the rest is not accepted: nobody needs those bytes, and so nobody asks for them."""
    found = bout("vouch-blindly", 2)
    assert [one.profit for one in found.offenders] == [ROUNDS] * 2
    assert all(one.slashed == () for one in found.offenders)


def test_an_update_served_to_a_bare_majority_reaches_everybody() -> None:
    """Whoever vouches serves: the round goes on as if its author had published."""
    found = bout("serve-some", 1)
    assert found.rounds == ROUNDS
    (offender,) = found.offenders
    assert offender.left_out == 0 and offender.profit == found.honest_profit == 4


def test_without_those_who_vouch_nobody_could_make_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the attack did, and does where a majority of those who vouch is in one hand."""
    monkeypatch.setattr(Trainer, "_serve", lambda self, number, reveal: None)
    with TemporaryDirectory() as folder:
        small = economy(ROUNDS, Path(folder), participants=TRAINERS)
        assert run_bout(small, Assault(name="serve-some", attackers=1)).rounds == 0


# ---------------------------------------------------------------------- questions for bytes


@contextmanager
def hidden(*, shown: bool = True) -> Iterator[AssaultedFederation]:
    """A round whose third voucher of one update, its author, hides what the first two were given and do not serve."""
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "_serve", lambda self, number, reveal: None)
        if not shown:
            patch.setattr(Vouching, "show_asked", lambda self: None)
        small = economy(ROUNDS, Path(folder), participants=TRAINERS)
        federation = AssaultedFederation(small, Assault(name="serve-some", attackers=1))
        assert list(federation.run()) == []  # the bytes of a chunk are not those of an update
        yield federation


@pytest.fixture(scope="module")
def asked() -> Iterator[AssaultedFederation]:
    with hidden() as federation:
        yield federation


def test_who_vouched_for_bytes_that_it_hides_is_asked_and_loses_the_reward(
    asked: AssaultedFederation,
) -> None:
    (offender,) = bout_of(asked, []).offenders
    assert offender.slashed == ("hidden-bytes",) and offender.caught
    assert offender.lost == 1
    # Its update was accepted and paid; what it was paid for its attestation is gone again.
    assert offender.profit == 3


def test_who_has_what_it_vouched_for_shows_it_and_gains_the_fee(asked: AssaultedFederation) -> None:
    ledger, offenders = asked.watch.ledger, {one.participant.address for one in asked.offenders}
    shown = [one for one in ledger.questions.asked if one.shown]
    assert len({one.question.attester for one in shown}) == 2
    assert not offenders & {one.question.attester for one in shown}
    assert all(one.fee == one.bond // 5 for one in shown)
    assert {one.account for one in ledger.slashes} == offenders


def test_nobody_risks_more_than_so_many_bonds_a_round(asked: AssaultedFederation) -> None:
    askers = [one.asker for one in asked.watch.ledger.questions.asked]
    assert max(map(askers.count, askers)) == MOST_QUESTIONS


def test_no_question_stays_open(asked: AssaultedFederation) -> None:
    assert asked.watch.ledger.questions.open == ()
    held = asked.connection.call(asked.contract.questions.functions.held())
    assert held == asked.contract.balance(asked.contract.questions.address) == 0


def test_the_audit_counts_the_loss(asked: AssaultedFederation) -> None:
    check_questions(asked.watch)
    for slash in asked.watch.ledger.slashes:
        check_slash(asked.watch, slash)
    check_earnings(asked.watch, alone=True)
    check_escrow(asked.watch)


def test_a_loss_that_nobody_asked_for_is_found(
    asked: AssaultedFederation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked.watch.ledger.questions, "charges", [])
    with pytest.raises(AuditDiffers, match="nobody asked this account in vain"):
        check_slash(asked.watch, asked.watch.ledger.slashes[0])


def test_all_who_hide_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: it is showing that spares the honest."""
    with hidden(shown=False) as federation:
        slashed = {one.account for one in federation.watch.ledger.slashes}
        assert len(slashed) == 3


def test_the_record_says_whose_update_was_not_shown(asked: AssaultedFederation) -> None:
    records = asked.records()
    (slash,) = Findings(records, records.history(), ModelBook(records, asked.store), {}).all()
    assert slash["facts"]["author"] == "trainer 5"
    assert slash["facts"]["round"] == 1
