"""Every parameter of a task has a least and a greatest value: both are admitted, one beyond is not.

The other parameters are those of `task_parameters`; `partners` change with the one under test where a limit
could not be reached otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.contracts.federation import ONE, reverts, task_parameters
from tests.contracts.task_types import BPS, Bounds, TaskParameters

BOUNDS = Bounds()
PHASE = (BOUNDS.min_phase_seconds, BOUNDS.max_phase_seconds)
MOST = BOUNDS.max_stake
WORD = 2**32 - 1


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a parameter may be, and what has to change with it to get there."""

    least: int
    most: int
    at_least: dict[str, Any] = field(default_factory=dict)
    at_most: dict[str, Any] = field(default_factory=dict)


# A reward is at most the penalties, which are at most the stake.
HIGHEST_PENALTIES = {"trainer_stake": MOST, "reveal_penalty": MOST, "norm_penalty": MOST}

LIMITS = {
    "dimension": Limits(least=1, most=64 * 2**20),
    "fraction_bits": Limits(least=0, most=30),
    "norm_bound_squared": Limits(least=1, most=2**128 - 1),
    "rounds": Limits(least=1, most=500_000),
    "max_trainers": Limits(least=3, most=128),
    "quorum": Limits(least=3, most=8),
    "max_voids": Limits(least=1, most=32),
    "fraction_bps": Limits(least=1, most=BPS),
    "max_samples": Limits(least=1, most=WORD // 8),
    "join_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "commit_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "reveal_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "attest_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "seal_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "answer_seconds": Limits(least=PHASE[0], most=PHASE[1], at_most={"unbonding_seconds": WORD}),
    "challenge_seconds": Limits(
        least=BOUNDS.min_challenge_seconds, most=PHASE[1], at_most={"unbonding_seconds": WORD}
    ),
    "retention_seconds": Limits(least=0, most=WORD),
    # Longer than the longest dispute: a window of 900 and eight answers of 300 seconds.
    "unbonding_seconds": Limits(least=900 + 8 * 300 + 1, most=WORD),
    "trainer_stake": Limits(
        least=1,
        most=MOST,
        at_least={"reveal_penalty": 1, "norm_penalty": 1, "update_reward": 1, "attest_reward": 0},
    ),
    "sealer_stake": Limits(
        least=1,
        most=MOST,
        at_least={"seal_penalty": 1},
        at_most={"seal_penalty": MOST // 2, "challenge_bond": MOST // 2},
    ),
    "seal_penalty": Limits(least=100 * ONE, most=200 * ONE, at_most={"challenge_bond": 200 * ONE}),
    "challenge_bond": Limits(least=180 * ONE, most=MOST),
    "answer_fee": Limits(least=0, most=190 * ONE // 5),
    "reveal_penalty": Limits(least=4 * ONE, most=100 * ONE, at_most={"norm_penalty": 100 * ONE}),
    "norm_penalty": Limits(least=20 * ONE, most=100 * ONE),
    "burn_bps": Limits(least=BOUNDS.min_burn_bps, most=BPS),
    "update_reward": Limits(
        least=0,
        most=MOST,
        at_most={"trainer_stake": MOST, "reveal_penalty": MOST, "norm_penalty": MOST, "attest_reward": 0},
    ),
    "attest_reward": Limits(
        least=0,
        most=MOST,
        at_most={"trainer_stake": MOST, "reveal_penalty": MOST, "norm_penalty": MOST, "update_reward": 0},
    ),
    "seal_reward": Limits(least=0, most=MOST),
}

# Held down by the penalty for hiding an update, which is at most the stake.
REWARDS = ("update_reward", "attest_reward")
UNBOUNDED = {"weighing", "owner", "definition_hash", "initial_model", "initial_content", "bounty", "rule"}
# What the rule itself says of it.
OF_THE_RULE = {"rule_argument", "weighing_argument"}
# What the policy itself says of them: test_sealing.py.
OF_THE_POLICY = {"sealing", "sealing_rate"}
# Made by the factory itself, so that it must be zero.
OF_THE_FACTORY = {"board"}


@pytest.fixture(scope="module")
def try_to_create(system, owner):
    """Create a task in a call, which changes nothing."""

    def call(**chosen):
        parameters = task_parameters(system, owner, initial_model=bytes(32), **chosen)
        return system.factory.createTask.call(parameters, {"from": owner})

    return call


def in_solidity(name):
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def test_every_number_has_limits():
    others = UNBOUNDED | OF_THE_RULE | OF_THE_POLICY | OF_THE_FACTORY
    assert set(TaskParameters._fields) - others == set(LIMITS)


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
    with reverts("TaskFactoryParameterOutOfBounds", in_solidity(name), below, limits.least, limits.most):
        try_to_create(**{name: below})


@pytest.mark.parametrize("name", [name for name in LIMITS if name not in REWARDS])
def test_above_the_greatest_reverts(try_to_create, name):
    limits = LIMITS[name]
    above = limits.most + 1
    partners = {key: value for key, value in limits.at_most.items() if key == "unbonding_seconds"}
    with reverts("TaskFactoryParameterOutOfBounds", in_solidity(name), above, limits.least, limits.most):
        try_to_create(**(partners | {name: above}))


def test_a_board_of_somebody_else_reverts(try_to_create, outsider):
    address = int(outsider.address, 16)
    with reverts("TaskFactoryParameterOutOfBounds", "board", address, 0, 0):
        try_to_create(board=outsider.address)


def test_quorum_is_at_most_the_number_of_trainers(try_to_create):
    with reverts("TaskFactoryParameterOutOfBounds", "quorum", 6, 3, 5):
        try_to_create(max_trainers=5, quorum=6)


def test_samples_of_all_trainers_stay_below_two_to_the_32(try_to_create):
    with reverts("TaskFactoryParameterOutOfBounds", "maxSamples", WORD // 128 + 1, 1, WORD // 128):
        try_to_create(max_trainers=128, max_samples=WORD // 128 + 1)


def test_a_seal_penalty_is_at_least_half_of_an_odd_stake(try_to_create):
    with reverts("TaskFactoryParameterOutOfBounds", "sealPenalty", 3, 4, 7):
        try_to_create(sealer_stake=7, seal_penalty=3)


def evidence_bytes(trainers, dimension):
    """Call data of an aggregate's proof: every update's and both models' opening, the entries, and the rest."""
    depth = ((dimension + 63) // 64 - 1).bit_length()
    opening = 16 + 256 + 48 * depth
    padded = 64 + -(-opening // 32) * 32
    return (trainers + 2) * padded + trainers * 96 + 544


def test_the_evidence_against_an_aggregate_fits_into_a_transaction(try_to_create):
    chosen = {"max_trainers": 111, "dimension": 64 * 2**14}
    length = evidence_bytes(111, 64 * 2**14)
    assert length > 126_000 >= evidence_bytes(110, 64 * 2**14)
    with reverts("TaskFactoryParameterOutOfBounds", "evidence", length, 0, 126_000):
        try_to_create(**chosen)


def test_one_trainer_less_may_have_so_large_a_model(try_to_create):
    assert try_to_create(max_trainers=110, dimension=64 * 2**14)


def test_unbonding_outlasts_a_longer_dispute(try_to_create):
    longest = 900 + 8 * 1_000
    with reverts("TaskFactoryParameterOutOfBounds", "unbondingSeconds", longest, longest + 1, WORD):
        try_to_create(answer_seconds=1_000, unbonding_seconds=longest)


@pytest.mark.parametrize("name", REWARDS)
def test_a_reward_above_every_penalty_reverts(try_to_create, name):
    chosen = LIMITS[name].at_most | {name: MOST + 1}
    camel = name.split("_")[0] + name.split("_")[1].capitalize()
    with reverts("TaskFactoryParameterOutOfBounds", camel, MOST + 1, 0, MOST):
        try_to_create(**chosen)


def test_a_reveal_costs_something_even_without_rewards(try_to_create):
    with reverts("TaskFactoryParameterOutOfBounds", "revealPenalty", 0, 1, 100 * ONE):
        try_to_create(update_reward=0, attest_reward=0, reveal_penalty=0)
