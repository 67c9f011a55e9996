"""How many attestations accept an encrypted update: more than half of the submitters, and as many as open a sum."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from fl_client.audit.encrypted_turn import TurnAudit
from fl_client.errors import AuditDiffers, StorageError
from fl_client.roles.party import Party
from tests.encrypted_stage import Stage, make_ground

PARTIES, THRESHOLD = 7, 5


class Stingy(Party):
    """Says that it could not have the update of the first party."""

    def attest(self) -> str | None:
        book, first = self.book, self.turn.places[0]
        fetched = book.update

        def update(turn: Any, submission: Any) -> Any:
            if submission.account == first:
                raise StorageError("not to be had")
            return fetched(turn, submission)

        book.update = update  # type: ignore[method-assign]
        try:
            return super().attest()
        finally:
            book.update = fetched  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Four of seven vouch for the first update: more than half, and one too few to open a sum."""
    ground = make_ground(tmp_path_factory.mktemp("votes"))
    kinds: dict[int, type[Party]] = dict.fromkeys((4, 5, 6), Stingy)
    return Stage(ground, parties=PARTIES, threshold=THRESHOLD, kinds=kinds).run()


@pytest.fixture
def turn(stage: Stage) -> Any:
    """The turn, to be told wrongly."""
    return copy.deepcopy(stage.ledger.turns[1])


def votes_for_first(turn: Any) -> int:
    return sum(bitmap & 1 for bitmap in turn.attestations.values())


def test_half_of_the_submitters_are_too_few_where_more_open_a_sum(stage: Stage, turn: Any) -> None:
    assert (len(turn.submissions), votes_for_first(turn)) == (PARTIES, THRESHOLD - 1)
    assert votes_for_first(turn) > PARTIES // 2
    assert turn.frozen == turn.accepted == 0b1111110 and turn.final
    TurnAudit(stage.book(), turn).check()


def test_a_set_that_takes_it_in_differs(stage: Stage, turn: Any) -> None:
    turn.frozen = turn.accepted = 0b1111111
    with pytest.raises(AuditDiffers, match="the attestations accept 1111110, the chain says 1111111"):
        TurnAudit(stage.book(), turn).check_attestations()


def test_one_vote_more_would_have_accepted_it(stage: Stage, turn: Any) -> None:
    turn.attestations[turn.places[6]] |= 1
    assert votes_for_first(turn) == THRESHOLD
    with pytest.raises(AuditDiffers, match="the attestations accept 1111111, the chain says 1111110"):
        TurnAudit(stage.book(), turn).check_attestations()


def test_as_many_as_open_a_sum_are_too_few_where_more_are_half(stage: Stage, turn: Any) -> None:
    """Three of seven open a sum of the same task with a lower threshold: three votes accept nothing there."""
    audit = TurnAudit(stage.book(), turn)
    audit._parameters = replace(audit._parameters, threshold=3)
    with pytest.raises(AuditDiffers, match="the attestations accept 1111111"):
        audit.check_attestations()
    turn.attestations[turn.places[3]] &= ~1
    assert votes_for_first(turn) == 3
    audit.check_attestations()
