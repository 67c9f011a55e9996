"""A task file's contents, and the parameters that they become."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import yaml

from fl_client.chain.contracts import Deployment, FactoryBounds
from fl_client.cli.task_file import EXAMPLE
from fl_client.errors import ConfigError
from fl_client.roles import TaskPlan, plan_from_table
from fl_client.types import Address, Bytes32

NOBODY = Address("0x" + "00" * 20)
DEPLOYMENT = Deployment(
    chain_id=1,
    block=0,
    coin=NOBODY,
    vault=NOBODY,
    pool=NOBODY,
    court=NOBODY,
    factory=NOBODY,
    mean_rule=Address("0x" + "11" * 20),
    median_rule=Address("0x" + "22" * 20),
    trimmed_mean_rule=Address("0x" + "33" * 20),
    round_tables=NOBODY,
    samples_weighing=NOBODY,
    equal_weighing=NOBODY,
    clip_weighing=NOBODY,
    krum_weighing=NOBODY,
    multi_krum_weighing=NOBODY,
    fltrust_weighing=NOBODY,
    reputation_weighing=NOBODY,
    mixing_weighing=NOBODY,
    proof_of_work=Address("0x" + "44" * 20),
    encrypted_task=NOBODY,
    encrypted_bounds=NOBODY,
    encrypted_verifier=NOBODY,
)


def parameters(plan: TaskPlan, deployment: Deployment = DEPLOYMENT) -> Any:
    return plan.parameters(
        owner=NOBODY,
        deployment=deployment,
        definition_hash=Bytes32(bytes(32)),
        initial_model=Bytes32(bytes(32)),
        initial_content=Bytes32(bytes(32)),
        dimension=10,
    )


def test_the_example_file_is_read_whole() -> None:
    table = yaml.safe_load(EXAMPLE)
    rest = {key: value for key, value in table.items() if key not in ("definition", "seed")}
    assert plan_from_table(rest, "example") == TaskPlan(trainers=5, challenge_seconds=3_600)


def test_amounts_are_exact() -> None:
    plan = plan_from_table({"rewards": {"update": 0.1}}, "file")
    assert (plan.update_reward, parameters(plan).update_reward) == (Decimal("0.1"), 10**17)


def test_an_amount_finer_than_the_coin_is_refused() -> None:
    with pytest.raises(ConfigError, match="bounty is 1E-19 coins: a coin has 18 decimals"):
        parameters(TaskPlan(bounty=Decimal("1e-19")))


def test_the_rule_and_its_argument_are_the_contracts() -> None:
    found = parameters(TaskPlan(rule="trimmed-mean:0.2"))
    assert (found.rule, found.rule_argument) == (DEPLOYMENT.trimmed_mean_rule, 2_000)


def test_the_weighing_rule_and_its_argument_are_the_contracts() -> None:
    deployment = replace(DEPLOYMENT, krum_weighing=Address("0x" + "44" * 20))
    found = parameters(TaskPlan(rule="krum:1+median", trainers=5), deployment)
    assert (found.rule, found.weighing, found.weighing_argument) == (
        deployment.median_rule,
        deployment.krum_weighing,
        1,
    )


@pytest.mark.parametrize(
    ("rule", "trainers", "line"),
    [
        (
            "krum:2+mean",
            6,
            "krum:2 bears 2 bad of 7 or more updates (n > 2 F + 2): plan at least 7 trainers, not 6, or a smaller F",
        ),
        ("nnm+mean", 25, "nnm weighs at most 24 updates: plan at most 24 trainers, not 25"),
        ("multi-krum+mean", 33, "multi-krum weighs at most 32 updates: plan at most 32 trainers, not 33"),
        ("fltrust:2+mean", 5, "the rule is 'fltrust:2', but fltrust takes no argument: give 'fltrust'"),
    ],
)
def test_a_rule_whose_bounds_the_places_do_not_fit_is_refused(rule: str, trainers: int, line: str) -> None:
    with pytest.raises(ConfigError, match=f"^file: {re.escape(line)}$"):
        plan_from_table({"rule": rule, "trainers": trainers}, "file")


def test_slots_have_neither_policy_nor_rate() -> None:
    found = parameters(TaskPlan().within(FactoryBounds.devnet()))
    assert (found.sealing, found.sealing_rate) == (NOBODY, 0)


def test_work_is_wanted_within_an_eighth_of_a_slot_unless_it_is_said() -> None:
    plan = plan_from_table({"sealing": "proof-of-work", "seconds": {"phase": 80}}, "task.yaml")
    found = parameters(plan.within(FactoryBounds.devnet()))
    assert (found.sealing, found.sealing_rate) == (DEPLOYMENT.proof_of_work, 10)
    said = plan_from_table({"sealing": "proof-of-work", "seconds": {"seal": 80, "sealing": 20}}, "task.yaml")
    assert parameters(said.within(FactoryBounds.devnet())).sealing_rate == 20


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ({"sealing": "lots"}, "give slots or proof-of-work"),
        ({"seconds": {"sealing": 5}}, "slots have no rate"),
        ({"sealing": "proof-of-work", "seconds": {"seal": 80, "sealing": 21}}, "4 times as long"),
    ],
)
def test_a_sealing_that_no_factory_admits_is_refused(table: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError, match=line):
        plan_from_table(table, "task.yaml")


def test_the_norm_bound_is_that_of_the_whole_vector() -> None:
    assert parameters(TaskPlan(norm_bound=4.0)).norm_bound_squared == (4 << 20) ** 2 * 10


def test_times_that_are_not_given_are_one_phase() -> None:
    found = TaskPlan(phase_seconds=30, seal_seconds=40).within(FactoryBounds.devnet())
    assert (found.join_seconds, found.commit_seconds, found.seal_seconds) == (30, 30, 40)


def test_nobody_is_free_before_the_last_dispute_is_over() -> None:
    found = TaskPlan(phase_seconds=30).within(FactoryBounds.devnet())
    assert (found.challenge_seconds, found.unbonding_seconds) == (30, 30 + 20 * 30)


def test_the_factorys_least_times_are_kept() -> None:
    found = TaskPlan(phase_seconds=600).within(FactoryBounds())
    assert (found.challenge_seconds, found.unbonding_seconds) == (3_600, 86_400)


def test_times_that_are_given_stay() -> None:
    given = TaskPlan(challenge_seconds=7, unbonding_seconds=8, retention_seconds=9)
    found = given.within(FactoryBounds.devnet())
    assert (found.challenge_seconds, found.unbonding_seconds, found.retention_seconds) == (7, 8, 9)


@pytest.mark.parametrize(
    ("trainers", "fraction", "quorum"), [(3, 1.0, 3), (10, 1.0, 5), (20, 0.5, 5), (128, 0.02, 3)]
)
def test_the_quorum_is_half_of_those_expected(trainers: int, fraction: float, quorum: int) -> None:
    assert TaskPlan(trainers=trainers, fraction=fraction).least_accepted == quorum


def test_a_quorum_that_is_given_stays() -> None:
    assert replace(TaskPlan(trainers=10), quorum=9).least_accepted == 9


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ({"round": 3}, "there is no 'round': a task file takes rounds"),
        ({"trainer_stake": 3}, "there is no 'trainer_stake'"),
        ({"stakes": 3}, "stakes is 3: give entries, e.g. trainer"),
        ({"stakes": {"owner": 3}}, "stakes has no 'owner': it takes trainer"),
        ({"stakes": {"trainer": "much"}}, "stakes: trainer is 'much': give an amount of coins"),
        ({"stakes": {"trainer": -1}}, "trainer_stake is -1: give coins"),
        ({"rounds": 2.5}, "rounds is 2.5: give a whole number"),
        ({"rounds": True}, "rounds is True: give a whole number"),
        ({"rounds": 0}, "rounds is 0: give 1 to 10000"),
        ({"trainers": 2}, "trainers is 2: give 3 to 128"),
        ({"rule": 3}, "rule is 3: give a text"),
        ({"rule": "average"}, "average"),
        ({"fraction": 0}, "fraction is 0.0: give more than 0"),
        ({"norm_bound": float("inf")}, "norm_bound is inf: give more than 0"),
        ({"seconds": {"phase": -5}}, "phase_seconds is -5: give seconds"),
        ({"burn": 1.5}, "burn is 1.5: give more than 0, at most 1"),
        ({"fraction": 10**400}, "000: give a smaller number"),
        ({"burn": 10**400}, "000: give a smaller number"),
        ({"norm_bound": 10**400}, "000: give a smaller number"),
        ({"quorum": -1}, "quorum is -1: give 3 to the 3 trainers, or 0 for half of them"),
        ({"trainers": 9, "quorum": 10}, "quorum is 10: give 3 to the 9 trainers"),
        ({"max_voids": -1}, "max_voids is -1: give 1 to 32"),
        ({"max_voids": 33}, "max_voids is 33: give 1 to 32"),
        ({"max_samples": -1}, "max_samples is -1: give 1 to 1431655765"),
        ({"max_samples": 2**32}, "give 1 to 1431655765"),
        (
            {"stakes": {"trainer": 1e80}},
            "trainer_stake is 1E+80: give coins, 0 to the 1000000000 that there are",
        ),
        ({"rewards": {"bounty": 10**400}}, "give coins, 0 to the 1000000000"),
        ({"seconds": {"retention": 10**400}}, "give seconds, 0 to 4294967295"),
    ],
)
def test_what_is_wrong_is_named(table: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as refused:
        plan_from_table(table, "task.yaml")
    assert str(refused.value).startswith("task.yaml: ") and line in str(refused.value)
