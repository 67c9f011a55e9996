"""A task sealed by proof of work on a local node: two aggregators, each a process, search for every round's nonce."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fl_client.chain.contracts import ONE_COIN, Phase
from fl_client.cli.network import NetworkPlan
from tests.scripts.ended import EndedTask, ended

pytestmark = pytest.mark.slow

ROUNDS, TRAINERS = 2, 3
COINS = 500
AGGREGATORS = ("aggregator-1", "aggregator-2")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EndedTask]:
    plan = NetworkPlan(
        out=tmp_path_factory.mktemp("searchers") / "run",
        trainers=TRAINERS,
        rounds=ROUNDS,
        seed=7,
        partition="iid",
        sealing="proof-of-work",
        poll=0.5,
        until_home=True,
    )
    with ended(plan) as task:
        yield task


def test_the_task_has_ended_and_its_audit_agrees(run: EndedTask) -> None:
    assert run.network.contract.phase()[0] is Phase.ENDED
    assert run.verdict["passed"] and run.verdict["rounds_checked"] == ROUNDS


def test_the_task_is_sealed_by_work_at_the_rate_that_was_asked_for(run: EndedTask) -> None:
    contract = run.network.contract
    asked = (contract.deployment.proof_of_work, run.network.plan.task.sealing_seconds)
    assert (contract.parameters.sealing, contract.parameters.sealing_rate) == asked


def test_every_final_model_rests_on_a_work_of_its_proposer(run: EndedTask) -> None:
    standing = [record.standing for record in run.watch.ledger.rounds.values()]
    assert len(standing) == ROUNDS
    searchers = {run.network.accounts[name] for name in AGGREGATORS}
    for proposal in standing:
        assert proposal is not None and proposal.work is not None and proposal.proposer in searchers


def test_each_round_has_one_finder(run: EndedTask) -> None:
    said = [deed for name in AGGREGATORS for deed in run.deeds[name]]
    assert sum(deed.startswith("found nonce") for deed in said) == ROUNDS


def test_the_finders_share_the_rewards_and_both_have_their_stakes_back(run: EndedTask) -> None:
    contract = run.network.contract
    gained = [contract.balance(run.network.accounts[name]) - COINS * ONE_COIN for name in AGGREGATORS]
    seals = [
        sum(deed.startswith("found nonce") for deed in run.deeds[name]) * contract.parameters.seal_reward
        for name in AGGREGATORS
    ]
    assert gained == seals
