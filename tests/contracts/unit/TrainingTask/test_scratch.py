from brownie import chain, web3
from tests.contracts.federation import *
from tests.contracts.rounds import Round
from tests.contracts.task_types import *

def test_dispute(system, people, task):
    r = Round.of(task)
    r.until_attested(people.trainers[:5])
    wrong = r.new_model(); wrong[3] += 1
    r.propose(wrong)
    c = people.challenger
    right = r.commitment_to(r.new_model())
    salt = b"s" * 32
    system.court.openEvidence(system.court.disputeOpening(c, task, right, salt), {"from": c})
    system.court.openDispute(task, right, b"1" * 32, salt, {"from": c})
    pass_time(301)
    tx = system.court.resolveDispute(task, {"from": people.outsider})
    print(tx.events)
    print(task.clock().dict(), task.phase(), system.court.disputeOf(task).dict())
    pass_time(10000)
    print(task.phase())
    task.finalizeRound({"from": people.outsider})
