"""A frozen set is dealt by a block that nobody knew (INV-GROUP-2, INV-GROUP-3); too few are not (INV-GROUP-4)."""

import pytest
from brownie import chain, web3
from eth_abi.abi import encode

from tests.contracts.encrypted import Federation
from tests.contracts.encrypted_types import EncryptedPhase, StatementKind
from tests.contracts.federation import events, only_event, reverts


@pytest.fixture(scope="module")
def federation(in_groups):
    return in_groups.until(EncryptedPhase.SUM)


def seed_of(federation, block, turn=1):
    """The seed that follows from a block."""
    parts = [bytes(web3.eth.get_block(block)["hash"]), federation.task.address, turn]
    return bytes(web3.keccak(encode(["bytes32", "address", "uint256"], parts)))


def frozen_in():
    """The latest block: nothing has happened since the set was frozen."""
    return int(web3.eth.block_number)


def test_it_follows_from_the_block_that_froze_the_set(federation):
    seed = seed_of(federation, frozen_in())
    chain.mine(3)
    assert only_event(federation.deal_groups(), "GroupsDealt") == {"turn": 1, "seed": seed}
    assert federation.task.dealing() == "0x" + seed.hex()


def test_before_there_is_none(federation):
    assert int(str(federation.task.dealing()), 16) == 0


def test_the_block_itself_cannot_deal(federation):
    """Whoever freezes cannot deal in the same transaction, and take both back for a dealing that it does not like."""
    with reverts("EncryptedTaskNotDue", EncryptedPhase.SUM, federation.deadline):
        federation.task.dealGroups.call(1, block_identifier=frozen_in())


def test_a_sum_needs_it(federation):
    arguments = federation.turn, federation.state["accepted"], bytes(32), b"\1" * 32
    with reverts("EncryptedTaskBadValue", 0, 2**256 - 1):
        federation.task.proposeSum(*arguments, {"from": federation.parties[0]})


def test_a_sum_names_it(federation):
    federation.deal_groups()
    seed = federation.task.dealing()
    arguments = federation.turn, federation.state["accepted"], bytes(32), b"\1" * 32
    with reverts("EncryptedTaskOtherTurn", int(str(seed), 16), 0):
        federation.task.proposeSum(*arguments, {"from": federation.parties[0]})
    assert events(federation.propose_sum(), "SumProposed")


def test_once_is_enough(federation):
    federation.deal_groups()
    with reverts("EncryptedTaskNotDue", EncryptedPhase.SUM, federation.deadline):
        federation.deal_groups()


def test_another_turn_reverts(federation):
    with reverts("EncryptedTaskOtherTurn", 1, 2):
        federation.task.dealGroups(2, {"from": federation.outsider})


def test_after_the_deadline_it_is_too_late(federation):
    federation.pass_deadline()
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.SUM):
        federation.deal_groups()


def test_in_another_phase_it_reverts(federation):
    federation.deal_groups()
    federation.propose_sum()
    with reverts("EncryptedTaskUnexpectedPhase", EncryptedPhase.SUM_CHALLENGE):
        federation.deal_groups()


def test_where_nobody_came_in_time_a_later_block_decides(make_groups):
    task = make_groups(sum_seconds=5_000).start().until(EncryptedPhase.SUM)
    frozen = frozen_in()
    chain.mine(260)
    assert task.phase == EncryptedPhase.SUM
    again = task.deal_groups()
    assert not again.events
    assert int(str(task.task.dealing()), 16) == 0
    dealt = only_event(task.deal_groups(), "GroupsDealt")["seed"]
    assert dealt == seed_of(task, again.block_number)
    assert dealt != seed_of(task, frozen)


# ---------------------------------------------------------------------- other sums and sets


def test_a_struck_sum_leaves_the_groups_as_they_are(federation, challenger):
    federation.deal_groups()
    seed = federation.task.dealing()
    federation.propose_sum()
    federation.ask(StatementKind.SUM, 0, challenger)
    federation.strike()
    assert (federation.phase, federation.task.dealing()) == (EncryptedPhase.SUM, seed)
    assert events(federation.propose_sum(1), "SumProposed")


def test_a_struck_update_leads_to_other_groups(federation, challenger):
    federation.deal_groups()
    seed = federation.task.dealing()
    federation.propose_sum()
    federation.ask(StatementKind.UPDATE, 4, challenger)
    struck = federation.strike()
    assert events(struck, "SetFrozen")
    assert int(str(federation.task.dealing()), 16) == 0
    with reverts("EncryptedTaskBadValue", 0, 2**256 - 1):
        federation.propose_sum(1)
    again = only_event(federation.deal_groups(), "GroupsDealt")["seed"]
    assert again == seed_of(federation, struck.block_number)
    assert again != bytes.fromhex(str(seed)[2:])


def test_too_few_for_all_groups_void_the_turn(federation, challenger):
    """Ten accepted, three groups of three: the second that is struck leaves eight."""
    federation.deal_groups()
    federation.propose_sum()
    federation.ask(StatementKind.UPDATE, 4, challenger)
    federation.strike()
    federation.deal_groups()
    federation.propose_sum()
    federation.ask(StatementKind.UPDATE, 5, challenger)
    assert events(federation.strike(), "TurnVoid")


def test_too_few_submissions_void_the_turn(make_groups):
    task = make_groups().start()
    task.submit(range(8))
    assert events(task.expire(), "TurnVoid")
    task.submit(range(9))
    assert not events(task.expire(), "TurnVoid")
    assert task.phase == EncryptedPhase.ATTEST


def test_too_few_who_joined_end_the_task(make_groups):
    task = make_groups()
    task.join(range(8))
    assert events(task.expire(), "EncryptedTaskEnded")


def test_a_task_of_one_group_has_nothing_to_deal(system, people):
    task = Federation.create(system, people).start().until(EncryptedPhase.SUM)
    chain.mine(2)
    with reverts("EncryptedTaskNotDue", EncryptedPhase.SUM, task.deadline):
        task.deal_groups()


# ---------------------------------------------------------------------- questions


@pytest.mark.parametrize("kind", [StatementKind.SUM, StatementKind.RESULT, StatementKind.SHARE])
def test_sums_have_a_chunk_for_each_group(federation, kind, challenger):
    phase = {
        StatementKind.SUM: EncryptedPhase.SUM_CHALLENGE,
        StatementKind.SHARE: EncryptedPhase.RESULT,
        StatementKind.RESULT: EncryptedPhase.RESULT_CHALLENGE,
    }[kind]
    federation.until(phase)
    with reverts("EncryptedTaskBadValue", 21, 20):
        federation.ask(kind, 0, challenger, chunk=21)
    assert events(federation.ask(kind, 0, challenger, chunk=20), "ChunkAsked")


def test_updates_have_those_of_one(federation, challenger):
    federation.until(EncryptedPhase.SUM_CHALLENGE)
    with reverts("EncryptedTaskBadValue", 7, 6):
        federation.ask(StatementKind.UPDATE, 0, challenger, chunk=7)
    assert events(federation.ask(StatementKind.UPDATE, 0, challenger, chunk=6), "ChunkAsked")


def test_rounds_follow_each_other(federation):
    first = federation.until(EncryptedPhase.SUM_CHALLENGE).task.dealing()
    federation.finish_round()
    second = federation.until(EncryptedPhase.SUM_CHALLENGE).task.dealing()
    assert str(first) != str(second)
    assert federation.state["round"] == 2
