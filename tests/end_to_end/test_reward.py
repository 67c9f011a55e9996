"""`fl demo --reward`: what accepted updates are paid by, read back from the chain."""

from __future__ import annotations

from pathlib import Path

import pytest

from fl_client.audit import audit_folder
from fl_client.chain.contracts import Payment
from fl_client.errors import ConfigError
from fl_client.review import shares
from fl_client.simulation import DemoSettings, Federation


def ended(out: Path, reward: str) -> Federation:
    federation = Federation(
        DemoSettings(
            participants=4,
            rounds=1,
            partition="dirichlet:1.0",
            validators=3,
            reward=reward,
            honest=True,
            out=out,
            learning_rate=0.1,
        )
    )
    assert len(list(federation.run())) == 1
    federation.close()
    return federation


def earned(federation: Federation) -> list[int]:
    """Of each reveal, without what its attestation earned, in 1e-18 coin."""
    record, contract = federation.watch.ledger.rounds[1], federation.contract
    return [
        contract.earnings(reveal.trainer)[1] - contract.parameters.attest_reward for reveal in record.reveals
    ]


@pytest.mark.parametrize("reward", ["samples", "score"])
def test_updates_are_paid_by_what_the_owner_chose(tmp_path: Path, reward: str) -> None:
    federation = ended(tmp_path / "run", reward)
    board, ledger, parameters = (
        federation.contract.board,
        federation.watch.ledger,
        federation.contract.parameters,
    )
    assert board is not None and ledger.board is not None
    assert board.terms.payment is Payment[reward.upper()]
    counts = [reveal.samples for reveal in ledger.rounds[1].reveals]
    (review,) = ledger.board.reviews.values()
    assert review.kept_mask is not None
    expected = shares(
        review.medians,
        counts,
        review.kept_mask,
        payment=board.terms.payment,
        floor=board.terms.floor,
        full=board.terms.full,
        max_samples=parameters.max_samples,
    )
    assert earned(federation) == [parameters.update_reward * share // 10_000 for share in expected]
    if reward == "samples":
        # The greatest share earns all of it, and nobody else does.
        assert parameters.max_samples == max(counts) and expected.count(10_000) == counts.count(max(counts))
        assert len(set(expected)) > 1
    assert audit_folder(tmp_path / "run").passed


def test_without_validators_there_is_one_price(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--reward is samples, and nobody reviews: give --validators"):
        DemoSettings(reward="samples", out=tmp_path)


def test_an_unknown_payment_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--reward is 'size': give equal, samples, score"):
        DemoSettings(reward="size", validators=3, out=tmp_path)
