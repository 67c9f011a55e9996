"""The weighing contracts give every shared row, and on random figures what fl_client gives, number by number."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest

from fl_client.aggregation import Median, TrimmedMean, WeightedMean, parse_aggregation
from fl_client.aggregation.weigh import MOST_TABLE_UPDATES, RoundFigures, measure
from fl_client.aggregation.weigh.ratio import ratio, root
from fl_client.encoding import LIMIT
from fl_client.errors import ConfigError
from tests.contracts.federation import System
from tests.contracts.weighing import Rules, as_struct, deploy_rules
from tests.parity.weighing_vectors import FILE

SHARED: list[dict[str, Any]] = json.loads(FILE.read_text())
UINT32 = 2**32 - 1

NAMES = [
    "samples",
    "equal",
    "reputation",
    "clip",
    "clip:0.01",
    "krum",
    "krum:1",
    "krum:14",
    "multi-krum",
    "multi-krum:3:2",
    "fltrust",
    "nnm",
    "nnm:3+equal",
    "nnm:15+reputation",
    "nnm+clip",
    "nnm:2+clip:0.01",
    "nnm:2+krum",
    "nnm+krum:3",
    "nnm:0.45+multi-krum:0.3",
    "nnm:1+fltrust",
]


@pytest.fixture(scope="module")
def rules(module_isolation: None, accounts: Any) -> Rules:
    return deploy_rules(accounts[0])


def random_figures(count: int, seed: int, bound: int = 2**128) -> RoundFigures:
    """Numbers that no vectors need have: rules must be total, and alike, on whatever a trainer claims."""
    generator = random.Random(seed)

    def square() -> int:
        return generator.choice([0, 1, bound - 1, generator.randrange(2**40), generator.randrange(bound)])

    return RoundFigures(
        samples=tuple(generator.choice([0, 1, 7, UINT32]) for _ in range(count)),
        norms=tuple(square() for _ in range(count)),
        distances=tuple(square() for _ in range(count * (count - 1) // 2)),
        reputations=tuple(generator.randrange(UINT32 + 1) for _ in range(count)),
        trust_norm=square(),
        trust_distances=tuple(square() for _ in range(count)),
    )


@pytest.mark.parametrize("shared", SHARED, ids=lambda shared: shared["round"])
def test_rows_are_shared(rules: Rules, shared: dict[str, Any]) -> None:
    figures = (
        shared["samples"],
        shared["reputations"],
        shared["norms"],
        shared["distances"],
        shared["trustDistances"],
        shared["trustNorm"],
        1,
    )
    columns = list(zip(*shared["updates"], strict=True))
    for case in shared["expected"]:
        rule = parse_aggregation(case["rule"]).weigh
        said = rules.contract_of(rule).weigh(figures, rule.argument)
        rows = [list(rules.harness.rowsOf(said, column)) for column in columns[:2]]
        assert np.array(rows).T.tolist() == [row[:2] for row in case["rows"]], case["rule"]
        assert list(said[3]) == case["weights"], case["rule"]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 16, MOST_TABLE_UPDATES])
@pytest.mark.parametrize("name", NAMES)
def test_any_figures_are_weighed_alike(rules: Rules, name: str, count: int) -> None:
    rule = parse_aggregation(name).weigh
    figures = random_figures(count, seed=count)
    assert rules.weigh(rule, figures) == rule.weigh(figures)


@pytest.mark.parametrize("square", [0, 1, 2**128 - 1])
@pytest.mark.parametrize("name", NAMES)
def test_figures_at_their_bounds_are_weighed_alike(rules: Rules, name: str, square: int) -> None:
    """The greatest sums that can be, and ties everywhere."""
    rule, count = parse_aggregation(name).weigh, MOST_TABLE_UPDATES
    figures = RoundFigures(
        samples=(UINT32,) * count,
        norms=(square,) * count,
        distances=(square,) * (count * (count - 1) // 2),
        reputations=(UINT32,) * count,
        trust_norm=square,
        trust_distances=(0,) * count,
    )
    assert rules.weigh(rule, figures) == rule.weigh(figures)


@pytest.mark.parametrize("name", ["samples", "equal", "reputation", "clip", "clip:0.01", "fltrust"])
def test_128_updates_are_weighed_alike_without_a_table(rules: Rules, name: str) -> None:
    rule = parse_aggregation(name).weigh
    figures = random_figures(128, seed=5)
    assert rules.weigh(rule, figures) == rule.weigh(figures)


@pytest.mark.parametrize("combine", ["mean", "median", "trimmed-mean:0.2"])
@pytest.mark.parametrize(
    "name", ["clip", "krum:2", "multi-krum:2", "nnm:2", "nnm:2+clip", "nnm:2+multi-krum:2"]
)
def test_both_steps_give_the_coordinate_of_the_model(
    rules: Rules, system: System, name: str, combine: str
) -> None:
    generator = np.random.default_rng(len(name))
    updates = generator.integers(-9_000, 9_000, (9, 6)).astype(np.int32)
    updates[7:] = generator.integers(-LIMIT, LIMIT + 1, (2, 6))
    base = generator.integers(-LIMIT, LIMIT + 1, 6).astype(np.int32)
    samples = generator.integers(1, 1_000, 9).tolist()
    rule = parse_aggregation(f"{name}+{combine}")
    found = rule.aggregate(updates, samples, base)
    contracts = {WeightedMean: system.rule, Median: system.median_rule, TrimmedMean: system.trimmed_mean_rule}
    figures = as_struct(measure(updates).figures(tuple(samples)))
    steps = (
        (rules.contract_of(rule.weigh).address, rule.weigh.argument),
        (contracts[type(rule.combine)].address, rule.combine.argument),
    )
    for at in range(6):
        said = rules.harness.coordinate(*steps, figures, updates[:, at].tolist(), int(base[at]))
        assert said == found.model[at]


def test_roots_and_ratios_are_the_same(rules: Rules) -> None:
    for square in (0, 1, 2, 3, 4, 2**64 - 1, 2**127, 2**128 - 1, 2**142 - 1):
        assert rules.harness.root(square) == root(square)
        assert rules.harness.ratio(square, 2**91 + 1) == ratio(square, 2**91 + 1)


@pytest.mark.parametrize("trainers", [1, 2, 3, 4, 5, 6, 7, 9, 10, 23, 24, 25, 32, 33, 128, 129])
@pytest.mark.parametrize("name", [*NAMES, "multi-krum:1:4", "nnm:4+krum:2", "multi-krum:0.3:22"])
def test_both_sides_refuse_the_same_tasks(rules: Rules, name: str, trainers: int) -> None:
    rule = parse_aggregation(name).weigh
    try:
        rule.check(trainers)
    except ConfigError:
        fits = False
    else:
        fits = True
    assert rules.contract_of(rule).accepts(rule.argument, trainers) == fits


@pytest.mark.parametrize("name", NAMES)
def test_both_sides_read_the_same_figures(rules: Rules, name: str) -> None:
    rule = parse_aggregation(name).weigh
    assert rules.contract_of(rule).needs(rule.argument) == int(rule.needs)


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("samples", 1),
        ("equal", 1),
        ("reputation", 1),
        ("fltrust", 1),
        ("clip", 1 << 64),
        ("krum", 1 << 16 | 1),
        ("krum", 1 << 15),  # a share of nothing
        ("krum", 1 << 15 | 5_000),
        ("krum", 1 << 255),
        ("multi-krum", 1 | 200 << 16),
        ("multi-krum", 1 | 1 << 200),
        ("nnm", 1 | 7 << 16),  # no such rule
        ("nnm", 1 | 1 << 32),  # samples take no argument
        ("nnm", 1 << 15 | 5_000),
    ],
)
def test_words_that_mean_nothing_are_refused(rules: Rules, name: str, argument: int) -> None:
    assert not rules.contract_of(parse_aggregation(name).weigh).accepts(argument, 20)


def test_mixing_names_what_may_follow(rules: Rules) -> None:
    assert list(rules.mixing.followingRules()) == [rule.address for rule in rules.following]
