"""DeepChain's theorems: the published table, what they promise, and what a task makes of them."""

from __future__ import annotations

from fractions import Fraction

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fl_client.errors import ConfigError
from fl_client.roles import plan_from_table
from fl_client.roles.encrypted_table import encrypted_plan_from_table
from fl_client.staking import UNITS, Deposit, Fraud, amount, coins_up

st_share = st.fractions(Fraction(1, 1000), 1, max_denominator=1000)
st_theta = st.fractions(0, Fraction(999, 1000), max_denominator=1000)
st_coins = st.fractions(Fraction(1, 100), 1000, max_denominator=100)


def fraud(reward: str = "1", detection: str = "1", theta: str = "2/3", **more: str) -> Fraud:
    texts = {"reward": reward, "detection": detection, "theta": theta, **more}
    return Fraud(**{name: Fraction(text) for name, text in texts.items()})


@pytest.mark.parametrize(
    ("detection", "theta", "ratio"),
    [
        ("1", "0.5", "1"),
        ("1", "2/3", "2"),
        ("1", "0.9", "9"),
        ("0.8", "0.5", "1.5"),
        ("0.8", "2/3", "2.75"),
        ("0.8", "0.9", "11.5"),
    ],
)
def test_the_table_of_the_theorem_comes_out(detection: str, theta: str, ratio: str) -> None:
    assert fraud(detection=detection, theta=theta).ratio == Fraction(ratio)


@given(st_coins, st_share, st_theta, st_share, st_coins)
def test_whoever_is_less_honest_than_theta_expects_to_lose(
    reward: Fraction, detection: Fraction, theta: Fraction, part: Fraction, cost: Fraction
) -> None:
    found = Fraud(reward=reward, detection=detection, theta=theta, cost=cost)
    honesty = theta * (1 - part)
    assert found.value(honesty, found.least_fine + Fraction(1, UNITS)) < 0


@given(st_coins, st_share, st_theta)
def test_at_the_bound_itself_theta_neither_wins_nor_loses(
    reward: Fraction, detection: Fraction, theta: Fraction
) -> None:
    found = Fraud(reward=reward, detection=detection, theta=theta)
    assert found.value(theta, found.least_fine) == 0


@given(st_coins, st_share, st_theta, st_coins, st_share)
def test_honesty_is_better_than_any_part_of_a_fault_whatever_it_costs(
    reward: Fraction, detection: Fraction, theta: Fraction, cost: Fraction, part: Fraction
) -> None:
    found = Fraud(reward=reward, detection=detection, theta=theta, cost=cost)
    fine = found.least_fine + Fraction(1, UNITS)
    assert found.value(Fraction(1), fine) > found.value(1 - part, fine)


@given(st_coins, st_share, st_theta, st_share)
def test_the_honesty_that_a_fine_buys_is_the_theta_that_asks_for_it(
    reward: Fraction, detection: Fraction, theta: Fraction, leader: Fraction
) -> None:
    found = Fraud(reward=reward, detection=detection, theta=theta, leader=leader)
    assert found.honesty_for(found.ratio * reward) == theta


@given(st_coins, st_share, st_theta, st_share)
def test_surer_detection_never_asks_for_more(
    reward: Fraction, detection: Fraction, theta: Fraction, part: Fraction
) -> None:
    less = Fraud(reward=reward, detection=detection * part, theta=theta)
    assert Fraud(reward=reward, detection=detection, theta=theta).ratio <= less.ratio


def test_a_fine_below_the_reward_never_seen_surely_deters_nothing() -> None:
    assert fraud(detection="0.5").honesty_for(Fraction(1, 2)) == 0


def test_a_worker_that_leads_one_time_in_four_needs_four_times_as_much() -> None:
    assert fraud(leader="1/4").ratio == 4 * fraud().ratio


def test_a_dear_deed_needs_more_than_the_theorem_says() -> None:
    assert fraud(theta="0", cost="10").least_fine == 9 > fraud(theta="0").ratio


