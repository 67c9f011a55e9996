"""The one call that gives a round's model: what goes in, what comes out, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from fl_client.aggregation import AggregationRule, Median, TrimmedMean, WeightedMean, parse_aggregation
from fl_client.aggregation.weigh import measure
from fl_client.encoding import LIMIT
from fl_client.errors import ConfigError, EncodingError

GENERATOR = np.random.default_rng(7)
UPDATES = GENERATOR.integers(-LIMIT, LIMIT + 1, (9, 300)).astype(np.int32)
BASE = GENERATOR.integers(-LIMIT, LIMIT + 1, 300).astype(np.int32)
SAMPLES = GENERATOR.integers(1, 2**32, 9).tolist()


@pytest.mark.parametrize("combine", [WeightedMean(), Median(), TrimmedMean(2_000)])
def test_a_rule_without_weighing_is_what_it_was(combine: WeightedMean | Median | TrimmedMean) -> None:
    found = parse_aggregation(combine.name).aggregate(UPDATES, SAMPLES, BASE)
    assert found.model.tolist() == combine.combine(UPDATES, SAMPLES, BASE).tolist()
    assert found.table is None


@pytest.mark.parametrize("name", ["krum+mean", "nnm+mean", "multi-krum:1+median"])
def test_a_rule_that_reads_distances_gives_their_table(name: str) -> None:
    found = parse_aggregation(name).aggregate(UPDATES, SAMPLES, BASE)
    assert found.table == measure(UPDATES)


def test_fltrust_gives_its_distances_and_no_others() -> None:
    table = parse_aggregation("fltrust+mean").aggregate(UPDATES, SAMPLES, BASE, trust=UPDATES[0]).table
    assert table == measure(UPDATES, UPDATES[0], distances=False)
    assert table is not None and table.distances == () and len(table.trust_distances) == 9


@pytest.mark.parametrize(
    "name", ["clip+mean", "krum", "nnm:2+clip+trimmed-mean:0.2", "fltrust+median", "nnm:3+multi-krum"]
)
def test_any_coordinates_alone_give_their_part_of_the_model(name: str) -> None:
    """What a proof recomputes, and what blocks of coordinates do not change."""
    rule = parse_aggregation(name)
    figures = measure(UPDATES, BASE).figures(tuple(SAMPLES))
    weighing = rule.weigh.weigh(figures)
    whole = rule.aggregate(UPDATES, SAMPLES, BASE, trust=BASE).model
    for part in (slice(0, 1), slice(64, 128), slice(299, 300)):
        assert rule.combine_rows(weighing, UPDATES[:, part], BASE[part]).tolist() == whole[part].tolist()


def test_vectors_longer_than_a_block_are_made_whole() -> None:
    updates = GENERATOR.integers(-LIMIT, LIMIT + 1, (5, 70_000)).astype(np.int32)
    base = np.zeros(70_000, dtype=np.int32)
    mixed = parse_aggregation("nnm:1+equal+mean").aggregate(updates, [1] * 5, base).model
    weighing = parse_aggregation("nnm:1+equal").weigh.weigh(measure(updates).figures((1,) * 5))
    sums = np.array(weighing.coefficients) @ updates.astype(np.int64)
    rows = (np.abs(2 * sums) + 4) // 8 * np.sign(sums)
    total = rows.sum(axis=0)
    assert mixed.tolist() == ((np.abs(2 * total) + 5) // 10 * np.sign(total)).tolist()


def test_norms_of_the_chain_count_for_more_than_the_updates_own() -> None:
    """A tree that lies says that its update is short: whoever recomputes must weigh it by that."""
    updates = np.array([[100], [100], [100], [1_000]], dtype=np.int32)
    base, rule = np.zeros(1, dtype=np.int32), parse_aggregation("clip+mean")
    assert rule.aggregate(updates, [1] * 4, base).model.tolist() == [100]
    lied = rule.aggregate(updates, [1] * 4, base, norms=[10_000, 10_000, 10_000, 1])
    assert lied.model.tolist() == [325]


def test_no_updates_leave_the_model() -> None:
    for name in ("mean", "krum", "clip", "nnm+median"):
        found = parse_aggregation(name).aggregate(np.empty((0, 300), dtype=np.int32), [], BASE)
        assert found.model.tolist() == BASE.tolist() and found.table is None


def test_what_a_rule_reads_must_be_given() -> None:
    with pytest.raises(ConfigError, match="trusted vector"):
        parse_aggregation("fltrust").aggregate(UPDATES, SAMPLES, BASE)
    with pytest.raises(ConfigError, match="reputations"):
        parse_aggregation("nnm+reputation").aggregate(UPDATES, SAMPLES, BASE)


@pytest.mark.parametrize("what", ["samples", "reputations", "norms"])
def test_another_number_of_figures_is_refused(what: str) -> None:
    figures = {"samples": SAMPLES, "reputations": SAMPLES, "norms": SAMPLES}
    figures[what] = SAMPLES[:8]
    with pytest.raises(EncodingError, match="8 .* were given for 9 updates"):
        AggregationRule().aggregate(UPDATES, base=BASE, **figures)


def test_norm_that_the_trusted_tree_claims_counts_for_more_than_its_own() -> None:
    rule = parse_aggregation("fltrust+mean")
    updates = np.array([[6, 8], [6, 8]], dtype=np.int32)
    trust, base = np.array([3, 4], dtype=np.int32), np.zeros(2, dtype=np.int32)
    assert rule.aggregate(updates, [1, 1], base, trust=trust).model.tolist() == [3, 4]
    claimed = rule.aggregate(updates, [1, 1], base, trust=trust, trust_norm=0)
    assert claimed.model.tolist() == [0, 0] and claimed.table is not None and claimed.table.trust_norm == 0


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("mean", (0.5, 0.25, 0.25)),
        ("median", (1 / 3, 1 / 3, 1 / 3)),  # in or out
        ("krum:0+mean", (0.0, 1.0, 0.0)),  # as near to the third as that to it: the lower index
        ("reputation+mean", (0.0, 0.2, 0.8)),
        ("clip+mean", (0.5714285714285714, 0.2857142857142857, 0.14285714285714285)),  # the third is halved
        ("nnm:1+equal+mean", (1 / 6, 1 / 2, 1 / 3)),
    ],
)
def test_shares_say_who_counted_how_much(name: str, shares: tuple[float, ...]) -> None:
    rule = parse_aggregation(name)
    updates = np.array([[10, 0], [0, 10], [0, 20]], dtype=np.int32)
    found = rule.measure(updates, [20, 10, 10], reputations=[0, 1, 4])
    assert rule.shares(rule.weigh.weigh(found.figures)) == pytest.approx(shares)


def test_nobody_has_a_share_where_every_weight_is_0() -> None:
    rule = parse_aggregation("reputation+mean")
    found = rule.measure(UPDATES, SAMPLES, reputations=[0] * 9)
    assert rule.shares(rule.weigh.weigh(found.figures)) == (0.0,) * 9
