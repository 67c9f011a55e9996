"""A task on a local node whose rule weighs by what the owner gives: the owner is a process like everybody else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fl_client.chain.contracts import Phase
from fl_client.cli.network import NetworkPlan
from fl_client.rounds import NO_TRUST, PostedInputs
from fl_client.types import Bytes32
from tests.scripts.ended import EndedTask, ended

pytestmark = pytest.mark.slow

ROUNDS, TRAINERS = 2, 3
GAVE = "gave the round what its rule asks for"


def given(run: EndedTask) -> list[PostedInputs]:
    """What each round was given."""
    return [run.watch.ledger.tables.inputs_of(number) for number in run.watch.ledger.rounds]


def models(run: EndedTask) -> list[Bytes32]:
    """The first model, and that of each round."""
    standing = [record.standing for record in run.watch.ledger.rounds.values()]
    return [run.watch.ledger.initial_model, *(one.model for one in standing if one is not None)]


@pytest.fixture(scope="class")
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EndedTask]:
    plan = NetworkPlan(
        out=tmp_path_factory.mktemp("owner") / "run",
        trainers=TRAINERS,
        rounds=ROUNDS,
        seed=7,
        partition="iid",
        rule=request.cls.rule,
        poll=0.5,
    )
    with ended(plan) as task:
        yield task


class Given:
    """What has to be true whatever the owner gives."""

    rule: str

    def test_the_task_has_ended_and_its_audit_agrees(self, run: EndedTask) -> None:
        assert run.network.contract.phase()[0] is Phase.ENDED
        assert run.verdict["passed"] and run.verdict["rounds_checked"] == ROUNDS

    def test_the_owner_gives_to_every_round_once(self, run: EndedTask) -> None:
        assert run.deeds["owner"].count(GAVE) == ROUNDS

    def test_every_round_moves_the_model(self, run: EndedTask) -> None:
        # Without what its rule asks for every weight is nothing, and the model stays as it is.
        assert len(set(models(run))) == ROUNDS + 1


class TestTrustedVector(Given):
    rule = "fltrust+mean"

    def test_every_round_has_a_trusted_update_of_its_own(self, run: EndedTask) -> None:
        trusts = [one.trust for one in given(run)]
        assert NO_TRUST not in trusts and len(set(trusts)) == ROUNDS

    def test_the_aggregator_posts_a_table_of_distances_to_it(self, run: EndedTask) -> None:
        assert run.deeds["aggregator"].count(f"posted the distances of {TRAINERS} updates") == ROUNDS


class TestReputations(Given):
    rule = "reputation+mean"

    def test_a_reputation_is_one_and_one_more_for_each_accepted_update(self, run: EndedTask) -> None:
        trainers = [account for name, account in run.network.accounts.items() if name.startswith("trainer")]
        assert [dict(one.reputations) for one in given(run)] == [
            dict.fromkeys(trainers, number) for number in range(1, ROUNDS + 1)
        ]