def test_a_bounty_to_oneself_raises_the_penalty_by_a_quarter() -> None:
    assert Deposit(fraud=fraud("4")).bound == 8 * Fraction(5, 4)


def test_accomplices_get_all_back_but_what_is_burned() -> None:
    assert Deposit(fraud=fraud(), accomplices=Fraction(1)).lost_share == Fraction(1, 5)


@given(st.fractions(Fraction(1, 5), 1, max_denominator=100), st.fractions(0, 1, max_denominator=100))
def test_what_is_burned_is_always_lost(burn: Fraction, accomplices: Fraction) -> None:
    assert Deposit(fraud=fraud(), burn=burn, accomplices=accomplices).lost_share >= burn


@given(st_coins, st_share, st_theta, st.sampled_from(["trainer", "sealer", "party"]))
def test_the_least_penalty_is_the_first_unit_above_the_bound(
    reward: Fraction, detection: Fraction, theta: Fraction, role: str
) -> None:
    found = Deposit(fraud=Fraud(reward=reward, detection=detection, theta=theta), role=role)
    assert found.penalty_units - 1 <= found.bound * UNITS < found.penalty_units


def test_a_trainer_never_loses_less_than_a_round_earns() -> None:
    assert Deposit(fraud=fraud("4", theta="0")).bound == 4


@pytest.mark.parametrize("role", ["trainer", "sealer"])
def test_what_is_printed_is_read_as_a_task_file(role: str) -> None:
    found = Deposit(fraud=fraud("4", "0.8"), role=role)
    plan = plan_from_table(yaml.safe_load("\n".join(found.statement)), "task.yaml")
    penalty, stake = (
        (plan.reveal_penalty, plan.trainer_stake)
        if role == "trainer"
        else (plan.seal_penalty, plan.sealer_stake)
    )
    assert Fraction(penalty) > found.bound and stake >= penalty
    assert role == "trainer" or plan.challenge_bond >= penalty


def test_what_is_printed_for_a_party_is_read_as_an_encrypted_task_file() -> None:
    found = Deposit(fraud=fraud("4", "0.8"), role="party")
    plan = encrypted_plan_from_table(yaml.safe_load("\n".join(found.statement)), "task.yaml")
    assert Fraction(plan.wrong_penalty) > found.bound and plan.stake >= plan.wrong_penalty
    assert max(plan.submit_penalty, plan.share_penalty) <= plan.wrong_penalty  # as the factory has it


def test_a_stake_that_no_factory_takes_is_known() -> None:
    assert Deposit(fraud=fraud("4")).admitted
    assert not Deposit(fraud=fraud("4", theta="0.9999999")).admitted


@given(st.fractions(0, 10**6, max_denominator=10**4))
def test_hundredths_are_the_next_greater_ones(coins: Fraction) -> None:
    assert coins < Fraction(coins_up(coins)) <= coins + Fraction(1, 100)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reward", "0"),
        ("reward", "-1"),
        ("detection", "0"),
        ("detection", "1.1"),
        ("theta", "1"),
        ("theta", "-0.1"),
        ("leader", "0"),
        ("leader", "2"),
        ("cost", "-1"),
    ],
)
def test_a_number_out_of_its_range_is_refused(field: str, value: str) -> None:
    with pytest.raises(ConfigError, match=field):
        fraud(**{field: value})


@pytest.mark.parametrize(
    ("field", "value"), [("role", "miner"), ("burn", Fraction(1, 10)), ("accomplices", Fraction(2))]
)
def test_a_deposit_of_no_role_or_share_is_refused(field: str, value: object) -> None:
    with pytest.raises(ConfigError, match=field):
        Deposit(fraud=fraud(), **{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "-1", "1e9", "nan", "1/0", "1 ", "1_0", "\u0661", ".5", "1/2/3"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="--theta"):
        amount(text, "--theta")
