"""Every parameter of an encrypted task has a least and a greatest value: both are admitted, one beyond is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import brownie
import pytest
from eth_abi.abi import encode

from tests.contracts.encrypted import encrypted_parameters
from tests.contracts.encrypted_types import EncryptedParameters
from tests.contracts.federation import LEAST_MODULUS, ONE, ZERO, reverts
from tests.contracts.task_types import BPS, Bounds

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


HIGHEST = {"stake": MOST, "wrong_penalty": MOST, "submit_penalty": MOST, "share_penalty": MOST}
NO_REWARDS = {"update_reward": 0, "attest_reward": 0, "share_reward": 0}
LONG = {"unbonding_seconds": WORD}
CROWD = {"threshold": 11, "minimum_accepted": 12}
CROWDED = {"minimum_accepted": 3, "max_weight": 1}

LIMITS = {
    # 2^20 - 1 ciphertexts of 24 slots.
    "dimension": Limits(least=1, most=24 * (2**20 - 1)),
    "fraction_bits": Limits(least=0, most=30),
    "rounds": Limits(least=1, most=500_000),
    "modulus_bytes": Limits(least=LEAST_MODULUS, most=384),
    "max_parties": Limits(least=3, most=32, at_most=CROWD | {"max_weight": 1}),
    # A sum is of one update more than open it.
    "threshold": Limits(least=2, most=4, at_most={"minimum_accepted": 5}),
    "minimum_accepted": Limits(least=3, most=5),
    "max_voids": Limits(least=1, most=32),
    "value_bits": Limits(least=2, most=24),
    # Five parties of weight one need three bits.
    "headroom_bits": Limits(least=5, most=16),
    "scale_bits": Limits(least=0, most=16),
    "max_weight": Limits(least=1, most=2**5 // 5),
    "join_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "deal_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "confirm_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "submit_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "attest_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "sum_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "share_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "result_seconds": Limits(least=PHASE[0], most=PHASE[1]),
    "answer_seconds": Limits(least=PHASE[0], most=PHASE[1], at_most=LONG),
    "challenge_seconds": Limits(least=BOUNDS.min_challenge_seconds, most=PHASE[1], at_most=LONG),
    # A window of 800 and eight answers of 300 seconds.
    "unbonding_seconds": Limits(least=800 + 8 * 300 + 1, most=WORD),
    "retention_seconds": Limits(least=0, most=WORD),
    "stake": Limits(least=60 * ONE, most=MOST),
    "wrong_penalty": Limits(least=20 * ONE, most=100 * ONE),
    # What a party can earn in a round, and the penalty for a wrong statement.
    "submit_penalty": Limits(least=6 * ONE, most=60 * ONE),
    "share_penalty": Limits(least=6 * ONE, most=60 * ONE),
    "question_bond": Limits(least=15 * ONE, most=MOST),
    "answer_fee": Limits(least=0, most=3 * ONE),
    "burn_bps": Limits(least=BOUNDS.min_burn_bps, most=BPS),
    "groups": Limits(least=1, most=9, at_most=CROWDED | {"max_parties": 32, "threshold": 11}),
    "update_reward": Limits(least=0, most=MOST, at_most=HIGHEST | NO_REWARDS),
    "attest_reward": Limits(least=0, most=MOST, at_most=HIGHEST | NO_REWARDS),
    "share_reward": Limits(least=0, most=MOST, at_most=HIGHEST | NO_REWARDS),
    "sum_reward": Limits(least=0, most=MOST),
    "result_reward": Limits(least=0, most=MOST),
}
UNBOUNDED = {"owner", "definition_hash", "initial_model", "initial_content", "dealer", "bounty"}

# What is named where one step beyond is taken: limits that follow from another parameter.
NAMED_BELOW = {
    "stake": ("wrongPenalty", 60 * ONE, 1, 60 * ONE - 1),
    "wrong_penalty": ("sharePenalty", 20 * ONE, 6 * ONE, 20 * ONE - 1),
    "headroom_bits": ("maxWeight", 6, 1, 2**4 // 5),
    "question_bond": ("answerFee", 3 * ONE, 0, (15 * ONE - 1) // 5),
    "dimension": ("dimension", 0, 1, 64 << 20),
}
NAMED_ABOVE = {
    "dimension": ("chunks", 2**20, 1, 2**20 - 1),
    "headroom_bits": ("headroomBits", 17, 0, 16),
    "stake": ("stake", MOST + 1, 1, MOST),
    "wrong_penalty": ("wrongPenalty", 100 * ONE + 1, 1, 100 * ONE),
    "question_bond": ("questionBond", MOST + 1, ONE, MOST),
    # What a party earns is at most what lateness costs it.
    **dict.fromkeys(
        ("update_reward", "attest_reward", "share_reward"), ("submitPenalty", MOST, MOST + 1, MOST)
    ),
}


@pytest.fixture(scope="module")
def check(system: Any, people: Any) -> Any:
    """Check parameters within the factory's bounds."""

    def call(**chosen: Any) -> None:
        parameters = encrypted_parameters(people.owner, people.sealers[0])._replace(**chosen)
        system.encrypted_bounds.check(parameters, tuple(BOUNDS))

    return call


