"""What holds for every round: any values, any number of updates, any order."""

from __future__ import annotations

from math import isqrt

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from fl_client.aggregation import parse_aggregation
from fl_client.aggregation.weigh import RoundFigures, measure, weighted_row
from fl_client.encoding import LIMIT

NAMES = [
    "samples",
    "equal",
    "reputation",
    "clip",
    "clip:0.01",
    "krum",
    "krum:3",
    "multi-krum",
    "multi-krum:1:2",
    "fltrust",
    "nnm",
    "nnm:3+clip",
    "nnm+krum:2",
    "nnm:0.4+multi-krum",
    "nnm:1+fltrust",
    "nnm+reputation",
]
COMBINES = ["mean", "median", "trimmed-mean:0.3"]

coordinates = st.one_of(st.integers(-50, 50), st.integers(-LIMIT, LIMIT), st.sampled_from([-LIMIT, 0, LIMIT]))


@st.composite
def rounds(draw: st.DrawFn) -> np.ndarray:
    """1 to 9 updates of 3 coordinates, often with equal ones among them; int32 (n, 3)."""
    rows = draw(st.lists(st.lists(coordinates, min_size=3, max_size=3), min_size=1, max_size=9))
    return np.array(rows, dtype=np.int32)


def rows_of(name: str, updates: np.ndarray, figures: RoundFigures) -> list[np.ndarray]:
    weighing = parse_aggregation(name).weigh.weigh(figures)
    return [
        weighted_row(updates, coefficients, divisor)
        for coefficients, divisor in zip(weighing.coefficients, weighing.divisors, strict=True)
    ]


def length(vector: np.ndarray) -> float:
    return float(np.sqrt((vector.astype(np.float64) ** 2).sum()))


@settings(max_examples=30, deadline=None)
@given(rounds(), st.sampled_from(COMBINES), st.data())
@pytest.mark.parametrize("name", NAMES)
def test_every_round_has_a_model(name: str, updates: np.ndarray, combine: str, data: st.DataObject) -> None:
    """Also with fewer updates than a rule's bounds ask for, and with extreme ones."""
    count = len(updates)
    base = np.array(data.draw(st.lists(coordinates, min_size=3, max_size=3)), dtype=np.int32)
    samples = data.draw(st.lists(st.integers(0, 2**32 - 1), min_size=count, max_size=count))
    rule = parse_aggregation(f"{name}+{combine}")
    found = rule.aggregate(updates, samples, base, reputations=samples, trust=updates[-1])
    assert found.model.dtype == np.int32 and found.model.shape == (3,)
    assert np.abs(found.model.astype(np.int64)).max() <= LIMIT
    again = rule.aggregate(updates.copy(), samples, base, reputations=samples, trust=updates[-1])
    assert again.model.tolist() == found.model.tolist()


