"""What the court may order, and what a task makes of its orders."""

from __future__ import annotations

import pytest
from brownie import web3
from eth_abi.abi import encode

from tests.contracts.federation import (
    ONE,
    PURSE,
    advance_to,
    deadline_of,
    now,
    only_event,
    pass_time,
    present,
    reverts,
)
from tests.contracts.task_types import SUBSTITUTE, Evidence, Phase, Role, TrainerState

SALT = b"\5" * 32
CONTENT = b"\6" * 32
ANSWER = 300

ORDERS = {
    "beginDispute": lambda task, account: task.beginDispute(account, 1, {"from": account}),
    "dismissDispute": lambda task, account: task.dismissDispute(account, {"from": account}),
    "replaceAggregate": lambda task, account: task.replaceAggregate(
        account, SALT, CONTENT, Evidence.NO_ANSWER, {"from": account}
    ),
    "rejectAggregate": lambda task, account: task.rejectAggregate(account, {"from": account}),
    "punishUpdate": lambda task, account: task.punishUpdate(account, 1, SALT, account, {"from": account}),
    "bindAttester": lambda task, account: task.bindAttester(account, {"from": account}),
    "chargeAttester": lambda task, account: task.chargeAttester(account, account, {"from": account}),
}


@pytest.mark.parametrize("order", ORDERS)
def test_only_the_court_may_order(task, proposed, outsider, order):
    with reverts("TrainingTaskUnauthorized", outsider):
        ORDERS[order](task, outsider)


@pytest.mark.parametrize("order", ORDERS)
def test_not_even_the_owner_may(task, proposed, owner, order):
    with reverts("TrainingTaskUnauthorized", owner):
        ORDERS[order](task, owner)


@pytest.fixture
def wrong(task, aggregating, sealers):
    """The second sealer has proposed a model that is wrong in one coordinate."""
    aggregating.propose(wrong_model(aggregating))
    return aggregating


@pytest.fixture
def dispute(task, court, wrong):
    """Open a dispute as this account, with the right model in the proposal's place."""

    def call(account):
        right = wrong.commitment_to(wrong.new_model())
        opening = court.disputeOpening(account, task, right, SALT)
        court.openEvidence(opening, {"from": account})
        return court.openDispute(task, 1, task.clock()["proposal"], right, CONTENT, SALT, {"from": account})

    return call


@pytest.fixture
def won(task, court, wrong, dispute, challenger, outsider):
    """The sealer has missed its answer."""
    dispute(challenger)
    pass_time(ANSWER)
    return court.resolveDispute(task, {"from": outsider})


@pytest.fixture
def lost(task, court, wrong, dispute, challenger, outsider):
    """The sealer has answered, and the challenger has not gone on."""
    dispute(challenger)
    tree = wrong.model_tree(wrong_model(wrong))
    nodes = b"".join(bytes(node) for node in tree.level(0))
    court.answerNodes(task, (tree.root.hash, tree.root.sum), nodes, {"from": outsider})
    pass_time(ANSWER)
    return court.resolveDispute(task, {"from": outsider})


def wrong_model(round_):
    model = round_.new_model()
    model[3] += 1
    return model


# ---------------------------------------------------------------------- while a dispute is open


def test_a_challenge_locks_the_bond(task, vault, coin, dispute, challenger):
    dispute(challenger)
    assert vault.stakeOf(task, challenger, Role.CHALLENGER) == (190 * ONE, 0)
    assert coin.balanceOf(challenger) == PURSE - 190 * ONE


def test_an_open_dispute_halts_the_round(task, dispute, challenger, outsider):
    dispute(challenger)
    pass_time(10_000)
    with reverts("TrainingTaskUnexpectedPhase", Phase.CHALLENGE, Phase.FINAL):
        task.finalizeRound({"from": outsider})


def test_a_second_dispute_reverts(dispute, challenger, sealers):
    dispute(challenger)
    with reverts("TrainingTaskNotChallengeable", 1):
        dispute(sealers[0])


def test_after_the_window_reverts(task, dispute, challenger):
    advance_to(task, Phase.FINAL)
    with reverts("TrainingTaskUnexpectedPhase", Phase.FINAL, Phase.CHALLENGE):
        dispute(challenger)


def test_a_challenger_answers_for_its_dispute(task, dispute, challenger):
    dispute(challenger)
    with reverts("TrainingTaskStillEngaged", challenger):
        task.leaveTask(Role.CHALLENGER, 0, {"from": challenger})


def test_the_bond_doubles_while_a_dispute_is_open(task, dispute, challenger):
    dispute(challenger)
    assert task.nextBond() == 380 * ONE


# ---------------------------------------------------------------------- a dispute that was won


def test_emits_aggregate_rejected(won, sealers):
    assert only_event(won, "AggregateRejected") == {
        "round": 1,
        "proposal": 1,
        "proposer": sealers[1],
        "evidence": Evidence.NO_ANSWER,
    }


def test_the_challengers_model_stands(task, wrong, won, challenger):
    assert only_event(won, "AggregateProposed") == {
        "round": 1,
        "proposal": 2,
        "proposer": challenger,
        "model": wrong.commitment_to(wrong.new_model()),
        "contentId": CONTENT,
    }
    assert task.clock()["sealer"] == SUBSTITUTE


def test_the_sealer_is_slashed_and_loses_its_seat(task, vault, won, sealers):
    assert vault.stakeOf(task, sealers[1], Role.SEALER) == (20 * ONE, now() + 5_000)
    assert task.seats() == (sealers[0], "0x" + 40 * "0")


def test_a_fresh_window_opens(task, won):
    assert (present(task), deadline_of(task)) == (Phase.CHALLENGE, now() + 900)


