"""Vectors are known by what they are, and nobody stops because of what another put into the store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fl_client.chain.contracts import Phase
from fl_client.errors import ContentAltered, StorageError
from fl_client.roles import Aggregator, ModelBook
from fl_client.rounds import SealedVector
from fl_client.simulation import DemoSettings, Federation
from fl_client.types import Bytes32


def test_reveal_in_another_place_is_another_update(tmp_path: Path) -> None:
    """As after a reorganisation in which reveals changed their order."""
    federation = Federation(
        DemoSettings(participants=3, rounds=1, epochs=1, honest=True, out=tmp_path / "run")
    )
    while federation.contract.phase()[0] is not Phase.ATTEST:
        for member in federation.members:
            if federation.contract.phase()[0] is not Phase.ATTEST:
                member.participant.step()
    federation.watch.refresh()
    models = ModelBook(federation.watch, federation.store)
    first, second, _ = federation.watch.ledger.current().reveals
    assert models.update(1, first).root.hash == first.root_hash
    assert models.update(1, replace(second, index=first.index)).root.hash == second.root_hash


def test_a_final_model_under_a_content_id_of_rubbish_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its commitment is right, so that no evidence exists; everybody computes it from the updates."""

    def rubbish(self: Aggregator, sealed: SealedVector) -> Bytes32:
        return self.models.store.put(b"this is no vector").digest

    monkeypatch.setattr(Aggregator, "publish", rubbish)
    settings = DemoSettings(participants=3, rounds=2, epochs=1, honest=True, out=tmp_path / "run")
    federation = Federation(settings)
    assert [one.round for one in federation.run()] == [1, 2]
    federation.close()
    fresh = ModelBook(federation.watch, federation.store)
    assert (fresh.base(2) == federation.model_after(1)).all()


def test_a_trusted_update_of_rubbish_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its owner may still serve the right bytes; whoever ends now cannot take them."""
    settings = DemoSettings(
        participants=3, rounds=1, epochs=1, honest=True, rule="fltrust+mean", out=tmp_path / "run"
    )
    federation = Federation(settings)
    rows = federation.run()
    assert next(rows).round == 1
    fresh = ModelBook(federation.watch, federation.store)

    def altered(number: int) -> None:
        raise ContentAltered(f"the trusted update of round {number} is another")

    monkeypatch.setattr(fresh, "trust", altered)
    with pytest.raises(StorageError, match="nobody can compute round 1's model yet") as found:
        fresh.weighed(1, federation.watch.accepted(1))
    assert found.value.passing and not isinstance(found.value, ContentAltered)
