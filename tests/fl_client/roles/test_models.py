"""Vectors are known by what they are, not by the place that a reveal happens to have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fl_client.chain.contracts import Phase
from fl_client.roles import ModelBook
from fl_client.simulation import DemoSettings, Federation


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
