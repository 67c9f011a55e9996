"""Joining as a sealer."""

import pytest

from tests.contracts.federation import ONE, ZERO, advance_to, only_event, pass_deadline, reverts
from tests.contracts.task_types import MAX_SEATS, Phase, Role


def test_locks_the_stake(new_task, vault, sealers):
    new_task.joinAsSealer({"from": sealers[0]})
    assert vault.stakeOf(new_task, sealers[0], Role.SEALER) == (200 * ONE, 0)


def test_seats_are_taken_in_order(new_task, sealers):
    for sealer in sealers:
        new_task.joinAsSealer({"from": sealer})
    assert new_task.seats() == sealers


def test_returns_the_seat(new_task, sealers):
    new_task.joinAsSealer({"from": sealers[0]})
    assert new_task.joinAsSealer.call({"from": sealers[1]}) == 1


def test_emits_sealer_joined(new_task, sealers):
    new_task.joinAsSealer({"from": sealers[0]})
    transaction = new_task.joinAsSealer({"from": sealers[1]})
    assert only_event(transaction, "SealerJoined") == {"sealer": sealers[1], "seat": 1}


def test_twice_reverts(new_task, sealers):
    new_task.joinAsSealer({"from": sealers[0]})
    with reverts("TrainingTaskAlreadyJoined", sealers[0], Role.SEALER):
        new_task.joinAsSealer({"from": sealers[0]})


def test_a_free_seat_is_taken_first(new_task, sealers, challenger):
    for sealer in sealers:
        new_task.joinAsSealer({"from": sealer})
    new_task.leaveTask(Role.SEALER, 0, {"from": sealers[0]})
    new_task.joinAsSealer({"from": challenger})
    assert new_task.seats() == (challenger, sealers[1])


def test_a_free_seat_is_the_zero_address(new_task, sealers):
    new_task.joinAsSealer({"from": sealers[0]})
    new_task.leaveTask(Role.SEALER, 0, {"from": sealers[0]})
    assert new_task.seats() == (ZERO,)


def test_while_the_old_stake_unbonds_reverts(new_task, sealers):
    new_task.joinAsSealer({"from": sealers[0]})
    new_task.leaveTask(Role.SEALER, 0, {"from": sealers[0]})
    with reverts("TrainingTaskAlreadyJoined", sealers[0], Role.SEALER):
        new_task.joinAsSealer({"from": sealers[0]})


def test_there_are_sixteen_seats(new_task, system, accounts, owner):
    for account in accounts[1 : 1 + MAX_SEATS]:
        system.coin.transfer(account, 200 * ONE, {"from": owner})
        system.coin.approve(system.vault, 200 * ONE, {"from": account})
        new_task.joinAsSealer({"from": account})
    assert len(new_task.seats()) == MAX_SEATS
    with reverts("TrainingTaskFull", MAX_SEATS):
        new_task.joinAsSealer({"from": accounts[1 + MAX_SEATS]})


def test_without_allowance_reverts(new_task, vault, outsider):
    with reverts("ERC20InsufficientAllowance", vault, 0, 200 * ONE):
        new_task.joinAsSealer({"from": outsider})


def test_an_ended_task_reverts(new_task, sealers, outsider):
    pass_deadline(new_task)
    new_task.endTask({"from": outsider})
    with reverts("TrainingTaskUnexpectedPhase", Phase.ENDED, Phase.JOIN):
        new_task.joinAsSealer({"from": sealers[0]})


@pytest.mark.parametrize("phase", [Phase.AGGREGATE, Phase.STALLED])
def test_while_slots_run_reverts(task, attesting, challenger, phase):
    advance_to(task, phase)
    with reverts("TrainingTaskUnexpectedPhase", phase, Phase.CHALLENGE):
        task.joinAsSealer({"from": challenger})


def test_during_a_challenge_a_sealer_may_join(task, proposed, challenger):
    task.joinAsSealer({"from": challenger})
    assert task.seats()[2] == challenger
