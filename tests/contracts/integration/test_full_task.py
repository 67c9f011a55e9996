"""A whole task with every fault that needs no proof: money in equals money out."""

from __future__ import annotations

import pytest

from tests.contracts.federation import (
    ONE,
    PURSE,
    SUPPLY,
    advance_to,
    check_books,
    create_task,
    pass_time,
    present,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import Phase, Role


@pytest.fixture(scope="module")
def bystander(system, people):
    """Another task with members of its own, which must lose nothing to the first one."""
    task = create_task(system, people.owner)
    for trainer in people.trainers:
        task.joinAsTrainer({"from": trainer})
    return task


@pytest.fixture
def books(system, people, task, bystander):
    """Check every coin; once more when the test is over."""

    def check():
        check_books(system, people.all, [task, bystander])

    yield check
    check()


def leave_and_withdraw(task, members):
    """Let each of (account, role, seat) leave, wait, and take its stake."""
    for account, role, seat in members:
        task.leaveTask(role, seat, {"from": account})
    pass_time(5_000)
    for account, role, _ in members:
        task.withdraw(role, {"from": account})


def claim_all(pool, accounts):
    for account in accounts:
        if pool.earningsOf(account)["claimable"]:
            pool.claim({"from": account})


def test_every_coin_is_accounted_for_in_every_phase(task, books, people):
    round_ = Round.of(task)
    active = people.trainers[:5]
    books()
    updates = round_.commit(active)
    round_.reveal(updates[:4])
    advance_to(task, Phase.ATTEST)
    task.settle(active[4], {"from": people.outsider})
    books()
    round_.attest(active[:4], 0b0111)
    round_.propose(round_.new_model(updates[:3]), accepted=updates[:3])
    books()
    advance_to(task, Phase.FINAL)
    task.finalizeRound({"from": people.outsider})
    books()
    advance_to(task, Phase.VOID)
    task.voidRound({"from": people.outsider})
    task.topUp({"from": active[4]})
    books()


def test_a_finished_task_pays_everybody_what_it_promised(task, books, system, people, bystander):
    active, owner = people.trainers[:5], people.owner
    round_ = Round.of(task)
    for _ in range(3):
        round_ = round_.run(active, people.outsider)
    assert present(task) == Phase.ENDED
    members = [(trainer, Role.TRAINER, 0) for trainer in active]
    members += [(sealer, Role.SEALER, seat) for seat, sealer in enumerate(people.sealers)]
    leave_and_withdraw(task, members)
    claim_all(system.pool, people.all)
    balances = {account: system.coin.balanceOf(account) for account in people.all}
    # Three rounds, an update and an attestation each; the bystander still holds a stake of each trainer.
    assert [balances[trainer] for trainer in active] == [PURSE - 100 * ONE + 3 * 4 * ONE] * 5
    # Seat 1 sealed the rounds 1 and 3, seat 0 the second.
    assert [balances[sealer] for sealer in people.sealers] == [PURSE + 2 * ONE, PURSE + 4 * ONE]
    # The owner paid what was earned, and the whole budget of the bystander.
    budget = system.factory.budgetOf(bystander.parameters())
    assert balances[owner] == SUPPLY - 11 * PURSE - 3 * (5 * 4 + 2) * ONE - budget
    assert system.coin.totalSupply() == SUPPLY


def test_nothing_is_left_in_vault_and_pool(task, system, people, bystander):
    active = people.trainers[:5]
    round_ = Round.of(task)
    updates = round_.commit(active)
    round_.reveal(updates[:4])
    advance_to(task, Phase.ATTEST)
    task.settle(active[4], {"from": people.outsider})
    round_.attest(active[:4])
    round_.propose()
    round_ = round_.finalize(people.outsider)
    for _ in range(3):
        advance_to(task, Phase.VOID)
        task.voidRound({"from": people.outsider})
    members = [(trainer, Role.TRAINER, 0) for trainer in active]
    members += [(sealer, Role.SEALER, seat) for seat, sealer in enumerate(people.sealers)]
    leave_and_withdraw(task, members)
    claim_all(system.pool, people.all)
    check_books(system, people.all, [task, bystander])
    # What is left is the bystander's: eight stakes and its budget.
    assert system.vault.held() == 8 * 100 * ONE
    assert system.pool.held() == system.factory.budgetOf(bystander.parameters())
    # A quarter of the penalty was burned; of the rest four coins were bounty and eleven were shared.
    assert system.coin.totalSupply() == SUPPLY - 5 * ONE


def test_an_owner_gains_nothing_by_a_stall(task, books, system, people):
    round_ = Round.of(task)
    round_.until_attested(people.trainers[:5])
    task.freezeRound(round_.entries, {"from": people.outsider})
    advance_to(task, Phase.STALLED)
    before = system.coin.balanceOf(people.owner)
    task.endTask({"from": people.owner})
    refunded = system.coin.balanceOf(people.owner) - before
    assert refunded == (3 * (8 * 4 + 2) - 5 * 4) * ONE


def test_stakes_of_one_task_do_not_answer_for_another(task, books, system, people, bystander):
    cheat = people.trainers[0]
    Round.of(task).commit([cheat])
    advance_to(task, Phase.VOID)
    task.settle(cheat, {"from": people.outsider})
    assert system.vault.stakeOf(bystander, cheat, Role.TRAINER)["amount"] == 100 * ONE
    assert system.vault.stakeOf(task, cheat, Role.TRAINER)["amount"] == 80 * ONE
