"""What an owner gives to a round: whose reputation is how high, and what comes of a round without any."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fl_client.audit import audit_folder
from fl_client.chain.contracts import Phase
from fl_client.errors import ConfigError, ContentUnpublished
from fl_client.roles import Owner, RoundInputs
from fl_client.roles.inputs import listed_reputations
from fl_client.simulation import DemoSettings, Federation
from fl_client.simulation.member import Member
from fl_client.storage import ContentId, LocalStore
from fl_client.types import Address


def account(number: int) -> Address:
    return Address(f"0x{number:040x}")


def test_the_list_ascends_by_address_and_leaves_nobodies_out() -> None:
    found = listed_reputations({account(9): 3, account(4): 1, account(7): 0}, places=5)
    assert found == [(account(4), 1), (account(9), 3)]


def test_no_more_are_listed_than_there_are_places_and_the_highest_stay() -> None:
    found = listed_reputations({account(number): number for number in range(1, 9)}, places=3)
    assert found == [(account(number), number) for number in (6, 7, 8)]


def test_weights_of_all_places_add_up_to_less_than_32_bits() -> None:
    found = listed_reputations({account(number): 2**40 for number in range(5)}, places=5)
    assert sum(count for _, count in found) < 2**32


def test_a_negative_reputation_is_refused() -> None:
    with pytest.raises(ConfigError, match="is -1: give 0 or more"):
        listed_reputations({account(1): -1}, places=3)


class WithoutInputs(Federation):
    """Its owner gives nothing."""

    def _owner(self) -> Member:
        member = super()._owner()
        return replace(member, participant=Owner(self.watch, self._owner_sender, self.gas))


def test_a_round_that_is_given_nothing_leaves_the_model_as_it_is(tmp_path: Path) -> None:
    """Trainers wait half of the phase for it, and commit then."""
    settings = DemoSettings(
        participants=3, rounds=1, epochs=1, honest=True, rule="nnm:1+fltrust+mean", out=tmp_path
    )
    federation = WithoutInputs(settings)
    for _ in federation.run():
        pass
    federation.close()
    assert (federation.model_after(1) == federation.model.initial()).all()
    assert not federation.watch.ledger.tables.has_inputs(1)
    assert len(federation.watch.ledger.rounds[1].reveals) == 3
    result = audit_folder(tmp_path)
    assert result.passed and result.rounds_checked == 1, result
    assert len(result.weighed_away) == 3


def test_a_rule_that_trusts_asks_for_samples(tmp_path: Path) -> None:
    settings = DemoSettings(
        participants=3, rounds=1, epochs=1, honest=True, rule="fltrust+mean", out=tmp_path
    )
    federation = Federation(settings)
    with pytest.raises(ConfigError, match=r"fltrust\+mean compares with an update of the owner's"):
        _ = RoundInputs(models=federation._book).needs


class Unreachable(LocalStore):
    """Keeps everything in its folder, and no endpoint takes it."""

    def put(self, data: bytes) -> ContentId:
        super().put(data)
        raise ContentUnpublished("no endpoint took it")


def test_what_nobody_else_has_is_public_before_the_chain_hears_of_it(tmp_path: Path) -> None:
    """A model can be computed again by everybody; a trusted update cannot."""
    settings = DemoSettings(
        participants=3, rounds=1, epochs=1, honest=True, rule="fltrust+mean", out=tmp_path / "run"
    )
    federation = Federation(settings)
    owner = next(one.participant for one in federation.members if isinstance(one.participant, Owner))
    while federation.contract.phase()[0] is not Phase.COMMIT:
        for member in federation.members:
            if federation.contract.phase()[0] is not Phase.COMMIT:
                member.participant.step()
    assert owner.inputs is not None
    owner.inputs.models.store = Unreachable(tmp_path / "alone")
    with pytest.raises(ContentUnpublished) as found:
        owner.step()
    assert found.value.passing
    federation.watch.refresh()
    assert not federation.watch.ledger.tables.has_inputs(1)
