"""Drawing the trainers of a turn."""

import brownie
import pytest
from brownie import chain
from eth_abi.abi import encode

from tests.contracts.federation import (
    NOTHING,
    advance_to,
    create_task,
    events,
    join_all,
    only_event,
    reverts,
    running_task,
)
from tests.contracts.rounds import Round
from tests.contracts.task_types import BPS, Phase

KEPT_HASHES = 256
FRACTION_BPS = 7_500  # of eight trainers fewer than two are drawn once in 2,600 times


@pytest.fixture
def drawing(system, people):
    """A task that draws three quarters of its eight trainers; its first turn opened one block ago."""
    return running_task(system, people, trainers=8, fraction_bps=FRACTION_BPS)


@pytest.fixture
def opened_at(drawing):
    """The block that opened the first turn."""
    return brownie.history[-1].block_number


@pytest.fixture
def drawn(drawing, trainers):
    """The trainers that were drawn, at least two."""
    found = [trainer for trainer in trainers if drawing.isDrawn(trainer)]
    assert len(found) > 1
    return found


def seed_after(previous, block, task):
    """The seed that follows from a block."""
    block_hash = bytes(brownie.web3.eth.get_block(block)["hash"])
    packed = encode(("bytes32", "bytes32", "address"), (previous, block_hash, task.address))
    return bytes(brownie.web3.keccak(packed))


def is_below(seed, turn, trainer, fraction_bps):
    """Whether a trainer's lot falls below the fraction."""
    lot = brownie.web3.keccak(encode(("bytes32", "uint24", "address"), (seed, turn, trainer.address)))
    return int.from_bytes(lot, "big") // ((2**256 - 1) // BPS + 1) < fraction_bps


def test_emits_turn_seeded(drawing, opened_at, outsider):
    assert only_event(drawing.seedTurn({"from": outsider}), "TurnSeeded") == {
        "turn": 1,
        "seed": seed_after(NOTHING, opened_at, drawing),
    }


def test_the_first_commitment_seeds_too(drawing, opened_at, drawn):
    update = Round.of(drawing).update(drawn[0])
    transaction = drawing.commitUpdate(1, update.digest, {"from": drawn[0]})
    assert only_event(transaction, "TurnSeeded")["seed"] == seed_after(NOTHING, opened_at, drawing)


def test_the_second_commitment_does_not(drawing, drawn):
    round_ = Round.of(drawing)
    round_.commit(drawn[:1])
    update = round_.update(drawn[1])
    assert events(drawing.commitUpdate(1, update.digest, {"from": drawn[1]}), "TurnSeeded") == []


def test_twice_reverts(drawing, outsider):
    drawing.seedTurn({"from": outsider})
    with reverts("TrainingTaskSeedPending", 0):
        drawing.seedTurn({"from": outsider})


def test_without_a_draw_reverts(task, outsider):
    with reverts("TrainingTaskSeedPending", 0):
        task.seedTurn({"from": outsider})


def test_the_seed_does_not_change_who_is_drawn(drawing, trainers, outsider):
    before = [drawing.isDrawn(trainer) for trainer in trainers]
    drawing.seedTurn({"from": outsider})
    assert [drawing.isDrawn(trainer) for trainer in trainers] == before


def test_who_is_drawn_follows_from_the_block_that_opened_the_turn(drawing, opened_at, trainers):
    seed = seed_after(NOTHING, opened_at, drawing)
    expected = [is_below(seed, 1, trainer, FRACTION_BPS) for trainer in trainers]
    assert [drawing.isDrawn(trainer) for trainer in trainers] == expected


def test_before_the_next_block_nobody_knows(system, people, outsider):
    task = create_task(system, people.owner, fraction_bps=5_000)
    join_all(task, people.trainers, people.sealers)
    started = task.start({"from": people.owner})
    with reverts("TrainingTaskSeedPending", started.block_number):
        task.isDrawn(outsider, block_identifier=started.block_number)


def test_after_256_blocks_a_later_block_decides(drawing, opened_at, outsider):
    chain.mine(KEPT_HASHES + 1)
    assert events(drawing.seedTurn({"from": outsider}), "TurnSeeded") == []
    armed_at = brownie.history[-1].block_number
    chain.mine()
    seeded = drawing.seedTurn({"from": outsider})
    assert only_event(seeded, "TurnSeeded")["seed"] == seed_after(NOTHING, armed_at, drawing)


def test_after_256_blocks_a_commitment_reverts(drawing, opened_at, trainers):
    chain.mine(KEPT_HASHES + 1)
    with reverts("TrainingTaskSeedPending", opened_at):
        drawing.commitUpdate(1, NOTHING, {"from": trainers[0]})


def test_the_next_turn_has_another_seed(drawing, opened_at, outsider):
    first = only_event(drawing.seedTurn({"from": outsider}), "TurnSeeded")["seed"]
    advance_to(drawing, Phase.VOID)
    opened = drawing.voidRound({"from": outsider})
    assert only_event(drawing.seedTurn({"from": outsider}), "TurnSeeded") == {
        "turn": 2,
        "seed": seed_after(first, opened.block_number, drawing),
    }


def test_only_the_drawn_may_commit(drawing, trainers):
    round_ = Round.of(drawing)
    for trainer in trainers:
        if drawing.isDrawn(trainer):
            round_.commit([trainer])
        else:
            with reverts("TrainingTaskNotDrawn", trainer, 1):
                round_.commit([trainer])


def test_a_draw_is_not_awaited(drawing, drawn):
    Round.of(drawing).commit(drawn)
    assert drawing.phase()[0] == Phase.COMMIT


def test_without_a_draw_everybody_is_drawn(task, trainers, outsider):
    assert all(task.isDrawn(account) for account in (*trainers, outsider))


def test_status_says_so_too(drawing, trainers):
    for trainer in trainers:
        assert drawing.statusOf(trainer)[4] == drawing.isDrawn(trainer)


def test_status_refuses_no_reader(drawing, trainers):
    chain.mine(KEPT_HASHES + 1)
    assert not any(drawing.statusOf(trainer)[4] for trainer in trainers)
