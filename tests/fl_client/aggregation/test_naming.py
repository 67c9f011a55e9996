"""Rules by the names that users write, and what is said of a wrong one."""

from __future__ import annotations

import doctest
import importlib

import pytest

from fl_client.aggregation import Median, TrimmedMean, WeightedMean, parse_rule
from fl_client.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("mean", WeightedMean()),
        ("median", Median()),
        ("trimmed-mean:0.2", TrimmedMean(2_000)),
        ("trimmed-mean:0.2000000", TrimmedMean(2_000)),
        ("trimmed-mean:0", TrimmedMean(0)),
        ("trimmed-mean:-0.0", TrimmedMean(0)),
        ("trimmed-mean:0.0001", TrimmedMean(1)),
        ("trimmed-mean:0.29", TrimmedMean(2_900)),
        ("trimmed-mean:0.4999", TrimmedMean(4_999)),
    ],
)
def test_name_gives_the_rule(text: str, rule: object) -> None:
    assert parse_rule(text) == rule


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("mean", "mean", 0),
        ("median", "median", 0),
        ("trimmed-mean:0", "trimmed-mean:0", 0),
        ("trimmed-mean:0.20", "trimmed-mean:0.2", 2_000),
        ("trimmed-mean:0.0375", "trimmed-mean:0.0375", 375),
        ("trimmed-mean:0.4999", "trimmed-mean:0.4999", 4_999),
    ],
)
def test_rule_knows_its_name_and_its_argument(text: str, name: str, argument: int) -> None:
    rule = parse_rule(text)
    assert (rule.name, rule.argument) == (name, argument)


def test_every_share_comes_back_from_its_name() -> None:
    for bps in range(5_000):
        assert parse_rule(TrimmedMean(bps).name) == TrimmedMean(bps)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("krum", "give mean, median or trimmed-mean:BETA"),
        ("Mean", "give mean, median or trimmed-mean:BETA"),
        ("", "give mean, median or trimmed-mean:BETA"),
        ("median:0.2", "median takes no argument: give 'median'"),
        ("mean:", "mean takes no argument: give 'mean'"),
        ("trimmed-mean", "e.g. trimmed-mean:0.2"),
        ("trimmed-mean:", "e.g. trimmed-mean:0.2"),
        ("trimmed-mean:a fifth", "e.g. trimmed-mean:0.2"),
        ("trimmed-mean:nan", "e.g. trimmed-mean:0.2"),
        ("trimmed-mean:1e-1", "e.g. trimmed-mean:0.2"),
        ("trimmed-mean:.2", "e.g. trimmed-mean:0.2"),
        ("trimmed-mean:0.2\n", "e.g. trimmed-mean:0.2"),
        ("trimmed-mean:0.00001", "a multiple of 0.0001"),
        ("trimmed-mean:0.33333", "a multiple of 0.0001"),
        ("trimmed-mean:0.5", "from 0 to below 0.5"),
        ("trimmed-mean:20", "from 0 to below 0.5"),
        ("trimmed-mean:-0.1", "from 0 to below 0.5"),
    ],
)
def test_wrong_name_is_shown_with_what_to_give(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_rule(text)
    assert repr(text) in str(refused.value) and said in str(refused.value)


@pytest.mark.parametrize("module", ["integers", "mean", "median", "naming", "trimmed_mean"])
def test_examples_in_the_documentation_are_true(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"fl_client.aggregation.combine.{module}"))
    assert (failed, tried > 0) == (0, True)