@settings(max_examples=30, deadline=None)
@given(rounds(), st.data())
@pytest.mark.parametrize("name", NAMES)
def test_figures_stay_within_what_the_contracts_hold(
    name: str, updates: np.ndarray, data: st.DataObject
) -> None:
    count = len(updates)
    squares = st.sampled_from([0, 1, 2**128 - 1])
    figures = RoundFigures(
        samples=(2**32 - 1,) * count,
        norms=tuple(data.draw(st.lists(squares, min_size=count, max_size=count))),
        distances=tuple(data.draw(squares) for _ in range(count * (count - 1) // 2)),
        reputations=(2**32 - 1,) * count,
        trust_norm=data.draw(squares),
        trust_distances=tuple(data.draw(st.lists(squares, min_size=count, max_size=count))),
    )
    weighing = parse_aggregation(name).weigh.weigh(figures)
    assert len(weighing.coefficients) == len(weighing.divisors) == len(weighing.weights)
    assert all(1 <= divisor < 2**64 for divisor in weighing.divisors)
    assert all(0 <= weight < 2**32 for weight in weighing.weights)
    assert all(sum(map(abs, row)) < 2**160 for row in weighing.coefficients)


@settings(max_examples=30, deadline=None)
@given(st.data())
@pytest.mark.parametrize("name", [name for name in NAMES if not ("nnm" in name and "krum" in name)])
def test_the_order_of_the_updates_changes_nothing(name: str, data: st.DataObject) -> None:
    """Where no two scores are alike: ties go to the lower index, which is the order.

    After mixing many are: updates that leave out the same others become one vector.
    """
    generator = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    count = data.draw(st.integers(1, 9))
    updates = generator.integers(-LIMIT, LIMIT + 1, (count, 8)).astype(np.int32)
    counts = generator.integers(1, 1_000, count)
    order = generator.permutation(count)
    base, trust = np.zeros(8, dtype=np.int32), updates[0]
    rule = parse_aggregation(f"{name}+mean")
    if count in (2, 3) and "krum" in name:
        return  # two that are nearest to each other, and count no other neighbour, have one score
    first = rule.aggregate(updates, counts, base, reputations=counts, trust=trust)
    second = rule.aggregate(updates[order], counts[order], base, reputations=counts[order], trust=trust)
    assert first.model.tolist() == second.model.tolist()


@settings(max_examples=100, deadline=None)
@given(rounds())
def test_a_clipped_row_is_no_longer_than_the_median(updates: np.ndarray) -> None:
    figures = measure(updates).figures((1,) * len(updates))
    limit = isqrt(sorted(figures.norms)[(len(updates) - 1) // 2]) + 1
    for row in rows_of("clip", updates, figures):
        assert length(row) <= limit + 1.5  # three coordinates, each rounded by half a step at most


@pytest.mark.parametrize("times", [10, 1_000, 10**6])
def test_scaling_an_update_moves_the_clipped_mean_no_further_than_its_length(times: int) -> None:
    generator = np.random.default_rng(1)
    updates = generator.integers(-1_000, 1_001, (10, 50)).astype(np.int32)
    attack = updates.copy()
    attack[9] = np.clip(attack[9].astype(np.int64) * -times, -LIMIT, LIMIT)
    base = np.zeros(50, dtype=np.int32)
    clean, clipped, plain = (
        parse_aggregation(name).aggregate(rows, [1] * 10, base).model
        for name, rows in (("clip+mean", updates), ("clip+mean", attack), ("mean", attack))
    )
    median = max(length(update) for update in updates)
    assert length(clipped - clean) <= 2 * median / 10 + 10
    assert length(plain - clean) > 2 * median / 10 + 10


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 4), st.integers(0, 3), st.integers(0, 2**32))
@pytest.mark.parametrize("mixing", ["", "nnm+"])
def test_krum_takes_an_honest_update_when_the_bad_are_far(
    mixing: str, bad: int, spare: int, seed: int
) -> None:
    count = 2 * bad + 3 + spare
    generator = np.random.default_rng(seed)
    updates = generator.integers(-1_000, 1_001, (count, 6)).astype(np.int32)
    where = generator.permutation(count)[:bad]
    updates[where] = 10**8  # together, too: a heap of f is too small to count
    figures = measure(updates).figures((1,) * count)
    mixing = mixing.replace("nnm", f"nnm:{bad}")
    for name in (f"{mixing}krum:{bad}", f"{mixing}multi-krum:{bad}"):
        for row in rows_of(name, updates, figures):
            assert np.abs(row).max() <= 1_000, name


def test_one_bad_update_more_than_krum_bears_can_win() -> None:
    """The bound is real: with f + 1 of n = 2 f + 3 alike, one of these is taken."""
    updates = np.array([[0], [400], [900], [10**8], [10**8]], dtype=np.int32)
    rule = parse_aggregation("krum:1+mean")
    assert rule.aggregate(updates[:4], [1] * 4, np.zeros(1, dtype=np.int32)).model[0] < 1_000
    three = np.array([[0], [400], [10**8], [10**8], [10**8]], dtype=np.int32)
    assert rule.aggregate(three, [1] * 5, np.zeros(1, dtype=np.int32)).model[0] == 10**8


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0, 7, -LIMIT, LIMIT])
@pytest.mark.parametrize("count", [1, 2, 6])
def test_updates_that_are_all_alike_are_the_outcome(name: str, value: int, count: int) -> None:
    updates = np.full((count, 2), value, dtype=np.int32)
    rule = parse_aggregation(f"{name}+mean")
    found = rule.aggregate(
        updates, [3] * count, np.zeros(2, dtype=np.int32), reputations=[3] * count, trust=updates[0]
    )
    expected = value
    if name == "clip:0.01":  # 10,486 steps, of which a vector of two alike has 7,415 in each
        expected = int(np.clip(value, -7_415, 7_415))
    assert np.abs(found.model - expected).max() <= 1


@pytest.mark.parametrize(
    ("trust", "moved"), [((0, 0), False), ((-5, -5), False), ((5, -5), False), ((3, 4), True)]
)
def test_fltrust_moves_only_where_the_trusted_vector_points(trust: tuple[int, int], moved: bool) -> None:
    updates = np.array([[100, 100], [300, 300]], dtype=np.int32)
    rule = parse_aggregation("fltrust+mean")
    found = rule.aggregate(
        updates, [1, 1], np.zeros(2, dtype=np.int32), trust=np.array(trust, dtype=np.int32)
    )
    assert bool(found.model.any()) == moved
    assert length(found.model) <= length(np.array(trust)) + 1