def in_solidity(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def at_least(name: str) -> dict[str, Any]:
    lower = {"max_parties": {"threshold": 2}}.get(name, {})
    return LIMITS[name].at_least | lower | {name: LIMITS[name].least}


def test_every_number_has_limits() -> None:
    assert set(EncryptedParameters._fields) - UNBOUNDED == set(LIMITS)


@pytest.mark.parametrize("name", LIMITS)
def test_the_least_is_admitted(check: Any, name: str) -> None:
    check(**at_least(name))


@pytest.mark.parametrize("name", LIMITS)
def test_the_greatest_is_admitted(check: Any, name: str) -> None:
    check(**(LIMITS[name].at_most | {name: LIMITS[name].most}))


@pytest.mark.parametrize("name", [name for name, limits in LIMITS.items() if limits.least > 0])
def test_below_the_least_reverts(check: Any, name: str) -> None:
    limits = LIMITS[name]
    below = limits.least - 1
    usual = (in_solidity(name), below, limits.least, limits.most)
    with reverts("TaskFactoryParameterOutOfBounds", *NAMED_BELOW.get(name, usual)):
        check(**{name: below})


@pytest.mark.parametrize("name", LIMITS)
def test_above_the_greatest_reverts(check: Any, name: str) -> None:
    limits = LIMITS[name]
    above = limits.most + 1
    usual = (in_solidity(name), above, limits.least, limits.most)
    with reverts("TaskFactoryParameterOutOfBounds", *NAMED_ABOVE.get(name, usual)):
        check(**(limits.at_most | {name: above}))


def test_no_dealer_reverts(check: Any) -> None:
    with reverts("TaskFactoryParameterOutOfBounds", "dealer", 0, 1, 2**160 - 1):
        check(dealer=ZERO)


@pytest.mark.parametrize(("parties", "least"), [(3, 2), (5, 2), (6, 3), (8, 3), (9, 4), (32, 11)])
def test_the_threshold_is_more_than_a_third(check: Any, parties: int, least: int) -> None:
    chosen = {"max_parties": parties, "minimum_accepted": least + 1, "max_weight": 1}
    check(threshold=least, **chosen)
    with reverts("TaskFactoryParameterOutOfBounds", "threshold", least - 1, least, parties - 1):
        check(threshold=least - 1, **chosen)


@pytest.mark.parametrize(("threshold", "least"), [(2, 3), (3, 4), (4, 5)])
def test_a_sum_is_of_more_updates_than_open_it(check: Any, threshold: int, least: int) -> None:
    check(threshold=threshold, minimum_accepted=least)
    with reverts("TaskFactoryParameterOutOfBounds", "minimumAccepted", least - 1, least, 5):
        check(threshold=threshold, minimum_accepted=least - 1)


@pytest.mark.parametrize("groups", [2, 4, 8])
def test_groups_are_an_odd_number(check: Any, groups: int) -> None:
    with reverts("TaskFactoryParameterOutOfBounds", "groups", groups, groups - 1, groups - 1):
        check(groups=groups, max_parties=32, threshold=11, minimum_accepted=3, max_weight=1)


@pytest.mark.parametrize(
    ("parties", "threshold", "groups", "least", "most"),
    [(9, 4, 3, 3, 3), (14, 8, 3, 3, 4), (14, 9, 3, 4, 4), (32, 20, 3, 7, 10), (32, 31, 5, 7, 6)],
)
def test_every_group_is_of_three_and_all_of_them_of_more_than_open_a_sum(
    check: Any, parties: int, threshold: int, groups: int, least: int, most: int
) -> None:
    chosen = {"max_parties": parties, "threshold": threshold, "groups": groups, "max_weight": 1}
    for value in (least, most):
        if least <= most:
            check(minimum_accepted=value, **chosen)
    for beside in (least - 1, most + 1):
        with reverts("TaskFactoryParameterOutOfBounds", "minimumAccepted", beside, least, most):
            check(minimum_accepted=beside, **chosen)


def test_the_sums_of_all_groups_are_as_many_ciphertexts_as_a_tree_may_have(check: Any) -> None:
    chosen = {"groups": 3, "max_parties": 9, "threshold": 4, "max_weight": 1}
    check(dimension=24 * 349_525, **chosen)
    with reverts("TaskFactoryParameterOutOfBounds", "chunks", 3 * 349_526, 1, 2**20 - 1):
        check(dimension=24 * 349_525 + 1, **chosen)


@pytest.mark.parametrize("length", [65, 95, 257])
def test_a_modulus_is_a_multiple_of_a_word(check: Any, length: int) -> None:
    floor = length - length % 32
    with reverts("TaskFactoryParameterOutOfBounds", "modulusBytes", length, floor, floor):
        check(modulus_bytes=length)


def test_a_weight_is_a_byte(check: Any) -> None:
    check(headroom_bits=16, max_weight=255)
    with reverts("TaskFactoryParameterOutOfBounds", "maxWeight", 256, 1, 255):
        check(headroom_bits=16, max_weight=256)


def test_no_headroom_holds_no_weights(check: Any) -> None:
    with reverts("TaskFactoryParameterOutOfBounds", "maxWeight", 6, 1, 0):
        check(headroom_bits=0)


def test_a_bond_is_at_least_a_coin(check: Any) -> None:
    check(question_bond=ONE, answer_fee=0)
    with reverts("TaskFactoryParameterOutOfBounds", "questionBond", ONE - 1, ONE, MOST):
        check(question_bond=ONE - 1, answer_fee=0)


def test_lateness_costs_something_even_without_rewards(check: Any) -> None:
    check(submit_penalty=1, share_penalty=1, wrong_penalty=1, stake=1, **NO_REWARDS)
    with reverts("TaskFactoryParameterOutOfBounds", "submitPenalty", 0, 1, 60 * ONE):
        check(submit_penalty=0, **NO_REWARDS)


def test_no_penalty_exceeds_that_of_a_wrong_statement(check: Any) -> None:
    with reverts("TaskFactoryParameterOutOfBounds", "wrongPenalty", 0, 1, 100 * ONE):
        check(wrong_penalty=0)


def test_a_whole_task_of_the_longest_unbonding_that_the_factory_asks_for(system: Any, people: Any) -> None:
    parameters = encrypted_parameters(people.owner, people.sealers[0])
    limits = tuple(BOUNDS._replace(min_unbonding_seconds=5_001))
    with reverts("TaskFactoryParameterOutOfBounds", "unbondingSeconds", 5_000, 5_001, WORD):
        system.encrypted_bounds.check(parameters, limits)


# ---------------------------------------------------------------------- what needs no limit


def test_the_widest_slot_fits_into_the_shortest_plaintext() -> None:
    assert LIMITS["value_bits"].most + LIMITS["headroom_bits"].most <= 8 * LEAST_MODULUS - 1


def test_the_longest_answer_fits_into_a_transaction() -> None:
    """A sum of 32 ciphertexts of 768 bytes, each with a path of twenty; nodes pass no more than 128 KiB on."""
    length, parties, path = LIMITS["modulus_bytes"].most, LIMITS["max_parties"].most, [bytes(32)] * 20
    key = bytes(16 + length * (5 + parties))
    types = ["bytes", "bytes", "bytes32[]", "bytes[]", "bytes32[]", "bytes32[][]"]
    ciphertext = bytes(2 * length)
    proof = encode(
        types, [key, ciphertext, path, [ciphertext] * parties, [bytes(32)] * parties, [path] * parties]
    )
    assert len(proof) + 4 + 64 <= 126_000


# ---------------------------------------------------------------------- the deployment's own limit


@pytest.mark.parametrize("length", [64, 256, 384])
def test_the_shortest_modulus_is_the_deployments(owner: Any, people: Any, length: int) -> None:
    bounds = owner.deploy(brownie.EncryptedBounds, length)
    assert bounds.leastModulusBytes() == length
    bounds.check(encrypted_parameters(owner, owner, modulus_bytes=length), tuple(BOUNDS))
    with reverts("TaskFactoryParameterOutOfBounds", "modulusBytes", length - 32, length, 384):
        bounds.check(encrypted_parameters(owner, owner, modulus_bytes=length - 32), tuple(BOUNDS))


@pytest.mark.parametrize("length", [0, 63, 385])
def test_a_deployment_cannot_admit_every_modulus(owner: Any, length: int) -> None:
    with reverts("TaskFactoryParameterOutOfBounds", "leastModulusBytes", length, 64, 384):
        owner.deploy(brownie.EncryptedBounds, length)


def test_the_budget_is_what_all_rounds_can_cost(system: Any, people: Any) -> None:
    parameters = encrypted_parameters(people.owner, people.sealers[0], rounds=7)
    assert system.encrypted_bounds.budgetOf(parameters) == 7 * (5 * (3 + 1 + 2) + 4 + 5) * ONE
