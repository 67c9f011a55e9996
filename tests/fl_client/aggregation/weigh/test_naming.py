"""Whole rules by the names that users write: what is read, what is written, what is refused."""

from __future__ import annotations

import doctest
import importlib

import pytest

from fl_client.aggregation import AggregationRule, Median, TrimmedMean, WeightedMean, parse_aggregation
from fl_client.aggregation.weigh import (
    Clip,
    Equal,
    FLTrust,
    Krum,
    MultiKrum,
    NeighbourMixing,
    Reputation,
    Samples,
    Tolerance,
)
from fl_client.errors import ConfigError

FIFTH = Tolerance(2_000, share=True)


@pytest.mark.parametrize(
    ("text", "combine", "weigh"),
    [
        ("mean", WeightedMean(), Samples()),
        ("median", Median(), Samples()),
        ("trimmed-mean:0.2", TrimmedMean(2_000), Samples()),
        ("samples+mean", WeightedMean(), Samples()),
        ("equal+mean", WeightedMean(), Equal()),
        ("reputation+median", Median(), Reputation()),
        ("fltrust+mean", WeightedMean(), FLTrust()),
        ("clip+mean", WeightedMean(), Clip()),
        ("clip:0.5+median", Median(), Clip(1 << 19)),
        ("krum+mean", WeightedMean(), Krum(FIFTH)),
        ("krum:2+mean", WeightedMean(), Krum(Tolerance(2))),
        ("krum:0.3+mean", WeightedMean(), Krum(Tolerance(3_000, share=True))),
        ("multi-krum+mean", WeightedMean(), MultiKrum(FIFTH)),
        ("multi-krum:2+mean", WeightedMean(), MultiKrum(Tolerance(2))),
        ("multi-krum:2:5+mean", WeightedMean(), MultiKrum(Tolerance(2), 5)),
        ("nnm:2+krum:2+mean", WeightedMean(), NeighbourMixing(Tolerance(2), Krum(Tolerance(2)))),
        ("nnm:2+clip+trimmed-mean:0.2", TrimmedMean(2_000), NeighbourMixing(Tolerance(2), Clip())),
        ("nnm+median", Median(), NeighbourMixing(FIFTH, Samples())),
    ],
)
def test_name_gives_the_rule_and_comes_back(text: str, combine: object, weigh: object) -> None:
    rule = parse_aggregation(text)
    assert (rule.combine, rule.weigh) == (combine, weigh)
    assert rule.name == text.replace("samples+", "")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("krum", "krum+mean"),
        ("dane", "mean"),
        ("clip+dane", "clip+mean"),
        ("nnm:2", "nnm:2+mean"),
        ("nnm+fltrust", "nnm+fltrust+mean"),
        ("krum:0.2+mean", "krum+mean"),
        ("krum:0.300+mean", "krum:0.3+mean"),
        ("multi-krum:0.2:3+mean", "multi-krum:0.2:3+mean"),
        ("clip:1.50+mean", "clip:1.5+mean"),
        ("clip:3+mean", "clip:3+mean"),
    ],
)
def test_what_goes_without_saying_is_filled_in(text: str, name: str) -> None:
    assert parse_aggregation(text).name == name
    assert parse_aggregation(name) == parse_aggregation(text)


def test_every_bound_comes_back_from_its_name() -> None:
    for bound in [1, 2, 3, 10, 314_573, (1 << 20) - 1, 1 << 20, 12_345_678_901, (1 << 64) - 1]:
        assert parse_aggregation(AggregationRule(WeightedMean(), Clip(bound)).name).weigh == Clip(bound)


def test_every_tolerance_comes_back_from_its_word() -> None:
    for tolerance in [
        Tolerance(0),
        Tolerance(7),
        FIFTH,
        Tolerance(1, share=True),
        Tolerance(4_999, share=True),
    ]:
        assert Tolerance.from_word(tolerance.word) == tolerance


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "e.g. krum:2+mean"),
        ("nope+mean", "e.g. krum:2+mean"),
        ("mean+krum", "e.g. krum:2+mean"),
        ("krum+krum+mean", "e.g. krum:2+mean"),
        ("clip+nnm:2+mean", "e.g. krum:2+mean"),
        ("nnm:1+nnm:1+mean", "e.g. krum:2+mean"),
        ("krum+", "e.g. krum:2+mean"),
        ("krum:2+nope", "e.g. krum:2+mean"),
        ("krum:+mean", "after the colon"),
        ("krum:half+mean", "a number of updates, e.g. 2"),
        ("krum:0.5+mean", "a share below 0.5"),
        ("krum:0.0+mean", "a share below 0.5"),
        ("krum:-1+mean", "a number of updates, e.g. 2"),
        ("nnm:+mean", "a number of updates, e.g. 2"),
        ("multi-krum:2:0+mean", "from 1 to 128"),
        ("multi-krum:2:x+mean", "from 1 to 128"),
        ("clip:0+mean", "e.g. clip:1.5"),
        ("clip:-1+mean", "e.g. clip:1.5"),
        ("clip:nan+mean", "e.g. clip:1.5"),
        ("clip:1e3+mean", "e.g. clip:1.5"),
        ("fltrust:2+mean", "fltrust takes no argument"),
        ("krum:2+median:3", "median takes no argument"),
        ("krum:2+trimmed-mean", "e.g. trimmed-mean:0.2"),
    ],
)
def test_wrong_name_is_shown_with_what_to_give(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_aggregation(text)
    assert said in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("mean", 1, 128),
        ("equal+mean", 1, 128),
        ("clip+mean", 1, 128),
        ("fltrust+mean", 1, 128),
        ("reputation+mean", 1, 128),
        ("krum+mean", 5, 32),
        ("krum:0+mean", 3, 32),
        ("krum:2+mean", 7, 32),
        ("multi-krum:3+mean", 9, 32),
        ("multi-krum:1:6+mean", 7, 32),
        ("nnm+mean", 3, 24),
        ("nnm:4+mean", 9, 24),
        ("nnm:1+krum:3+mean", 9, 24),
        ("nnm:5+krum:1+mean", 11, 24),
    ],
)
def test_bounds_are_held_against_the_planned_trainers(text: str, least: int, most: int) -> None:
    rule = parse_aggregation(text)
    for trainers in (least, most):
        rule.check(trainers)
    for trainers in (least - 1, most + 1):
        if trainers == 0:
            continue
        with pytest.raises(
            ConfigError, match=f"not {trainers}|take at most n - F = {trainers - 1}"
        ) as refused:
            rule.check(trainers)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Tolerance(-1),
        lambda: Tolerance(1 << 15),
        lambda: Tolerance(0, share=True),
        lambda: Tolerance(5_000, share=True),
        lambda: Clip(-1),
        lambda: Clip(1 << 64),
        lambda: MultiKrum(Tolerance(1), 129),
        lambda: NeighbourMixing(Tolerance(1), NeighbourMixing()),
    ],
)
def test_values_that_no_word_holds_are_refused(make: object) -> None:
    with pytest.raises(ConfigError):
        make()  # type: ignore[operator]


@pytest.mark.parametrize(
    "module",
    [
        "rule",
        *(
            f"weigh.{name}"
            for name in (
                *("clip", "equal", "fltrust", "krum", "multi_krum", "naming", "nearest", "nnm", "ratio"),
                *("reputation", "rows", "rule", "samples", "table", "tolerance"),
            )
        ),
    ],
)
def test_examples_in_the_documentation_are_true(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"fl_client.aggregation.{module}"))
    assert (failed, tried > 0) == (0, True)
