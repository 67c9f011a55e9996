"""What an update contributes, on games whose values are known."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fl_client.review import Contribution, Utility, guided_shapley, leave_one_out
from fl_client.review.contribution import ShapleySettings


def additive(worths: list[float]) -> Utility:
    return lambda members: sum(worths[one] for one in members)


def glove(members: frozenset[int]) -> float:
    """0 and 1 hold left gloves, 2 a right one: only a pair is worth anything."""
    return float(2 in members and bool(members & {0, 1}))


def counted(utility: Utility) -> tuple[Utility, list[frozenset[int]]]:
    asked: list[frozenset[int]] = []

    def remember(members: frozenset[int]) -> float:
        asked.append(members)
        return utility(members)

    return remember, asked


def by_definition(utility: Utility, count: int) -> dict[int, float]:
    """Shapley's value over all orders."""
    found = dict.fromkeys(range(count), 0.0)
    for order in itertools.permutations(range(count)):
        before: frozenset[int] = frozenset()
        for one in order:
            found[one] += (utility(before | {one}) - utility(before)) / math.factorial(count)
            before |= {one}
    return found


@pytest.mark.parametrize("contribution", [leave_one_out, guided_shapley])
@given(sizes=st.lists(st.floats(0, 5), min_size=1, max_size=8), sign=st.sampled_from([1, -1]))
def test_what_adds_up_is_worth_what_it_adds(
    contribution: Contribution, sizes: list[float], sign: int
) -> None:
    # Of one sign: where worths cancel, truncation takes the rest of a permutation for nothing.
    worths = [sign * size for size in sizes]
    found = contribution(additive(worths), range(len(worths)))
    if abs(sum(worths)) < 1e-3 and contribution is guided_shapley:
        return  # a round that changes nothing is left out
    assert found == pytest.approx(dict(enumerate(worths)), abs=1e-3)


def test_gloves_have_their_textbook_values() -> None:
    assert guided_shapley(glove, range(3)) == pytest.approx({0: 1 / 6, 1: 1 / 6, 2: 4 / 6})
    assert leave_one_out(glove, range(3)) == {0: 0.0, 1: 0.0, 2: 1.0}


@given(st.lists(st.floats(-2, 2), min_size=16, max_size=16))
def test_few_members_have_the_exact_value(values: list[float]) -> None:
    def utility(members: frozenset[int]) -> float:
        return values[sum(1 << one for one in members)]

    exact = by_definition(utility, 4)
    if abs(utility(frozenset(range(4))) - utility(frozenset())) >= 1e-4:
        assert guided_shapley(utility, range(4)) == pytest.approx(exact, abs=1e-9)


def concave(worths: list[float]) -> Callable[[frozenset[int]], float]:
    return lambda members: math.sqrt(sum(worths[one] for one in members))


def test_estimate_of_many_members_is_near_the_exact_value() -> None:
    worths = [0.1, 0.2, 0.4, 0.8, 1.6, 0.1, 0.2, 0.4]
    exact = by_definition(concave(worths), len(worths))
    asked, sets = counted(concave(worths))
    found = guided_shapley(asked, range(len(worths)), ShapleySettings(permutations=4, tolerance=0.0))
    assert len(set(sets)) == len(sets) < 1 << len(worths)
    assert found == pytest.approx(exact, abs=0.03)


def test_values_add_up_to_the_worth_of_all() -> None:
    worths = [0.5, 1.0, 0.25, 2.0, 0.125, 0.75, 1.5, 0.3, 0.9]
    settings = ShapleySettings(permutations=2, truncation=0.0)
    found = guided_shapley(concave(worths), range(9), settings)
    assert sum(found.values()) == pytest.approx(concave(worths)(frozenset(range(9))))


def test_round_that_changes_nothing_asks_for_no_more() -> None:
    asked, sets = counted(lambda members: 0.0)
    assert guided_shapley(asked, range(20)) == dict.fromkeys(range(20), 0.0)
    assert len(sets) == 2


def test_nobody_contributes_nothing() -> None:
    assert guided_shapley(glove, []) == leave_one_out(glove, []) == {}


def test_same_seed_gives_the_same_estimate() -> None:
    worths = [float(one + 1) for one in range(10)]
    first, second = (guided_shapley(concave(worths), range(10)) for _ in range(2))
    other = guided_shapley(concave(worths), range(10), ShapleySettings(seed=1))
    assert first == second != other
