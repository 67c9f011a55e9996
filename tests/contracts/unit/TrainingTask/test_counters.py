"""Disputes and proposals of one round are numbered, so that no counter can run over."""

import pytest
from brownie import web3

from tests.contracts.federation import (
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

MOST_DISPUTES = 32
MOST_PROPOSALS = 64
SALT = b"\5" * 32


@pytest.fixture
def proposed(system, people):
    """A proposal in a task whose bonds begin at one unit of the coin, so that they may double often."""
    task = running_task(
        system, people, trainers=3, sealer_stake=1, seal_penalty=1, challenge_bond=1, answer_fee=0
    )
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:3])
    round_.propose()
    return round_


def challenge(court, task, account, replacement):
    court.openEvidence(court.disputeOpening(account, task, replacement, SALT), {"from": account})
    return court.openDispute(task, replacement, replacement, SALT, {"from": account})


@pytest.mark.slow
def test_after_32_lost_disputes_no_other_is_taken(proposed, court, challenger, outsider):
    task = proposed.task
    tree = proposed.model_tree(proposed.new_model())
    nodes = b"".join(bytes(node) for node in tree.level(0))
    root = (tree.root.hash, tree.root.sum)
    for number in range(MOST_DISPUTES):
        assert task.nextBond() == 2**number
        challenge(court, task, challenger, bytes(web3.keccak(number)))
        court.answerNodes(task, root, nodes, {"from": outsider})
        pass_time(300)
        court.resolveDispute(task, {"from": outsider})
    with reverts("TrainingTaskNotChallengeable", 1):
        challenge(court, task, challenger, SALT)
    proposed.finalize(outsider)


@pytest.mark.slow
def test_after_64_proposals_only_the_end_is_left(proposed, court, challenger, outsider):
    task = proposed.task
    for number in range(1, MOST_PROPOSALS + 1):
        assert task.clock()["proposal"] == number
        challenge(court, task, challenger, bytes(web3.keccak(number)))
        pass_time(300)
        resolved = court.resolveDispute(task, {"from": outsider})
    assert events(resolved, "AggregateProposed") == []
    assert present(task) == Phase.AGGREGATE
    pass_time(deadline_of(task) - 400 - int(web3.eth.get_block("latest")["timestamp"]))
    with reverts("TrainingTaskNotChallengeable", MOST_PROPOSALS):
        task.proposeAggregate([], SALT, SALT, ANYBODY, {"from": challenger})
    advance_to(task, Phase.STALLED)
    task.endTask({"from": outsider})
