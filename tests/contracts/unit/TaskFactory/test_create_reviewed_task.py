"""Creating a task whose updates are reviewed."""

from __future__ import annotations

from dataclasses import dataclass, field

import brownie
import pytest

from fl_client.chain.contracts import Payment, ReviewStep
from tests.contracts.federation import ONE, ZERO, parameters_of, plain, reverts, task_parameters
from tests.contracts.review_types import ReviewTerms
from tests.contracts.reviews import create_reviewed_task, review_terms
from tests.contracts.task_types import Bounds

BOUNDS = Bounds()
PHASE = (BOUNDS.min_phase_seconds, BOUNDS.max_phase_seconds)
MOST = BOUNDS.max_stake

# Three rounds, five validators, two coins.
REVIEW_BUDGET = 3 * 5 * 2 * ONE
BUDGET = 3 * (8 * (3 * ONE + 1 * ONE) + 2 * ONE)


@dataclass(frozen=True)
class Limits:
    """Bounds of one term, and what else must be chosen there."""

    least: int
    most: int
    at_least: dict[str, int] = field(default_factory=dict)
    at_most: dict[str, int] = field(default_factory=dict)


LIMITS = {
    "committee": Limits(least=3, most=15, at_least={"quorum": 2}, at_most={"quorum": 8}),
    "quorum": Limits(least=3, most=5),
    "commit_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "reveal_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "stake": Limits(least=ONE, most=MOST, at_least={"silence_penalty": ONE, "reward": ONE}),
    "reward": Limits(least=0, most=MOST, at_most={"silence_penalty": MOST, "stake": MOST}),
    "silence_penalty": Limits(least=2 * ONE, most=50 * ONE),
    "tolerance": Limits(least=0, most=65_534),
    "floor": Limits(least=0, most=65_533, at_most={"full": 65_534}),
    "full": Limits(least=32_769, most=65_534),
    "pace": Limits(least=2, most=10_000),
}
# As the contract calls those whose names a task's parameters have too.
NAMES = {
    "quorum": "committeeQuorum",
    "commit_seconds": "scoreCommitSeconds",
    "reveal_seconds": "scoreRevealSeconds",
    "stake": "validatorStake",
    "reward": "reviewReward",
    "silence_penalty": "silencePenalty",
}


@pytest.fixture
def try_to_create(system, owner):
    """Create a task in a call, which changes nothing."""

    def call(**chosen):
        parameters = task_parameters(system, owner)
        return system.factory.createReviewedTask.call(parameters, review_terms(**chosen), {"from": owner})

    return call


def test_task_and_board_know_each_other(system, owner):
    task, board = create_reviewed_task(system, owner)
    assert (task.parameters()["board"], board.task()) == (board, task)


def test_the_board_knows_its_terms(system, owner):
    terms = ReviewTerms(7, 5, 11, 12, 13 * ONE, 14, 15, 16, 17, 18, Payment.SCORE)
    _, board = create_reviewed_task(system, owner, terms)
    assert plain(tuple(board.terms())) == tuple(terms)


def test_the_task_knows_its_other_parameters(system, owner):
    task, board = create_reviewed_task(system, owner)
    assert parameters_of(task) == task_parameters(system, owner)._replace(board=board.address)


def test_a_task_without_review_has_no_board(new_task):
    assert parameters_of(new_task).board == ZERO


def test_a_new_board_reviews_nothing(system, owner):
    _, board = create_reviewed_task(system, owner)
    assert (board.review()["step"], board.seatCount()) == (ReviewStep.NONE, 0)


def test_both_budgets_are_taken(system, owner):
    before = system.coin.balanceOf(owner)
    task, board = create_reviewed_task(system, owner)
    assert system.pool.escrowOf(task)["unspent"] == BUDGET
    assert system.pool.escrowOf(board)["unspent"] == REVIEW_BUDGET
    assert before - system.coin.balanceOf(owner) == BUDGET + REVIEW_BUDGET


