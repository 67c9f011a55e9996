"""Disputes and proposals of one round are numbered, so that no counter can run over."""

import pytest
from brownie import web3

from tests.contracts.federation import (
    ONE,
    advance_to,
    deadline_of,
    events,
    pass_time,
    present,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import ANYBODY, Phase

MOST_PROPOSALS = 64
SALT = b"\5" * 32


@pytest.fixture
def proposed(system, people):
    """A proposal in a task whose bonds begin as low as they may."""
    task = running_task(
        system, people, trainers=3, sealer_stake=1, seal_penalty=1, challenge_bond=ONE, answer_fee=0
    )
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:3])
    round_.propose()
    return round_


def challenge(court, task, account, replacement):
    court.openEvidence(court.disputeOpening(account, task, replacement, SALT), {"from": account})
    return court.openDispute(
        task, 1, task.clock()["proposal"], replacement, replacement, SALT, {"from": account}
    )


@pytest.mark.slow
def test_every_lost_dispute_doubles_the_bond(proposed, court, challenger, outsider):
    task = proposed.task
    tree = proposed.model_tree(proposed.new_model())
    nodes = b"".join(bytes(node) for node in tree.level(0))
    root = (tree.root.hash, tree.root.sum)
    for number in range(6):
        assert task.nextBond() == 2**number * ONE
        challenge(court, task, challenger, bytes(web3.keccak(number)))
        court.answerNodes(task, root, nodes, {"from": outsider})
        pass_time(300)
        court.resolveDispute(task, {"from": outsider})
    proposed.finalize(outsider)


def test_before_disputes_run_out_the_bond_exceeds_all_coins(coin):
    assert coin.totalSupply() < 2**31 * ONE


@pytest.mark.slow
def test_after_64_proposals_only_the_end_is_left(proposed, court, coin, vault, owner, challenger, outsider):
    """Accounts that beat each other's wrong proposals, as long as they may."""
    task = proposed.task
    for account in (challenger, outsider):
        coin.transfer(account, 1_000 * ONE, {"from": owner})
        coin.approve(vault, 1_000 * ONE, {"from": account})
    win(court, task, challenger, outsider, 0)
    for number in range(2, MOST_PROPOSALS + 1):
        assert task.clock()["proposal"] == number
        assert task.nextBond() == ONE
        resolved = win(court, task, outsider, challenger, number)
        assert events(resolved, "AggregateProposed") == []
        assert present(task) == Phase.AGGREGATE
        pass_time(deadline_of(task) - 400 - int(web3.eth.get_block("latest")["timestamp"]))
        if number < MOST_PROPOSALS:
            task.proposeAggregate(1, task.setHash(), [], SALT, SALT, ANYBODY, {"from": challenger})
    with reverts("TrainingTaskNotChallengeable", MOST_PROPOSALS):
        task.proposeAggregate(1, task.setHash(), [], SALT, SALT, ANYBODY, {"from": challenger})
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})


def win(court, task, account, other, number):
    """Challenge a proposal that nobody answers for."""
    challenge(court, task, account, bytes(web3.keccak(number + 1)))
    pass_time(300)
    return court.resolveDispute(task, {"from": other})
