"""A reviewed task on a local node: its validators are processes like everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fl_client.chain.contracts import ONE_COIN, Phase
from fl_client.cli.network import NetworkPlan
from fl_client.errors import ConfigError
from tests.scripts.ended import EndedTask, ended

pytestmark = pytest.mark.slow

ROUNDS, TRAINERS, VALIDATORS = 1, 4, 3


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EndedTask]:
    plan = NetworkPlan(
        out=tmp_path_factory.mktemp("validators") / "run",
        trainers=TRAINERS,
        rounds=ROUNDS,
        seed=7,
        partition="iid",
        validators=VALIDATORS,
        reward="samples",
        poll=0.5,
        until_home=True,
    )
    with ended(plan) as task:
        yield task


def test_the_task_has_ended_and_its_audit_agrees(run: EndedTask) -> None:
    assert run.network.contract.phase()[0] is Phase.ENDED
    assert run.verdict["passed"] and run.verdict["rounds_checked"] == ROUNDS


def test_every_validator_scores_in_the_first_turn(run: EndedTask) -> None:
    assert run.watch.ledger.board is not None
    review = run.watch.ledger.board.reviews[1]
    assert len(review.judges()) == VALIDATORS and review.medians
    for number in range(VALIDATORS):
        deeds = run.deeds[f"validator-{number + 1}"]
        assert deeds[0] == "took a seat on the board"
        assert {"committed to its scores", "revealed its scores", "took its stake back"} <= set(deeds)


def test_no_validator_was_slashed(run: EndedTask) -> None:
    contract = run.network.contract
    assert contract.board is not None
    for name, account in run.network.accounts.items():
        if name.startswith("validator"):
            gained = contract.balance(account) - 500 * ONE_COIN
            assert gained in (0, ROUNDS * contract.board.terms.reward)


def test_too_few_validators_are_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--validators is 2: give 3 to 64"):
        NetworkPlan(out=tmp_path / "run", validators=2)
