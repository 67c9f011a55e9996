"""A review as a task file has it, and the terms that it becomes."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fl_client.chain.contracts import ONE_COIN, Payment
from fl_client.cli.network import NetworkPlan
from fl_client.errors import ConfigError
from fl_client.review import score_of
from fl_client.roles import ReviewPlan, TaskPlan, check_reward, plan_from_table, review_by
from fl_client.simulation import DemoSettings
from fl_client.simulation.plan import task_plan


def read(table: Any) -> TaskPlan:
    return plan_from_table({"review": table}, "task.yaml")


def test_entries_become_the_terms_of_the_contract() -> None:
    plan = read(
        {"committee": 5, "quorum": 4, "score_seconds": 90, "stake": 7.5, "floor": -0.1, "payment": "score"}
    )
    assert plan.review == ReviewPlan(
        committee=5, quorum=4, score_seconds=90, stake=Decimal("7.5"), floor=-0.1, payment="score"
    )
    terms = plan.review.terms(phase_seconds=60)
    assert (terms.committee, terms.quorum, terms.commit_seconds, terms.reveal_seconds) == (5, 4, 90, 60)
    assert (terms.stake, terms.payment) == (15 * ONE_COIN // 2, Payment.SCORE)
    assert terms.floor == score_of(-0.1) < score_of(0.0) < terms.full


def test_a_quorum_is_more_than_half_and_a_floor_above_nothing_unless_times_are_not_compared() -> None:
    assert ReviewPlan(committee=4).terms(1).quorum == 3
    assert ReviewPlan(floor=-4.0).terms(1).floor == 1
    assert ReviewPlan(floor=-4.0, pace=0).terms(1).floor == 0


def test_an_amount_finer_than_the_coin_is_refused() -> None:
    with pytest.raises(ConfigError, match="review: reward is .* coins: a coin has 18 decimals"):
        ReviewPlan(reward=Decimal("1e-19")).terms(60)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("often", "task.yaml: review is 'often': give entries, e.g. committee: 5"),
        ({"jury": 5}, "task.yaml: review has no 'jury': it takes committee, quorum, "),
        ({"committee": "5"}, "task.yaml: review: committee is '5': give a whole number"),
        ({"committee": True}, "task.yaml: review: committee is True: give a whole number"),
        ({"stake": "all"}, "task.yaml: review: stake is 'all': give an amount of coins"),
        ({"committee": 2}, "task.yaml: review: committee is 2: give 3 to 15 validators"),
        ({"committee": 16}, "review: committee is 16: give 3 to 15 validators"),
        ({"committee": 5, "quorum": 2}, "review: quorum is 2: give more than half of 5, at most all"),
        ({"quorum": 4}, "review: quorum is 4: give more than half of 3, at most all"),
        ({"payment": "fame"}, "review: payment is 'fame': give equal, samples, score"),
        (
            {"floor": 0.1, "full": 0.1},
            "review: floor is 0.1, full is 0.1: give a floor below full, at most 3",
        ),
        ({"full": 4}, "give a floor below full, at most 3"),
        ({"floor": float("-inf")}, "give a floor below full, at most 3"),
        ({"tolerance": -0.1}, "review: tolerance is -0.1: give 0 to 3"),
        ({"tolerance": float("nan")}, "review: tolerance is nan: give 0 to 3"),
        ({"pace": 1}, "review: pace is 1: give 2 to 10000 times, or 0"),
        ({"floor": -(10**400)}, "000: give a smaller number"),
        ({"tolerance": 10**400}, "000: give a smaller number"),
        ({"score_seconds": -1}, "review: score_seconds is -1: give seconds, 0 to 4294967295"),
        ({"stake": 1e80}, "review: stake is 1E+80: give coins, 0 to the 1000000000 that there are"),
        ({"stake": -1}, "review: stake is -1: give coins"),
        ({"reward": float("inf")}, "review: reward is Infinity: give coins"),
    ],
)
def test_what_no_board_takes_is_refused_where_it_stands(table: Any, line: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(line)):
        read(table)


@pytest.mark.parametrize(
    ("reward", "validators", "line"),
    [
        ("equal", 2, "--validators is 2: give 3 to 64, or 0 for no review"),
        ("equal", 65, "--validators is 65: give 3 to 64, or 0 for no review"),
        ("fame", 3, "--reward is 'fame': give equal, samples, score"),
        ("score", 0, "--reward is score, and nobody reviews: give --validators, e.g. 3"),
    ],
)
def test_a_demonstration_refuses_a_reward_that_nobody_can_pay(
    reward: str, validators: int, line: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(line)):
        check_reward(reward, validators)


def test_where_a_round_can_spare_nobody_a_demonstration_takes_every_update() -> None:
    plan = review_by(3, "equal", spares=False)
    assert plan is not None and plan.terms(1).floor == 1  # the lowest score is for times that do not fit
    assert review_by(3, "score", spares=False) == review_by(3, "score")  # payment is counted from its floor


@pytest.mark.parametrize(("trainers", "takes_all"), [(3, True), (4, False)])
def test_with_three_trainers_no_demonstration_can_spare_any(trainers: int, takes_all: bool) -> None:
    alone = task_plan(DemoSettings(participants=trainers, validators=3)).review
    network = NetworkPlan(out=Path(), trainers=trainers, validators=3).task.review
    assert alone is not None and network is not None
    assert (alone.floor, network.floor) == ((-4.0, -4.0) if takes_all else (-0.2, -0.2))


def test_a_demonstration_draws_at_most_five() -> None:
    assert review_by(0, "equal") is None
    assert review_by(3, "score") == ReviewPlan(committee=3, payment="score")
    assert review_by(9, "equal") == ReviewPlan(committee=5)