def test_review_budget_of_says_so_beforehand(factory, system, owner):
    assert factory.reviewBudgetOf(task_parameters(system, owner), review_terms()) == REVIEW_BUDGET


def test_beyond_the_allowance_reverts(factory, system, coin, pool, owner):
    coin.approve(pool, BUDGET + REVIEW_BUDGET - 1, {"from": owner})
    with reverts("ERC20InsufficientAllowance", pool, REVIEW_BUDGET - 1, REVIEW_BUDGET):
        factory.createReviewedTask(task_parameters(system, owner), review_terms(), {"from": owner})


def test_only_the_owner_creates_its_task(factory, system, owner, outsider):
    with reverts("TaskFactoryWrongOwner", owner, outsider):
        factory.createReviewedTask(task_parameters(system, owner), review_terms(), {"from": outsider})


def test_a_board_of_somebody_else_reverts(factory, system, owner, outsider):
    parameters = task_parameters(system, owner, board=outsider.address)
    with reverts("TaskFactoryParameterOutOfBounds", "board", int(outsider.address, 16), 0, 0):
        factory.createReviewedTask(parameters, review_terms(), {"from": owner})


def test_a_tasks_own_bounds_hold_as_well(factory, system, owner):
    with reverts("TaskFactoryParameterOutOfBounds", "quorum", 2, 3, 8):
        factory.createReviewedTask(task_parameters(system, owner, quorum=2), review_terms(), {"from": owner})


def test_every_board_runs_the_same_code(system, owner):
    _, board = create_reviewed_task(system, owner)
    target = bytes.fromhex(system.factory.boardImplementation()[2:])
    assert target in bytes(brownie.web3.eth.get_code(board.address))


# ---------------------------------------------------------------------- bounds


def test_every_number_has_limits():
    assert set(ReviewTerms._fields) - {"payment"} == set(LIMITS)


@pytest.mark.parametrize("name", LIMITS)
def test_the_least_is_admitted(try_to_create, name):
    assert try_to_create(**(LIMITS[name].at_least | {name: LIMITS[name].least}))


@pytest.mark.parametrize("name", LIMITS)
def test_the_greatest_is_admitted(try_to_create, name):
    assert try_to_create(**(LIMITS[name].at_most | {name: LIMITS[name].most}))


@pytest.mark.parametrize("name", [name for name, limits in LIMITS.items() if limits.least > 0])
def test_below_the_least_reverts(try_to_create, name):
    limits = LIMITS[name]
    below = limits.least - 1
    error = ("TaskFactoryParameterOutOfBounds", NAMES.get(name, name), below, limits.least, limits.most)
    with reverts(*error):
        try_to_create(**{name: below})


@pytest.mark.parametrize("name", LIMITS)
def test_above_the_greatest_reverts(try_to_create, name):
    limits = LIMITS[name]
    above = limits.most + 1
    error = ("TaskFactoryParameterOutOfBounds", NAMES.get(name, name), above, limits.least, limits.most)
    with reverts(*error):
        try_to_create(**{name: above})


def test_silence_costs_something_even_without_rewards(try_to_create):
    with reverts("TaskFactoryParameterOutOfBounds", "silencePenalty", 0, 1, 50 * ONE):
        try_to_create(reward=0, silence_penalty=0)


def test_a_quorum_is_more_than_half(try_to_create):
    with reverts("TaskFactoryParameterOutOfBounds", "committeeQuorum", 3, 4, 6):
        try_to_create(committee=6, quorum=3)


def test_where_times_are_compared_the_lowest_score_is_not_enough(try_to_create):
    assert try_to_create(pace=2, floor=1)
    with reverts("TaskFactoryParameterOutOfBounds", "floor", 0, 1, 65_533):
        try_to_create(pace=2, floor=0)


@pytest.mark.parametrize("payment", Payment)
def test_every_kind_of_payment_is_admitted(try_to_create, payment):
    assert try_to_create(payment=payment)


def test_another_kind_of_payment_reverts(try_to_create):
    with brownie.reverts():
        try_to_create(payment=3)
