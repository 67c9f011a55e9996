"""How hard the work is: within range, bounded in its steps, at the wanted rate in the long run."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fl_client.sealing import EASIEST, HARDEST, adjusted, first_target, next_target, relaxed

targets = st.integers(HARDEST, EASIEST)
rates = st.integers(1, 2**32)


@given(target=targets, elapsed=st.integers(0, 2**34), rate=rates)
def test_a_step_is_bounded_and_stays_in_range(target: int, elapsed: int, rate: int) -> None:
    found = adjusted(target, elapsed, rate)
    assert HARDEST <= found <= EASIEST
    assert min(EASIEST, max(HARDEST, target * 3 // 4)) <= found <= min(EASIEST, 2 * target)


@given(target=targets, missed=st.integers(0, 400))
def test_every_time_out_doubles_up_to_the_easiest(target: int, missed: int) -> None:
    assert relaxed(target, missed + 1) == min(EASIEST, 2 * relaxed(target, missed))


@given(rate=rates)
def test_every_first_target_is_in_range(rate: int) -> None:
    assert HARDEST <= first_target(rate) <= EASIEST


@given(target=targets, elapsed=st.integers(0, 10_000))
def test_without_work_the_target_never_becomes_harder(target: int, elapsed: int) -> None:
    assert next_target(target, elapsed=elapsed, rate=10, slot_seconds=40, worked=False) >= target


@settings(max_examples=5, deadline=None)
@given(hashes=st.integers(2_000, 10**9), seed=st.integers(0, 2**32))
def test_in_the_long_run_proposals_come_at_the_wanted_rate(hashes: int, seed: int) -> None:
    """Whatever the sealers' hash rate; a search is memoryless, so its time is exponential."""
    numbers, target, rate, slot, times = random.Random(seed), first_target(60), 60, 600, []
    for number in range(1_500):
        left, seconds = numbers.expovariate(1), 0.0
        for missed in range(40):
            per_second = hashes * relaxed(target, missed) / 2**216
            if left <= slot * per_second:
                seconds += left / per_second
                break
            left -= slot * per_second
            seconds += slot
        target = next_target(target, elapsed=int(seconds), rate=rate, slot_seconds=slot, worked=True)
        if number >= 500:
            times.append(seconds)
    assert sum(times) / len(times) == pytest.approx(rate, rel=0.25)