def test_a_round_is_closed_after_a_dispute_was_won(task, wrong, won, outsider):
    following = wrong.finalize(outsider)
    assert following.base == wrong.commitment_to(wrong.new_model())


def test_the_substitute_answers_for_its_model(task, won, challenger):
    with reverts("TrainingTaskStillEngaged", challenger):
        task.leaveTask(Role.CHALLENGER, 0, {"from": challenger})


def test_once_the_round_is_closed_the_bond_is_free_at_once(task, coin, wrong, won, challenger, outsider):
    wrong.finalize(outsider)
    task.leaveTask(Role.CHALLENGER, 0, {"from": challenger})
    task.withdraw(Role.CHALLENGER, {"from": challenger})
    assert coin.balanceOf(challenger) == PURSE


def test_a_bond_is_not_paid_out_while_it_stands_in(task, won, challenger):
    with reverts("TrainingTaskStillEngaged", challenger):
        task.withdraw(Role.CHALLENGER, {"from": challenger})


def test_the_substitute_is_paid_as_sealer(task, pool, wrong, won, active, challenger, outsider):
    bounty = pool.earningsOf(challenger)["claimable"]
    following = wrong.finalize(outsider)
    following.until_attested(active)
    task.freezeRound(following.entries, {"from": outsider})
    assert pool.earningsOf(challenger)["claimable"] - bounty == 2 * ONE


def test_a_dispute_that_was_won_makes_the_next_one_no_dearer(task, won):
    assert task.nextBond() == 190 * ONE


# ---------------------------------------------------------------------- a dispute that was lost


def test_the_bond_is_lost(task, vault, pool, lost, challenger, sealers):
    assert only_event(lost, "StakeSlashed") == {
        "task": task,
        "account": challenger,
        "role": Role.CHALLENGER,
        "evidence": Evidence.LOST_DISPUTE,
        "taken": 190 * ONE,
        "burned": 183 * ONE,
        "beneficiary": sealers[1],
        "bounty": 7 * ONE,
    }


def test_whoever_waited_gets_a_whole_window(task, lost):
    assert (present(task), deadline_of(task)) == (Phase.CHALLENGE, now() + 900)


def test_another_challenge_costs_twice_as_much(task, vault, dispute, lost, sealers):
    dispute(sealers[0])
    assert vault.stakeOf(task, sealers[0], Role.CHALLENGER)["amount"] == 380 * ONE


# ---------------------------------------------------------------------- updates


@pytest.fixture
def lying(task, court, committing, active, challenger):
    """The first trainer's tree claims wrong sums: return how to show it, in round one unless said otherwise."""
    sums = [10**9] * 3
    (lie,) = committing.commit(active[:1], sums=sums)
    honest = committing.commit(active[1:])
    committing.reveal([lie, *honest])
    chunk = lie.vector[:64].astype(">i4").tobytes()
    siblings = b"".join(bytes(node) for node in lie.tree.path(0))
    opening = sums[0].to_bytes(16, "big") + chunk + siblings

    def call(round_number=1):
        evidence = evidence_hash(active[0], round_number, 0, opening)
        announced = court.evidenceOpening(challenger, task, evidence, SALT)
        court.openEvidence(announced, {"from": challenger})
        return court.proveWrongNorm(task, active[0], round_number, 0, opening, SALT, {"from": challenger})

    return call


def evidence_hash(trainer, round_number, index, opening):
    return web3.keccak(
        encode(("address", "uint24", "uint32", "bytes"), (trainer.address, round_number, index, opening))
    )


def test_a_lying_trainer_is_suspended(task, lying, active):
    assert only_event(lying(), "TrainerSuspended") == {
        "trainer": active[0],
        "evidence": Evidence.WRONG_NORM,
    }
    assert task.trainerOf(active[0])["state"] == TrainerState.SUSPENDED


def test_a_lying_trainer_is_slashed(task, lying, active, challenger):
    assert only_event(lying(), "StakeSlashed") == {
        "task": task,
        "account": active[0],
        "role": Role.TRAINER,
        "evidence": Evidence.WRONG_NORM,
        "taken": 50 * ONE,
        "burned": 50 * ONE // 4,
        "beneficiary": challenger,
        "bounty": 5 * ONE,
    }


def test_one_update_is_punished_once(lying, active):
    lying()
    with reverts("TrainingTaskNoSuchRecord", active[0]):
        lying()


def test_another_round_has_no_such_record(lying, active):
    with reverts("TrainingTaskNoSuchRecord", active[0]):
        lying(round_number=2)


def test_a_punished_update_is_not_accepted(task, committing, lying, active, outsider):
    lying()
    committing.attest(active[1:])
    transaction = task.freezeRound(committing.entries, {"from": outsider})
    assert only_event(transaction, "RoundFrozen") == {
        "round": 1,
        "acceptedMask": 0b11110,
        "attestedMask": 0b11110,
    }


def test_a_punished_trainer_does_not_vouch(lying, committing, active):
    lying()
    with reverts("TrainingTaskUnexpectedTrainerState", active[0], TrainerState.SUSPENDED):
        committing.attest(active[:1])


def test_a_trainer_that_already_left_its_round_is_still_punished(task, committing, lying, active):
    task.leaveTask(Role.TRAINER, 0, {"from": active[0]})
    lying()
    assert task.clock()["active"] == 4


def test_when_punished_updates_leave_too_few_the_round_is_void(task, committing, lying, active, outsider):
    committing.attest(active[1:3])
    lying()
    advance_to(task, Phase.AGGREGATE)
    transaction = task.freezeRound(committing.entries, {"from": outsider})
    assert only_event(transaction, "RoundVoided")["voids"] == 1
