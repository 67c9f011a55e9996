"""Bytes that are not what was committed to: what an audit makes of them where nobody vouched for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fl_client.audit import AuditResult, audit_folder
from fl_client.roles import Trainer
from fl_client.rounds import SealedVector, seal_vector
from fl_client.simulation import DemoSettings, Federation


class Otherwise(Trainer):
    """Commits to one update and publishes another."""

    def seal(self, delta: NDArray[np.int32]) -> SealedVector:
        other = seal_vector(np.roll(delta, 1), self.watch.update_form)
        return replace(super().seal(delta), data=other.data)


class Noise(Trainer):
    """Publishes bytes that are no vector."""

    def seal(self, delta: NDArray[np.int32]) -> SealedVector:
        sealed = super().seal(delta)
        return replace(sealed, data=bytes(len(sealed.data)))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Federation, AuditResult]:
    """A round of three honest trainers and two whose bytes are not what they committed to."""
    out: Path = tmp_path_factory.mktemp("bytes") / "run"
    federation = Federation(
        DemoSettings(participants=5, rounds=1, epochs=1, partition="iid", honest=True, out=out)
    )
    people = {member.name: member.participant for member in federation.members}
    people["trainer 4"].__class__, people["trainer 5"].__class__ = Otherwise, Noise
    assert len(list(federation.run())) == 1
    federation.close()
    return federation, audit_folder(out)


def test_an_update_that_was_left_out_for_its_bytes_is_no_difference(
    run: tuple[Federation, AuditResult],
) -> None:
    record = run[0].watch.ledger.rounds[1]
    people = {member.participant.address: member.name for member in run[0].members}
    kept_out = {people[one.trainer] for one in record.reveals if not record.accepts(one.index)}
    assert kept_out == {"trainer 4", "trainer 5"}
    assert run[1].passed and run[1].rounds_checked == 1, run[1]
